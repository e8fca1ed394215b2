"""Nobody is above capacity, whoever does what at the same moment."""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Awaitable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from services.matching.domain.candidates import Candidate
from services.matching.domain.pairs import Ending, Pair, PairState
from services.matching.domain.rounds import RoundState
from services.matching.handlers import by_hand, drafts, learning, pairs
from services.matching.handlers.by_hand import PairOf
from shared.chassis.refusals import Refusal
from tests.matching.builders import NOW, TERMS, a_mentee, a_mentor
from tests.matching.conftest import House

PROGRAMMES = [(UUID(int=0xA000 + n), UUID(int=0xB000 + n)) for n in range(4)]
NOT_OVER_FOR_LONG = NOW + timedelta(days=365 * 50)


def there(number: int) -> dict[str, Any]:
    programme, cohort = PROGRAMMES[number % len(PROGRAMMES)]
    return {"programme_id": programme, "cohort_id": cohort}


async def open_programmes(house: House) -> None:
    for programme, cohort in PROGRAMMES:
        await house.do(partial(learning.learn_terms, programme_id=programme, terms=TERMS))
        await house.do(partial(learning.learn_cohort, programme_id=programme, cohort_id=cohort))


async def everything(house: House) -> list[Pair]:
    return [pair for programme, _ in PROGRAMMES for pair in await house.pairs(programme)]


async def test_rounds_that_end_at_once_share_a_person_within_capacity(house: House) -> None:
    await open_programmes(house)
    for number, (programme, cohort) in enumerate(PROGRAMMES):
        same_person = {"person_id": UUID(int=0x9001), "capacity": 2}
        await house.learn(
            a_mentor(number + 1, **same_person, **there(number)),
            a_mentee(number + 101, **there(number)),
        )
        await house.ask_for_round(programme, cohort)
    # Each desk takes one round, and none gets its answer before all have asked.
    house.solver.before = asyncio.Barrier(len(PROGRAMMES)).wait

    await asyncio.gather(*(house.a_desk(f"worker-{n}").solve_waiting() for n in range(4)))

    assert len(await everything(house)) == 2
    rounds = await house.database["rounds"].find().to_list(None)
    assert [one["state"] for one in rounds] == [RoundState.COMPLETED] * 4
    assert sorted(one["matched"] for one in rounds) == [0, 0, 1, 1]


class Crowd:
    """Six people, each a mentor in two programmes, and twelve mentees; all act by dice."""

    def __init__(self, house: House, seed: int) -> None:
        self.house = house
        self.dice = random.Random(seed)
        self.capacity = {UUID(int=0x9000 + n): 1 + n % 2 for n in range(6)}

    def mentor(self, number: int) -> Candidate:
        person = UUID(int=0x9000 + number // 2)
        more = {"person_id": person, "capacity": self.capacity[person]} | there(number % 2)
        return a_mentor(number + 1, **more)

    def mentee(self, number: int, **but: Any) -> Candidate:
        return a_mentee(number + 101, **there(number % 2), **but)

    async def run_round(self, number: int) -> None:
        await self.house.ask_for_round(*PROGRAMMES[number])
        await self.house.a_desk(f"worker-{number}").solve_waiting()

    async def answer(self) -> None:
        waiting = [one for one in await everything(self.house) if one.state is PairState.PROPOSED]
        if waiting:
            pair = self.dice.choice(waiting)
            side = self.dice.choice(pair.parties)
            speak = self.dice.choice([self.house.accept, self.house.accept, self.house.decline])
            await speak(pair, side.volunteer_id.int)

    async def reach_by_hand(self) -> None:
        place = self.dice.randrange(2)
        mentor, mentee = (2 * self.dice.randrange(6) + place for _ in range(2))
        them = UUID(int=mentor + 1), UUID(int=mentee + 101)
        programme = PROGRAMMES[place][0]
        await self.house.do(partial(by_hand.propose_by_hand, programme_id=programme, them=them))

    async def end_by_hand(self) -> None:
        formed = [one for one in await everything(self.house) if one.state is PairState.FORMED]
        if formed:
            pair = self.dice.choice(formed)
            which = PairOf(pair.programme_id, pair.id)
            stop = partial(by_hand.end_by_lead, which=which, ending=Ending.STOPPED)
            await self.house.do(stop)

    async def draft_and_release(self, number: int) -> None:
        programme, cohort = PROGRAMMES[number]
        which = await self.house.draft(programme, cohort)
        await self.house.do(partial(drafts.release_round, which=which))

    async def leave_and_return(self) -> None:
        number = self.dice.randrange(12)
        await self.house.learn(self.mentee(number, status="withdrawn"), self.mentee(number))

    async def nobody_is_above_capacity(self) -> None:
        live = [pair for pair in await everything(self.house) if pair.live]
        mentors = Counter(pair.mentor.person_id for pair in live)
        mentees = Counter(pair.mentee.volunteer_id for pair in live)
        assert all(count <= self.capacity[person] for person, count in mentors.items())
        assert set(mentees.values()) <= {1}


async def quietly(step: Awaitable[object]) -> None:
    """Another one may have won; then this one is told, which is no error."""
    with contextlib.suppress(Refusal):
        await step


@pytest.mark.parametrize("seed", range(3))
async def test_rounds_answers_changes_and_time_may_meet_in_any_order(
    house: House, seed: int
) -> None:
    await open_programmes(house)
    crowd = Crowd(house, seed)
    for number in range(12):
        await house.learn(crowd.mentor(number), crowd.mentee(number))

    for _ in range(6):
        house.now = crowd.dice.choice([NOW, NOT_OVER_FOR_LONG])
        steps = [
            *(crowd.run_round(number) for number in (0, 1)),
            *(crowd.answer() for _ in range(8)),
            crowd.leave_and_return(),
            *(crowd.reach_by_hand() for _ in range(4)),
            crowd.end_by_hand(),
            crowd.draft_and_release(crowd.dice.randrange(2)),
            house.start_by_themselves(),
            house.do(pairs.expire_due),
        ]
        await asyncio.gather(*map(quietly, steps))
        await crowd.nobody_is_above_capacity()

    assert {pair.state for pair in await everything(house)} > {PairState.EXPIRED}


async def test_two_answers_at_once_have_one_winner_and_the_other_is_told(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    await house.round()
    (pair,) = await house.pairs()
    await house.accept(pair, 1)

    outcomes = await asyncio.gather(
        house.accept(pair, 2), house.decline(pair, 1), return_exceptions=True
    )

    (after,) = await house.pairs()
    assert after.state in (PairState.FORMED, PairState.DECLINED)
    assert [one.code for one in outcomes if isinstance(one, Refusal)] == [f"proposal_{after.state}"]
