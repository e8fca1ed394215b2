"""What is told to a person about no pair: a doubt to the leads, on the next morning; a reply to its reader, at once."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from services.notifications import consumers, handlers
from services.notifications.domain.notices import Notice, addressed
from services.notifications.domain.reminders import Kind
from services.notifications.store import Unit
from shared.chassis.mongo import Client, MongoDatabase
from shared.contracts.base import Contract
from shared.contracts.enrollment import v1 as enrollment
from tests.notifications.letters import ORIGIN, PROGRAMME
from tests.notifications.world import World, contact

LEA, MIA = UUID(int=501), UUID(int=502)
OTHER_PROGRAMME = UUID(int=503)
LEA_AT, MIA_AT = "lea@example.org", "mia@example.org"
A_DAY = timedelta(days=1)


@pytest.fixture
async def world(client: Client, database: MongoDatabase) -> World:
    return await World.made(client, database)


def lead(person: UUID = LEA, programme: UUID = PROGRAMME) -> Contract:
    return enrollment.PrincipalChanged(
        person_id=person,
        issuer="https://id.test",
        subject=str(person),
        roles={str(programme): ["lead"]},
        volunteer_ids=[],
    )


def raised() -> Contract:
    return enrollment.ConcernRaised(
        concern_id=UUID(int=600),
        programme_id=PROGRAMME,
        code="other",
        asked_on=datetime.now(UTC).date(),
    )


def replied() -> Contract:
    return enrollment.ReplyReady(request_id=UUID(int=700), programme_id=PROGRAMME, person_id=MIA)


def notice(kind: Kind, told_at: datetime, number: int = 1) -> Notice:
    return Notice(UUID(int=number), kind, PROGRAMME, None, told_at, ORIGIN)


def test_leads_are_told_in_the_morning_after_and_once_for_all_doubts_of_a_day() -> None:
    at_ten, at_night = (datetime(2026, 11, 2, hour, 59, tzinfo=UTC) for hour in (9, 23))
    (first,) = addressed(notice(Kind.CONCERN_RAISED, at_ten, 1), [LEA], "obverse.test")
    (second,) = addressed(notice(Kind.CONCERN_RAISED, at_night, 2), [LEA], "obverse.test")
    assert first.due == datetime(2026, 11, 3, 6, 0, tzinfo=UTC)
    assert first.id == second.id
    next_day = notice(Kind.CONCERN_RAISED, at_ten + A_DAY, 3)
    (third,) = addressed(next_day, [LEA], "obverse.test")
    (fourth,) = addressed(notice(Kind.CONCERN_RAISED, at_ten, 1), [MIA], "obverse.test")
    assert len({first.id, third.id, fourth.id}) == 3
    assert first.message_id == f"<{first.id}@obverse.test>"


async def test_a_doubt_is_told_to_the_leads_of_its_programme_the_day_after(world: World) -> None:
    people = [lead(), contact(LEA, "Lea", LEA_AT), lead(MIA, OTHER_PROGRAMME)]
    await world.hear(*people, contact(MIA, "Mia", MIA_AT))
    await world.hear(raised(), raised())
    await world.tick()
    assert world.postbox.sent == []
    await world.pass_time(2 * A_DAY)
    with capture_logs() as lines:
        await world.tick()
    assert world.postbox.sent == [("concern_raised", LEA_AT)]
    assert await world.told() == ["delivery.sent.v1"]
    assert LEA_AT not in str(lines)
    assert str(LEA) not in str(lines)
    assert await world.database["notices"].count_documents({}) == 0


async def test_a_doubt_waits_for_a_lead_who_was_not_told_of_yet(world: World) -> None:
    await world.hear(raised())
    await world.tick()
    assert await world.rows() == []
    await world.hear(lead(), contact(LEA, "Lea", LEA_AT))
    await world.tick()
    assert len(await world.rows(kind="concern_raised", person_id=LEA)) == 1


async def test_a_reply_is_told_to_its_reader_alone_and_once(world: World) -> None:
    await world.hear(lead(), contact(LEA, "Lea", LEA_AT), replied())
    await world.tick()
    assert world.postbox.sent == []
    await world.hear(contact(MIA, "Mia", MIA_AT, "ru"))
    await world.pass_time(timedelta(minutes=1))
    await world.tick()
    await world.tick()
    assert world.postbox.sent == [("reply_ready", MIA_AT)]
    own: Any = await world.transactions.read(lambda tx: handlers.list_deliveries(Unit(tx), [MIA]))
    assert [reminder.kind for reminder in own] == [Kind.REPLY_READY]


async def test_what_is_older_than_a_week_is_not_told_any_more(world: World) -> None:
    await world.hear(lead(), contact(LEA, "Lea", LEA_AT), contact(MIA, "Mia", MIA_AT))
    await world.hear(raised(), replied(), at=datetime.now(UTC) - 8 * A_DAY)
    await world.tick()
    assert await world.rows() == []
    assert await world.database["notices"].count_documents({}) == 0


async def test_nothing_goes_to_an_erased_person(world: World) -> None:
    await world.hear(replied())
    await world.tick()
    await world.transactions.run(lambda tx: handlers.cancel_reminders(Unit(tx), [MIA]))
    await world.hear(contact(MIA, "Mia", MIA_AT))
    await world.pass_time(timedelta(minutes=1))
    await world.tick()
    assert world.postbox.sent == []
    assert await world.told() == ["delivery.suppressed.v1"]


async def test_what_waits_for_somebody_who_has_no_part_any_more_is_told_to_nobody(
    world: World,
) -> None:
    await world.hear(replied())
    await world.tick()
    await world.transactions.run(lambda tx: consumers.forget_contact(tx, str(MIA)))
    assert [(row["state"], row["reason"]) for row in await world.rows()] == [
        ("suppressed", "no_part")
    ]
    assert await world.told() == ["delivery.suppressed.v1"]


async def test_what_is_heard_of_an_erased_person_becomes_no_reminder(world: World) -> None:
    await world.database["erasures"].insert_one({"_id": MIA, "volunteer_ids": []})
    await world.hear(replied())
    await world.tick()
    assert await world.rows() == []
    assert await world.database["notices"].count_documents({}) == 0
