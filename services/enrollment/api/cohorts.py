"""Further cohorts over HTTP, and what the objectives have come to."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from services.enrollment import handlers
from services.enrollment.api.programmes import ProgrammeView
from services.enrollment.api.terms import CohortBody, Number
from services.enrollment.domain.programmes import Measurement, Objective, Programme, Results
from shared.chassis.http.calls import Call, command, query
from shared.chassis.http.fields import Body, Text, TopicCode
from shared.chassis.principals import Role

router = APIRouter(prefix="/v1/programmes/{programme_id}", tags=["programmes"])

Lead = Annotated[Call, command(Role.LEAD, scope="programme_id")]


class PromotionBody(Body):
    """What the pilot brought: a published progress, or a text and a link."""

    progress_id: UUID | None = None
    text: Annotated[str, Text(2_000, at_least=0, lines=True)] = ""
    link: Annotated[str, Field(pattern=r"^(https://[!-~]{1,500})?$")] = ""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "text": "Nine of ten pairs met every fortnight.",
                "link": "https://wiki.example/mentoring/pilot",
            }
        }
    )

    def results(self) -> Results:
        """The same for the domain."""
        return Results(self.progress_id, self.text, self.link)


class MeasurementBody(Body):
    """What a KPI was on a day."""

    value: Number
    measured_on: date

    model_config = ConfigDict(
        json_schema_extra={"example": {"value": 34.5, "measured_on": "2027-03-31"}}
    )


class MeasurementView(BaseModel):
    """What it was on a day."""

    measured_on: date
    value: float


class ObjectiveView(BaseModel):
    """A KPI: where it stood, where it should go, and what was measured on the way."""

    objective: Objective
    measured: list[MeasurementView]


class ObjectivesView(BaseModel):
    """All of them."""

    objectives: list[ObjectiveView]

    @staticmethod
    def of(programme: Programme) -> "ObjectivesView":
        """Each with its own values, the oldest first."""

        def mine(objective: Objective) -> list[Measurement]:
            return [one for one in programme.measurements if one.kpi == objective.kpi]

        return ObjectivesView(
            objectives=[
                ObjectiveView(
                    objective=objective,
                    measured=[
                        MeasurementView(measured_on=one.measured_on, value=one.value)
                        for one in mine(objective)
                    ],
                )
                for objective in programme.terms.objectives
            ]
        )


@router.post("/cohorts", status_code=201, response_model=ProgrammeView)
async def open_cohort(programme_id: UUID, body: CohortBody, call: Lead) -> Response:
    """Take newcomers into another intake from now on."""
    terms = body.terms()
    return await call.once(
        lambda unit: handlers.cohorts.open_cohort(unit, programme_id, terms), ProgrammeView.of
    )


@router.post("/cohorts/{cohort_id}/promote", response_model=ProgrammeView)
async def promote_cohort(
    programme_id: UUID, cohort_id: UUID, body: PromotionBody, call: Lead
) -> Response:
    """Decide that a pilot went well enough; the programme may go beyond pilots then."""
    results = body.results()
    return await call.once(
        lambda unit: handlers.cohorts.promote_cohort(unit, programme_id, cohort_id, results),
        ProgrammeView.of,
        200,
    )


@router.post("/cohorts/{cohort_id}/close", response_model=ProgrammeView)
async def close_cohort(programme_id: UUID, cohort_id: UUID, call: Lead) -> Response:
    """Take nobody into it any more. Pairs go on to their end."""
    return await call.once(
        lambda unit: handlers.cohorts.close_cohort(unit, programme_id, cohort_id),
        ProgrammeView.of,
        200,
    )


@router.get("/objectives")
async def read_objectives(
    programme_id: UUID, call: Annotated[Call, query(Role.LEAD, scope="programme_id")]
) -> ObjectivesView:
    """Each KPI with the values that were entered."""
    return ObjectivesView.of(
        await call.read(lambda unit: handlers.reading.read_programme(unit, programme_id))
    )


@router.post("/objectives/{kpi}/measurements", status_code=201, response_model=ObjectivesView)
async def measure_objective(
    programme_id: UUID, kpi: TopicCode, body: MeasurementBody, call: Lead
) -> Response:
    """Enter what a KPI was on a day; a second value of the day replaces the first."""
    return await call.once(
        lambda unit: handlers.cohorts.measure_objective(
            unit, programme_id, kpi, body.value, body.measured_on
        ),
        ObjectivesView.of,
    )
