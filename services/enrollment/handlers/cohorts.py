"""Further cohorts of an open programme, and what its objectives have come to."""

from datetime import date
from uuid import UUID

from services.enrollment.domain.ports import Unit
from services.enrollment.domain.programmes import (
    Cohort,
    CohortTerms,
    Measurement,
    Programme,
    Results,
)
from services.enrollment.handlers.programmes import take
from services.enrollment.handlers.reading import read_programme


async def open_cohort(unit: Unit, programme_id: UUID, terms: CohortTerms) -> Programme:
    """Take newcomers into another intake from now on."""
    programme = await read_programme(unit, programme_id)
    cohort = Cohort(unit.new_id(), terms)
    return await take(unit, programme, programme.open_cohort(cohort, unit.today))


async def promote_cohort(
    unit: Unit, programme_id: UUID, cohort_id: UUID, results: Results
) -> Programme:
    """Decide that a pilot went well enough."""
    programme = await read_programme(unit, programme_id)
    return await take(unit, programme, programme.promote(cohort_id, results, unit.today))


async def close_cohort(unit: Unit, programme_id: UUID, cohort_id: UUID) -> Programme:
    """Take nobody into it any more."""
    programme = await read_programme(unit, programme_id)
    unit.programmes.shut(programme_id)
    return await take(unit, programme, programme.close_cohort(cohort_id))


async def measure_objective(
    unit: Unit, programme_id: UUID, kpi: str, value: float, measured_on: date
) -> Programme:
    """Keep what a KPI was on a day."""
    programme = await read_programme(unit, programme_id)
    measurement = Measurement(kpi, value, measured_on)
    return await take(unit, programme, programme.measure(measurement, unit.today))
