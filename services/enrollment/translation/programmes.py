"""Facts about programmes and topics."""

from dataclasses import asdict

from services.enrollment.domain.demand import GapClosed, GapOpened
from services.enrollment.domain.programmes import (
    CohortClosed,
    CohortOpened,
    CohortPromoted,
    ObjectiveMeasured,
    ProgrammeChanged,
    ProgrammeClosed,
    ProgrammeOpened,
)
from services.enrollment.domain.topics import TopicChanged
from services.enrollment.translation.told import Fields, Telling, Told
from shared.contracts.enrollment import v1


def _programme(fact: ProgrammeOpened | ProgrammeChanged | ProgrammeClosed) -> Fields:
    programme = fact.programme
    own = {"programme_id": programme.programme_id, "pilot_only": programme.pilot_only}
    return {**asdict(programme.terms), **own}


def _cohort(fact: CohortOpened | CohortPromoted | CohortClosed) -> Fields:
    cohort = fact.cohort
    promotion = cohort.promotion
    return {
        **asdict(cohort.terms),
        "programme_id": fact.programme_id,
        "cohort_id": cohort.cohort_id,
        # Words and link are for those who decide; they stay here.
        "progress_id": promotion.results.progress_id if promotion else None,
    }


def _measurement(fact: ObjectiveMeasured) -> Fields:
    return {**asdict(fact.measurement), "programme_id": fact.programme_id}


def _as_it_is(fact: GapOpened | GapClosed) -> Fields:
    return asdict(fact)


def _topic(fact: TopicChanged) -> Fields:
    return asdict(fact.topic)


TELLING: Telling = {
    ProgrammeOpened: Told(v1.ProgrammeOpened, _programme, "programme.opened"),
    ProgrammeChanged: Told(v1.ProgrammeChanged, _programme, "programme.changed"),
    ProgrammeClosed: Told(v1.ProgrammeClosed, _programme, "programme.closed"),
    CohortOpened: Told(v1.CohortOpened, _cohort, "cohort.opened"),
    CohortPromoted: Told(v1.CohortPromoted, _cohort, "cohort.promoted"),
    CohortClosed: Told(v1.CohortClosed, _cohort, "cohort.closed"),
    ObjectiveMeasured: Told(v1.ObjectiveMeasured, _measurement, "objective.measured"),
    GapOpened: Told(v1.GapOpened, _as_it_is, "gap.opened"),
    GapClosed: Told(v1.GapClosed, _as_it_is, "gap.closed"),
    TopicChanged: Told(v1.TopicChanged, _topic),
}
