"""Volunteers, and all that matching needs of them."""

from datetime import date
from typing import Annotated

from pydantic import Field

from shared.contracts.base import Code, Contract, Format, Id, Language, Role, known

Level = Annotated[int, Field(ge=1, le=20)]


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


class VolunteerErased(VolunteerFact):
    """All that was kept of them is gone, on their wish; the ids belong to nobody any more."""


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
    managers: Annotated[
        list[Id], Field(description="person ids, direct manager first, dotted lines at the end")
    ]
    managers_complete: Annotated[bool, Field(description="the chain ends at the top")]
    avoid: Annotated[list[Id], Field(description="person ids never to be paired with")]
    has_task: Annotated[bool, Field(description="a mentee brings a task for a sprint")] = False
    exposure: list[Code] = Field(
        default_factory=list, description="what a mentor would like to see of the company"
    )
    direct_managers: list[Id] = Field(
        default_factory=list, description="of managers: those of the solid and of dotted lines"
    )
    near_managers: list[Id] = Field(
        default_factory=list, description="of managers: those at most two steps up by any line"
    )
    until: Annotated[
        date | None, Field(description="from this day on paused, as the volunteer said")
    ] = None
