"""Each service is killed once in the middle of a run: nothing is lost, nothing is doubled (I1, I3, I4, I7, I8)."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from motor.motor_asyncio import AsyncIOMotorClient

from dev.demo.company_api import Company, Speaker
from dev.demo.story import Story, each
from dev.demo.volunteers import Volunteer
from dev.local.platform import SERVICES, Platform
from dev.local.records import everything_on, header
from services.enrollment.translation import DirectoryMapping
from shared.contracts.catalogue import CATALOGUE
from tests.support.waiting import until

GROUPS = ("enrollment", "matching", "notifications", "reporting-journal", "reporting-projections")
DATABASES = ("enrollment", "matching", "notifications", "reporting_journal")


@pytest.fixture
async def mongo_client(platform: Platform) -> AsyncIterator[AsyncIOMotorClient[dict[str, Any]]]:
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(
        platform.database.url, uuidRepresentation="standard"
    )
    yield client
    client.close()


async def kill_and_restart(platform: Platform, service: str) -> None:
    """As a node that loses power: no goodbye, and the same command again."""
    await platform.children[service].kill()
    await platform.start_service(service)
    await platform.ready(service)


async def test_after_kill_9_of_each_service_nothing_is_lost_and_nothing_is_doubled(
    platform: Platform,
    company: Company,
    directory: Path,
    mapping: DirectoryMapping,
    volunteers: list[Volunteer],
    mongo_client: AsyncIOMotorClient[dict[str, Any]],
) -> None:
    story = Story(company, lambda _: None, seed=7)
    await story.import_directory(directory, mapping)
    cohort_id = await story.open_programme()
    path = f"/v1/programmes/{story.outcome.programme_id}"
    speakers = [company.employee(one.staff_number, one.email) for one in volunteers]
    acknowledged: list[str] = []
    enough = asyncio.Event()

    async def say_yes(place: int) -> None:
        answer = await speakers[place].persist(
            "enrollment", f"{path}/volunteers", volunteers[place].body
        )
        acknowledged.append(answer["volunteer_id"])
        if len(acknowledged) >= len(volunteers) // 5:
            enough.set()

    async def kill_all() -> None:
        await enough.wait()
        for service in SERVICES:
            await kill_and_restart(platform, service)

    await asyncio.gather(each(range(len(volunteers)), say_yes), kill_all())
    mentors = sum(one.body["roles"] == ["mentor"] for one in volunteers)
    mentees = len(volunteers) - mentors
    await story.run_round(cohort_id, mentors=mentors, mentees=mentees)
    await answer_while_killing(platform, speakers)
    await story.find_pairs()
    report = await company.lead().until(
        "the report has caught up",
        "reporting",
        f"{path}/report",
        lambda found: found["pairs"]["formed"] == len(story.outcome.pairs),
    )

    assert len(set(acknowledged)) == len(volunteers)
    assert report["volunteers"]["mentor"]["total"] == mentors
    assert report["volunteers"]["mentee"]["total"] == mentees
    assert report["proposals"]["made"] == story.outcome.round["matched"]
    await everything_is_drained(platform, mongo_client)
    await events_are_dense(platform, mongo_client, set(acknowledged))


async def answer_while_killing(platform: Platform, speakers: list[Speaker]) -> None:
    """Everybody accepts; the two services that work on it die once more."""

    async def answer(speaker: Speaker) -> None:
        found = await speaker.until("matching knows them", "matching", "/v1/proposals", bool)
        for proposal in found["items"]:
            await speaker.persist("matching", f"/v1/proposals/{proposal['id']}/accept", None)

    async def kill_two() -> None:
        for service in ("notifications", "matching"):
            await kill_and_restart(platform, service)

    await each(speakers[: len(speakers) // 2], answer)
    await asyncio.gather(each(speakers[len(speakers) // 2 :], answer), kill_two())


async def everything_is_drained(
    platform: Platform, client: AsyncIOMotorClient[dict[str, Any]]
) -> None:
    """I7, I8: every group has read to the end, every outbox is empty, nothing waits or is dead."""

    async def outboxes() -> bool:
        counts = [
            await client[f"{platform.prefix}_{name}"]["outbox"].count_documents({"sent_at": None})
            for name in DATABASES
        ]
        return counts == [0, 0, 0, 0]

    await until(outboxes, "every outbox is empty", seconds=60)
    for group in GROUPS:
        await until(partial(has_read_all, platform, group), f"{group} has read all")
    for name in (*DATABASES, "reporting_projections"):
        database = client[f"{platform.prefix}_{name}"]
        assert await database["dead_letters"].count_documents({}) == 0
        assert await database["waiting"].count_documents({}) == 0


async def has_read_all(platform: Platform, group: str) -> bool:
    """Whether the group's committed offsets are at the end of all that its topics hold."""
    consumer = AIOKafkaConsumer(
        group_id=group, enable_auto_commit=False, **platform.kafka.client_options()
    )
    await consumer.start()
    try:
        ends: dict[TopicPartition, int] = {}
        for topic in CATALOGUE.topics:
            for record in await everything_on(platform.kafka, topic):
                place = TopicPartition(record.topic, record.partition)
                ends[place] = max(ends.get(place, 0), record.offset + 1)
        committed = {place: await consumer.committed(place) for place in ends}
    finally:
        await consumer.stop()
    read = {place.topic for place, offset in committed.items() if offset is not None}
    return all(committed[place] == end for place, end in ends.items() if place.topic in read)


async def events_are_dense(
    platform: Platform, client: AsyncIOMotorClient[dict[str, Any]], volunteers: set[str]
) -> None:
    """I1, I3, I4, I8 on the topics: dense per key, one id per place, all acknowledged, none invented."""
    places: dict[tuple[str, str], dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    ids: set[str] = set()
    enrolled: set[str] = set()
    for topic in CATALOGUE.topics:
        for record in await everything_on(platform.kafka, topic):
            sequence = int(header(record, "ce_sequence"))
            places[topic, record.key.decode()][sequence].add(header(record, "ce_id"))
            ids.add(header(record, "ce_id"))
            if header(record, "ce_type") == "obverse.enrollment.volunteer.enrolled.v1":
                enrolled.add(record.key.decode())
    assert enrolled == volunteers
    for (topic, key), sequences in places.items():
        assert sorted(sequences) == list(range(1, len(sequences) + 1)), (topic, key)
        assert all(len(found) == 1 for found in sequences.values()), (topic, key)
    for name in DATABASES:
        rows = (
            await client[f"{platform.prefix}_{name}"]["outbox"].find({}, {"_id": 1}).to_list(None)
        )
        assert {str(row["_id"]) for row in rows} <= ids
