"""Drafts on a real database: nobody is asked before the lead says so, and the rules are asked again then."""

import asyncio
from functools import partial
from uuid import UUID

import pytest

from services.matching.domain.pairs import PairState
from services.matching.domain.rounds import Round, RoundState
from services.matching.handlers import drafts, learning, rounds
from services.matching.handlers.drafts import DraftOf
from services.matching.store.holdings import HOLDINGS
from shared.chassis.privacy.holdings import Subject
from shared.chassis.refusals import Conflict, NotFound, Refusal
from tests.matching.builders import COHORT, PROGRAMME, a_mentee, a_mentor
from tests.matching.conftest import House


async def read(house: House, which: DraftOf) -> Round:
    return await house.do(lambda unit: rounds.read_round(unit, PROGRAMME, which.round_id))


async def matched(house: House, which: DraftOf) -> set[tuple[int, int]]:
    draft = await house.do(lambda unit: drafts.read_draft(unit, which))
    return {(one.mentor_id.int, one.mentee_id.int) for one in draft.outcome.matches}


async def release(house: House, which: DraftOf) -> Round:
    return await house.do(lambda unit: drafts.release_round(unit, which))


async def test_a_draft_asks_and_tells_nobody(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    which = await house.draft()

    assert await matched(house, which) == {(1, 2)}
    found = await read(house, which)
    assert (found.state, found.matched) == (RoundState.DRAFTED, 1)
    assert await house.pairs() == []
    assert await house.published() == []


async def test_the_release_asks_all_who_are_matched(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    done = await release(house, await house.draft())

    assert (done.state, done.matched) == (RoundState.COMPLETED, 1)
    assert [pair.state for pair in await house.pairs()] == [PairState.PROPOSED]
    assert await house.published() == ["proposal.made", "round.completed"]
    assert await house.database["drafts"].count_documents({}) == 0


async def test_who_changed_since_the_draft_is_left_over_at_the_release(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    which = await house.draft()
    await house.learn(a_mentee(2, status="paused"))
    done = await release(house, which)

    assert (done.matched, done.unmatched) == (0, {"changed_meanwhile": 2})
    assert await house.pairs() == []


async def test_a_discarded_draft_leaves_nothing_and_makes_room_for_another(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    which = await house.draft()
    with pytest.raises(Conflict) as refused:
        await house.ask_for_round()
    await house.do(lambda unit: drafts.discard_round(unit, which))

    assert refused.value.code == "round_running"
    assert (await read(house, which)).state is RoundState.DISCARDED
    assert await house.published() == []
    assert (await house.round()).matched == 1


async def test_the_lead_takes_one_out_and_puts_another_in(house: House) -> None:
    await house.learn(a_mentor(1, motivation=5), a_mentor(3, motivation=1), a_mentee(2))
    which = await house.draft()
    await house.do(lambda unit: drafts.place_match(unit, which, UUID(int=3), UUID(int=2)))
    assert await matched(house, which) == {(3, 2)}
    assert (await read(house, which)).unmatched == {"removed": 1}

    await house.do(lambda unit: drafts.remove_match(unit, which, UUID(int=2)))
    assert await matched(house, which) == set()
    assert (await release(house, which)).matched == 0


async def test_a_rule_forbids_the_lead_too(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2), a_mentee(4, level=3))
    which = await house.draft()
    with pytest.raises(Conflict) as refused:
        await house.do(lambda unit: drafts.place_match(unit, which, UUID(int=1), UUID(int=4)))

    # The only place of the mentor is meant for another, which is asked before the levels.
    assert refused.value.code == "no_capacity"
    assert await matched(house, which) == {(1, 2)}


async def test_a_draft_of_another_programme_is_not_there(house: House) -> None:
    which = await house.draft()
    other = DraftOf(UUID(int=0xA777), which.round_id)
    for act in (drafts.read_draft, drafts.release_round, drafts.discard_round):
        with pytest.raises(NotFound) as refused:
            await house.do(partial(act, which=other))
        assert refused.value.code == "round_unknown"


async def test_a_draft_of_a_closed_cohort_is_not_released(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    which = await house.draft()
    await house.do(lambda unit: learning.close_cohort(unit, PROGRAMME, COHORT))
    with pytest.raises(Conflict) as refused:
        await release(house, which)

    assert refused.value.code == "cohort_closed"
    assert await house.pairs() == []


async def test_of_release_and_discard_at_once_one_wins_and_the_other_is_told(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    which = await house.draft()
    answers = await asyncio.gather(
        release(house, which),
        house.do(lambda unit: drafts.discard_round(unit, which)),
        return_exceptions=True,
    )

    state = (await read(house, which)).state
    assert [one.code for one in answers if isinstance(one, Refusal)] == [f"round_{state}"]
    assert len(await house.pairs()) == (state is RoundState.COMPLETED)


async def test_who_is_erased_stands_in_no_draft(house: House) -> None:

    await house.learn(a_mentor(1), a_mentee(2))
    which = await house.draft()
    subject = Subject(UUID(int=0x1001), frozenset({UUID(int=1)}))
    (holding,) = [one for one in HOLDINGS if one.collection == "drafts"]
    await house.transactions.run(lambda tx: holding.erase(tx, subject))

    assert await matched(house, which) == set()
