"""Who takes part in a round, and what the round says in the end."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from services.matching.domain.candidates import Candidate, Side
from services.matching.domain.pairs import Ending, Pair, PairState
from services.matching.domain.pools import confirmed, load, pool_of
from services.matching.domain.records import Records
from services.matching.domain.rounds import RoundState, Unmatched
from shared.chassis.refusals import Conflict
from tests.matching.builders import (
    NOW,
    TERMS,
    TODAY,
    a_match,
    a_mentee,
    a_mentor,
    a_pool,
    a_proposal,
    a_round,
    an_outcome,
    entrant,
)

ONE, TWO, THREE = a_mentor(1), a_mentee(2), a_mentee(3)


def sides_in_pool(candidates: list[Candidate], pairs: list[Pair]) -> dict[int, tuple[str, ...]]:
    pool = pool_of(a_round().id, TERMS, TODAY, candidates, Records(tuple(pairs)))
    return {one.candidate.id.int: one.sides for one in pool.entrants}


def formed(pair: Pair) -> Pair:
    pair = pair.accept(Side.MENTOR, NOW, TERMS).pair
    return pair.accept(Side.MENTEE, NOW, TERMS).pair


def test_all_who_are_active_and_wait_take_part() -> None:
    paused = a_mentee(4, status="paused")

    assert sides_in_pool([ONE, TWO, paused], []) == {1: ("mentor",), 2: ("mentee",)}


def test_who_has_an_open_proposal_or_a_pair_does_not_wait() -> None:
    assert sides_in_pool([ONE, TWO, THREE], [a_proposal(ONE, TWO)]) == {3: ("mentee",)}
    assert sides_in_pool([ONE, TWO, THREE], [formed(a_proposal(ONE, TWO))]) == {3: ("mentee",)}


def test_a_mentor_with_room_waits_for_more() -> None:
    roomy = a_mentor(1, capacity=2)
    pool = pool_of(
        a_round().id, TERMS, TODAY, [roomy, THREE], Records((formed(a_proposal(roomy, TWO)),))
    )

    assert {(one.candidate.id.int, one.free) for one in pool.entrants} == {(1, 1), (3, 1)}


def test_a_pair_of_another_programme_takes_a_place_of_the_person() -> None:
    elsewhere = a_mentor(9, person_id=ONE.person_id, programme_id=UUID(int=5))
    pool = pool_of(a_round().id, TERMS, TODAY, [ONE], Records((a_proposal(elsewhere, TWO),)))

    assert [(one.sides, one.free) for one in pool.entrants] == [(("mentor",), 0)]


@pytest.mark.parametrize(
    ("state", "again"),
    [
        (PairState.DECLINED, False),
        (PairState.EXPIRED, False),
        (PairState.ENDED, False),
        (PairState.VOIDED, True),
    ],
)
def test_only_a_voided_proposal_may_be_made_again(state: PairState, again: bool) -> None:
    pair = replace(a_proposal(ONE, TWO), state=state)
    pool = pool_of(a_round().id, TERMS, TODAY, [ONE, TWO], Records((pair,)))

    met = {one.candidate.id.int: one.met for one in pool.entrants}
    assert met == {1: () if again else (TWO.person_id,), 2: ()}
    assert [one.free for one in pool.entrants] == [1, 1]


def test_the_load_of_a_person_counts_open_and_running_on_both_sides() -> None:
    both = a_mentee(2, roles=("mentor", "mentee"))
    pairs = [
        a_proposal(ONE, both),
        formed(a_proposal(both, THREE)),
        replace(a_proposal(both, a_mentee(4)), state=PairState.DECLINED),
    ]

    assert load(both.person_id, pairs) == 2


def test_a_match_whose_volunteer_changed_meanwhile_is_dropped_with_a_reason() -> None:
    outcome = an_outcome(a_match(ONE, TWO))
    gone = confirmed(outcome, a_pool(ONE))
    busy = confirmed(outcome, a_pool(entrant(ONE, free=0), TWO))
    moved = confirmed(outcome, a_pool(ONE, replace(TWO, languages=("ru",))))

    for now in (gone, busy, moved):
        assert now.matches == ()
        assert now.unmatched == (
            Unmatched(TWO.id, Side.MENTEE, "changed_meanwhile"),
            Unmatched(ONE.id, Side.MENTOR, "changed_meanwhile"),
        )


def test_a_mentor_who_keeps_another_mentee_is_not_unmatched() -> None:
    roomy = a_mentor(1, capacity=2)
    outcome = an_outcome(a_match(roomy, TWO), a_match(roomy, THREE))
    now = confirmed(outcome, a_pool(entrant(roomy, free=1), TWO, THREE))

    assert [match.mentee_id for match in now.matches] == [TWO.id]
    assert now.unmatched == (Unmatched(THREE.id, Side.MENTEE, "changed_meanwhile"),)


def test_a_completed_round_counts_everybody_who_took_part() -> None:
    outcome = replace(
        an_outcome(a_match(ONE, TWO)),
        unmatched=(
            Unmatched(UUID(int=3), Side.MENTEE, "level_gap"),
            Unmatched(UUID(int=4), Side.MENTEE, "outcompeted"),
            Unmatched(UUID(int=5), Side.MENTOR, "level_gap"),
        ),
    )
    done, fact = a_round().start(7).complete(7, outcome)

    assert (done.mentors, done.mentees, done.matched) == (2, 3, 1)
    assert done.unmatched == {"level_gap": 2, "outcompeted": 1}
    assert fact.round == done


def test_an_older_claim_can_neither_start_nor_finish_a_round() -> None:
    taken_over = a_round().start(1).start(2)

    with pytest.raises(Conflict):
        taken_over.start(1)
    with pytest.raises(Conflict):
        taken_over.complete(1, an_outcome())
    with pytest.raises(Conflict):
        taken_over.fail(1, "solver_died")
    assert taken_over.complete(2, an_outcome())[0].state is RoundState.COMPLETED


def test_a_round_that_is_over_is_not_started_again() -> None:
    done, _ = a_round().start(1).complete(1, an_outcome())

    with pytest.raises(Conflict):
        done.start(2)


def test_a_pair_formed_on_its_last_day_ends_that_day() -> None:
    assert TERMS.last_day(0, date(2026, 3, 2)) == date(2026, 3, 2)
    assert formed(a_proposal()).end(Ending.COMPLETED).pair.state is PairState.ENDED
