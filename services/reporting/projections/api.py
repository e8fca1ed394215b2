"""The projections over HTTP: the report on a programme, and what its figures mean."""

from datetime import date
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.reporting.projections import handlers
from services.reporting.projections.domain.definitions import DEFINITIONS
from services.reporting.projections.domain.material import Programme
from services.reporting.projections.domain.suppression import Reader
from services.reporting.projections.handlers import Report
from shared.chassis.http.calls import Call, query
from shared.chassis.principals import Role

router = APIRouter(prefix="/v1", tags=["projections"])

Withheld = Literal["<5", "hidden"]
Count = Annotated[int | Withheld, Field(examples=[12, "<5", "hidden"])]
Mean = Annotated[float | Literal["hidden"] | None, Field(examples=[3.5, "hidden", None])]


class CohortView(BaseModel):
    """One intake."""

    cohort_id: UUID
    pilot: bool
    starts_on: date
    ends_on: date
    size_cap: int
    promoted: bool
    closed: bool


class ProgrammeView(BaseModel):
    """The programme itself."""

    programme_id: UUID
    starts_on: date
    ends_on: date
    pilot_only: bool
    closed: bool
    cohorts: list[CohortView]

    @classmethod
    def of(cls, programme: Programme) -> Self:
        """The view of a programme."""
        return cls.model_validate(programme, from_attributes=True)


class MeasurementView(BaseModel):
    """What a KPI was on a day."""

    measured_on: date
    value: float


class ObjectiveView(BaseModel):
    """A KPI against baseline and target. The lead measures it; it is a figure of the company, not of people."""

    kpi: str
    unit: str
    baseline: float
    target: float
    due: date
    measured: list[MeasurementView] = Field(description="the oldest first")
    latest: MeasurementView | None
    reached_percent: float | None = Field(
        description="(latest - baseline) / (target - baseline), in percent"
    )


class RoleView(BaseModel):
    """Volunteers in one role, each counted once."""

    erased: Count
    withdrawn: Count
    paused: Count
    paired: Count
    proposed: Count
    waiting: Count
    total: Count


class VolunteersView(BaseModel):
    """Volunteers by role; somebody in both roles counts in each."""

    mentor: RoleView
    mentee: RoleView


class ProposalsView(BaseModel):
    """Proposals by what became of them."""

    open: Count
    accepted: Count
    declined: Count
    expired: Count
    voided: Count
    made: Count


class PairsView(BaseModel):
    """Pairs by where they stand."""

    active: Count
    completed: Count
    stopped: Count
    formed: Count


class InvitationsView(BaseModel):
    """Invitations to take part, by the answer."""

    waiting: Count
    accepted: Count
    declined: Count
    later: Count
    expired: Count
    asked: Count


class ConfirmationsView(BaseModel):
    """Volunteers asked whether they go on, now that a further cohort has opened."""

    waiting: Count
    given: Count
    lapsed: Count
    asked: Count


class LastRoundView(BaseModel):
    """The last round of matching; `unmatched` counts volunteers by reason."""

    mentors: Count
    mentees: Count
    matched: Count
    unmatched: dict[str, Count] = {}


class RoundsView(BaseModel):
    """Rounds of matching."""

    completed: Count
    last: LastRoundView | None = None


class SessionFiguresView(BaseModel):
    """What pairs do; shown where five or more people stand behind it."""

    planned: Count
    held: Count
    cancelled: Count
    minutes: Count
    mood_mean: Mean
    days_to_first_median: Mean


class OutcomesView(BaseModel):
    """Mails of one kind by outcome."""

    sent: Count
    failed: Count
    suppressed: Count
    unknown: Count


class ConcernsView(BaseModel):
    """Doubts of one kind, and how they were answered."""

    raised: Annotated[Count, Field(description="at least so many: 5, 10, 15 and so on")]
    answered_percent: Count | None
    days_to_answer_median: Mean


class DialoguesView(BaseModel):
    """Open conversations about doubts."""

    planned: Count
    held: Count


class CompromisesView(BaseModel):
    """What was agreed on in them, by what became of it."""

    open: Count
    kept: Count
    broken: Count
    changed: Count


class ReportView(BaseModel):
    """What the programme sees. A count may be withheld: "<5" for one to four, "hidden" otherwise."""

    programme: ProgrammeView
    reader: Reader
    objectives: list[ObjectiveView]
    gaps: list[str] = Field(description="topics that are wanted more than they are offered")
    volunteers: VolunteersView
    proposals: ProposalsView
    pairs: PairsView
    invitations: InvitationsView
    confirmations: ConfirmationsView
    rounds: RoundsView
    sessions: SessionFiguresView
    mails: dict[str, OutcomesView]
    concerns: dict[str, ConcernsView]
    dialogues: DialoguesView
    compromises: CompromisesView

    @classmethod
    def of(cls, report: Report) -> Self:
        """The view of a report: its figures, nested by their paths."""
        nested: dict[str, Any] = {
            "programme": ProgrammeView.of(report.programme),
            "reader": report.reader,
            "objectives": [
                ObjectiveView.model_validate(one, from_attributes=True) for one in report.objectives
            ],
            "gaps": list(report.gaps),
        }
        for (*parents, name), value in report.shown.items():
            place = nested
            for parent in parents:
                place = place.setdefault(parent, {})
            place[name] = value
        return cls.model_validate(nested)


class DefinitionView(BaseModel):
    """What a figure means. A star in `figure` stands for a role, a reason or a kind of mail."""

    figure: Annotated[str, Field(examples=["volunteers.*.waiting"])]
    label_en: str
    label_ru: str
    meaning: str


class DefinitionsView(BaseModel):
    """All of them, in the order of the report."""

    definitions: list[DefinitionView]


@router.get("/programmes/{programme_id}/report")
async def read_report(
    programme_id: UUID,
    call: Annotated[Call, query(Role.LEAD, Role.SPONSOR, scope="programme_id")],
) -> ReportView:
    """The report on a programme, as its lead or its sponsor may read it."""
    is_lead = call.principal.has(Role.LEAD, str(programme_id))
    reader = Reader.LEAD if is_lead else Reader.SPONSOR
    report = await call.read(lambda unit: handlers.read_report(unit, programme_id, reader))
    return ReportView.of(report)


@router.get("/definitions")
async def list_definitions(
    call: Annotated[Call, query(Role.PARTICIPANT, Role.LEAD, Role.OPS)],  # noqa: ARG001 - the gate
) -> DefinitionsView:
    """What each figure of the report means, with its labels."""
    return DefinitionsView(
        definitions=[
            DefinitionView(figure=d.figure, label_en=d.en, label_ru=d.ru, meaning=d.meaning)
            for d in DEFINITIONS
        ]
    )
