"""Programmes and topics over HTTP: opening one, and reading how it begins."""

from dataclasses import asdict
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from pydantic.config import JsonDict

from services.enrollment import handlers
from services.enrollment.api.callers import caller_of
from services.enrollment.domain.people import Caller
from services.enrollment.domain.programmes import (
    USUAL_TERMS,
    USUAL_WEIGHTS,
    Cohort,
    CohortTerms,
    Format,
    FormatTerms,
    MatchingPolicy,
    Objective,
    OpenProgramme,
    Programme,
    ReminderPolicy,
    Terms,
)
from services.enrollment.domain.topics import Topic
from shared.chassis.http.calls import Call, command, query
from shared.chassis.http.fields import Body, LanguageCode, Text, TopicCode
from shared.chassis.principals import Role

router = APIRouter(prefix="/v1", tags=["programmes"])

People = Annotated[int, Field(ge=2, le=50)]
Days = Annotated[int, Field(ge=0, le=730)]
Hours = Annotated[float, Field(gt=0, le=24 * 60)]
Points = Annotated[int, Field(ge=0, le=1_000)]
_TERMS = TypeAdapter(Terms)
HoursList = Annotated[tuple[Hours, ...], Field(max_length=5)]
_TERMS_OF_A_YEAR: JsonDict = {
    "title": "Reverse mentoring 2027",
    "starts_on": "2027-01-11",
    "ends_on": "2027-12-17",
    "languages": ["en", "ru"],
    "formats": [{"format": "one_to_one"}, {"format": "sprint"}],
}


class FormatBody(Body):
    """A format that the programme allows; limits that are left out are the usual ones."""

    format: Format
    people_min: People | None = None
    people_max: People | None = None
    days: Days | None = None
    cadence_days: Days | None = None

    def terms(self) -> FormatTerms:
        """With the usual limits where none are named."""
        usual = asdict(USUAL_TERMS[self.format])
        return FormatTerms(**{**usual, **self.model_dump(exclude_none=True)})


class MatchingBody(Body):
    """What a round must obey, and what it prefers."""

    level_gap: Annotated[int, Field(ge=0, le=20)] = 2
    common_slot_minutes: Annotated[int, Field(ge=15, le=480)] = 30
    weights: dict[TopicCode, Points] = Field(
        max_length=20, default_factory=lambda: dict(USUAL_WEIGHTS)
    )


class RemindersBody(Body):
    """When people are told, in hours."""

    session_hours_before: HoursList = (24.0,)
    proposal_hours_after: HoursList = (48.0,)
    proposal_expires_hours: Hours = 168.0


class ObjectiveBody(Body):
    """A KPI with where it stands and where it should go."""

    kpi: TopicCode
    unit: TopicCode
    baseline: float
    target: float
    due: date


class CohortBody(Body):
    """One intake."""

    starts_on: date
    ends_on: date
    size_cap: Annotated[int, Field(ge=2, le=100_000)]
    pilot: bool = False


class TermsBody(Body):
    """All terms of a programme; what is left out is the usual."""

    title: Annotated[str, Text(200)]
    starts_on: date
    ends_on: date
    languages: Annotated[tuple[LanguageCode, ...], Field(min_length=1, max_length=10)]
    formats: Annotated[tuple[FormatBody, ...], Field(min_length=1, max_length=10)]
    matching: MatchingBody = MatchingBody()
    reminders: RemindersBody = RemindersBody()
    objectives: Annotated[tuple[ObjectiveBody, ...], Field(max_length=20)] = ()
    pilot_only: bool = False

    model_config = ConfigDict(json_schema_extra={"example": _TERMS_OF_A_YEAR})

    def terms(self) -> Terms:
        """The same for the domain."""
        return Terms(
            self.title,
            self.starts_on,
            self.ends_on,
            self.languages,
            tuple(body.terms() for body in self.formats),
            MatchingPolicy(**self.matching.model_dump()),
            ReminderPolicy(**self.reminders.model_dump()),
            tuple(Objective(**body.model_dump()) for body in self.objectives),
            self.pilot_only,
        )


class OpenBody(TermsBody):
    """A programme with its first cohort."""

    cohort: CohortBody
    sponsor_staff_number: Annotated[str, Text(64)] | None = None

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                **_TERMS_OF_A_YEAR,
                "cohort": {
                    "starts_on": "2027-01-11",
                    "ends_on": "2027-06-30",
                    "size_cap": 40,
                    "pilot": True,
                },
                "sponsor_staff_number": "E-0007",
            }
        }
    )

    def command(self, caller: Caller) -> OpenProgramme:
        """What the lead wants."""
        cohort = CohortTerms(**self.cohort.model_dump())
        return OpenProgramme(caller, self.terms(), cohort, self.sponsor_staff_number)


class ProgrammeView(BaseModel):
    """A programme; `cohort_id` is the intake that takes volunteers now."""

    programme_id: UUID
    cohort_id: UUID
    terms: Terms
    cohorts: tuple[Cohort, ...]
    has_sponsor: bool
    closed: bool

    @staticmethod
    def of(programme: Programme) -> "ProgrammeView":
        """Who the sponsor is stays with the lead."""
        return ProgrammeView(
            cohort_id=programme.cohort.cohort_id,
            has_sponsor=programme.sponsor_id is not None,
            **asdict(programme),
        )


class EnrolmentView(BaseModel):
    """Counts: employees of the directory, and volunteers; `volunteers` leaves out who withdrew."""

    employees: int
    volunteers: int
    mentors: int
    mentees: int
    by_status: dict[str, int]


class TopicsView(BaseModel):
    """The tree of topics."""

    topics: list[Topic]


@router.post("/programmes", status_code=201, response_model=ProgrammeView)
async def open_programme(body: OpenBody, call: Annotated[Call, command(Role.LEAD)]) -> Response:
    """Open a programme with its first cohort. The caller becomes its lead."""
    wish = body.command(caller_of(call.principal))
    return await call.once(
        lambda unit: handlers.programmes.open_programme(unit, wish), ProgrammeView.of
    )


@router.get("/programmes/{programme_id}")
async def read_programme(
    programme_id: UUID, call: Annotated[Call, query(Role.PARTICIPANT)]
) -> ProgrammeView:
    """What the programme offers, for everybody who could take part."""
    programme = await call.read(lambda unit: handlers.programmes.read_programme(unit, programme_id))
    return ProgrammeView.of(programme)


@router.put("/programmes/{programme_id}")
async def change_programme(
    programme_id: UUID,
    body: TermsBody,
    call: Annotated[Call, command(Role.LEAD, scope="programme_id")],
) -> ProgrammeView:
    """Set all its terms anew. Proposals and pairs that are there keep what they were made with."""
    terms = body.terms()
    return ProgrammeView.of(
        await call.run(lambda unit: handlers.programmes.change_terms(unit, programme_id, terms))
    )


@router.post("/programmes/{programme_id}/close", response_model=ProgrammeView)
async def close_programme(
    programme_id: UUID, call: Annotated[Call, command(Role.LEAD, scope="programme_id")]
) -> Response:
    """Take nobody any more and run no further round. Pairs go on to their end."""
    return await call.once(
        lambda unit: handlers.programmes.close_programme(unit, programme_id), ProgrammeView.of, 200
    )


@router.get("/programmes/{programme_id}/enrolment")
async def read_enrolment(
    programme_id: UUID, call: Annotated[Call, query(Role.LEAD, scope="programme_id")]
) -> EnrolmentView:
    """How many could take part, and how many do."""
    enrolment = await call.read(lambda unit: handlers.programmes.read_enrolment(unit, programme_id))
    census = enrolment.census
    return EnrolmentView(
        employees=enrolment.employees,
        volunteers=census.present,
        mentors=census.by_role.get("mentor", 0),
        mentees=census.by_role.get("mentee", 0),
        by_status=dict(census.by_status),
    )


@router.get("/topics")
async def read_topics(call: Annotated[Call, query(Role.PARTICIPANT)]) -> TopicsView:
    """What can be offered and wanted."""
    return TopicsView(topics=await call.read(handlers.programmes.read_topics))
