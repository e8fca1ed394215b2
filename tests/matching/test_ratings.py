"""What pairs say of themselves reaches the next round: nobody who was rated poorly is met again."""

import json
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from services.matching.consumers import ROUTES
from services.matching.domain.candidates import Side
from services.matching.domain.explaining.parts import CONFIDENTIAL
from services.matching.domain.pairs import Ending, Pair, PairState
from services.matching.domain.rounds import HistoryEntry, Pool
from services.matching.domain.score import shares_of
from services.matching.domain.terms import PARTNERSHIP
from services.matching.domain.weight_advice import what_is_missing
from services.matching.handlers import by_hand, drafts, learning, rounds, wishes
from services.matching.handlers.by_hand import PairOf
from services.matching.handlers.pairs import Caller
from services.matching.solver import wire
from services.matching.store.holdings import HOLDINGS
from shared.chassis.ids import new_id
from shared.chassis.privacy.holdings import Subject
from shared.chassis.refusals import Conflict
from shared.contracts.catalogue import CATALOGUE
from shared.contracts.envelope import Envelope, Event
from shared.contracts.reporting.v1 import AnswerGiven
from tests.matching.builders import (
    NOW,
    PROGRAMME,
    TERMS,
    a_match,
    a_mentee,
    a_mentor,
    a_pool,
    a_proposal,
)
from tests.matching.conftest import House

MENTOR, MENTEE = UUID(int=0x1001), UUID(int=0x1002)


def answer(pair_id: UUID, side: str, rating: int, **but: Any) -> Event[AnswerGiven]:
    usual: dict[str, Any] = {
        "pair_id": pair_id,
        "programme_id": PROGRAMME,
        "side": side,
        "kind": "feedback",
        "scores": {"rating": rating},
    }
    envelope = Envelope(
        id=new_id(),
        type=CATALOGUE.by_model[AnswerGiven].name,
        source="/obverse/reporting",
        time=NOW,
        sequence=1,
        correlationid=UUID(int=7),
    )
    return Event(envelope, AnswerGiven(**usual | but))


async def rate(house: House, pair_id: UUID, side: str, rating: int, **but: Any) -> None:
    told = answer(pair_id, side, rating, **but)
    handler: Any = ROUTES[AnswerGiven]
    await house.transactions.run(lambda tx: handler(tx, told))


async def over(house: House, mentor: int, mentee: int) -> Pair:
    """A pair of these two that ran and was completed."""
    which = PairOf(PROGRAMME, (await house.form(mentor, mentee)).id)
    return await house.do(lambda unit: by_hand.end_by_lead(unit, which, Ending.COMPLETED))


async def both_wish(house: House, mentor: int, mentee: int) -> None:
    for one, other, side in ((mentor, mentee, Side.MENTOR), (mentee, mentor, Side.MENTEE)):
        caller = Caller(frozenset({UUID(int=one)}))
        await house.do(partial(wishes.ask_for, caller=caller, other_id=UUID(int=other), side=side))


async def pool_now(house: House) -> Pool:
    asked = await house.ask_for_round()
    pool = await house.do(lambda unit: rounds.start_round(unit, rounds.Claim(asked.id, 9)))
    assert pool is not None
    return pool


@pytest.mark.parametrize(
    ("side", "rating", "matched"), [("mentor", 3, 1), ("mentor", 1, 0), ("mentee", 2, 0)]
)
async def test_a_released_round_repeats_no_pair_that_was_rated_poorly_even_if_both_wish(
    house: House, side: str, rating: int, matched: int
) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    pair = await over(house, 1, 2)
    await rate(house, pair.id, side, rating)
    await both_wish(house, 1, 2)

    which = await house.draft()
    done = await house.do(lambda unit: drafts.release_round(unit, which))

    assert done.matched == matched
    assert done.unmatched == ({} if matched else {"not_available": 2})
    assert sum(one.live for one in await house.pairs()) == matched


async def test_a_draft_that_was_there_before_the_rating_does_not_ask_them(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    pair = await over(house, 1, 2)
    await both_wish(house, 1, 2)
    which = await house.draft()
    await rate(house, pair.id, "mentee", 1)

    done = await house.do(lambda unit: drafts.release_round(unit, which))

    assert (done.matched, done.unmatched) == (0, {"changed_meanwhile": 2})


async def test_a_poor_rating_voids_what_the_two_were_asked_meanwhile(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2), a_mentor(3), a_mentee(4))
    pair = await over(house, 1, 2)
    await both_wish(house, 1, 2)
    await house.round()
    await rate(house, pair.id, "mentor", 2)

    states = {(one.mentor_id.int, one.mentee_id.int, one.state) for one in await house.pairs()}
    assert states == {
        (1, 2, PairState.ENDED),
        (1, 2, PairState.VOIDED),
        (3, 4, PairState.PROPOSED),
    }


async def test_neither_hand_nor_pin_repeats_them(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    pair = await over(house, 1, 2)
    await both_wish(house, 1, 2)
    await rate(house, pair.id, "mentee", 1)
    them = UUID(int=1), UUID(int=2)

    (standing,) = await house.do(lambda unit: wishes.list_pins(unit, PROGRAMME))
    assert standing.forbidden_by == "not_available"
    with pytest.raises(Conflict, match="not_available"):
        await house.do(lambda unit: by_hand.propose_by_hand(unit, PROGRAMME, them))


async def test_the_pool_has_who_rated_whom_and_what_their_pair_was_worth(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2), a_mentor(3), a_mentee(4))
    pair = await over(house, 1, 2)
    await over(house, 3, 4)
    await rate(house, pair.id, "mentee", 5)
    await rate(house, pair.id, "mentor", 3)
    await rate(house, pair.id, "mentor", 4)

    pool = await pool_now(house)

    # Three levels above of three, no hobby, 120 of 240 minutes,
    # 3 of 1-5, the same unit and site, and as many want the topic as offer it and want it.
    shares = {
        "availability": 500, "distance": 0, "hobbies": 0, "motivation": 500, "scarcity": 500, "topics": 1000,
    }  # fmt: skip
    assert pool.history == (HistoryEntry(MENTOR, MENTEE, 4, 5, shares),)
    met = {one.candidate.person_id: one.met for one in pool.entrants}
    assert met[MENTOR] == (MENTEE,)


async def test_a_rating_counts_for_a_mentor_in_other_programmes_too(house: House) -> None:
    elsewhere, cohort = UUID(int=0xA001), UUID(int=0xB001)
    await house.do(lambda unit: learning.learn_terms(unit, elsewhere, TERMS))
    await house.do(lambda unit: learning.learn_cohort(unit, elsewhere, cohort))
    await house.learn(a_mentor(1), a_mentee(2))
    pair = await over(house, 1, 2)
    await rate(house, pair.id, "mentee", 5)
    there = {"programme_id": elsewhere, "cohort_id": cohort}
    await house.learn(a_mentor(11, person_id=MENTOR, **there), a_mentee(14, **there))

    asked = await house.ask_for_round(elsewhere, cohort)
    pool = await house.do(lambda unit: rounds.start_round(unit, rounds.Claim(asked.id, 9)))

    assert pool is not None
    assert [(one.mentor_id, one.rated_by_mentee) for one in pool.history] == [(MENTOR, 5)]


async def test_the_same_answer_again_changes_nothing(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    pair = await over(house, 1, 2)
    house.later(days=1)
    await rate(house, pair.id, "mentee", 4)
    await rate(house, pair.id, "mentee", 4)

    # Nor does a rating end the pair anew: who waits is counted from its end.
    assert await house.pairs() == [replace(pair, rated_by_mentee=4)]


async def test_answers_that_are_no_rating_of_a_known_pair_are_passed_over(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    pair = await over(house, 1, 2)
    await rate(house, UUID(int=0xDEAD), "mentee", 1)
    await rate(house, pair.id, "mentee", 1, kind="pulse")
    await rate(house, pair.id, "both", 1)
    await rate(house, pair.id, "mentee", 1, scores={"mood": 1})

    assert await house.database["pairs"].count_documents({}) == 1
    (kept,) = await house.pairs()
    assert (kept.rated_by_mentor, kept.rated_by_mentee) == (None, None)


async def test_a_draft_is_weighed_by_the_weights_that_it_was_solved_with(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    which = await house.draft()
    other = replace(TERMS, weights={"topics": 80, "hobbies": 20})
    await house.do(lambda unit: learning.learn_terms(unit, PROGRAMME, other))
    await house.do(lambda unit: drafts.release_round(unit, which))

    (pair,) = await house.pairs()
    assert pair.shares["topics"] == 1000
    assert pair.shares["availability"] == 500


async def test_an_export_tells_neither_what_the_other_thinks_nor_what_others_did(
    house: House,
) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    pair = await over(house, 1, 2)
    await rate(house, pair.id, "mentee", 1)
    (holding,) = [one for one in HOLDINGS if one.collection == "pairs"]
    mentor = Subject(MENTOR, frozenset({UUID(int=1)}))

    (row,) = await house.transactions.run(lambda tx: holding.read(tx, mentor))
    assert "rated_by_mentee" not in row
    assert "motivation" not in row["points"]
    await house.transactions.run(lambda tx: holding.erase(tx, mentor))
    (blanked,) = await house.pairs()
    assert (blanked.rated_by_mentee, blanked.shares) == (None, {})


async def test_a_proposal_is_told_with_its_private_parts_as_one_sum(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    await house.round()
    row = await house.database["outbox"].find_one({"type": "obverse.matching.proposal.made.v1"})

    score = json.loads((row or {})["payload"])["score"]
    assert score[CONFIDENTIAL] == 10
    assert {"motivation", "openness", "feedback"}.isdisjoint(score)


def test_shares_are_thousandths_of_the_weights_that_count() -> None:
    points = {"topics": 13, "hobbies": 5, "distance": 0, "scarcity": 7}
    weights = {"topics": 40, "hobbies": 5, "distance": 10, "scarcity": 0}

    assert shares_of(points, weights) == {"distance": 0, "hobbies": 1000, "topics": 325}
    assert shares_of(points, weights, ways=2) == {"distance": 0, "hobbies": 500, "topics": 162}
    assert shares_of(points, {"topics": 10}) == {}


def test_a_partnership_adds_up_two_directions() -> None:
    two = a_mentor(1), a_mentee(2)
    match = replace(a_match(*two), format=PARTNERSHIP, points={"topics": 60})

    # 60 of 40 there and 40 back.
    assert a_proposal(*two, match=match).shares == {"topics": 750}


def test_the_order_of_equal_ratings_names_no_other_pool() -> None:
    earlier = (
        HistoryEntry(MENTOR, MENTEE, 5, None, {"topics": 1}),
        HistoryEntry(MENTOR, MENTEE, 5, None, {"topics": 2}),
    )
    pool = replace(a_pool(a_mentor(1), a_mentee(2)), history=earlier)

    assert wire.input_hash(pool) == wire.input_hash(replace(pool, history=earlier[::-1]))


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        (4, "Not enough rated pairs yet: fewer than 5 of 20; ask again when more have rated."),
        (7, "Not enough rated pairs yet: 7 of 20; ask again when more have rated."),
        (
            20,
            (
                "Of the rated pairs too few were rated well or badly: 20 are needed, and 5 of either kind; "
                "ask again when more have rated."
            ),
        ),
    ],
)
def test_the_lead_reads_how_many_ratings_are_missing(pairs: int, words: str) -> None:
    history = [HistoryEntry(MENTOR, MENTEE, 5, None, {"topics": 500})] * pairs
    unknown = [HistoryEntry(MENTOR, MENTEE, 5, None)]

    assert what_is_missing([*history, *unknown]) == words
