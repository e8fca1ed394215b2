"""A proposal that came to nothing: why, who is matched again, and who waits for how long."""

from functools import partial
from uuid import UUID

import pytest

from services.matching.domain.candidates import Side
from services.matching.domain.declines import Reason
from services.matching.domain.pairs import PairState
from services.matching.domain.pools import Waiter
from services.matching.domain.rounds import Round, RoundState
from services.matching.domain.routines import Cause, Release, Rematch, Routine
from services.matching.handlers import drafts, learning, pairs, rounds, routines
from services.matching.handlers.drafts import DraftOf
from services.matching.handlers.pairs import Caller
from services.matching.store.holdings import HOLDINGS
from shared.chassis.privacy.holdings import Subject
from shared.chassis.refusals import Conflict
from tests.matching.builders import NOW, PROGRAMME, TERMS, a_mentee, a_mentor
from tests.matching.conftest import House


async def rematch(house: House, setting: Rematch) -> None:
    routine = Routine(rematch=setting)
    await house.do(lambda unit: routines.set_routine(unit, PROGRAMME, routine))


async def newest(house: House) -> Round:
    return (await house.rounds())[-1]


async def live(house: House) -> set[tuple[int, int]]:
    return {(one.mentor_id.int, one.mentee_id.int) for one in await house.pairs() if one.live}


async def declined(house: House) -> None:
    """Mentor 1 and mentee 2 were asked, and 2 said no; mentor 3 was left over."""
    await house.learn(a_mentor(1, motivation=5), a_mentor(3), a_mentee(2))
    await house.round()
    (pair,) = [one for one in await house.pairs() if one.state is PairState.PROPOSED]
    await house.decline(pair, 2)


async def test_who_was_declined_is_matched_again_in_a_draft(house: House) -> None:
    await declined(house)
    await house.start_by_themselves()
    await house.desk.solve_waiting()

    found = await newest(house)
    assert (found.cause, found.state, found.matched) == (Cause.REMATCH, RoundState.DRAFTED, 1)
    assert set(found.freed) == {UUID(int=1), UUID(int=2)}
    assert await live(house) == set()
    which = DraftOf(PROGRAMME, found.id)
    await house.do(lambda unit: drafts.release_round(unit, which))
    assert await live(house) == {(3, 2)}


async def test_at_once_where_the_lead_set_it_so_and_never_with_the_same_person(
    house: House,
) -> None:
    await rematch(house, Rematch.AT_ONCE)
    await declined(house)
    await house.start_by_themselves()
    await house.desk.solve_waiting()

    assert await live(house) == {(3, 2)}
    assert (await newest(house)).release is Release.AT_ONCE


async def test_an_expired_or_voided_side_is_matched_again_too(house: House) -> None:
    await rematch(house, Rematch.AT_ONCE)
    await house.learn(a_mentor(1, motivation=5), a_mentor(3), a_mentee(2))
    await house.round()
    await house.do(pairs.expire_due)
    await house.start_by_themselves()
    await house.desk.solve_waiting()
    assert await live(house) == {(3, 2)}

    await house.learn(a_mentor(3, status="withdrawn"), a_mentor(4))
    await house.round()
    assert await live(house) == {(4, 2)}
    await house.learn(a_mentor(4, status="paused"))
    await house.start_by_themselves()
    assert set((await newest(house)).freed) == {UUID(int=4), UUID(int=2)}


async def test_nothing_is_started_where_the_lead_switched_it_off(house: House) -> None:
    await rematch(house, Rematch.OFF)
    await declined(house)
    await house.start_by_themselves()
    await rematch(house, Rematch.AT_ONCE)
    await house.start_by_themselves()

    assert [one.cause for one in await house.rounds()] == [Cause.LEAD]


async def test_a_rematch_that_finds_nobody_leaves_no_draft_to_read(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    await house.round()
    (pair,) = await house.pairs()
    await house.decline(pair, 2)
    await house.start_by_themselves()
    await house.desk.solve_waiting()

    assert (await newest(house)).state is RoundState.DISCARDED
    assert (await house.published()).count("round.completed") == 1


async def test_running_pairs_and_newcomers_are_not_touched(house: House) -> None:
    await rematch(house, Rematch.AT_ONCE)
    await house.learn(a_mentor(5), a_mentee(6))
    running = await house.form(5, 6)
    await declined(house)
    await house.learn(a_mentor(7), a_mentee(8))
    await house.start_by_themselves()
    await house.desk.solve_waiting()

    assert await live(house) == {(5, 6), (3, 2)}
    assert {one.id: one.state for one in await house.pairs()}[running.id] is PairState.FORMED


async def test_a_round_of_all_takes_the_place_of_a_rematch(house: House) -> None:
    await declined(house)
    await house.start_by_themselves()
    await house.desk.solve_waiting()
    done = await house.round()
    await house.start_by_themselves()

    assert [one.state for one in await house.rounds()] == [
        RoundState.COMPLETED,
        RoundState.DISCARDED,
        RoundState.COMPLETED,
    ]
    assert done.matched == 1
    assert await house.database["drafts"].count_documents({}) == 0


async def test_while_a_draft_waits_for_the_lead_who_was_declined_waits_too(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    await house.round()
    (pair,) = await house.pairs()
    which = await house.draft()
    await house.decline(pair, 2)
    await house.start_by_themselves()
    assert [one.cause for one in await house.rounds()] == [Cause.LEAD, Cause.LEAD]

    await house.do(lambda unit: drafts.discard_round(unit, which))
    await house.start_by_themselves()
    assert (await newest(house)).cause is Cause.REMATCH


async def test_two_workers_start_one_rematch(house: House) -> None:
    await declined(house)
    (start,) = await house.do(routines.list_to_start)
    await house.do(partial(routines.start_by_itself, start=start))
    with pytest.raises(Conflict):
        await house.do(partial(routines.start_by_itself, start=start))

    assert [one.cause for one in await house.rounds()] == [Cause.LEAD, Cause.REMATCH]


async def test_in_a_closed_programme_nobody_is_matched_again(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    await house.round()
    await house.do(lambda unit: learning.close_programme(unit, PROGRAMME))
    await house.start_by_themselves()

    assert [one.cause for one in await house.rounds()] == [Cause.LEAD]
    assert await house.do(routines.list_to_start) == []


async def test_a_reason_is_kept_for_its_writer_and_told_to_nobody(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    await house.round()
    (pair,) = await house.pairs()
    caller = Caller(frozenset({UUID(int=2)}))
    await house.do(lambda unit: pairs.decline(unit, caller, pair.id, Reason.TOO_FAR))

    (holding,) = [one for one in HOLDINGS if one.collection == "declines"]
    for volunteer, seen in ((1, []), (2, ["too_far"])):
        subject = Subject(UUID(int=0x1000 + volunteer), frozenset({UUID(int=volunteer)}))
        found = await house.transactions.run(partial(holding.read, subject=subject))
        assert [row["reason"] for row in found] == seen
    assert "too_far" not in str(await house.database["outbox"].find().to_list(None))
    assert "too_far" not in str(await house.database["pairs"].find().to_list(None))
    assert await house.do(lambda unit: pairs.count_declines(unit, PROGRAMME)) == {}


async def test_the_lead_counts_reasons_from_five_on(house: House) -> None:
    await house.learn(*map(a_mentor, range(1, 7)), *map(a_mentee, range(11, 17)))
    await house.round()
    reasons = [Reason.NO_TIME] * 5 + [Reason.TOO_FAR]
    for pair, reason in zip(await house.pairs(), reasons, strict=True):
        caller = Caller(frozenset({pair.mentee_id}))
        await house.do(partial(pairs.decline, caller=caller, pair_id=pair.id, reason=reason))

    assert await house.do(lambda unit: pairs.count_declines(unit, PROGRAMME)) == {"no_time": 5}


async def waiters(house: House) -> list[Waiter]:
    return await house.do(lambda unit: rounds.list_waiting(unit, PROGRAMME, None, 100))


async def test_who_waits_is_counted_in_released_rounds_and_by_no_rematch(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2), a_mentee(4, time_zone="Asia/Tokyo"))
    await house.round()
    which = await house.draft()
    assert [one.rounds_waited for one in await waiters(house)] == [1]
    await house.do(lambda unit: drafts.discard_round(unit, which))
    await house.round()
    (pair,) = await house.pairs()
    await house.decline(pair, 2)
    await house.start_by_themselves()
    await house.desk.solve_waiting()

    assert await waiters(house) == [
        Waiter(UUID(int=1), Side.MENTOR, NOW, 0),
        Waiter(UUID(int=2), Side.MENTEE, NOW, 0),
        Waiter(UUID(int=4), Side.MENTEE, NOW, 2),
    ]


async def test_what_is_learnt_again_begins_no_new_wait(house: House) -> None:
    await house.learn(a_mentee(2))
    house.later(days=3)
    await house.learn(a_mentee(2, hobbies=("chess",)), a_mentee(4))

    assert [one.since for one in await waiters(house)] == [NOW, house.now]


async def test_the_solver_is_told_how_long_each_has_waited(house: House) -> None:
    await house.learn(a_mentee(2))
    await house.round()
    await house.round()
    asked = await house.ask_for_round()
    claim = rounds.Claim(asked.id, 9)
    pool = await house.do(lambda unit: rounds.start_round(unit, claim))

    assert pool is not None
    assert [one.waited for one in pool.entrants] == [2]


async def test_a_schedule_starts_a_round_by_the_clock_of_the_database(house: House) -> None:
    routine = Routine(every_days=14, release=Release.AT_ONCE)
    set_ = partial(routines.set_routine, programme_id=PROGRAMME, routine=routine)
    first = await house.do(set_)
    again = await house.do(set_)
    await house.start_by_themselves()
    assert first.next_at == again.next_at
    assert await house.rounds() == []

    moved = {"$set": {"routine.next_at": NOW}}
    await house.database["programmes"].update_one({"_id": PROGRAMME}, moved)
    await house.start_by_themselves()
    await house.start_by_themselves()
    (round_,) = await house.rounds()
    assert (round_.cause, round_.release) == (Cause.SCHEDULE, Release.AT_ONCE)
    after = await house.do(lambda unit: routines.read_routine(unit, PROGRAMME))
    assert after.next_at is not None
    assert first.next_at is not None
    assert after.next_at >= first.next_at
    assert after.due == ()


async def test_a_schedule_ends_with_its_programme(house: House) -> None:
    await house.do(lambda unit: routines.set_routine(unit, PROGRAMME, Routine(every_days=7)))
    moved = {"$set": {"routine.next_at": NOW}}
    await house.database["programmes"].update_one({"_id": PROGRAMME}, moved)
    await house.do(lambda unit: learning.close_programme(unit, PROGRAMME))
    await house.start_by_themselves()

    after = await house.do(lambda unit: routines.read_routine(unit, PROGRAMME))
    assert (after.next_at, after.due) == (None, ())
    assert await house.rounds() == []


async def test_the_rounds_of_several_cohorts_start_one_after_the_other(house: House) -> None:
    further = UUID(int=0xB009)
    await house.do(lambda unit: learning.learn_cohort(unit, PROGRAMME, further))
    routine = Routine(every_days=7, release=Release.AT_ONCE)
    await house.do(lambda unit: routines.set_routine(unit, PROGRAMME, routine))
    moved = {"$set": {"routine.next_at": NOW}}
    await house.database["programmes"].update_one({"_id": PROGRAMME}, moved)
    await house.start_by_themselves()
    await house.start_by_themselves()
    assert len(await house.rounds()) == 1
    await house.desk.solve_waiting()
    await house.start_by_themselves()

    assert len({one.cohort_id for one in await house.rounds()}) == 2


async def test_a_programme_without_settings_has_no_schedule_and_drafts_its_rematches(
    house: House,
) -> None:
    await house.do(lambda unit: learning.learn_terms(unit, PROGRAMME, TERMS))

    assert await house.do(lambda unit: routines.read_routine(unit, PROGRAMME)) == Routine()
