"""The operator's commands, as a person types them: what they print, where, and the code they end with."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from dev.local.mongo import mongod_binary
from dev.local.processes import NotReady, free_port, start_child
from dev.local.replica_set import hello
from shared.chassis.broker import KafkaAddress
from shared.chassis.clock import system_clock
from shared.chassis.foundation import OWN_INDEXES
from shared.chassis.intake import Intake
from shared.chassis.messages import Message
from shared.chassis.mongo import Client, MongoDatabase, ensure_indexes
from shared.chassis.refusals import Refusal
from shared.chassis.transactions import Transactions, Tx
from shared.contracts.catalogue import CATALOGUE, PAIR
from shared.contracts.envelope import Envelope, Event, to_headers, to_value
from shared.contracts.matching.v1 import PairFormed
from tests.support.waiting import until

ONE = UUID("01890000-0000-7000-8000-000000000001")
TWO = UUID("01890000-0000-7000-8000-000000000002")
FAILED, MISUSED, MISCONFIGURED = 1, 2, 78


@dataclass(frozen=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


Say = Callable[..., Awaitable[Said]]


@pytest.fixture
def say(environment: dict[str, str], project: Path) -> Say:
    """`python -m services.enrollment ...`, by default with good settings."""
    shell = {key: text for key, text in os.environ.items() if not key.startswith("OBVERSE_")}

    async def command(*words: str, env: dict[str, str] = environment) -> Said:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "services.enrollment",
            *words,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=shell | {"COLUMNS": "200", "USER": "olga"} | env,
            cwd=project,
        )
        out, err = await process.communicate()
        return Said(process.returncode or 0, out.decode(), err.decode())

    return command


async def test_help_names_the_commands_and_needs_no_settings(say: Say) -> None:
    said = await say("--help", env={})
    assert said.code == 0
    for command in ("settings", "topics", "replica-set", "dead-letters", "import"):
        assert f" {command} " in said.out
    letters = await say("dead-letters", "--help", env={})
    assert letters.code == 0
    for command in ("list", "show", "redrive", "discard"):
        assert f" {command} " in letters.out


async def test_settings_are_shown_with_their_values_and_secrets_masked(
    say: Say, environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "password").write_text("open sesame")
    user = {"OBVERSE_MONGO_USERNAME": "enrollment"}
    secret = {"OBVERSE_MONGO_PASSWORD_FILE": str(tmp_path / "password")}
    said = await say("settings", env=environment | user | secret)
    assert said.code == 0
    assert "OBVERSE_MONGO_USERNAME=enrollment" in said.lines
    assert "OBVERSE_MONGO_PASSWORD_FILE=**********" in said.lines
    assert "OBVERSE_OUTBOX_LIMIT=100000" in said.lines
    assert "OBVERSE_MONGO_CA_FILE=(not set)" in said.lines
    assert "open sesame" not in said.out + said.err


@pytest.mark.parametrize("words", [("topics",), ("settings",), ("dead-letters", "list")])
async def test_with_bad_settings_no_command_begins(say: Say, words: tuple[str, ...]) -> None:
    said = await say(*words, env={"OBVERSE_OUTBOX_LIMIT": "none"})
    assert (said.code, said.out) == (MISCONFIGURED, "")
    assert "OBVERSE_OUTBOX_LIMIT: is malformed" in said.err
    assert "OBVERSE_MONGO_URL: is missing" in said.err


async def test_topics_are_made_once_and_left_alone_after_that(
    say: Say, kafka: KafkaAddress
) -> None:
    admin = kafka.admin()
    await admin.start()
    await admin.delete_topics([PAIR.name], timeout_ms=20_000)

    async def gone() -> bool:
        return PAIR.name not in await admin.list_topics()

    await until(gone, "the topic is deleted")
    said = await say("topics")
    assert said.lines == [
        "created obverse.matching.pair.v1",
        "1 topics created, the others were there",
    ]
    again = await say("topics")
    assert again.lines == ["0 topics created, the others were there"]
    assert (said.code, again.code) == (0, 0)
    assert set(CATALOGUE.topics) <= set(await admin.list_topics())
    await admin.close()


@pytest.mark.parametrize("words", [("topics",), ("dead-letters", "list"), ("replica-set",)])
async def test_what_cannot_be_reached_is_said_in_a_line(
    say: Say, environment: dict[str, str], words: tuple[str, ...]
) -> None:
    nowhere = {
        "OBVERSE_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9",
        "OBVERSE_MONGO_URL": "mongodb://127.0.0.1:9/?replicaSet=rs0",
    }
    said = await say(*words, env=environment | nowhere)
    assert (said.code, said.out) == (FAILED, "")
    assert said.err.splitlines()[-1].startswith("cannot be reached: ")
    assert "Traceback" not in said.err


async def test_a_replica_set_is_initiated_once(
    say: Say, environment: dict[str, str], tmp_path: Path
) -> None:
    try:
        binary = mongod_binary()
    except NotReady as reason:
        pytest.skip(str(reason))
    (tmp_path / "data").mkdir()
    address = f"127.0.0.1:{free_port()}"
    command: list[str | Path] = [binary, "--dbpath", tmp_path / "data", "--bind_ip", "127.0.0.1"]
    command += ["--replSet", "rs0", "--port", address.rpartition(":")[2], "--nounixsocket"]
    child = await start_child("mongod", command, log=tmp_path / "mongod.log")
    try:

        async def answers() -> bool:
            return await hello(f"mongodb://{address}/?directConnection=true") is not None

        await until(answers, "mongod answers")
        env = environment | {"OBVERSE_MONGO_URL": f"mongodb://{address}/?replicaSet=rs0"}
        first, again = await say("replica-set", env=env), await say("replica-set", env=env)
        assert (first.code, first.out) == (0, "replica set rs0 initiated\n")
        assert (again.code, again.out) == (0, "replica set was initiated before\n")
        listed = await say("dead-letters", "list", env=env)
        assert (listed.code, listed.out) == (0, "")
    finally:
        await child.kill()


def formed(sequence: int, *, pair: UUID = ONE, value: bytes | None = None) -> Message:
    """A `pair.formed` as it comes from Kafka; `value` makes it poison."""
    data = PairFormed(
        pair_id=pair,
        programme_id=UUID(int=1),
        cohort_id=UUID(int=2),
        mentor_id=UUID(int=3),
        mentee_id=UUID(int=4),
        format="one_to_one",
        group_id=None,
        until=date(2027, 4, 1),
    )
    envelope = Envelope(
        id=UUID(int=pair.int + 1000 * sequence),
        type="obverse.matching.pair.formed.v1",
        source="/obverse/matching",
        subject=str(pair),
        time=datetime(2026, 11, 24, tzinfo=UTC),
        sequence=sequence,
        correlationid=UUID(int=7),
    )
    partition = 0 if pair == ONE else 1
    key, headers = str(pair).encode(), list(to_headers(envelope))
    value = value or to_value(data)
    return Message(PAIR.name, partition, 40 + sequence, key, value, headers)


async def refuse(tx: Tx, event: Event[Any]) -> None:
    raise Refusal("not_yet", "Try again when it is mended.")


@pytest.fixture
async def poisoned(client: Client, database: MongoDatabase) -> MongoDatabase:
    """Enrollment's database after a bad release: pair 1 failed and holds its key, pair 2 is unreadable."""
    await ensure_indexes(database, OWN_INDEXES)
    transactions = Transactions(client, database, system_clock)
    intake = Intake("enrollment", database, transactions, {PairFormed: refuse})
    messages = [formed(1), formed(2), formed(1, pair=TWO, value=b"{poison")]
    outcomes = await intake.apply(intake.read(messages))
    assert outcomes == {"dead_lettered": 2, "waiting": 1}
    return database


FIRST = "obverse.matching.pair.v1:0:41"
UNREADABLE = "obverse.matching.pair.v1:1:41"


async def audit(database: MongoDatabase) -> list[tuple[str, str, str]]:
    rows = await database["audit"].find({}).sort("_id", 1).to_list(None)
    return [(row["by"], row["action"], row["subject"]) for row in rows]


async def pairs(database: MongoDatabase) -> set[Any]:
    return set(await database["pairs"].distinct("_id"))


async def test_dead_letters_are_listed_without_what_people_wrote(
    say: Say, poisoned: MongoDatabase
) -> None:
    said = await say("dead-letters", "list")
    letters = [json.loads(line) for line in said.lines]
    assert said.code == 0
    assert [(letter["_id"], letter["state"], letter["holds"]) for letter in letters] == [
        (FIRST, "open", True),
        (UNREADABLE, "open", True),
    ]
    assert letters[0]["reason"] == "handler:not_yet"
    assert letters[0]["correlation_id"] == "00000000-0000-0000-0000-000000000007"
    assert all("original" not in letter for letter in letters)
    only = await say("dead-letters", "list", "--reason", "handler:not_yet")
    assert [json.loads(line)["_id"] for line in only.lines] == [FIRST]
    decided = await say("dead-letters", "list", "--state", "discarded")
    assert (decided.code, decided.out) == (0, "")


async def test_one_dead_letter_is_shown_whole(say: Say, poisoned: MongoDatabase) -> None:
    said = await say("dead-letters", "show", UNREADABLE)
    letter = json.loads(said.out)
    assert said.code == 0
    assert letter["original"]["value"] == "{poison"
    assert letter["original"]["key"] == str(TWO)


async def test_redriving_gives_a_message_to_its_handler_and_what_waited_behind_it(
    say: Say, poisoned: MongoDatabase
) -> None:
    said = await say("dead-letters", "redrive", FIRST, "--by", "ines")
    assert (said.code, said.lines[-1]) == (0, "redriven")
    assert await pairs(poisoned) == {ONE}
    assert await poisoned["waiting"].count_documents({}) == 0
    cursor = await poisoned["cursors"].find_one({"_id": f"{PAIR.name}|{ONE}"})
    assert cursor is not None
    assert cursor["sequence"] == 2
    again = await say("dead-letters", "redrive", FIRST, "--by", "otto")
    assert (again.code, again.lines[-1]) == (0, "redriven")
    assert await audit(poisoned) == [("ines", "dead_letter.redriven", FIRST)]


async def test_discarding_lets_its_key_go_on_and_is_written_down(
    say: Say, poisoned: MongoDatabase
) -> None:
    said = await say("dead-letters", "discard", FIRST, "--by", "olga")
    assert (said.code, said.lines[-1]) == (0, "discarded")
    assert await poisoned["waiting"].count_documents({}) == 0
    assert await pairs(poisoned) == {ONE}  # by the second event, which had waited
    late = await say("dead-letters", "redrive", FIRST, "--by", "ines")
    assert (late.code, late.lines[-1]) == (0, "discarded")
    assert await audit(poisoned) == [("olga", "dead_letter.discarded", FIRST)]


async def test_what_is_still_unreadable_stays_and_says_why(
    say: Say, poisoned: MongoDatabase
) -> None:
    said = await say("dead-letters", "redrive", UNREADABLE, "--by", "ines")
    assert (said.code, said.out) == (FAILED, "")
    assert said.err.splitlines()[-1].endswith("mend the reader or discard.")
    assert await audit(poisoned) == []
    assert [json.loads(line)["_id"] for line in (await say("dead-letters", "list")).lines] == [
        FIRST,
        UNREADABLE,
    ]


async def test_redriving_all_does_what_it_can_and_tells_what_it_could_not(
    say: Say, poisoned: MongoDatabase
) -> None:
    said = await say("dead-letters", "redrive", "all", "--by", "ines")
    assert said.code == FAILED
    assert f"{FIRST} redriven" in said.lines
    assert f"{UNREADABLE} failed: Conflict" in said.err.splitlines()
    assert await audit(poisoned) == [("ines", "dead_letter.redriven", FIRST)]


@pytest.mark.parametrize("command", ["show", "redrive", "discard"])
@pytest.mark.parametrize("place", ["obverse.matching.pair.v1:0:99", "nonsense"])
async def test_an_unknown_place_is_told_as_a_mistake(
    say: Say, poisoned: MongoDatabase, command: str, place: str
) -> None:
    by = [] if command == "show" else ["--by", "ines"]
    said = await say("dead-letters", command, place, *by)
    assert (said.code, said.out) == (MISUSED, "")
    assert f"no dead letter at {place}" in said.err
    assert "Traceback" not in said.err
    assert await audit(poisoned) == []


@pytest.mark.parametrize("command", ["redrive", "discard"])
async def test_a_decision_without_a_name_is_refused(
    say: Say, poisoned: MongoDatabase, command: str
) -> None:
    said = await say("dead-letters", command, FIRST)
    assert said.code == MISUSED
    assert "--by" in said.err
    assert await audit(poisoned) == []
