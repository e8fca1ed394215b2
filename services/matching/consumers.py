"""The topic edge: what enrollment and pairs tell, each event to its handler."""

from collections.abc import Sequence
from uuid import UUID

from services.matching import translation
from services.matching.handlers import feedback, learning
from services.matching.store import Unit
from shared.chassis.correlation import following, trail_of
from shared.chassis.messages import Removals, Routes, Together
from shared.chassis.principals import forget, remember
from shared.chassis.transactions import Tx
from shared.contracts.enrollment.v1 import (
    CandidateChanged,
    CohortClosed,
    CohortOpened,
    PrincipalChanged,
    ProgrammeChanged,
    ProgrammeClosed,
    ProgrammeOpened,
)
from shared.contracts.envelope import Event
from shared.contracts.reporting.v1 import AnswerGiven

GROUP = "matching"


async def _programme(tx: Tx, event: Event[ProgrammeOpened | ProgrammeChanged]) -> None:
    terms = translation.terms(event.data)
    await learning.learn_terms(Unit(tx), event.data.programme_id, terms)


async def _programme_closed(tx: Tx, event: Event[ProgrammeClosed]) -> None:
    await learning.close_programme(Unit(tx), event.data.programme_id)


async def _cohort(tx: Tx, event: Event[CohortOpened]) -> None:
    await learning.learn_cohort(Unit(tx), event.data.programme_id, event.data.cohort_id)


async def _cohort_closed(tx: Tx, event: Event[CohortClosed]) -> None:
    await learning.close_cohort(Unit(tx), event.data.programme_id, event.data.cohort_id)


async def _candidates(tx: Tx, events: Sequence[Event[CandidateChanged]]) -> None:
    unit, candidates = Unit(tx), [translation.candidate(event.data) for event in events]
    known = await learning.look_up(unit, candidates)
    for event, candidate in zip(events, candidates, strict=True):
        with following(trail_of(event.envelope)):
            learning.learn_candidate(unit, candidate, known)


async def _answer(tx: Tx, event: Event[AnswerGiven]) -> None:
    found = translation.rating(event.data)
    if found is not None:
        await feedback.learn_rating(Unit(tx), event.data.pair_id, *found)


async def _principal(tx: Tx, event: Event[PrincipalChanged]) -> None:
    remember(tx, event.data)


async def _candidate_removed(tx: Tx, key: str) -> None:
    await learning.forget_candidate(Unit(tx), UUID(key))


async def _principal_removed(tx: Tx, key: str) -> None:
    forget(tx, UUID(key))


REMOVALS: Removals = {
    CandidateChanged: _candidate_removed,
    PrincipalChanged: _principal_removed,
}
ROUTES: Routes = {
    ProgrammeOpened: _programme,
    ProgrammeChanged: _programme,
    ProgrammeClosed: _programme_closed,
    CohortOpened: _cohort,
    CohortClosed: _cohort_closed,
    CandidateChanged: Together(_candidates),
    AnswerGiven: _answer,
    PrincipalChanged: _principal,
}
