"""The HR directory."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from services.enrollment.domain.directory import Employee, Layout
from services.enrollment.domain.staging import (
    Change,
    Outcome,
    Renumbering,
    Round,
    Staged,
    Touched,
)


class Listed(Protocol):
    """The directory, row by row, as one version has it. Every employee read has a person_id."""

    async def by_staff_numbers(self, staff_numbers: Collection[str]) -> dict[str, Employee]:
        """Those of them who are known."""

    async def by_persons(self, person_ids: Collection[UUID]) -> dict[UUID, Employee]:
        """Those of them who are in the directory."""

    async def by_emails(self, emails: Collection[str]) -> dict[str, Employee]:
        """Those of them who are known, by address."""

    async def staff_numbers(self, after: str, limit: int) -> list[str]:
        """All of them in their order, page by page; "" begins."""

    async def reports_of(
        self, staff_numbers: Collection[str], after: str, limit: int
    ) -> list[Employee]:
        """Who reports to one of them, by a dotted line, too; page by page, "" begins."""

    async def count(self) -> int:
        """How many there are."""


class Employees(Listed, Protocol):
    """The current version. What is written here, by the provider, counts more than what a file stages meanwhile."""

    async def remove(self, employee: Employee) -> None:
        """They are in the directory no more."""

    async def renumber(self, old: str, new: str) -> None:
        """Whoever reports to the one number reports to the other from now on."""

    async def put(self, employee: Employee, person_id: UUID) -> None:
        """Add or change; `person_id` is for a newcomer, others keep theirs."""


class Staging(Protocol):
    """The next version, as an import makes it. Nobody else sees it before the switch."""

    @property
    def employees(self) -> Listed:
        """The directory as it will be."""

    async def open(self) -> Staged | None:
        """What is staged, if anything is."""

    async def next_version(self) -> int:
        """The version that comes after the current one."""

    async def confirm(self, fence: int) -> None:
        """It is still the turn of this import. Raises Conflict when another one took over."""

    def begin(self, staged: Staged) -> None:
        """From now on this is staged."""

    def touch(self, done: int | None = None) -> None:
        """It goes on; so many records of its file are stored."""

    async def put(self, change: Change) -> None:
        """A row begins, and ends the one that it takes the place of."""

    async def end(self, staff_numbers: Sequence[str]) -> None:
        """These have left."""

    async def touched(
        self, staff_numbers: Collection[str], person_ids: Collection[UUID]
    ) -> Touched:
        """Those of them whom the provider changed meanwhile."""

    async def renumberings(self, after: str, limit: int) -> list[Renumbering]:
        """By new number, page by page; "" begins."""

    async def switch(self, most_leavers: int) -> Outcome:
        """What is staged is the directory from now on; the next round of settling begins anew."""

    async def take_back(self, limit: int) -> bool:
        """Forget some of what is staged; whether something is left. What is begun must be ended."""

    async def sweep(self, limit: int) -> bool:
        """Remove rows that nobody can see any more; whether something is left."""


class Directory(Protocol):
    """What is known of the directory as a whole."""

    async def layout(self) -> Layout | None:
        """How the company's files are laid out."""

    def keep_layout(self, layout: Layout) -> None:
        """From now on they are laid out like this."""

    async def absent_managers(self, staff_numbers: Collection[str]) -> Mapping[str, UUID]:
        """A random id for each, always the same, under which the others know that there is somebody."""

    def note_change(self) -> None:
        """Volunteers may not show it as it is: the next tick settles that."""

    async def unsettled(self) -> bool:
        """Whether volunteers may not yet show what was changed."""

    async def round(self) -> Round | None:
        """How far settling is."""

    def go_on(self, settling: Round) -> None:
        """So far it is."""

    def settled(self, settling: Round) -> None:
        """Volunteers show what was so when this round began."""


class ImportTurn(Protocol):
    """Imports go one after the other."""

    async def take(self) -> int:
        """Wait for the turn; returns its fence. Raises Conflict when it takes too long."""

    async def take_if_free(self) -> int | None:
        """The fence, or None while an import is running."""

    async def give_back(self, fence: int) -> None:
        """Let the next one go."""

    def give_up(self, fence: int) -> None:
        """The same, where this one failed: whoever is to hear of that does not wait for it."""
