"""A person is erased from the whole platform: from every collection, every topic, a replay and a backup."""

import asyncio
import importlib
import json
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import bson
import pytest
from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions

from dev.demo.company_api import Company, Speaker
from dev.demo.story import Story
from dev.local.platform import ROOT, SERVICES, Platform
from dev.local.records import everything_on
from services.enrollment.translation import DirectoryMapping
from shared.chassis.broker import message_of
from shared.chassis.lifecycle import Service
from shared.chassis.mongo import Client, MongoDatabase, open_database
from shared.chassis.settings import load
from shared.contracts.catalogue import CATALOGUE
from tests.support.connected import connected
from tests.support.waiting import until

OVERLAP = {"weekday": 1, "start_minute": 540, "minutes": 240}
COMMON: dict[str, Any] = {
    "consent": {"version": "2026-11", "given_on": "2026-11-24", "language": "en"},
    "hours_per_month": 4,
    "slots": [OVERLAP],
    "time_zone": "Pacific/Chatham",
    "languages": ["en"],
    "hobbies": ["falconry"],
}
MENTOR = COMMON | {"roles": ["mentor"], "offers": [{"topic": "crm", "proficiency": 5}]}
MENTEE = COMMON | {
    "roles": ["mentee"],
    "hobbies": ["falconry"],
    "time_zone": "Pacific/Auckland",
    "needs": [{"topic": "crm", "priority": 1, "level": 1}],
}
DIRECTORY = """\
Staff Number,Name,Work Email,Level,Unit,Line Manager Staff Number
B1,Bella Boss,boss@company.example,9,Board,
X1,Emma Exec,emma@company.example,8,Sales,B1
H1,Henry Head,henry@company.example,5,Service,B1
MARK-77,Zvezdana Ünalsson,zvezdana@company.example,2,Service,H1
"""
CODEC: CodecOptions[dict[str, Any]] = CodecOptions(uuid_representation=UuidRepresentation.STANDARD)
Contents = dict[str, list[dict[str, Any]]]
MARKS = ("MARK-77", "Zvezdana", "Ünalsson", "zvezdana@", "Pacific/Chatham")
"""What nobody but this person has."""


@dataclass
class Stage:
    """The platform with one pair in it, of whom the mentor will ask to be erased."""

    platform: Platform
    company: Company
    mentee: Speaker
    person_id: str
    volunteer_id: str
    programme: str
    pair_id: str

    async def command(self, *words: str) -> tuple[int, str]:
        """An operator's command, as a process of its own."""
        token = self.platform.folder / "ops.token"
        token.write_text(self.platform.identity.token("olga", roles=("ops",)), "utf-8")
        urls = [f"--url={name}={self.platform.url(name)}" for name in SERVICES]
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "services.enrollment", *words, *urls, f"--token-file={token}",
            cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        said, _ = await child.communicate()
        return child.returncode or 0, said.decode()


@pytest.fixture
async def stage(
    platform: Platform, company: Company, tmp_path: Path, mapping: DirectoryMapping
) -> Stage:
    file = tmp_path / "directory.csv"
    file.write_text(DIRECTORY, encoding="utf-8")
    story = Story(company, lambda _: None, seed=1)
    await story.import_directory(file, mapping)
    cohort_id = await story.open_programme()
    programme = f"/v1/programmes/{story.outcome.programme_id}"
    mentor = company.employee("MARK-77", "zvezdana@company.example")
    mentee = company.employee("X1", "emma@company.example")
    yes = await mentor.post("enrollment", f"{programme}/volunteers", MENTOR)
    await mentee.post("enrollment", f"{programme}/volunteers", MENTEE)
    await story.run_round(cohort_id, mentors=1, mentees=1)
    found = await mentee.until(
        "the proposal", "matching", "/v1/proposals", lambda found: bool(found["items"])
    )
    pair_id = found["items"][0]["id"]
    for side in (mentee, mentor):
        await side.post_once_known("matching", f"/v1/proposals/{pair_id}/accept")
    soon = (datetime.now(UTC) + timedelta(days=5)).isoformat()
    plan = {"starts_at": soon, "minutes": 60}
    await mentee.post_once_known("reporting", f"/v1/pairs/{pair_id}/sessions", plan)
    me = await mentor.get("enrollment", "/v1/me")
    stage = Stage(
        platform, company, mentee, me["person_id"], yes["volunteer_id"], programme, pair_id
    )
    await mentor.until(
        "the introduction is sent and a reminder of the session waits",
        "notifications",
        "/v1/deliveries",
        lambda told: (
            {("introduction", "sent"), ("session_reminder", "waiting")}
            <= {(one["kind"], one["outcome"]) for one in told["deliveries"]}
        ),
    )
    return stage


def services_of(platform: Platform, prefix: str = "") -> dict[str, Service]:
    """The services as they are composed, not running; with a prefix on databases of their own."""
    built = {}
    for name in SERVICES:
        environ = {k: v for k, v in platform.environment(name).items() if k.startswith("OBVERSE_")}
        environ["OBVERSE_MONGO_DATABASE"] = f"{prefix}{environ['OBVERSE_MONGO_DATABASE']}"
        settings = importlib.import_module(f"services.{name}.settings").Settings
        built[name] = importlib.import_module(f"services.{name}.app").build(load(settings, environ))
    return built


async def contents(database: MongoDatabase) -> Contents:
    names = await database.list_collection_names()
    return {name: await database[name].find({}).to_list(None) for name in names}


def marked(documents: Contents) -> Iterator[tuple[str, str]]:
    """Where a mark stands, in whatever field."""
    for collection, found in documents.items():
        for document in found:
            raw = bson.encode(document, codec_options=CODEC)
            for mark in MARKS:
                if mark.encode() in raw:
                    yield collection, mark


async def test_an_erased_person_is_nowhere_and_comes_back_neither_by_replay_nor_by_restore(
    stage: Stage, client: Client
) -> None:
    names = [d.database.name for one in services_of(stage.platform).values() for d in one.personal]
    backup = {name: await contents(open_database(client, name)) for name in names}
    assert [name for name in names if not any(marked(backup[name]))] == []

    await the_operator_erases_and_has_a_proof(stage)

    await no_database_holds_a_mark_and_every_collection_stands_in_a_table(stage, client)
    no_log_holds_a_mark(stage)
    records = await what_topics_keep_holds_no_mark(stage)
    await the_partner_is_free_and_the_report_whole(stage, client)
    await a_replay_brings_nobody_back(stage, records)
    await a_restore_is_followed_by_erasing_again(stage, client, backup)


@pytest.fixture
async def client(platform: Platform) -> AsyncIterator[Client]:
    async with connected(platform.database.url) as client:
        yield client


async def the_operator_erases_and_has_a_proof(stage: Stage) -> None:
    proof_file = stage.platform.folder / "proof.json"
    by = ("--by", "Data protection", "--proof", str(proof_file))
    code, said = await stage.command("erase", "--staff-number", "MARK-77", *by)

    assert code == 0, said
    proof = json.loads(proof_file.read_text("utf-8"))
    assert proof["complete"] is True
    assert proof["person_id"] == stage.person_id
    assert sorted(proof["services"]) == ["enrollment", "matching", "notifications", "reporting"]
    assert all(one["volunteer_ids"] == [stage.volunteer_id] for one in proof["services"].values())
    proven = datetime.fromisoformat(proof["proven_at"])
    eligible = datetime.fromisoformat(proof["compaction"]["eligible_by"])
    assert eligible == proven + timedelta(days=1)


async def no_database_holds_a_mark_and_every_collection_stands_in_a_table(
    stage: Stage, client: Client
) -> None:
    for service in services_of(stage.platform).values():
        for desk in service.personal:
            now = await contents(open_database(client, desk.database.name))
            assert sorted(set(marked(now))) == []
            assert now.keys() - {str(holding.collection) for holding in desk.tables} == set()


def no_log_holds_a_mark(stage: Stage) -> None:
    for log in (stage.platform.folder / "logs").glob("*.log"):
        assert [mark for mark in MARKS if mark in log.read_text("utf-8")] == []


async def what_topics_keep_holds_no_mark(stage: Stage) -> dict[str, list[Any]]:
    """Compaction keeps the last record of a key; the embedded broker does none, so it is done here."""
    records = {name: await everything_on(stage.platform.kafka, name) for name in CATALOGUE.topics}
    for name, found in records.items():
        topic = CATALOGUE.topics[name]
        last = {record.key: record for record in sorted(found, key=lambda one: one.offset)}
        kept = list(last.values()) if topic.personal else found
        values = b"\n".join(record.value or b"" for record in kept)
        assert [mark for mark in MARKS if mark.encode() in values] == [], name
        if topic.personal:
            own = stage.volunteer_id if topic.key == "volunteer_id" else stage.person_id
            assert last[own.encode()].value is None
    return records


async def the_partner_is_free_and_the_report_whole(stage: Stage, client: Client) -> None:
    async def pair_has_ended() -> bool:
        pairs = (await stage.mentee.get("matching", "/v1/pairs"))["items"]
        return [one["state"] for one in pairs] == ["ended"]

    await until(pair_has_ended, "the pair has ended")
    reminders = open_database(client, f"{stage.platform.prefix}_notifications")["reminders"]
    own = {"kind": "session_reminder", "volunteer_id": UUID(stage.volunteer_id)}
    assert await reminders.distinct("state", own) == ["suppressed"]
    report = await stage.company.lead().until(
        "the report has caught up",
        "reporting",
        f"{stage.programme}/report",
        lambda told: told["volunteers"]["mentor"]["erased"] == 1 and told["pairs"]["stopped"] == 1,
    )
    assert report["volunteers"]["mentor"]["total"] == 1
    assert report["pairs"]["formed"] == 1


async def a_replay_brings_nobody_back(stage: Stage, records: dict[str, list[Any]]) -> None:
    """From the beginning, record by record, into services that hold nothing, as if nothing was compacted."""
    for service in services_of(stage.platform, prefix="replayed_").values():
        for intake in service.intakes:
            for name in intake.topics:
                for record in records[name]:
                    await intake.apply(intake.read([message_of(record)]))
            documents = await contents(intake.database)
            assert documents.get("waiting", []) + documents.get("dead_letters", []) == []
            assert documents["cursors"]
            assert sorted(set(marked(documents))) == []


async def a_restore_is_followed_by_erasing_again(
    stage: Stage, client: Client, backup: dict[str, Contents]
) -> None:
    platform = stage.platform
    name = f"{platform.prefix}_notifications"
    restored = open_database(client, name)
    await platform.children["notifications"].stop(within=15)
    for collection in await restored.list_collection_names():
        await restored[collection].delete_many({})
    for collection, documents in backup[name].items():
        if documents:
            await restored[collection].insert_many(documents)
    await platform.start_service("notifications")
    await platform.ready("notifications")
    assert any(marked(await contents(restored)))

    code, said = await stage.command("erase-again", "--by", "Restore")

    assert (code, said.splitlines()[-1]) == (0, "1 people erased again"), said
    assert sorted(set(marked(await contents(restored)))) == []
