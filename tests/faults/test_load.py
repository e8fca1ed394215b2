"""What the load takes for an outcome, and what it writes down of it."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dev.faults.client import Client, command_of
from dev.faults.cluster import Replica
from dev.faults.journal import OK, REFUSED, UNKNOWN, Command, Journal
from tests.faults.desk import Desk, serving
from tests.support.waiting import until

CLAIMS = {"subject": "E1"}


@pytest.fixture
async def desk() -> AsyncIterator[tuple[Desk, Replica]]:
    desk = Desk()
    async with serving(desk, "matching") as replica:
        yield desk, replica


@pytest.fixture
async def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal.jsonl")


async def said(desk: tuple[Desk, Replica], journal: Journal) -> Command:
    client = Client([desk[1]], lambda **_: "token", journal, random.Random(1))
    command = command_of("E1", "accept", "matching", "/say", pair_id="p")
    try:
        return await client.say(command, CLAIMS)
    finally:
        await client.close()


async def test_trouble_is_tried_again_under_the_same_key(
    desk: tuple[Desk, Replica], journal: Journal
) -> None:
    in_flight = {"code": "idempotency_key_in_flight"}
    desk[0].answers = [(503, {}), (409, in_flight), (429, {}), (200, {"id": "p"})]

    command = await said(desk, journal)

    assert (command.outcome, command.status, command.tries) == (OK, 200, [503, 409, 429, 200])
    assert {one.key for one in desk[0].asked} == {command.key}


async def test_a_refusal_is_final(desk: tuple[Desk, Replica], journal: Journal) -> None:
    desk[0].answers = [(409, {"code": "proposal_closed"})]

    assert (await said(desk, journal)).outcome == REFUSED


async def test_the_intent_is_written_before_and_the_outcome_after(
    desk: tuple[Desk, Replica], journal: Journal
) -> None:
    desk[0].answers = [(200, {"id": "p"})]

    await said(desk, journal)

    intent, outcome = (json.loads(line) for line in journal.path.read_text().splitlines())
    assert (intent["outcome"], outcome["outcome"]) == (None, OK)
    assert intent["id"] == outcome["id"]
    assert outcome["subject"] == {"pair_id": "p"}


async def test_nobody_there_is_unknown_and_is_asked_again(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, desk: tuple[Desk, Replica]
) -> None:
    monkeypatch.setattr("dev.faults.client.PATIENCE_SECONDS", 0.1)
    replica = Replica("matching", 1)
    client = Client([replica], lambda **_: "token", journal, random.Random(1))
    command = command_of("E1", "accept", "matching", "/say")

    assert (await client.say(command, CLAIMS)).outcome == UNKNOWN
    assert journal.unknown() == [command]

    replica.port = desk[1].port
    desk[0].answers = [(200, {})]
    assert (await client.ask_again(command, 1.0)).outcome == OK
    assert journal.unknown() == []
    await client.close()


async def test_a_refusal_after_silence_is_not_believed_at_once(
    journal: Journal, desk: tuple[Desk, Replica]
) -> None:
    """The try that nobody answered may still be under way in a process that sleeps."""
    gone = Replica("matching", 2)
    client = Client([gone, desk[1]], lambda **_: "token", journal, random.Random(1))
    command = command_of("E1", "accept", "matching", "/say")
    command.tries.append(0)
    desk[0].answers = [(409, {"code": "proposal_closed"})] * 2

    assert (await client.say(command, CLAIMS)).outcome == UNKNOWN
    assert (await client.ask_again(command, 5.0)).outcome == REFUSED
    await client.close()


async def test_who_is_silent_is_spoken_to_rather_than_who_is_gone(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, desk: tuple[Desk, Replica]
) -> None:
    """On a machine with too little to run on, the one that stays may be slow to say that it is ready."""
    monkeypatch.setattr("dev.faults.client.LOOKED_AT_SECONDS", 0.1)
    gone = Replica("matching", 2)
    client = Client([gone, desk[1]], lambda **_: "token", journal, random.Random(1))
    watching = asyncio.create_task(client.watch())

    async def looked_at_again() -> bool:
        return desk[0].looks > 1

    await until(looked_at_again, "the first look was in vain")
    desk[0].answers = [(200, {})] * 10
    commands = [command_of("E1", "accept", "matching", "/say") for _ in range(10)]
    for command in commands:
        await client.say(command, CLAIMS)

    assert [command.tries for command in commands] == [[200]] * 10
    desk[0].free.set()
    watching.cancel()
    await client.close()
