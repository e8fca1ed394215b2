"""Facts about programmes and topics."""

from dataclasses import asdict

from services.enrollment.domain.programmes import (
    CohortOpened,
    ProgrammeChanged,
    ProgrammeClosed,
    ProgrammeOpened,
)
from services.enrollment.domain.topics import TopicChanged
from services.enrollment.translation.told import Fields, Telling, Told
from shared.contracts.enrollment import v1


def _programme(fact: ProgrammeOpened | ProgrammeChanged | ProgrammeClosed) -> Fields:
    return {**asdict(fact.programme.terms), "programme_id": fact.programme.programme_id}


def _cohort(fact: CohortOpened) -> Fields:
    ids = {"programme_id": fact.programme_id, "cohort_id": fact.cohort.cohort_id}
    return {**asdict(fact.cohort.terms), **ids}


def _topic(fact: TopicChanged) -> Fields:
    return asdict(fact.topic)


TELLING: Telling = {
    ProgrammeOpened: Told(v1.ProgrammeOpened, _programme, "programme.opened"),
    ProgrammeChanged: Told(v1.ProgrammeChanged, _programme, "programme.changed"),
    ProgrammeClosed: Told(v1.ProgrammeClosed, _programme, "programme.closed"),
    CohortOpened: Told(v1.CohortOpened, _cohort, "cohort.opened"),
    TopicChanged: Told(v1.TopicChanged, _topic),
}
