"""The use cases on a real database."""

from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from uuid import UUID

import pytest

from services.matching.domain.candidates import Side
from services.matching.domain.pairs import Ending, PairState
from services.matching.domain.rounds import RoundState
from services.matching.handlers import learning, pairs, rounds
from services.matching.handlers.pairs import Caller
from services.matching.handlers.rounds import Claim
from services.matching.store import Unit
from shared.chassis.refusals import Conflict, NotFound
from tests.matching.builders import COHORT, NOW, PROGRAMME, TERMS, a_mentee, a_mentor
from tests.matching.conftest import House

ELSEWHERE, ELSEWHERE_COHORT = UUID(int=0xA001), UUID(int=0xB001)


async def test_a_round_asks_those_who_fit_and_says_why_others_are_left(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2), a_mentee(3, time_zone="Asia/Tokyo"))
    done = await house.round()

    assert done.state is RoundState.COMPLETED
    assert (done.mentors, done.mentees, done.matched) == (1, 2, 1)
    assert done.unmatched == {"no_common_slot": 1}
    (pair,) = await house.pairs()
    assert pair.state is PairState.PROPOSED
    assert pair.expires_at == NOW + timedelta(hours=72)
    assert await house.published() == ["proposal.made", "round.completed"]


async def test_both_accept_and_the_pair_is_formed(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    await house.round()
    (pair,) = await house.pairs()

    await house.accept(pair, 1)
    await house.accept(pair, 1)
    formed = await house.accept(pair, 2)

    assert formed.state is PairState.FORMED
    assert (await house.published())[2:] == [
        "proposal.accepted",
        "proposal.accepted",
        "pair.formed",
    ]


async def test_after_a_no_both_are_matched_again_but_not_with_each_other(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    await house.round()
    (pair,) = await house.pairs()
    await house.decline(pair, 2)
    alone = await house.round()
    await house.learn(a_mentor(3))
    again = await house.round()

    assert alone.unmatched == {"not_available": 2}
    assert again.matched == 1
    assert {one.mentor.volunteer_id.int for one in await house.pairs() if one.live} == {3}


async def test_an_expired_proposal_is_told_once_and_frees_both(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    await house.round()
    expired = await house.do(pairs.expire_due)
    again = await house.do(pairs.expire_due)
    await house.learn(a_mentee(3))
    await house.round()

    # The service's clock stands in the spring of 2026, so for the database the time is over.
    assert (expired, again) == (1, 0)
    assert (await house.published()).count("proposal.expired") == 1
    assert [one.mentee.volunteer_id.int for one in await house.pairs() if one.live] == [3]


async def test_a_proposal_whose_time_is_not_over_for_the_database_stays_open(house: House) -> None:
    house.later(days=365 * 50)
    await house.learn(a_mentor(1), a_mentee(2))
    await house.round()

    assert await house.do(pairs.expire_due) == 0
    assert [pair.state for pair in await house.pairs()] == [PairState.PROPOSED]


async def test_one_round_of_a_programme_at_a_time(house: House) -> None:
    await house.ask_for_round()

    with pytest.raises(Conflict) as refused:
        await house.ask_for_round()
    assert refused.value.code == "round_running"
    await house.desk.solve_waiting()
    await house.ask_for_round()


@pytest.mark.parametrize(
    ("programme", "cohort", "code"),
    [(ELSEWHERE, COHORT, "programme_unknown"), (PROGRAMME, ELSEWHERE_COHORT, "cohort_unknown")],
)
async def test_a_round_needs_a_known_programme_and_cohort(
    house: House, programme: UUID, cohort: UUID, code: str
) -> None:
    with pytest.raises(NotFound) as refused:
        await house.ask_for_round(programme, cohort)

    assert refused.value.code == code


async def test_a_cohort_may_be_heard_of_before_its_programme(house: House) -> None:
    await house.do(lambda unit: learning.learn_cohort(unit, ELSEWHERE, ELSEWHERE_COHORT))
    with pytest.raises(NotFound):
        await house.ask_for_round(ELSEWHERE, ELSEWHERE_COHORT)
    await house.do(lambda unit: learning.learn_terms(unit, ELSEWHERE, TERMS))

    assert (await house.round(ELSEWHERE, ELSEWHERE_COHORT)).state is RoundState.COMPLETED


async def test_a_closed_programme_pairs_nobody_and_voids_what_is_open(house: House) -> None:
    await house.learn(*map(a_mentor, (1, 2)), *map(a_mentee, (3, 4)))
    await house.round()
    running, open_ = await house.pairs()
    await house.accept(running, running.mentor.volunteer_id.int)
    await house.accept(running, running.mentee.volunteer_id.int)
    await house.do(lambda unit: learning.close_programme(unit, PROGRAMME))

    states = {pair.id: pair.state for pair in await house.pairs()}
    assert states == {running.id: PairState.FORMED, open_.id: PairState.VOIDED}
    with pytest.raises(Conflict) as refused:
        await house.ask_for_round()
    assert refused.value.code == "programme_closed"


async def test_a_closed_cohort_takes_no_round_and_voids_its_open_proposals(house: House) -> None:
    further = UUID(int=0xB009)
    await house.do(lambda unit: learning.learn_cohort(unit, PROGRAMME, further))
    await house.learn(*map(a_mentor, (1, 2)), *map(a_mentee, (3, 4)))
    await house.learn(a_mentor(5, cohort_id=further), a_mentee(6, cohort_id=further))
    await house.round()
    running, open_ = await house.pairs()
    await house.accept(running, running.mentor.volunteer_id.int)
    await house.accept(running, running.mentee.volunteer_id.int)
    await house.round(cohort=further)
    (elsewhere,) = [pair for pair in await house.pairs() if pair.cohort_id == further]
    await house.do(lambda unit: learning.close_cohort(unit, PROGRAMME, COHORT))

    states = {pair.id: pair.state for pair in await house.pairs()}
    assert states == {
        running.id: PairState.FORMED,
        open_.id: PairState.VOIDED,
        elsewhere.id: PairState.PROPOSED,
    }
    with pytest.raises(Conflict) as refused:
        await house.ask_for_round()
    assert refused.value.code == "cohort_closed"
    assert (await house.round(cohort=further)).state is RoundState.COMPLETED


async def test_who_waits_in_a_closed_cohort_is_not_counted_for_the_next_round(
    house: House,
) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    waiting = partial(rounds.count_waiting, programme_id=PROGRAMME)
    assert await house.do(waiting) == {Side.MENTOR: 1, Side.MENTEE: 1}
    await house.do(lambda unit: learning.close_cohort(unit, PROGRAMME, COHORT))
    assert await house.do(waiting) == {Side.MENTOR: 0, Side.MENTEE: 0}


async def test_a_round_of_a_cohort_that_closed_meanwhile_fails_with_that_reason(
    house: House,
) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    house.solver.before = lambda: house.do(
        lambda unit: learning.close_cohort(unit, PROGRAMME, COHORT)
    )
    done = await house.round()

    assert (done.state, done.failure) == (RoundState.FAILED, "cohort_closed")
    assert await house.pairs() == []


async def test_after_its_last_day_a_programme_runs_no_round(house: House) -> None:
    over = replace(TERMS, ends_on=date(2026, 3, 1))
    await house.do(lambda unit: learning.learn_terms(unit, PROGRAMME, over))
    with pytest.raises(Conflict) as refused:
        await house.ask_for_round()
    assert refused.value.code == "programme_over"

    today = replace(TERMS, ends_on=date(2026, 3, 2))
    await house.do(lambda unit: learning.learn_terms(unit, PROGRAMME, today))
    assert (await house.round()).state is RoundState.COMPLETED


async def test_a_round_of_a_programme_that_closed_meanwhile_fails_with_that_reason(
    house: House,
) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    house.solver.before = lambda: house.do(lambda unit: learning.close_programme(unit, PROGRAMME))
    done = await house.round()

    assert (done.state, done.failure) == (RoundState.FAILED, "programme_closed")
    assert await house.pairs() == []


async def test_a_programme_that_closes_while_proposals_are_written_keeps_none_of_them(
    house: House,
) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    claim = Claim((await house.ask_for_round()).id, fence=1)
    pool = await house.do(partial(rounds.start_round, claim=claim))
    assert pool is not None
    outcome = await house.solver.solve(pool)
    attempts: list[Unit] = []

    async def finish(unit: Unit) -> None:
        # What is read from here on is of this moment.
        programme = await unit.programmes.get(PROGRAMME)
        attempts.append(unit)
        if len(attempts) == 1:
            assert programme is not None
            assert not programme.closed
            await house.do(partial(learning.close_programme, programme_id=PROGRAMME))
        await rounds.finish_round(unit, claim, outcome)

    await house.do(finish)

    assert await house.pairs() == []
    done = await house.do(lambda unit: rounds.read_round(unit, PROGRAMME, claim.round_id))
    assert (done.state, done.failure) == (RoundState.FAILED, "programme_closed")


async def test_who_withdraws_frees_the_partner_at_once(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    await house.round()
    (pair,) = await house.pairs()
    await house.accept(pair, 1)
    await house.accept(pair, 2)
    await house.learn(a_mentor(1, status="withdrawn"), a_mentor(3))
    await house.round()

    ended, fresh = await house.pairs()
    assert (ended.state, ended.ending) == (PairState.ENDED, Ending.STOPPED)
    assert (fresh.mentor.volunteer_id.int, fresh.mentee.volunteer_id.int) == (3, 2)


async def test_who_withdraws_voids_an_open_proposal(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    await house.round()
    await house.learn(a_mentee(2, status="withdrawn"))

    assert [pair.state for pair in await house.pairs()] == [PairState.VOIDED]
    assert (await house.published())[-1] == "proposal.voided"


async def test_who_pauses_keeps_the_pair_and_gets_no_proposal(house: House) -> None:
    await house.learn(a_mentor(1, capacity=2), a_mentee(2))
    await house.round()
    (pair,) = await house.pairs()
    await house.accept(pair, 1)
    await house.accept(pair, 2)
    await house.learn(a_mentor(1, capacity=2, status="paused"), a_mentee(3))
    done = await house.round()

    assert [pair.state for pair in await house.pairs()] == [PairState.FORMED]
    assert done.unmatched == {"no_mentors": 1}


async def test_who_goes_on_in_a_further_cohort_keeps_the_pair(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    await house.round()
    (pair,) = await house.pairs()
    await house.accept(pair, 1)
    await house.accept(pair, 2)
    await house.learn(a_mentor(1, cohort_id=ELSEWHERE_COHORT))

    assert [pair.state for pair in await house.pairs()] == [PairState.FORMED]


@pytest.mark.parametrize(
    "change",
    [
        {"status": "paused"},
        {"capacity": 0},
        {"languages": ("ru",)},
        {"avoid": (UUID(int=0x1001),)},
        {"level": 3},
        {"cohort_id": ELSEWHERE_COHORT},
    ],
)
async def test_a_proposal_that_would_not_be_made_today_is_void_and_may_be_made_again(
    house: House, change: dict[str, object]
) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    await house.round()
    await house.learn(a_mentee(2, **change))

    assert [pair.state for pair in await house.pairs()] == [PairState.VOIDED]
    await house.learn(a_mentee(2))
    assert (await house.round()).matched == 1


async def test_two_who_change_together_void_their_proposal_once(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    await house.round()
    before = await house.published()
    await house.learn_together(a_mentor(1, status="withdrawn"), a_mentee(2, status="paused"))

    assert (await house.published())[len(before) :] == ["proposal.voided"]


async def test_many_who_change_together_are_judged_by_their_new_states(house: House) -> None:
    """The mentor has room for one of two; of the mentees one leaves in the same batch."""
    await house.learn(a_mentor(1, capacity=2), a_mentee(2), a_mentee(3))
    await house.round()
    await house.learn_together(
        a_mentee(2, status="withdrawn"), a_mentor(1, capacity=1), a_mentee(3)
    )

    states = {pair.mentee.volunteer_id.int: pair.state for pair in await house.pairs()}
    assert states == {2: PairState.VOIDED, 3: PairState.PROPOSED}


async def test_a_change_that_breaks_no_rule_leaves_the_proposal_open(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    await house.round()
    await house.learn(a_mentee(2, hobbies=("chess",)), a_mentor(1, motivation=5))

    assert [pair.state for pair in await house.pairs()] == [PairState.PROPOSED]


async def test_a_person_has_one_capacity_over_all_programmes(house: House) -> None:
    await house.do(lambda unit: learning.learn_terms(unit, ELSEWHERE, TERMS))
    await house.do(lambda unit: learning.learn_cohort(unit, ELSEWHERE, ELSEWHERE_COHORT))
    there = {"programme_id": ELSEWHERE, "cohort_id": ELSEWHERE_COHORT}
    same_person = a_mentor(11, person_id=UUID(int=0x1001), **there)
    await house.learn(a_mentor(1), a_mentee(2), same_person, a_mentee(12, **there))
    await house.round()
    done = await house.round(ELSEWHERE, ELSEWHERE_COHORT)

    assert done.matched == 0
    assert done.unmatched == {"no_capacity": 2}


async def test_what_changed_while_the_solver_worked_drops_the_pair_with_a_reason(
    house: House,
) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    house.solver.before = lambda: house.learn(a_mentee(2, status="paused"))
    done = await house.round()

    assert (done.matched, done.unmatched) == (0, {"changed_meanwhile": 2})
    assert await house.pairs() == []


async def test_nobody_sees_or_answers_the_proposal_of_others(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2), a_mentee(3, time_zone="Asia/Tokyo"))
    await house.round()
    (pair,) = await house.pairs()
    stranger = Caller(frozenset({UUID(int=3)}))

    assert await house.do(lambda unit: pairs.list_proposals(unit, stranger)) == []
    for answer in (pairs.accept, pairs.decline):
        with pytest.raises(NotFound) as refused:
            await house.do(partial(answer, caller=stranger, pair_id=pair.id))
        assert refused.value.code == "pair_unknown"


async def test_pairs_of_a_programme_come_in_pages(house: House) -> None:
    await house.learn(*map(a_mentor, range(1, 6)), *map(a_mentee, range(11, 16)))
    await house.round()
    for pair in await house.pairs():
        await house.accept(pair, pair.mentor.volunteer_id.int)
        await house.accept(pair, pair.mentee.volunteer_id.int)

    async def page(after: UUID | None) -> list[UUID]:
        found = await house.do(lambda unit: pairs.list_programme_pairs(unit, PROGRAMME, after, 2))
        return [pair.id for pair in found]

    first = await page(None)
    second = await page(first[-1])
    third = await page(second[-1])
    assert (len(first), len(second), len(third)) == (2, 2, 1)
    assert len({*first, *second, *third}) == 5
    assert await page(third[-1]) == []


async def test_the_reasons_of_each_person_are_kept_with_the_round(house: House) -> None:
    await house.learn(a_mentor(1, hours_per_month=0), a_mentee(2))
    done = await house.round()

    kept = await house.database["rounds"].find_one({"_id": done.id})
    assert kept is not None
    assert {(one["volunteer_id"].int, one["side"], one["reason"]) for one in kept["left_over"]} == {
        (1, "mentor", "no_hours"),
        (2, "mentee", "no_hours"),
    }


async def test_who_is_erased_frees_the_partner_and_is_kept_no_more(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    await house.round()
    (pair,) = await house.pairs()
    await house.accept(pair, 1)
    await house.accept(pair, 2)

    await house.do(lambda unit: learning.forget_candidate(unit, UUID(int=1)))
    await house.do(lambda unit: learning.forget_candidate(unit, UUID(int=1)))

    (ended,) = await house.pairs()
    assert (ended.state, ended.ending) == (PairState.ENDED, Ending.STOPPED)
    assert (await house.published()).count("pair.ended") == 1
    assert await house.do(lambda unit: unit.candidates.get(UUID(int=1))) is None
