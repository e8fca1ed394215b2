"""The HTTP edge: what became of the mails, for the lead as counts, for everybody as their own."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.notifications import handlers
from services.notifications.domain.reminders import Kind, Reminder, State
from shared.chassis.http.calls import Call, query
from shared.chassis.principals import Role

router = APIRouter(prefix="/v1", tags=["deliveries"])


class Outcomes(BaseModel):
    """How many messages had which outcome; `waiting` are those not sent yet."""

    sent: int = 0
    failed: int = 0
    suppressed: int = 0
    unknown: int = 0
    waiting: int = 0


_EXAMPLE: JsonDict = {"sent": 118, "failed": 1, "suppressed": 0, "unknown": 0, "waiting": 3}


class ProgrammeDeliveries(BaseModel):
    """The messages of a programme. What pairs do is not in it: the report counts reminders of sessions."""

    model_config = ConfigDict(json_schema_extra={"example": {"kinds": {"proposal": _EXAMPLE}}})

    kinds: Annotated[
        dict[str, Outcomes], Field(description="every such kind, also with no message")
    ]

    @classmethod
    def of(cls, counts: Mapping[Kind, Mapping[State, int]]) -> "ProgrammeDeliveries":
        """As the rules let a lead see it."""
        kinds = {str(kind): Outcomes.model_validate(count) for kind, count in counts.items()}
        return cls(kinds=kinds)


class OwnDelivery(BaseModel):
    """One message to the caller. `at` is when it was settled, or else when it is due."""

    delivery_id: UUID
    kind: str
    outcome: Annotated[str, Field(description="sent, failed, suppressed, unknown or waiting")]
    at: datetime

    @classmethod
    def of(cls, reminder: Reminder) -> "OwnDelivery":
        """Without the reason: it may tell what the partner did."""
        return cls(
            delivery_id=reminder.id,
            kind=reminder.kind,
            outcome=reminder.state if reminder.state.final else State.WAITING,
            at=reminder.settled_at or reminder.due,
        )


class OwnDeliveries(BaseModel):
    """The caller's messages, the newest first, at most 500."""

    deliveries: list[OwnDelivery]


@router.get("/programmes/{programme_id}/deliveries", summary="Messages of a programme, counted")
async def read_programme_deliveries(
    programme_id: UUID, call: Annotated[Call, query(Role.LEAD, scope="programme_id")]
) -> ProgrammeDeliveries:
    """How many messages there are by kind and outcome, for the lead of the programme."""
    counts = await call.read(lambda unit: handlers.count_deliveries(unit, programme_id))
    return ProgrammeDeliveries.of(counts)


@router.get("/deliveries", summary="My messages")
async def read_own_deliveries(call: Annotated[Call, query(Role.PARTICIPANT)]) -> OwnDeliveries:
    """What was sent, or is to be sent, to the caller."""
    principal = call.principal
    person = {principal.person_id} if principal.person_id else set()
    mine = principal.volunteer_ids | person
    found = await call.read(lambda unit: handlers.list_deliveries(unit, mine))
    return OwnDeliveries(deliveries=[OwnDelivery.of(reminder) for reminder in found])
