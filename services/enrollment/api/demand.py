"""Demand against supply over HTTP, for the lead who looks for the right people."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from services.enrollment import handlers
from services.enrollment.domain.demand import Demand, Wish
from services.enrollment.domain.directory import TOP_LEVEL, Employee
from shared.chassis.http.calls import Call, query
from shared.chassis.http.fields import Text, TopicCode
from shared.chassis.principals import Role

router = APIRouter(prefix="/v1/programmes/{programme_id}/topics", tags=["topics"])

Lead = Annotated[Call, query(Role.LEAD, scope="programme_id")]
Word = Annotated[str, Text(200)]
Level = Annotated[int, Query(ge=1, le=TOP_LEVEL)]


class DemandView(BaseModel):
    """One topic: how many want it, and how many of them the mentors who offer it take at once."""

    topic: str
    wanted: int
    by_priority: dict[int, int] = Field(description="priority 1 is the most wanted")
    offered: int
    places: int
    gap: bool = Field(description="more want it than there are places")

    @staticmethod
    def of(demand: Demand) -> "DemandView":
        """All of it."""
        return DemandView.model_validate(demand, from_attributes=True)


class DemandsView(BaseModel):
    """The topics that active volunteers want or offer."""

    topics: list[DemandView]


class CandidateView(BaseModel):
    """An employee who could be invited."""

    staff_number: str
    name: str
    level: int
    unit: str
    profession: str

    @staticmethod
    def of(employee: Employee) -> "CandidateView":
        """What the directory says of them."""
        return CandidateView.model_validate(employee, from_attributes=True)


class CandidatesView(BaseModel):
    """One page; `next` is the `after` of the one that follows, null at the end."""

    candidates: list[CandidateView]
    next: str | None


def _wish(
    unit: Word | None = None,
    profession: Word | None = None,
    level_min: Level | None = None,
    level_max: Level | None = None,
) -> Wish:
    return Wish(unit, profession, level_min, level_max)


def _page(
    after: Annotated[str, Text(64)] | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> tuple[str | None, int]:
    return after, limit


@router.get("/demand")
async def read_demand(programme_id: UUID, call: Lead) -> DemandsView:
    """Live and exact: what active volunteers want and offer, by topic."""
    found = await call.read(lambda unit: handlers.demand.read_demand(unit, programme_id))
    return DemandsView(topics=[DemandView.of(demand) for demand in found])


@router.get("/{topic}/candidates")
async def read_candidates(
    programme_id: UUID,
    topic: TopicCode,
    call: Lead,
    wish: Annotated[Wish, Depends(_wish)],
    page: Annotated[tuple[str | None, int], Depends(_page)],
) -> CandidatesView:
    """Employees who could teach it to one who wants it; nobody who said yes, left or declined before."""
    found = await call.read(
        lambda unit: handlers.demand.read_worth_inviting(unit, programme_id, topic, wish, page)
    )
    full = len(found) == page[1]
    return CandidatesView(
        candidates=[CandidateView.of(employee) for employee in found],
        next=found[-1].staff_number if full else None,
    )
