"""What a report is made of: the documents of one programme, as far as figures need them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class Side(StrEnum):
    """A volunteer's role, and their side of a pair."""

    MENTOR = "mentor"
    MENTEE = "mentee"


class Answer(StrEnum):
    """What became of a proposal. Accepted is one that both sides said yes to."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    VOIDED = "voided"


class PairState(StrEnum):
    """Where a formed pair stands."""

    ACTIVE = "active"
    COMPLETED = "completed"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Cohort:
    """One intake. A promoted one was a pilot and proved itself; a closed one takes nobody."""

    cohort_id: UUID
    pilot: bool
    starts_on: date
    ends_on: date
    size_cap: int
    promoted: bool = False
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a KPI was on a day."""

    measured_on: date
    value: float


@dataclass(frozen=True, slots=True)
class Objective:
    """A KPI with all that was measured of it, the oldest first."""

    kpi: str
    unit: str
    baseline: float
    target: float
    due: date
    measured: tuple[Measurement, ...]

    @property
    def latest(self) -> Measurement | None:
        """The value of the last day that has one."""
        return self.measured[-1] if self.measured else None

    @property
    def reached_percent(self) -> float | None:
        """How much of the way from baseline to target is done; beyond 100 or below 0 where it went so."""
        if self.latest is None or self.target == self.baseline:
            return None
        share = (self.latest.value - self.baseline) / (self.target - self.baseline)
        return round(100 * share, 1)


@dataclass(frozen=True, slots=True)
class Programme:
    """The programme itself."""

    programme_id: UUID
    starts_on: date
    ends_on: date
    pilot_only: bool
    closed: bool
    cohorts: tuple[Cohort, ...]


@dataclass(frozen=True, slots=True)
class Volunteer:
    """Somebody who said yes; `status` is active, paused, withdrawn or erased."""

    volunteer_id: UUID
    roles: frozenset[str]
    status: str


@dataclass(frozen=True, slots=True)
class Pairing:
    """Two volunteers from the proposal to the end of their pair.

    `answer` is None where no proposal was told yet, `state` where no pair was.
    """

    pair_id: UUID
    people: Mapping[Side, UUID]
    answer: Answer | None
    state: PairState | None
    formed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Meetings:
    """The sessions of one pair, counted."""

    pair_id: UUID
    planned: int
    held: int
    cancelled: int
    minutes: int
    first_held_at: datetime | None
    mood_sum: int
    moods: int


@dataclass(frozen=True, slots=True)
class Round:
    """One run of matching. Counts are texts, "<5" for one to four, as matching published them."""

    round_id: UUID
    completed_at: datetime
    mentors: str
    mentees: str
    matched: str
    unmatched: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Concern:
    """Somebody's doubt, and in how many days it was answered, where it was."""

    code: str
    days_to_answer: int | None


@dataclass(frozen=True, slots=True)
class Talks:
    """Open conversations by state, and compromises by what became of them, each counted."""

    dialogues: Mapping[str, int] = field(default_factory=dict)
    compromises: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """Questions by what became of them: invitations to take part, and whether one goes on in a further cohort."""

    invitations: Mapping[str, int] = field(default_factory=dict)
    confirmations: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Material:
    """All of it. `mails` counts by kind and outcome; `gaps` are topics wanted more than offered."""

    programme: Programme
    volunteers: tuple[Volunteer, ...]
    pairings: tuple[Pairing, ...]
    meetings: tuple[Meetings, ...]
    mails: Mapping[tuple[str, str], int]
    rounds: int
    last_round: Round | None
    objectives: tuple[Objective, ...] = ()
    gaps: tuple[str, ...] = ()
    concerns: tuple[Concern, ...] = ()
    talks: Talks = Talks()
    asked: Asked = Asked()
