"""What a programme asks of its pairs: formats, gap, slots, weights, and how long a proposal waits."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from uuid import UUID

from services.matching.domain.routines import Routine

PARTNERSHIP, SPRINT, GROUP, ONE_TO_ONE = "partnership", "sprint", "group", "one_to_one"


@dataclass(frozen=True, slots=True)
class FormatTerms:
    """One allowed format: the least number of people, and the length of a pair in days.

    `people_max` None sets no limit. `cadence_days`: from one session to the next, for a sprint within which its only
    one is; 0 sets no limit.
    """

    format: str
    people_min: int
    days: int
    people_max: int | None = None
    cadence_days: int = 0


@dataclass(frozen=True, slots=True)
class AttributeRule:
    """What a programme asks of the two beyond the usual: an attribute, and how theirs must stand to each other.

    `attribute`: unit, site, level, time_zone, languages, hobbies or topics; `relation`: equal, different or
    contains (the mentor's hold all of the mentee's). `points` None makes it a hard rule, else what it adds.
    """

    attribute: str
    relation: str
    points: int | None = None

    @property
    def code(self) -> str:
        """The reason where it forbids."""
        return f"attribute_{self.attribute}_{self.relation}"


@dataclass(frozen=True, slots=True)
class Terms:
    """The policy of a programme. `weights` are points per part of the score.

    `any_direction`: the mentor may stand above, too. `level_gap_max` None sets no limit. `need_floor` is how
    many levels the mentor stands above the mentee in a topic wanted most. `stable`: no two may be left who
    would both rather have each other.
    """

    formats: tuple[FormatTerms, ...]
    level_gap: int
    common_slot_minutes: int
    weights: Mapping[str, int]
    proposal_expires_hours: float
    ends_on: date
    any_direction: bool = False
    level_gap_max: int | None = None
    other_unit: bool = False
    other_site: bool = False
    need_floor: int = 1
    attribute_rules: tuple[AttributeRule, ...] = ()
    stable: bool = False
    pairing: str = ONE_TO_ONE
    """The format that the rules are asked for: the others are looked at one by one while they are composed."""

    @property
    def pair_formats(self) -> frozenset[str]:
        """The format that the rules are asked for, where the programme allows it."""
        return frozenset(terms.format for terms in self.formats if terms.format == self.pairing)

    def in_format(self, format_: str) -> "Terms":
        """The same terms, asked for this format."""
        return replace(self, pairing=format_)

    @property
    def group_least(self) -> int:
        """The least number of pairs that is a group: its people but for the mentor."""
        allowed = self.of(GROUP)
        return max(allowed.people_min - 1, 1) if allowed else 1

    def of(self, format_: str) -> FormatTerms | None:
        """What is allowed of this format, if it is."""
        return next((terms for terms in self.formats if terms.format == format_), None)

    @property
    def attribute_demands(self) -> tuple[AttributeRule, ...]:
        """The rules on attributes that forbid."""
        return tuple(rule for rule in self.attribute_rules if rule.points is None)

    @property
    def attribute_wishes(self) -> tuple[AttributeRule, ...]:
        """The rules on attributes that add points."""
        return tuple(rule for rule in self.attribute_rules if rule.points is not None)

    @property
    def proposals_wait(self) -> timedelta:
        """How long a proposal stays open."""
        return timedelta(hours=self.proposal_expires_hours)

    def days_of(self, format_: str) -> int:
        """How long a pair in this format runs; 0 closes the same day."""
        return next((terms.days for terms in self.formats if terms.format == format_), 0)

    def last_day(self, days: int, today: date) -> date:
        """The day until which a pair formed today for so many days runs, within the programme."""
        return max(today, min(today + timedelta(days=days), self.ends_on))


@dataclass(frozen=True, slots=True)
class Programme:
    """A programme as far as enrollment has told; `terms` are missing where only a cohort is known."""

    id: UUID
    terms: Terms | None = None
    cohorts: tuple[UUID, ...] = ()
    closed: bool = False
    closed_cohorts: tuple[UUID, ...] = ()
    routine: Routine = field(default_factory=Routine)

    @property
    def open_cohorts(self) -> tuple[UUID, ...]:
        """The cohorts whose volunteers are paired."""
        return tuple(one for one in self.cohorts if one not in self.closed_cohorts)

    def shut(self, cohort_id: UUID) -> str | None:
        """Why nobody of this cohort is paired any more, as a word to show; None where they are."""
        if self.closed:
            return "programme_closed"
        return "cohort_closed" if cohort_id in self.closed_cohorts else None
