"""Both halves may fail on one record; a decision reaches the half that is named, and it alone."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from services.reporting.app import build
from services.reporting.settings import Settings
from shared.chassis.messages import Message
from shared.chassis.mongo import Client, ensure_indexes
from shared.chassis.settings import load

PLACE = "obverse.matching.pair.v1:0:7"
NO_ENVELOPE = Message("obverse.matching.pair.v1", 0, 7, b"key", b"{}", [])
MISUSED = 2

Say = Callable[..., Awaitable[tuple[int, str, str]]]


@pytest.fixture
async def failed_twice(reporting_environment: dict[str, str]) -> dict[str, str]:
    """The variables of a reporting in which both halves keep the same record."""
    service = build(load(Settings, reporting_environment))
    for database in service.databases:
        await ensure_indexes(database.mongo, database.indexes)
    for intake in service.intakes:
        assert await intake.apply(intake.read([NO_ENVELOPE])) == {"dead_lettered": 1}
    return reporting_environment


@pytest.fixture
def say(failed_twice: dict[str, str], project: Path) -> Say:
    """`python -m services.reporting dead-letters ...`: exit code, output, errors."""
    shell = {key: text for key, text in os.environ.items() if not key.startswith("OBVERSE_")}

    async def command(*words: str) -> tuple[int, str, str]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "services.reporting", "dead-letters", *words),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=shell | {"COLUMNS": "200"} | failed_twice,
            cwd=project,
        )
        out, err = await process.communicate()
        return process.returncode or 0, out.decode(), err.decode()

    return command


async def open_letters(client: Client, environment: dict[str, str]) -> dict[str, Any]:
    name = environment["OBVERSE_MONGO_DATABASE"]
    return {
        half: await client[f"{name}_{half}"]["dead_letters"].count_documents({"state": "open"})
        for half in ("journal", "projections")
    }


async def test_the_list_names_the_group_of_each_letter(say: Say) -> None:
    code, out, _ = await say("list")
    listed = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [(letter["group"], letter["_id"]) for letter in listed] == [
        ("reporting-journal", PLACE),
        ("reporting-projections", PLACE),
    ]


async def test_a_place_where_both_failed_asks_for_the_group(
    say: Say, client: Client, failed_twice: dict[str, str]
) -> None:
    code, _, err = await say("discard", PLACE, "--by", "ines")
    assert code == MISUSED
    assert "--group reporting-journal or reporting-projections" in err
    assert await open_letters(client, failed_twice) == {"journal": 1, "projections": 1}


async def test_a_decision_reaches_the_named_group_alone(
    say: Say, client: Client, failed_twice: dict[str, str]
) -> None:
    words = ("discard", PLACE, "--by", "ines", "--group", "reporting-projections")
    assert (await say(*words))[:2] == (0, "discarded\n")
    assert await open_letters(client, failed_twice) == {"journal": 1, "projections": 0}
