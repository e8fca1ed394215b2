"""Programmes, cohorts and topics."""

from datetime import date
from typing import Annotated

from pydantic import Field

from shared.contracts.base import Code, Contract, Format, Id, Language, known

Minute = Annotated[int, Field(ge=0, lt=1440, description="after midnight, the reader's own")]


class FormatTerms(Contract):
    """One allowed format with its limits."""

    format: Format
    people_min: Annotated[int, Field(ge=2)]
    people_max: Annotated[int, Field(ge=2)]
    days: Annotated[int, Field(ge=0, description="length of a pair in days; 0 closes the same day")]
    cadence_days: Annotated[int, Field(ge=0, description="days between two sessions")]
    closing: Annotated[str, known("last_day", "goals", "same_day")] = "last_day"


class AttributeRule(Contract):
    """What must hold of the two, or gives points where it does."""

    attribute: Annotated[
        str, known("unit", "site", "level", "time_zone", "languages", "hobbies", "topics")
    ]
    relation: Annotated[str, known("equal", "different", "contains")]
    points: Annotated[
        int | None, Field(ge=1, description="null makes it a hard rule, else what it adds")
    ] = None


class MatchingPolicy(Contract):
    """What a round of matching must obey and prefer. The rules on reporting lines hold always."""

    level_gap: Annotated[int, Field(ge=0, description="levels the mentor stands below at least")]
    common_slot_minutes: Annotated[int, Field(ge=15, description="weekly overlap needed")]
    weights: Annotated[dict[Code, int], Field(description="points per part of the score")]
    direction: Annotated[str, known("upwards", "any")] = "upwards"
    level_gap_max: Annotated[int | None, Field(ge=0, description="levels apart at most")] = None
    other_unit: Annotated[bool, Field(description="pair across units only")] = False
    other_site: Annotated[bool, Field(description="pair across sites only")] = False
    need_floor: Annotated[
        int, Field(ge=1, le=5, description="levels the mentor stands above in what is wanted most")
    ] = 1
    attribute_rules: list[AttributeRule] = Field(
        default_factory=list, description="rules of the programme beyond the usual"
    )
    stable: Annotated[
        bool, Field(description="leave no two who would both rather have each other")
    ] = False


class ReminderPolicy(Contract):
    """When people are told, in hours."""

    session_hours_before: list[float]
    proposal_hours_after: list[float]
    proposal_expires_hours: Annotated[float, Field(gt=0)]
    quiet_from_minute: Minute | None = None
    quiet_until_minute: Minute | None = None


class Objective(Contract):
    """What the programme is to reach: a KPI with where it stands and where it should go."""

    kpi: Code
    unit: Code
    baseline: float
    target: float
    due: date


class ProgrammeTerms(Contract):
    """All that other services need to know of a programme."""

    programme_id: Id
    starts_on: date
    ends_on: date
    languages: list[Language]
    formats: list[FormatTerms]
    matching: MatchingPolicy
    reminders: ReminderPolicy
    objectives: list[Objective]
    pilot_only: bool


class ProgrammeOpened(ProgrammeTerms):
    """A programme takes volunteers from now on."""


class ProgrammeChanged(ProgrammeTerms):
    """The terms of an open programme changed; this is all of them."""


class ProgrammeClosed(Contract):
    """A programme takes nobody any more."""

    programme_id: Id


class CohortOpened(Contract):
    """One intake of a programme."""

    programme_id: Id
    cohort_id: Id
    pilot: bool
    starts_on: date
    ends_on: date
    size_cap: Annotated[int, Field(ge=2)]


class CohortPromoted(Contract):
    """A pilot proved itself: its programme may go beyond pilots."""

    programme_id: Id
    cohort_id: Id
    progress_id: Annotated[Id | None, Field(description="the published progress it rests on")]


class CohortClosed(Contract):
    """One intake takes nobody any more; its pairs go on."""

    programme_id: Id
    cohort_id: Id


class ObjectiveMeasured(Contract):
    """What a KPI was on a day; a later one of the same day replaces it."""

    programme_id: Id
    kpi: Code
    value: float
    measured_on: date


class GapFact(Contract):
    """Which topic, and nothing about how many."""

    programme_id: Id
    topic: Code


class GapOpened(GapFact):
    """More is wanted of a topic than its mentors can give."""


class GapClosed(GapFact):
    """The topic's mentors can give what is wanted of it."""


class TopicChanged(Contract):
    """The present state of one topic of the tree."""

    topic: Code
    parent: Code | None
    label_en: Annotated[str, Field(max_length=120)]
    label_ru: Annotated[str, Field(max_length=120)]
    retired: bool
