"""What the lead does by hand, pins and shadows, on a real database."""

import asyncio
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from services.matching.domain.candidates import Side
from services.matching.domain.pairs import Ending, Pair, PairState
from services.matching.domain.rounds import Pin, Round, RoundState, Wish
from services.matching.domain.shadows import Change, Comparison
from services.matching.handlers import by_hand, drafts, pairs, rounds, shadows, wishes
from services.matching.handlers.by_hand import PairOf
from services.matching.handlers.drafts import DraftOf
from services.matching.handlers.pairs import Caller
from shared.chassis.refusals import Conflict, Invalid, NotFound, Refusal
from tests.matching.builders import COHORT, PROGRAMME, a_mentee, a_mentor
from tests.matching.conftest import House

ELSEWHERE = UUID(int=0xA001)


async def propose(house: House, mentor: int, mentee: int) -> Pair:
    them = UUID(int=mentor), UUID(int=mentee)
    return await house.do(lambda unit: by_hand.propose_by_hand(unit, PROGRAMME, them))


async def end(house: House, pair: Pair) -> Pair:
    which = PairOf(PROGRAMME, pair.id)
    return await house.do(lambda unit: by_hand.end_by_lead(unit, which, Ending.STOPPED))


async def test_the_lead_asks_two_by_hand(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    pair = await propose(house, 1, 2)
    await house.accept(pair, 1)
    formed = await house.accept(pair, 2)

    assert (pair.state, pair.round_id) == (PairState.PROPOSED, None)
    assert formed.state is PairState.FORMED
    assert await house.published() == [
        "proposal.made",
        "proposal.accepted",
        "proposal.accepted",
        "pair.formed",
    ]


@pytest.mark.parametrize(
    ("mentee", "rule"),
    [
        ({"level": 3}, "level_gap"),
        ({"avoid": (UUID(int=0x1001),)}, "not_available"),
        ({"capacity": 0}, "no_capacity"),
        ({"status": "paused"}, "not_waiting"),
    ],
)
async def test_by_hand_all_hard_rules_hold(house: House, mentee: Any, rule: str) -> None:
    await house.learn(a_mentor(1), a_mentee(2, **mentee))
    with pytest.raises(Conflict) as refused:
        await propose(house, 1, 2)

    assert refused.value.code == rule
    assert await house.pairs() == []


async def test_whom_the_programme_does_not_know_is_not_there(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2, programme_id=ELSEWHERE))
    for mentee in (2, 99):
        with pytest.raises(NotFound) as refused:
            await propose(house, 1, mentee)
        assert refused.value.code == "volunteer_unknown"


async def test_the_lead_ends_a_running_pair_of_the_programme(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    pair = await house.form(1, 2)
    elsewhere = PairOf(ELSEWHERE, pair.id)
    with pytest.raises(NotFound):
        await house.do(lambda unit: by_hand.end_by_lead(unit, elsewhere, Ending.STOPPED))

    ended = await end(house, pair)
    assert (ended.state, ended.ending) == (PairState.ENDED, Ending.STOPPED)
    with pytest.raises(Conflict) as refused:
        await end(house, pair)
    assert refused.value.code == "pair_not_running"


async def test_the_lead_replaces_one_side(house: House) -> None:
    await house.learn(a_mentor(1), a_mentor(3), a_mentee(2))
    pair = await house.form(1, 2)
    which = PairOf(PROGRAMME, pair.id)
    fresh = await house.do(lambda unit: by_hand.replace_side(unit, which, Side.MENTOR, UUID(int=3)))

    assert (fresh.mentor_id.int, fresh.mentee_id.int, fresh.state) == (3, 2, PairState.PROPOSED)
    assert {one.id: one.state for one in await house.pairs()}[pair.id] is PairState.ENDED


async def test_where_a_rule_forbids_the_new_one_the_pair_goes_on(house: House) -> None:
    await house.learn(a_mentor(1), a_mentor(3, level=6), a_mentee(2))
    pair = await house.form(1, 2)
    which = PairOf(PROGRAMME, pair.id)
    for other, rule in ((3, "level_gap"), (1, "not_available")):
        with pytest.raises(Conflict) as refused:
            await house.do(
                partial(
                    by_hand.replace_side,
                    which=which,
                    side=Side.MENTOR,
                    volunteer_id=UUID(int=other),
                )
            )
        assert refused.value.code == rule

    assert [one.state for one in await house.pairs()] == [PairState.FORMED]


async def test_of_hands_that_reach_for_one_place_one_gets_it(house: House) -> None:
    await house.learn(a_mentor(1), *map(a_mentee, range(11, 15)))
    answers = await asyncio.gather(
        *(propose(house, 1, mentee) for mentee in range(11, 15)), return_exceptions=True
    )

    assert len([one for one in await house.pairs() if one.live]) == 1
    assert [one.code for one in answers if isinstance(one, Refusal)] == ["not_waiting"] * 3


async def test_a_hand_and_a_release_at_once_stay_within_capacity(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2), a_mentee(4))
    which = await house.draft()
    await asyncio.gather(
        house.do(lambda unit: drafts.release_round(unit, which)),
        propose(house, 1, 4),
        return_exceptions=True,
    )

    assert len([one for one in await house.pairs() if one.live]) == 1


@pytest.mark.parametrize("word", ["accept", "decline"])
async def test_an_ending_and_an_answer_at_once_have_one_winner(house: House, word: str) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    pair = await propose(house, 1, 2)
    await house.accept(pair, 1)
    speak = house.accept if word == "accept" else house.decline
    answers = await asyncio.gather(speak(pair, 2), end(house, pair), return_exceptions=True)

    (after,) = await house.pairs()
    told = [one.code for one in answers if isinstance(one, Refusal)]
    if after.state is PairState.ENDED:
        assert told == []  # the yes came first, and then the lead ended what was formed
    else:
        assert after.state in (PairState.FORMED, PairState.DECLINED)
        assert told == ["pair_not_running"]


async def test_two_endings_at_once_have_one_winner(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    pair = await house.form(1, 2)
    caller = Caller(frozenset({UUID(int=2)}))
    answers = await asyncio.gather(
        house.do(lambda unit: pairs.end_pair(unit, caller, pair.id, Ending.COMPLETED)),
        end(house, pair),
        return_exceptions=True,
    )

    assert [one.code for one in answers if isinstance(one, Refusal)] == ["pair_not_running"]
    assert (await house.published()).count("pair.ended") == 1


async def pin(house: House, mentor: int, mentee: int) -> Pin:
    them = UUID(int=mentor), UUID(int=mentee)
    return await house.do(lambda unit: wishes.set_pin(unit, PROGRAMME, them))


async def wish(house: House, one: int, other: int, side: Side) -> wishes.OwnWish:
    caller = Caller(frozenset({UUID(int=one)}))
    return await house.do(lambda unit: wishes.ask_for(unit, caller, UUID(int=other), side))


async def pins(house: House) -> list[tuple[int, int, str, str | None]]:
    found = await house.do(lambda unit: wishes.list_pins(unit, PROGRAMME))
    return [
        (one.pin.mentor_id.int, one.pin.mentee_id.int, one.pin.by, one.forbidden_by)
        for one in found
    ]


async def test_a_pin_obeys_every_rule_and_says_which_forbids_it(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2), a_mentee(4, level=3))
    await house.learn(a_mentee(5, avoid=(UUID(int=0x1001),)))
    await pin(house, 1, 2)
    for mentee, rule in ((4, "level_gap"), (5, "not_available")):
        with pytest.raises(Conflict) as refused:
            await pin(house, 1, mentee)
        assert refused.value.code == rule
    assert await pins(house) == [(1, 2, "lead", None)]

    await house.learn(a_mentee(2, languages=("ru",)))
    assert await pins(house) == [(1, 2, "lead", "no_common_language")]
    them = UUID(int=1), UUID(int=2)
    await house.do(lambda unit: wishes.remove_pin(unit, PROGRAMME, them))
    assert await pins(house) == []


async def test_a_wish_stays_private_until_both_have_asked(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    alone = await wish(house, 1, 2, Side.MENTOR)
    other = Caller(frozenset({UUID(int=2)}))
    assert alone.agreed is False
    assert await house.do(lambda unit: wishes.list_wishes(unit, other)) == []
    assert await pins(house) == []

    assert (await wish(house, 2, 1, Side.MENTEE)).agreed is True
    assert await pins(house) == [(1, 2, Wish.BOTH, None)]
    await house.do(lambda unit: wishes.take_back(unit, other, UUID(int=1)))
    assert await pins(house) == []


async def test_a_wish_names_a_side_that_the_wisher_takes(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2), a_mentee(6, programme_id=ELSEWHERE))
    with pytest.raises(Invalid) as refused:
        await wish(house, 1, 2, Side.MENTEE)
    assert (refused.value.code, refused.value.pointer) == ("side_not_yours", "/side")
    for other in (1, 6, 99):
        with pytest.raises(NotFound):
            await wish(house, 1, other, Side.MENTOR)


async def test_two_who_said_no_once_are_paired_when_both_ask(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    await house.round()
    (pair,) = await house.pairs()
    await house.decline(pair, 2)
    await wish(house, 1, 2, Side.MENTOR)
    assert (await house.round()).matched == 0
    await wish(house, 2, 1, Side.MENTEE)
    assert (await house.round()).matched == 1


async def test_a_wish_is_heard_once(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    await wish(house, 1, 2, Side.MENTOR)
    await wish(house, 2, 1, Side.MENTEE)
    await house.decline(await propose(house, 1, 2), 1)

    assert await pins(house) == []
    with pytest.raises(Conflict):
        await propose(house, 1, 2)


async def shadow(house: House, **changes: Any) -> Round:
    wanted = shadows.RequestShadow(PROGRAMME, COHORT, UUID(int=0xD002), changes)
    asked = await house.do(lambda unit: shadows.request_shadow(unit, wanted))
    await house.desk.solve_waiting()
    return await house.do(lambda unit: rounds.read_round(unit, PROGRAMME, asked.id))


async def comparison(house: House, round_: Round) -> Comparison:
    return await house.do(lambda unit: shadows.read_comparison(unit, PROGRAMME, round_.id))


async def test_a_shadow_tries_other_weights_on_the_people_of_the_last_round(house: House) -> None:
    await house.learn(a_mentor(1, motivation=5), a_mentor(3, motivation=1, hobbies=("chess",)))
    await house.learn(a_mentee(2, hobbies=("chess",)))
    await house.round()
    told = await house.published()
    done = await shadow(house, weights={"hobbies": 100})

    found = await comparison(house, done)
    assert (done.state, done.matched) == (RoundState.COMPARED, 1)
    assert (found.last.matched, found.shadow.matched) == (1, 1)
    assert found.changes == (Change(UUID(int=2), UUID(int=1), UUID(int=3)),)
    assert await house.published() == told


async def test_a_shadow_is_compared_with_a_draft_and_never_released(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    which = await house.draft()
    done = await shadow(house, level_gap=9)

    found = await comparison(house, done)
    assert (found.last.matched, found.shadow.matched) == (1, 0)
    assert found.changes == (Change(UUID(int=2), UUID(int=1), None),)
    with pytest.raises(Conflict) as refused:
        await house.do(lambda unit: drafts.release_round(unit, DraftOf(PROGRAMME, done.id)))
    assert refused.value.code == "round_compared"
    await house.do(lambda unit: drafts.release_round(unit, which))


async def test_before_it_is_solved_there_is_nothing_to_compare(house: House) -> None:
    wanted = shadows.RequestShadow(PROGRAMME, COHORT, UUID(int=0xD002), {})
    asked = await house.do(lambda unit: shadows.request_shadow(unit, wanted))
    with pytest.raises(Conflict) as too_early:
        await comparison(house, asked)
    with pytest.raises(Conflict) as second:
        await house.do(lambda unit: shadows.request_shadow(unit, wanted))

    assert (too_early.value.code, second.value.code) == ("not_compared", "shadow_running")
    assert (await house.round()).state is RoundState.COMPLETED
