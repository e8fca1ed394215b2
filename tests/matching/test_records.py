"""What is kept beside the profiles: who waits since when, who was freed, who wishes whom."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.matching.domain.candidates import Side
from services.matching.domain.declines import told
from services.matching.domain.pairs import Ending, Pair, PairState
from services.matching.domain.pools import Waiter, affected, lasting_rule, pool_of, waiters
from services.matching.domain.records import Records
from services.matching.domain.rounds import Pin, RefusedPin, RoundState, Wish
from services.matching.domain.routines import Cause
from services.matching.domain.shadows import Change, Sum, compared
from services.matching.domain.wishes import AskedFor, agreed, pinned
from services.matching.solver.run import decide
from shared.chassis.refusals import Conflict
from tests.matching.builders import (
    NOW,
    PROGRAMME,
    ROUND,
    TERMS,
    TODAY,
    a_mentee,
    a_mentor,
    a_proposal,
    a_round,
    an_outcome,
)

ONE, TWO, THREE, FOUR = a_mentor(1), a_mentee(2), a_mentor(3), a_mentee(4)
FIRST, SECOND, THIRD = UUID(int=0xC001), UUID(int=0xC002), UUID(int=0xC003)
LONG_AGO, LATER = datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 2, 5, tzinfo=UTC)


def ended(pair: Pair, at: datetime | None = None) -> Pair:
    pair = pair.accept(Side.MENTOR, NOW, TERMS).pair.accept(Side.MENTEE, NOW, TERMS).pair
    return replace(pair.end(Ending.COMPLETED).pair, changed_at=at)


def waited(records: Records) -> dict[int, int]:
    pool = pool_of(ROUND, TERMS, TODAY, [ONE, TWO, FOUR], records)
    return {one.candidate.id.int: one.waited for one in pool.entrants}


def test_a_mentee_has_waited_for_as_many_rounds_as_have_left_them_over() -> None:
    left = {(TWO.id, Side.MENTEE): (FIRST, SECOND), (ONE.id, Side.MENTOR): (FIRST,)}

    assert waited(Records(left_over=left)) == {1: 0, 2: 2, 4: 0}


def test_what_was_before_the_last_pair_was_no_wait_for_the_next() -> None:
    left = {(TWO.id, Side.MENTEE): (FIRST, SECOND, THIRD)}
    pair = ended(a_proposal(THREE, TWO, number=0xC002))

    assert waited(Records((pair,), left))[2] == 1


@pytest.mark.parametrize("state", [PairState.DECLINED, PairState.EXPIRED])
def test_a_proposal_that_came_to_nothing_ends_no_wait(state: PairState) -> None:
    left = {(TWO.id, Side.MENTEE): (FIRST, SECOND)}
    pair = replace(a_proposal(THREE, TWO, number=0xC002), state=state)

    assert waited(Records((pair,), left))[2] == 2


def test_who_waits_is_told_with_the_day_and_the_rounds() -> None:
    both = a_mentee(2, roles=("mentor", "mentee"))
    since = {ONE.id: LONG_AGO, both.id: LONG_AGO}
    records = Records((ended(a_proposal(ONE, FOUR), LATER),), {(both.id, Side.MENTEE): (FIRST,)})

    assert waiters([both, ONE], records, since) == [
        Waiter(ONE.id, Side.MENTOR, LATER, 0),
        Waiter(both.id, Side.MENTEE, LONG_AGO, 1),
        Waiter(both.id, Side.MENTOR, LONG_AGO, 0),
    ]


def test_of_whom_nothing_was_kept_the_day_is_not_known() -> None:
    assert waiters([ONE], Records(), {}) == [Waiter(ONE.id, Side.MENTOR, None, 0)]


def test_a_no_touches_who_was_freed_and_who_was_there_before_but_no_newcomer() -> None:
    newcomer, left, paired = a_mentor(5), a_mentee(6), a_mentor(7, capacity=2)
    rematch = a_round(cause=Cause.REMATCH, freed=(ONE.id, TWO.id))
    records = Records((a_proposal(paired, FOUR),), {(left.id, Side.MENTEE): (FIRST,)})
    found = affected(rematch, [ONE, TWO, newcomer, left, paired], records)

    assert [one.id.int for one in found] == [1, 2, 6, 7]


def test_only_a_rematch_gives_way_and_its_solver_is_refused() -> None:
    solving = a_round(cause=Cause.REMATCH).start(1)
    gone = solving.give_way()

    assert gone is not None
    assert gone.state is RoundState.DISCARDED
    with pytest.raises(Conflict):
        gone.draft(1, an_outcome())
    assert gone.give_way() is None
    assert solving.draft(1, an_outcome()).give_way() is not None
    for cause in (Cause.LEAD, Cause.SCHEDULE):
        assert a_round(cause=cause).start(1).draft(1, an_outcome()).give_way() is None


def test_a_wish_of_one_side_is_nothing_and_of_both_a_pin() -> None:
    one = AskedFor(PROGRAMME, TWO.id, ONE.id, Side.MENTEE)
    other = AskedFor(PROGRAMME, ONE.id, TWO.id, Side.MENTOR)
    crossed = AskedFor(PROGRAMME, ONE.id, TWO.id, Side.MENTEE)

    assert agreed([one]) == set()
    assert agreed([one, crossed]) == set()
    assert agreed([one, other]) == {(ONE.id, TWO.id)}
    lead = Pin(ONE.id, TWO.id, Wish.LEAD)
    assert pinned([lead], [one]) == (lead,)
    assert pinned([lead], [one, other]) == (Pin(ONE.id, TWO.id, Wish.BOTH),)


@pytest.mark.parametrize(
    ("by", "rule"), [(None, "not_available"), (Wish.LEAD, "not_available"), (Wish.BOTH, None)]
)
def test_only_both_together_ask_for_the_same_one_again(by: Wish | None, rule: str | None) -> None:
    pins = (Pin(ONE.id, TWO.id, by),) if by else ()
    records = Records((ended(a_proposal(ONE, TWO)),), pins=pins)

    assert lasting_rule(ONE, TWO, TERMS, TODAY, records) == rule


def test_no_wish_lifts_an_avoid_list() -> None:
    pins = (Pin(ONE.id, TWO.id, Wish.BOTH),)
    avoiding = replace(TWO, avoid=(ONE.person_id,))

    assert lasting_rule(ONE, avoiding, TERMS, TODAY, Records(pins=pins)) == "not_available"


def test_the_pool_has_the_pins_of_its_cohort_and_the_round_says_which_it_cannot_keep() -> None:
    paused = replace(FOUR, status="paused")
    pins = tuple(Pin(ONE.id, one.id, Wish.LEAD) for one in (TWO, paused, a_mentee(9)))
    pool = pool_of(ROUND, TERMS, TODAY, [ONE, THREE, TWO, paused], Records(pins=pins))
    outcome = decide(pool, lambda step, done, total: None)

    assert pool.pins == pins[:2]
    assert [(one.mentor_id, one.mentee_id) for one in outcome.matches] == [(ONE.id, TWO.id)]
    assert outcome.refused_pins == (RefusedPin(pins[1], "not_waiting"),)


def test_a_reason_is_counted_from_five_on() -> None:
    assert told({"too_far": 4, "no_time": 5, "other": 12}) == {"no_time": 5, "other": 12}


def test_a_shadow_says_who_would_have_another_partner() -> None:
    last = {TWO.id: (ONE.id, 70), FOUR.id: (THREE.id, 40)}
    shadow = {TWO.id: (ONE.id, 90), UUID(int=6): (THREE.id, 55)}
    found = compared(last, shadow)

    assert (found.last, found.shadow) == (Sum(2, 40, 110), Sum(2, 55, 145))
    assert found.changes == (
        Change(FOUR.id, THREE.id, None),
        Change(UUID(int=6), None, THREE.id),
    )
    assert compared({}, {}).last == Sum(0, None, 0)
