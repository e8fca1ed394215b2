"""Enrollment's events, major version 1: programmes, cohorts, topics, volunteers and who they are."""

from datetime import date
from typing import Annotated

from pydantic import Field

from shared.contracts.base import Code, Contract, Format, Id, Language, Role, known

Level = Annotated[int, Field(ge=1, le=20)]


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


class VolunteerFact(Contract):
    """What every fact about a volunteer says."""

    volunteer_id: Id
    programme_id: Id
    cohort_id: Id
    roles: list[Role]


class VolunteerEnrolled(VolunteerFact):
    """An employee said yes, themselves; told again when they say yes to other roles."""

    consent_version: Annotated[str, Field(max_length=40)]


class VolunteerPaused(VolunteerFact):
    """Keeps the pair; no new proposals or reminders until then."""

    until: date | None


class VolunteerResumed(VolunteerFact):
    """Back before or at the end of a pause."""


class VolunteerWithdrawn(VolunteerFact):
    """Left; no reason is asked."""


class Offer(Contract):
    """A topic a mentor gives."""

    topic: Code
    proficiency: Annotated[int, Field(ge=1, le=5)]


class Need(Contract):
    """A topic a mentee wants."""

    topic: Code
    priority: Annotated[int, Field(ge=1, le=3, description="1 is the most wanted")]
    level: Annotated[int, Field(ge=0, le=4)]


class WeeklySlot(Contract):
    """A weekly window in the person's own time zone."""

    weekday: Annotated[int, Field(ge=0, le=6, description="0 is Monday")]
    start_minute: Annotated[int, Field(ge=0, lt=1440, description="minutes after midnight")]
    minutes: Annotated[int, Field(ge=15, le=1440)]


class CandidateChanged(Contract):
    """All that matching needs of a volunteer; the newest replaces the ones before."""

    volunteer_id: Id
    person_id: Id
    programme_id: Id
    cohort_id: Id
    status: Annotated[str, known("active", "paused", "withdrawn")]
    roles: list[Role]
    offers: list[Offer]
    needs: list[Need]
    formats: list[Format]
    hours_per_month: Annotated[float, Field(ge=0, le=80)]
    capacity: Annotated[int, Field(ge=0, le=20, description="pairs at once, all programmes")]
    slots: list[WeeklySlot]
    time_zone: str
    languages: list[Language]
    hobbies: list[Code]
    motivation: Annotated[int, Field(ge=1, le=5)]
    openness: Annotated[int, Field(ge=1, le=5)]
    unit: str
    site: str
    level: Level
    managers: Annotated[list[Id], Field(description="person ids, direct manager first")]
    managers_complete: Annotated[bool, Field(description="the chain ends at the top")]
    avoid: Annotated[list[Id], Field(description="person ids never to be paired with")]


class PrincipalChanged(Contract):
    """Who stands behind a token, and what they may do."""

    person_id: Id
    issuer: str
    subject: str
    roles: Annotated[dict[str, list[str]], Field(description="programme id to roles")]
    volunteer_ids: list[Id]


class ContactChanged(Contract):
    """How to reach a person. Internal, never logged."""

    person_id: Id
    name: str
    email: str
    locale: Annotated[str, known("en", "ru")]
    time_zone: str
