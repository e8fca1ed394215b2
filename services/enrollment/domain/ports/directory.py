"""The HR directory."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.enrollment.domain.directory import Employee, Layout


class Employees(Protocol):
    """The directory, row by row. Every employee read has a person_id."""

    async def by_staff_numbers(self, staff_numbers: Collection[str]) -> dict[str, Employee]:
        """Those of them who are known."""

    async def by_persons(self, person_ids: Collection[UUID]) -> dict[UUID, Employee]:
        """Those of them who are in the directory."""

    async def by_emails(self, emails: Collection[str]) -> dict[str, Employee]:
        """Those of them who are known, by address."""

    async def staff_numbers(self, after: str, limit: int) -> list[str]:
        """All of them in their order, page by page; "" begins."""

    async def count(self) -> int:
        """How many there are."""

    def remove(self, staff_numbers: Collection[str]) -> None:
        """They are in the directory no more."""

    def renumber(self, old: str, new: str) -> None:
        """Whoever reports to the one number reports to the other from now on."""

    def put(self, employee: Employee, person_id: UUID) -> None:
        """Add or change; `person_id` is for a newcomer, others keep theirs."""


class Directory(Protocol):
    """What is known of the directory as a whole."""

    async def layout(self) -> Layout | None:
        """How the company's files are laid out."""

    def keep_layout(self, layout: Layout) -> None:
        """From now on they are laid out like this."""

    async def absent_managers(self, staff_numbers: Collection[str]) -> Mapping[str, UUID]:
        """A random id for each, always the same, under which the others know that there is somebody."""

    async def mark_changed(self, fence: int) -> None:
        """Rows change with this unit of work. Raises Conflict when another import took over."""

    def note_change(self) -> None:
        """Volunteers may not show it as it is: the next tick settles that."""

    async def unsettled(self) -> bool:
        """Whether volunteers may not yet show what an import changed."""

    def settled(self, at: datetime) -> None:
        """Volunteers show what was imported until then."""


class ImportTurn(Protocol):
    """Imports go one after the other."""

    async def take(self) -> int:
        """Wait for the turn; returns its fence. Raises Conflict when it takes too long."""

    async def give_back(self, fence: int) -> None:
        """Let the next one go."""
