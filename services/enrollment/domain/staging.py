"""An import on its way: staged under the next version, which nobody sees before the switch."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.enrollment.domain.directory import Employee, Provided


@dataclass(frozen=True, slots=True)
class Staged:
    """What waits for its switch. `done` counts the records of the file that are stored; `at` is when one was last.

    The digest tells the file, and how it was to be taken. What is dropped is taken back, and never goes on.
    """

    version: int
    digest: str
    at: datetime
    done: int = 0
    dropped: bool = False


class Kind(StrEnum):
    """Why a row is staged."""

    JOINED = "joined"
    CHANGED = "changed"
    RENUMBERED = "renumbered"
    LINE = "line"
    """Not in the file; who they report to has another number."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Who somebody was before: their id, what the provider says of them, and another number that they had."""

    person_id: UUID
    provided: Provided | None = None
    was: str = ""
    inactive: bool = False
    """The provider had set them inactive."""


@dataclass(frozen=True, slots=True)
class Change:
    """A row as it will be."""

    kind: Kind
    employee: Employee
    origin: Origin


@dataclass(frozen=True, slots=True)
class Renumbering:
    """One number took the place of another. `by_file` is False where the provider said so meanwhile."""

    old: str
    new: str
    by_file: bool = True


@dataclass(frozen=True, slots=True)
class Touched:
    """Whom the provider made, changed or let go while an import was staged: their rows are not the file's."""

    staff_numbers: frozenset[str] = frozenset()
    person_ids: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a switch changed. `leavers` are staff numbers, the first ones only."""

    joined: int = 0
    changed: int = 0
    renumbered: int = 0
    left: int = 0
    leavers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Round:
    """How far volunteers and people show the directory as it is since `began`."""

    began: datetime
    part: int = 0
    after: UUID | None = None
