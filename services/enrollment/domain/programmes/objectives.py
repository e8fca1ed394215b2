"""Whether a programme changes what it set out to change: values of its KPIs, as the lead measures them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from services.enrollment.domain.programmes.terms import Objective
from shared.chassis.refusals import Conflict, Invalid, NotFound

MOST_MEASUREMENTS = 1_000


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a KPI was on a day."""

    kpi: str
    value: float
    measured_on: date


Measurements = tuple[Measurement, ...]


@dataclass(frozen=True, slots=True)
class ObjectiveMeasured:
    """Fact: a KPI was measured, or a value of that day was put right."""

    programme_id: UUID
    measurement: Measurement


def with_measurement(
    measured: Measurements, new: Measurement, objectives: Sequence[Objective], today: date
) -> Measurements:
    """All values, by KPI and day; a second one of a day replaces the first. Raises a refusal."""
    if new.kpi not in {objective.kpi for objective in objectives}:
        raise NotFound("no_such_objective", "The programme has no objective with this KPI.")
    # Their day may have begun before ours.
    if new.measured_on > today + timedelta(days=1):
        raise Invalid("measured_ahead", "A value is measured today or earlier.", "/measured_on")
    others = [one for one in measured if (one.kpi, one.measured_on) != (new.kpi, new.measured_on)]
    if len(others) >= MOST_MEASUREMENTS:
        raise Conflict(
            "too_many_measurements",
            f"A programme keeps {MOST_MEASUREMENTS} values; put right one that is there.",
        )
    return tuple(sorted((*others, new), key=lambda one: (one.kpi, one.measured_on)))
