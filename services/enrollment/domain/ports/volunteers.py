"""Volunteers and their pairs."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from services.enrollment.domain.pairs import Pair
from services.enrollment.domain.volunteers import Volunteer


@dataclass(frozen=True, slots=True)
class Census:
    """Volunteers of a programme: how many by status, and of those not withdrawn by role."""

    by_status: Mapping[str, int]
    by_role: Mapping[str, int]

    @property
    def present(self) -> int:
        """Everybody who has not withdrawn."""
        return sum(self.by_status.values()) - self.by_status.get("withdrawn", 0)


class Volunteers(Protocol):
    """Who said yes, ever."""

    async def get(self, volunteer_id: UUID) -> Volunteer | None:
        """The volunteer."""

    async def of_person(self, person_id: UUID, programme_id: UUID) -> Volunteer | None:
        """What the person is in the programme."""

    async def all_of(self, person_id: UUID) -> list[Volunteer]:
        """What the person is, in all programmes."""

    async def here_of(self, person_ids: Collection[UUID]) -> frozenset[UUID]:
        """Of the volunteers of these persons those that have not left, by id."""

    async def page(
        self, programme_id: UUID | None, after: UUID | None, limit: int
    ) -> list[Volunteer]:
        """Of one programme or of all, in the order in which they came."""

    async def filling(self, cohort_id: UUID) -> int:
        """How many places of the cohort are taken."""

    async def census(self, programme_id: UUID) -> Census:
        """Counts."""

    async def unasked(self, programme_id: UUID, cohort_id: UUID, limit: int) -> list[Volunteer]:
        """Those of other cohorts, without who left, whom nobody asked about this cohort."""

    async def due_by(self, today: date, limit: int) -> list[Volunteer]:
        """Whose pause is over, and who is here and available no more."""

    async def active_in(self, cohort_id: UUID, limit: int) -> list[Volunteer]:
        """Who is here and not away, of a cohort."""

    async def avoiding(self, person_id: UUID, names: Collection[str]) -> list[Volunteer]:
        """Who does not want to be paired with the person, by id or by one of these names."""

    def add(self, volunteer: Volunteer) -> None:
        """A new one."""

    def put(self, volunteer: Volunteer) -> None:
        """Replace."""


class Pairs(Protocol):
    """Pairs, as matching tells them."""

    async def running(self, volunteer_id: UUID) -> list[Pair]:
        """The volunteer's pairs of today."""

    def put(self, pair: Pair) -> None:
        """As it is now."""
