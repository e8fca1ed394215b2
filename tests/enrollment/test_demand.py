"""Demand against supply: exact for the lead, a topic's name for the others, and whom to invite."""

import asyncio
from typing import Any
from uuid import UUID

from services.enrollment.domain.demand import Demand, GapClosed, GapOpened, Gaps, judge
from services.enrollment.handlers.demand import judge_gaps
from services.enrollment.handlers.reading import read_programme
from tests.enrollment.conftest import House
from tests.enrollment.test_api import code
from tests.enrollment.test_schedules import tick

P = UUID(int=10)


def wish(topic: str, priority: int = 1) -> dict[str, Any]:
    needs = [{"topic": topic, "priority": priority, "level": 0}]
    return {"roles": ["mentee"], "offers": [], "needs": needs}


def offer(topic: str, capacity: int = 1) -> dict[str, Any]:
    return {"offers": [{"topic": topic, "proficiency": 4}], "capacity": capacity}


def test_a_gap_is_more_wishes_than_places() -> None:
    assert Demand("ai", 3, {1: 3}, 1, 2).gap
    assert not Demand("ai", 2, {1: 2}, 1, 2).gap
    assert not Demand("ai", 0, {}, 0, 0).gap


def test_gaps_open_and_close_once_and_in_order() -> None:
    demand = [Demand("crm", 2, {1: 2}, 0, 0), Demand("ai", 3, {1: 3}, 1, 2)]
    gaps, facts = judge(Gaps(P, ("fax",)), demand, open_=True)
    assert gaps == Gaps(P, ("ai", "crm"))
    assert facts == (GapClosed(P, "fax"), GapOpened(P, "ai"), GapOpened(P, "crm"))
    assert judge(gaps, demand, open_=True) == (gaps, ())
    assert judge(gaps, demand, open_=False) == (
        Gaps(P),
        (GapClosed(P, "ai"), GapClosed(P, "crm")),
    )


async def test_the_lead_reads_who_wants_and_who_offers(house: House) -> None:
    await house.furnish()
    programme = await house.programme()
    await house.enrol("top", programme, **wish("analytics"))
    await house.enrol("mia", programme, **wish("analytics", priority=2))
    await house.enrol("anna", programme, **offer("analytics", capacity=1))
    ben = await house.enrol("ben", programme, **offer("crm", capacity=3))
    found = await house.person("lea").get(f"/programmes/{programme}/topics/demand")
    assert found["topics"] == [
        {
            "topic": "analytics",
            "wanted": 2,
            "by_priority": {"1": 1, "2": 1},
            "offered": 1,
            "places": 1,
            "gap": True,
        },
        {
            "topic": "crm",
            "wanted": 0,
            "by_priority": {},
            "offered": 1,
            "places": 3,
            "gap": False,
        },
    ]
    await house.person("ben").post(f"/volunteers/{ben['volunteer_id']}/pause", {})
    found = await house.person("lea").get(f"/programmes/{programme}/topics/demand")
    assert [one["topic"] for one in found["topics"]] == ["analytics"]
    refused = await house.person("anna").send("GET", f"/programmes/{programme}/topics/demand")
    assert code(refused) == (403, "role_missing")


async def test_the_others_learn_of_a_gap_by_its_topic_alone(house: House) -> None:
    await house.furnish()
    programme = await house.programme()
    await house.enrol("top", programme, **wish("analytics"))
    await house.forget_told()
    await tick(house, "judge gaps")
    await tick(house, "judge gaps")
    assert await house.told("gap") == [{"programme_id": programme, "topic": "analytics"}]
    await house.enrol("anna", programme, **offer("analytics"))
    await tick(house, "judge gaps")
    assert await house.told("gap.closed") == [{"programme_id": programme, "topic": "analytics"}]


async def test_a_programme_that_closes_looks_for_nobody_any_more(house: House) -> None:
    await house.furnish()
    programme = await house.programme()
    await house.enrol("top", programme, **wish("analytics"))
    await tick(house, "judge gaps")
    await house.person("lea", "lead").post(f"/programmes/{programme}/close")
    assert len(await house.told("gap.closed")) == 1
    await tick(house, "judge gaps")
    assert len(await house.told("gap")) == 2


async def test_worth_inviting_is_who_could_teach_one_who_wants_it(house: House) -> None:
    await house.furnish()
    programme = await house.programme()
    lea, path = house.person("lea"), f"/programmes/{programme}/topics/analytics/candidates"
    assert (await lea.get(path)) == {"candidates": [], "next": None}
    # Level 7 wants it, and two levels lie between the two at least: mentors up to level 5.
    await house.enrol("mia", programme, **wish("analytics"))
    found = await lea.get(path)
    assert found["candidates"] == [
        {
            "staff_number": "S3",
            "name": "Анна Ёлкина",
            "level": 3,
            "unit": "Sales",
            "profession": "",
        },
        {"staff_number": "S4", "name": "Ben Low", "level": 3, "unit": "Sales", "profession": ""},
    ]
    first = await lea.get(f"{path}?limit=1")
    rest = await lea.get(f"{path}?limit=1&after={first['next']}")
    assert [one["staff_number"] for one in (*first["candidates"], *rest["candidates"])] == [
        "S3",
        "S4",
    ]
    assert (await lea.get(f"{path}?unit=Board"))["candidates"] == []
    assert (await lea.get(f"{path}?level_min=4"))["candidates"] == []
    assert (await lea.get(f"{path}?level_max=9&level_min=4"))["candidates"][0][
        "staff_number"
    ] == "S1"


async def test_nobody_who_said_yes_or_left_is_worth_inviting(house: House) -> None:
    await house.furnish()
    programme = await house.programme()
    await house.enrol("mia", programme, **wish("analytics"))
    await house.enrol("anna", programme)
    ben = (await house.enrol("ben", programme))["volunteer_id"]
    await house.person("ben").post(f"/volunteers/{ben}/withdraw")
    found = await house.person("lea").get(f"/programmes/{programme}/topics/analytics/candidates")
    assert found["candidates"] == []


async def test_of_a_programme_that_closes_no_gap_opens_at_the_same_moment(house: House) -> None:
    await house.furnish()
    programme = await house.programme()
    await house.enrol("mia", programme, **wish("analytics"))
    closing = asyncio.Event()

    async def judge_late(unit: Any) -> None:
        found = await read_programme(unit, UUID(programme))
        if not closing.is_set():
            # It was open when it was read; meanwhile its lead closes it.
            closing.set()
            await house.person("lea", "lead").post(f"/programmes/{programme}/close")
        await judge_gaps(unit, found)

    await house.work(judge_late)
    opened, closed = await house.told("gap.opened"), await house.told("gap.closed")
    assert len(opened) == len(closed)
