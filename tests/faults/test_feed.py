"""What is sent of the directory: all of it, and between that those who have just moved."""

import asyncio
import csv
import io
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dev.demo.company import write_company
from dev.faults.client import Client
from dev.faults.directory import Directory
from dev.faults.feed import Feed
from dev.faults.journal import Journal
from tests.faults.desk import Asked, Desk, serving
from tests.support.waiting import until

PEOPLE = 50
WHO = ["E00003", "E00010", "E00020"]
DONE = (200, {"good": PEOPLE, "applied": True})


@pytest.fixture
async def fed(tmp_path: Path) -> AsyncIterator[tuple[Feed, Desk, Directory]]:
    file = tmp_path / "company.csv"
    write_company(file, people=PEOPLE, seed=1)
    desk, journal = Desk(), Journal(tmp_path / "journal.jsonl")
    async with serving(desk, "enrollment") as replica:
        client = Client([replica], lambda **_: "token", journal, random.Random(1))
        directory = Directory(file, random.Random(1))
        yield Feed(client, journal, directory), desk, directory
        await client.close()


def told(asked: Asked) -> set[str]:
    """The staff numbers in the file."""
    text = io.StringIO(asked.body.decode(), newline="")
    return {row["Staff Number"] for row in csv.DictReader(text)}


async def test_all_of_it_is_sent_as_a_whole(fed: tuple[Feed, Desk, Directory]) -> None:
    feed, desk, directory = fed
    desk.answers = [DONE]
    await feed.send_all()

    assert desk.asked[0].path == "/v1/directory/imports"
    assert desk.asked[0].query == {"mode": "skip_bad", "scope": "full"}
    assert desk.asked[0].body == directory.content


async def test_movers_are_sent_in_files_of_their_own_until_told_to_stop(
    fed: tuple[Feed, Desk, Directory], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dev.faults.feed.MOVED_EVERY", 0.01)
    feed, desk, _ = fed
    desk.answers = [DONE]
    stop, who = asyncio.Event(), WHO[:2]
    moving = asyncio.create_task(feed.keep_moving(100_000.0, lambda: who, stop))

    async def sent() -> bool:
        return len(desk.asked) > 2

    await until(sent, "three files")
    before = len(desk.asked)
    who.append(WHO[2])

    async def sent_more() -> bool:
        return len(desk.asked) > before + 1  # the first may have been under way

    await until(sent_more, "files with the third one")
    stop.set()
    await moving

    assert {one.query["scope"] for one in desk.asked} == {"part"}
    assert told(desk.asked[0]) == set(WHO[:2])
    assert told(desk.asked[-1]) == set(WHO)


async def test_so_many_a_second_move_and_not_more(
    fed: tuple[Feed, Desk, Directory], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a clock of our own: 2.5 s and 10 s pass between two looks at it."""
    monkeypatch.setattr("dev.faults.feed.MOVED_EVERY", 0.0)
    moments = iter([0.0, 0.0, 2.5, 2.5, 12.5])
    stop = asyncio.Event()

    def clock() -> float:
        moment = next(moments, None)
        if moment is None:
            stop.set()
            return 12.5
        return moment

    feed, desk, _ = fed
    desk.answers = [DONE]
    monkeypatch.setattr("dev.faults.feed.clock", clock)
    everybody = [f"E{number:05}" for number in range(1, PEOPLE + 1)]
    await feed.keep_moving(4.0, lambda: everybody, stop)

    assert [len(told(one)) for one in desk.asked] == [10, 40]


async def test_a_file_of_all_tells_of_those_whose_turn_it_is_to_move(
    fed: tuple[Feed, Desk, Directory], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dev.faults.feed.MOVED_EVERY", 60.0)
    monkeypatch.setattr("dev.faults.directory.MOVED_SHARE", 0.0)
    moment = 0.0
    monkeypatch.setattr("dev.faults.feed.clock", lambda: moment)
    feed, desk, directory = fed
    desk.answers = [DONE]
    stop, moved = asyncio.Event(), set[str]()
    moving = asyncio.create_task(feed.keep_moving(3.0, lambda: WHO, stop))

    async def have_moved() -> bool:
        nonlocal moment
        moment += 1.0
        before = directory.places
        await feed.send_all()
        moved.update(who for who, there in directory.places.items() if there != before[who])
        return len(moved) == len(WHO)

    await until(have_moved, "the move of all three")
    stop.set()
    await moving

    assert moved == set(WHO)
    assert {one.query["scope"] for one in desk.asked} == {"full"}


async def test_where_everybody_sits_is_known_once_the_last_file_is_in(
    fed: tuple[Feed, Desk, Directory],
) -> None:
    feed, desk, directory = fed
    desk.answers = [DONE]

    assert await feed.settle(1.0) == directory.places
    assert len(directory.places) == PEOPLE


async def test_it_is_not_known_where_an_earlier_file_may_still_come(
    fed: tuple[Feed, Desk, Directory], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dev.faults.client.PATIENCE_SECONDS", 0.0)
    feed, desk, _ = fed
    desk.answers = [(503, {}), (503, {}), DONE]
    await feed.send_all()  # nobody knows what became of it

    assert await feed.settle(5.0) == {}
