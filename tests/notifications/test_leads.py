"""What leads are told in the morning: gaps that are still open, conversations and compromises of the next day."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.notifications.domain.notices import addressed, morning_of
from services.notifications.domain.quiet import Quiet
from services.notifications.domain.sending import Knowledge, Pace, claim
from services.notifications.translation.notices import GIVING, withdrawal
from shared.chassis.mongo import Client, MongoDatabase
from shared.contracts.base import Contract
from shared.contracts.catalogue import CATALOGUE
from shared.contracts.enrollment import v1 as enrollment
from shared.contracts.envelope import Envelope, Event
from tests.notifications.letters import ANNA, PROGRAMME
from tests.notifications.test_notices import A_DAY, LEA, LEA_AT, MIA, lead
from tests.notifications.world import World, contact, topics

DIALOGUE, COMPROMISE = UUID(int=801), UUID(int=802)
TODAY = datetime.now(UTC).date()
AT_TEN = datetime(2026, 11, 2, 10, tzinfo=UTC)


@pytest.fixture
async def world(client: Client, database: MongoDatabase) -> World:
    made = await World.made(client, database)
    await made.hear(*topics(), lead(), contact(LEA, "Lea", LEA_AT))
    return made


def gap(*, open_: bool = True, topic: str = "ai") -> Contract:
    fact = enrollment.GapOpened if open_ else enrollment.GapClosed
    return fact(programme_id=PROGRAMME, topic=topic)


def planned(day: date) -> Contract:
    return enrollment.DialoguePlanned(dialogue_id=DIALOGUE, programme_id=PROGRAMME, planned_for=day)


def agreed(due: date) -> Contract:
    return enrollment.CompromiseAgreed(**_compromise(), due=due)


def reviewed() -> Contract:
    return enrollment.CompromiseReviewed(**_compromise(), outcome="kept", reviewed_on=TODAY)


def _compromise() -> dict[str, Any]:
    return {
        "dialogue_id": DIALOGUE,
        "programme_id": PROGRAMME,
        "compromise_id": COMPROMISE,
        "owner": "sponsor",
    }


def told(data: Contract, at: datetime, number: int = 1) -> Event[Any]:
    envelope = Envelope(
        id=UUID(int=number),
        type=CATALOGUE.by_model[type(data)].name,
        source="/obverse/enrollment",
        time=at,
        sequence=1,
        correlationid=UUID(int=77),
    )
    return Event(envelope, data)


def reminder_of(data: Contract, at: datetime, number: int = 1) -> Any:
    event = told(data, at, number)
    notice = GIVING[type(data)](event.data, event.envelope).notice
    (reminder,) = addressed(notice, [LEA], "obverse.test")
    return reminder


def test_a_gap_is_told_on_the_next_morning_once_per_opening_and_lead() -> None:
    first = reminder_of(gap(), AT_TEN)
    again = reminder_of(gap(), AT_TEN + timedelta(hours=5), number=2)
    next_day = reminder_of(gap(), AT_TEN + A_DAY, number=3)
    elsewhere = reminder_of(gap(topic="crm"), AT_TEN, number=4)

    assert first.due == datetime(2026, 11, 3, 6, tzinfo=UTC)
    assert first.topic == "ai"
    assert first.id == again.id
    assert len({first.id, next_day.id, elsewhere.id}) == 3


def test_the_day_before_is_when_leads_are_reminded_and_at_once_where_that_has_passed() -> None:
    assert reminder_of(agreed(date(2026, 12, 1)), AT_TEN).due == datetime(
        2026, 11, 30, 6, tzinfo=UTC
    )
    assert reminder_of(planned(date(2026, 11, 2)), AT_TEN).due == AT_TEN
    assert reminder_of(agreed(date(2026, 12, 1)), AT_TEN).answer_by == date(2026, 12, 1)


def test_quiet_hours_of_the_programme_hold_for_leads_too() -> None:
    quiet = Quiet(from_minute=20 * 60, until_minute=9 * 60)
    known = Knowledge(reader=replace(ANNA, time_zone="UTC"), quiet=quiet)
    morning = morning_of(date(2026, 11, 3))

    step = claim(reminder_of(gap(), AT_TEN), known, Pace(), morning)

    assert (step.reminder.state, step.reminder.reason) == ("waiting", "quiet_hours")
    assert step.look_at == datetime(2026, 11, 3, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("over", "reason"),
    [
        (gap(open_=False), "gap_closed"),
        (planned(date(2026, 12, 1)), "moved"),
        (reviewed(), "reviewed"),
    ],
)
def test_what_is_over_is_withdrawn_for_all_leads(over: Contract, reason: str) -> None:
    gone = withdrawal(told(over, AT_TEN))
    assert (gone.person_id, gone.reminder_id, gone.reason) == (None, None, reason)


async def test_an_open_gap_is_told_to_the_lead_with_the_name_of_its_topic(world: World) -> None:
    yesterday = datetime.now(UTC) - 2 * A_DAY
    await world.hear(gap(), gap(), at=yesterday)
    await world.tick()
    await world.hear(gap(), at=yesterday)
    await world.tick()
    assert world.postbox.sent == [("gap_opened", LEA_AT)]
    ((_, letter),) = world.postbox.letters
    assert [topic.en for topic in letter.topics] == ["Artificial intelligence"]


async def test_a_gap_that_closed_within_the_day_is_told_to_nobody(world: World) -> None:
    await world.hear(gap())
    await world.tick()
    assert await world.rows() == []
    await world.hear(gap(open_=False))
    assert await world.database["notices"].count_documents({}) == 0


async def test_a_compromise_waits_for_the_day_before_and_for_the_leads_of_then(
    world: World,
) -> None:
    await world.hear(agreed(TODAY + 30 * A_DAY))
    await world.tick()
    assert await world.rows() == []
    await world.database["notices"].update_one(
        {"_id": COMPROMISE}, {"$set": {"not_before": datetime.now(UTC) - timedelta(hours=1)}}
    )
    await world.hear(lead(MIA), contact(MIA, "Mia", "mia@example.org"))
    await world.tick()
    assert world.postbox.sent == [("compromise_due", LEA_AT), ("compromise_due", "mia@example.org")]
    assert {letter.until for _, letter in world.postbox.letters} == {TODAY + 30 * A_DAY}


async def test_a_compromise_that_was_reviewed_is_told_to_nobody(world: World) -> None:
    await world.hear(agreed(TODAY + 30 * A_DAY), reviewed())
    assert await world.database["notices"].count_documents({}) == 0


async def test_what_waits_to_be_sent_is_withdrawn_from_every_lead(world: World) -> None:
    await world.hear(lead(MIA), agreed(TODAY))  # nobody knows how to reach Mia
    await world.tick()
    await world.hear(reviewed())
    states = {row["person_id"]: (row["state"], row["reason"]) for row in await world.rows()}
    assert states[LEA] == ("sent", "250")
    assert states[MIA] == ("suppressed", "reviewed")


async def test_a_conversation_that_is_moved_is_told_of_with_its_new_day(world: World) -> None:
    await world.hear(planned(TODAY + 30 * A_DAY))
    await world.hear(planned(TODAY))
    await world.tick()
    await world.hear(
        enrollment.DialogueHeld(dialogue_id=DIALOGUE, programme_id=PROGRAMME, held_on=TODAY)
    )
    await world.tick()
    assert world.postbox.sent == [("dialogue_ahead", LEA_AT)]
    assert [letter.until for _, letter in world.postbox.letters] == [TODAY]
