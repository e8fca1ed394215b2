"""What a lead decides of a programme: dates, languages, formats, matching, reminders, objectives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType


class Format(StrEnum):
    """How a pair works together."""

    ONE_TO_ONE = "one_to_one"
    GROUP = "group"
    PARTNERSHIP = "partnership"
    SPRINT = "sprint"


class Closing(StrEnum):
    """What ends a pair: its last day, its goals (at the latest its last day), or the day it began on."""

    LAST_DAY = "last_day"
    GOALS = "goals"
    SAME_DAY = "same_day"


class Attribute(StrEnum):
    """What two volunteers can be compared by. Of topics: what the mentor offers and the mentee wants."""

    UNIT = "unit"
    SITE = "site"
    LEVEL = "level"
    TIME_ZONE = "time_zone"
    LANGUAGES = "languages"
    HOBBIES = "hobbies"
    TOPICS = "topics"


SEVERAL = frozenset({Attribute.LANGUAGES, Attribute.HOBBIES, Attribute.TOPICS})
"""The attributes that have several values."""


class Relation(StrEnum):
    """How the two must stand: the same, nothing in common, or the mentor has all that the mentee has."""

    EQUAL = "equal"
    DIFFERENT = "different"
    CONTAINS = "contains"


class Direction(StrEnum):
    """Who teaches: the one who stands below, or either of the two."""

    UPWARDS = "upwards"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class FormatTerms:
    """One allowed format: how many people, how many days (0 = the same day), days between sessions."""

    format: Format
    people_min: int
    people_max: int
    days: int
    cadence_days: int
    closing: Closing = Closing.LAST_DAY


USUAL_TERMS: Mapping[Format, FormatTerms] = MappingProxyType(
    {
        terms.format: terms
        for terms in (
            FormatTerms(Format.ONE_TO_ONE, 2, 2, 90, 14),
            FormatTerms(Format.GROUP, 3, 8, 90, 14),
            FormatTerms(Format.PARTNERSHIP, 2, 2, 180, 21, Closing.GOALS),
            FormatTerms(Format.SPRINT, 2, 2, 0, 0, Closing.SAME_DAY),
        )
    }
)
USUAL_WEIGHTS: Mapping[str, int] = MappingProxyType(
    {
        "topics": 45,
        "scarcity": 15,
        "availability": 15,
        "hobbies": 10,
        "motivation": 10,
        "distance": 5,
    }
)
"""The parts of the score; matching adds up points of these."""


MORE_WEIGHTS = ("exposure", "openness", "attributes", "feedback")
"""Parts that count only where a lead gives them a weight."""


@dataclass(frozen=True, slots=True)
class AttributeRule:
    """What must hold of two volunteers; with `points` it need not, but adds them where it does."""

    attribute: Attribute
    relation: Relation
    points: int | None = None


@dataclass(frozen=True, slots=True)
class MatchingPolicy:
    """What a round must obey (levels between the two, minutes in common a week) and prefer.

    `level_gap_max` None sets no limit. `need_floor` is how many levels the mentor stands above the mentee in
    what is wanted most. `stable` leaves no two who would both rather have each other. The rules on reporting
    lines always hold; these can be added.
    """

    level_gap: int = 2
    common_slot_minutes: int = 30
    weights: Mapping[str, int] = field(default_factory=lambda: dict(USUAL_WEIGHTS))
    direction: Direction = Direction.UPWARDS
    level_gap_max: int | None = None
    other_unit: bool = False
    other_site: bool = False
    need_floor: int = 1
    attribute_rules: tuple[AttributeRule, ...] = ()
    stable: bool = False


@dataclass(frozen=True, slots=True)
class ReminderPolicy:
    """When people are told, in hours; and when not, in minutes after the reader's own midnight."""

    session_hours_before: tuple[float, ...] = (24.0,)
    proposal_hours_after: tuple[float, ...] = (48.0,)
    proposal_expires_hours: float = 168.0
    quiet_from_minute: int | None = None
    quiet_until_minute: int | None = None


@dataclass(frozen=True, slots=True)
class Objective:
    """A KPI with where it stands, where it should go and until when."""

    kpi: str
    unit: str
    baseline: float
    target: float
    due: date


@dataclass(frozen=True, slots=True)
class Terms:
    """What a lead decides before a programme opens."""

    title: str
    starts_on: date
    ends_on: date
    languages: tuple[str, ...]
    formats: tuple[FormatTerms, ...]
    matching: MatchingPolicy
    reminders: ReminderPolicy
    objectives: tuple[Objective, ...]
    pilot_only: bool
