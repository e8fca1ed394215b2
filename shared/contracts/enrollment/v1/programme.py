"""Programmes, cohorts and topics."""

from datetime import date
from typing import Annotated

from pydantic import Field

from shared.contracts.base import Code, Contract, Format, Id, Language


class FormatTerms(Contract):
    """One allowed format with its limits."""

    format: Format
    people_min: Annotated[int, Field(ge=2)]
    people_max: Annotated[int, Field(ge=2)]
    days: Annotated[int, Field(ge=0, description="length of a pair in days; 0 closes the same day")]
    cadence_days: Annotated[int, Field(ge=0, description="days between two sessions")]


class MatchingPolicy(Contract):
    """What a round of matching must obey and prefer."""

    level_gap: Annotated[int, Field(ge=0, description="levels the mentor stands below at least")]
    common_slot_minutes: Annotated[int, Field(ge=15, description="weekly overlap needed")]
    weights: Annotated[dict[Code, int], Field(description="points per part of the score")]


class ReminderPolicy(Contract):
    """When people are told, in hours."""

    session_hours_before: list[float]
    proposal_hours_after: list[float]
    proposal_expires_hours: Annotated[float, Field(gt=0)]


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


class TopicChanged(Contract):
    """The present state of one topic of the tree."""

    topic: Code
    parent: Code | None
    label_en: Annotated[str, Field(max_length=120)]
    label_ru: Annotated[str, Field(max_length=120)]
    retired: bool
