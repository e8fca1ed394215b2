"""What a programme does by itself: rounds every so many days, and who was declined is matched again."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Release(StrEnum):
    """When the proposals of a round go out: once the lead has read the draft, or as soon as it is solved."""

    BY_LEAD = "by_lead"
    AT_ONCE = "at_once"


class Cause(StrEnum):
    """Who asked for a round: its lead, the schedule, or a proposal that came to nothing."""

    LEAD = "lead"
    SCHEDULE = "schedule"
    REMATCH = "rematch"


class Rematch(StrEnum):
    """What becomes of those whose proposal came to nothing: a small draft, proposals at once, or the next round."""

    DRAFT = "draft"
    AT_ONCE = "at_once"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Routine:
    """The settings of a programme's lead, and where the schedule stands.

    `every_days` None starts no round. `release` is for rounds of the schedule. `next_at` is set by the database's
    clock; `due` are cohorts whose round is to start as soon as no other round of the programme stands in the way.
    """

    every_days: int | None = None
    release: Release = Release.BY_LEAD
    rematch: Rematch = Rematch.DRAFT
    next_at: datetime | None = None
    due: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Start:
    """A round that is to start by itself."""

    programme_id: UUID
    cohort_id: UUID
    cause: Cause
