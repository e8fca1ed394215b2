"""Groups and sprints from their proposals to their end, on a real database."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

from services.matching.domain.candidates import Candidate
from services.matching.domain.pairs import Ending, Pair, propose
from services.matching.domain.rounds import Match
from services.matching.domain.weeks import Slot
from services.matching.handlers import formats, pairs
from services.matching.handlers.pairs import Caller
from services.matching.store import Unit
from tests.matching.builders import NOW, ROUND, TERMS, a_match, a_mentee, a_mentor
from tests.matching.conftest import House

GROUP = UUID(int=0xF000)
SLOTS = Slot(1, 9 * 60, 240), Slot(2, 9 * 60, 120)
MENTOR = a_mentor(1, capacity=3, formats=("group", "sprint"), slots=SLOTS)
MENTEES = tuple(a_mentee(number, formats=("group", "sprint"), slots=SLOTS) for number in (2, 3, 4))
PAST = datetime(2026, 3, 3, 9, tzinfo=UTC)


async def asked(house: House, matches: Iterable[Match]) -> list[Pair]:
    """These proposed to their people, as a round would."""
    known: dict[UUID, Candidate] = {one.id: one for one in (MENTOR, *MENTEES)}

    async def ask(unit: Unit) -> None:
        for match in matches:
            sides = known[match.mentor_id], known[match.mentee_id]
            pairs.keep(unit, propose(unit.new_id(), ROUND, match, sides, TERMS, unit.now))

    await house.learn(*known.values())
    await house.do(ask)
    return sorted(await house.pairs(), key=lambda pair: pair.mentee_id)


async def a_group(house: House) -> list[Pair]:
    return await asked(
        house,
        (replace(a_match(MENTOR, one), format="group", group_id=GROUP) for one in MENTEES),
    )


async def sprints(house: House, *starts: datetime) -> list[Pair]:
    return await asked(
        house,
        (
            replace(a_match(MENTOR, one), format="sprint", starts_at=start)
            for one, start in zip(MENTEES, starts, strict=False)
        ),
    )


async def states(house: House) -> list[str]:
    found = sorted(await house.pairs(), key=lambda pair: pair.mentee_id)
    return [str(pair.state) for pair in found]


async def form(house: House, pair: Pair) -> None:
    await house.accept(pair, 1)
    await house.accept(pair, pair.mentee_id.int)


async def test_a_group_goes_on_without_one_and_ends_without_two(house: House) -> None:
    first, second, third = await a_group(house)
    await form(house, first)

    await house.decline(second, 3)
    assert await house.do(formats.look_at_groups) == 1
    assert await states(house) == ["formed", "declined", "proposed"]
    assert await house.do(formats.look_at_groups) == 0

    await house.decline(third, 4)
    await house.do(formats.look_at_groups)
    assert await states(house) == ["ended", "declined", "declined"]
    assert (await house.published())[-1] == "pair.ended"


async def test_open_proposals_of_a_group_that_cannot_be_any_more_are_void(house: House) -> None:
    first, second, _ = await a_group(house)
    await house.decline(first, 2)
    await house.decline(second, 3)
    await house.do(formats.look_at_groups)

    assert await states(house) == ["declined", "declined", "voided"]
    while await house.do(formats.look_at_groups):
        pass
    assert (await house.published())[-1] == "proposal.voided"


async def test_a_group_that_all_complete_ends_nobody_before_their_time(house: House) -> None:
    group = await a_group(house)
    for pair in group:
        await form(house, pair)
    caller = Caller(frozenset({MENTOR.id}))
    for pair in group[:2]:
        complete = partial(pairs.end_pair, caller=caller, pair_id=pair.id, ending=Ending.COMPLETED)
        await house.do(complete)
    await house.do(formats.look_at_groups)

    assert await states(house) == ["ended", "ended", "formed"]


async def test_a_group_is_told_in_its_proposals_and_pairs(house: House) -> None:
    first, _, _ = await a_group(house)
    await form(house, first)
    rows = await house.database["outbox"].find(sort=[("_id", 1)]).to_list(None)
    told = [row["payload"] for row in rows if "proposal.made" in row["type"]]
    told += [row["payload"] for row in rows if "pair.formed" in row["type"]]

    assert len(told) == 4
    assert all(str(GROUP).encode() in bytes(value) for value in told)


async def test_a_sprint_closes_itself_after_its_hours_and_frees_both(house: House) -> None:
    over, ahead = await sprints(house, PAST, datetime(2099, 3, 3, 9, tzinfo=UTC))
    await form(house, over)
    await form(house, ahead)
    await house.do(formats.close_sprints)

    assert await states(house) == ["ended", "formed"]
    (ended, _) = sorted(await house.pairs(), key=lambda pair: pair.mentee_id)
    assert ended.ending is Ending.COMPLETED
    assert ended.until == PAST.date()


async def test_a_sprint_that_was_only_proposed_is_not_closed_but_expires(house: House) -> None:
    (sprint,) = await sprints(house, PAST)

    assert await house.do(formats.close_sprints) == 0
    assert sprint.expires_at == PAST
    assert await house.do(pairs.expire_due) == 1
    assert await states(house) == ["expired"]


async def test_sprints_of_different_days_take_one_place_together(house: House) -> None:
    await sprints(house, PAST, PAST + timedelta(days=1))
    with_one_place = replace(MENTOR, capacity=1)
    await house.learn(with_one_place)

    assert await states(house) == ["proposed", "proposed"]
    assert NOW < PAST


async def test_two_sprints_of_a_day_are_too_many_for_one_place(house: House) -> None:
    await sprints(house, PAST, PAST + timedelta(hours=2))
    await house.learn(replace(MENTOR, capacity=1))

    assert sorted(await states(house)) == ["proposed", "voided"]
