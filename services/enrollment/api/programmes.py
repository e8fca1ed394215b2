"""Programmes over HTTP: from the draft to the end, and reading how they begin."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel

from services.enrollment import handlers
from services.enrollment.api.callers import caller_of
from services.enrollment.api.terms import ChangeBody, DraftBody, SponsorBody
from services.enrollment.domain.programmes import Cohort, CohortTerms, Programme, Stage, Terms
from shared.chassis.http.calls import Call, command, query
from shared.chassis.principals import Role

router = APIRouter(prefix="/v1", tags=["programmes"])

Lead = Annotated[Call, command(Role.LEAD, scope="programme_id")]


class CohortView(BaseModel):
    """One intake."""

    cohort_id: UUID
    terms: CohortTerms
    closed: bool
    promoted: bool

    @staticmethod
    def of(cohort: Cohort) -> "CohortView":
        """What a promotion rests on stays with those who decided it."""
        return CohortView(
            cohort_id=cohort.cohort_id,
            terms=cohort.terms,
            closed=cohort.closed,
            promoted=cohort.promoted,
        )


class ProgrammeView(BaseModel):
    """A programme; `cohort_id` is the intake that takes volunteers now."""

    programme_id: UUID
    cohort_id: UUID
    stage: Stage
    terms: Terms
    pilot_only: bool
    cohorts: list[CohortView]
    has_sponsor: bool
    closed: bool
    version: int

    @staticmethod
    def of(programme: Programme) -> "ProgrammeView":
        """Who the sponsor is stays with the lead, and so does the readiness."""
        return ProgrammeView(
            programme_id=programme.programme_id,
            cohort_id=programme.cohort.cohort_id,
            stage=programme.stage,
            terms=programme.terms,
            pilot_only=programme.pilot_only,
            cohorts=[CohortView.of(cohort) for cohort in programme.cohorts],
            has_sponsor=programme.has_sponsor,
            closed=programme.closed,
            version=programme.version,
        )


class ProgrammesView(BaseModel):
    """Those that are open, and the caller's own drafts."""

    programmes: list[ProgrammeView]


class EnrolmentView(BaseModel):
    """Counts: employees of the directory, and volunteers; `volunteers` leaves out who withdrew."""

    employees: int
    volunteers: int
    mentors: int
    mentees: int
    by_status: dict[str, int]


@router.post("/programmes", status_code=201, response_model=ProgrammeView)
async def draft_programme(body: DraftBody, call: Annotated[Call, command(Role.LEAD)]) -> Response:
    """Prepare a programme with its first cohort. The caller leads it; nobody else learns of it."""
    wish = body.command(caller_of(call.principal))
    return await call.once(lambda unit: handlers.programmes.draft(unit, wish), ProgrammeView.of)


@router.get("/programmes")
async def list_programmes(
    call: Annotated[Call, query(Role.PARTICIPANT, Role.LEAD)],
) -> ProgrammesView:
    """The programmes that one can say yes to; a lead sees their own drafts, too."""
    own = _led_by(call)
    found = await call.read(lambda unit: handlers.programmes.list_programmes(unit, own))
    return ProgrammesView(programmes=[ProgrammeView.of(programme) for programme in found])


@router.get("/programmes/{programme_id}")
async def read_programme(
    programme_id: UUID, call: Annotated[Call, query(Role.PARTICIPANT)]
) -> ProgrammeView:
    """What the programme offers, for everybody who could take part."""
    own = _led_by(call)
    programme = await call.read(
        lambda unit: handlers.reading.show_programme(unit, programme_id, own)
    )
    return ProgrammeView.of(programme)


@router.put("/programmes/{programme_id}")
async def change_programme(programme_id: UUID, body: ChangeBody, call: Lead) -> ProgrammeView:
    """Set all its terms anew. Proposals and pairs that are there keep what they were made with."""
    wish = body.wish()
    return ProgrammeView.of(
        await call.run(lambda unit: handlers.programmes.change(unit, programme_id, wish))
    )


@router.put("/programmes/{programme_id}/sponsor")
async def name_sponsor(programme_id: UUID, body: SponsorBody, call: Lead) -> ProgrammeView:
    """Let another executive answer for it."""
    number = body.sponsor_staff_number
    return ProgrammeView.of(
        await call.run(lambda unit: handlers.programmes.name_sponsor(unit, programme_id, number))
    )


@router.post("/programmes/{programme_id}/open", response_model=ProgrammeView)
async def open_programme(programme_id: UUID, call: Lead) -> Response:
    """Let volunteers come. The readiness questionnaire is answered before."""
    caller = caller_of(call.principal)
    return await call.once(
        lambda unit: handlers.programmes.open_programme(unit, caller, programme_id),
        ProgrammeView.of,
        200,
    )


@router.post("/programmes/{programme_id}/close", response_model=ProgrammeView)
async def close_programme(programme_id: UUID, call: Lead) -> Response:
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


def _led_by(call: Call) -> frozenset[UUID]:
    roles = call.principal.roles.items()
    return frozenset(UUID(programme) for programme, held in roles if Role.LEAD in held)
