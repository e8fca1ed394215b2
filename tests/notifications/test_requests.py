"""Whoever is invited, or is to confirm, gets one mail, and none once they have answered."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.notifications.domain.sending import Answer, Outcome
from shared.chassis.mongo import Client, MongoDatabase
from shared.contracts.base import Contract
from shared.contracts.enrollment import v1 as enrollment
from tests.notifications.letters import PROGRAMME
from tests.notifications.world import World, contact, topics

MIA = UUID(int=502)
MIA_AT = "mia@example.org"
REQUEST: dict[str, Any] = {
    "request_id": UUID(int=700),
    "programme_id": PROGRAMME,
    "person_id": MIA,
}


@pytest.fixture
async def world(client: Client, database: MongoDatabase) -> World:
    return await World.made(client, database)


def invited(**changed: Any) -> Contract:
    return enrollment.InvitationIssued(**REQUEST | {"topic": "ai"} | changed)


def answered(answer: str) -> Contract:
    return enrollment.InvitationAnswered(**REQUEST, answer=answer)


async def test_an_invitation_is_told_once_with_the_name_of_its_topic(world: World) -> None:
    await world.hear(*topics(), contact(MIA, "Mia", MIA_AT), invited(), invited())
    await world.tick()
    await world.hear(invited())
    await world.tick()
    assert world.postbox.sent == [("invitation", MIA_AT)]
    ((_, letter),) = world.postbox.letters
    assert [topic.en for topic in letter.topics] == ["Artificial intelligence"]
    assert await world.told() == ["delivery.sent.v1"]


async def test_another_invitation_is_another_mail(world: World) -> None:
    await world.hear(contact(MIA, "Mia", MIA_AT), invited(topic=None))
    await world.tick()
    await world.hear(answered("later"), invited(request_id=UUID(int=701), topic=None))
    await world.tick()
    assert world.postbox.sent == [("invitation", MIA_AT), ("invitation", MIA_AT)]


async def test_whoever_answered_before_it_was_planned_gets_no_mail(world: World) -> None:
    await world.hear(contact(MIA, "Mia", MIA_AT), invited(), answered("declined"))
    await world.tick()
    assert await world.rows() == []
    assert await world.database["notices"].count_documents({}) == 0


@pytest.mark.parametrize("answer", ["accepted", "declined", "later"])
async def test_whoever_answered_before_it_was_sent_gets_no_mail(world: World, answer: str) -> None:
    await world.hear(invited())
    await world.tick()  # it waits for the address
    await world.hear(answered(answer), contact(MIA, "Mia", MIA_AT))
    await world.tick()
    assert world.postbox.sent == []
    assert [(row["state"], row["reason"]) for row in await world.rows()] == [
        ("suppressed", "answered")
    ]
    assert await world.told() == ["delivery.suppressed.v1"]


async def test_the_answer_to_one_invitation_leaves_another_alone(world: World) -> None:
    await world.hear(invited(), invited(request_id=UUID(int=701)))
    await world.tick()
    await world.hear(answered("later"))
    assert sorted(row["state"] for row in await world.rows()) == ["suppressed", "waiting"]


async def test_an_invitation_that_may_have_arrived_is_not_sent_again(world: World) -> None:
    world.postbox.outcomes = [Outcome(Answer.NO_ANSWER, "timeout")]
    await world.hear(contact(MIA, "Mia", MIA_AT), invited())
    await world.tick()
    assert [(row["state"], row["reason"]) for row in await world.rows()] == [
        ("unknown", "at_most_once")
    ]


CONFIRMATION: dict[str, Any] = REQUEST | {"volunteer_id": UUID(int=710), "cohort_id": UUID(int=720)}


async def test_a_volunteer_is_asked_to_confirm_with_the_day(world: World) -> None:
    asked = enrollment.ConfirmationRequested(**CONFIRMATION, due=date(2027, 3, 1))
    await world.hear(contact(MIA, "Mia", MIA_AT), asked, asked)
    await world.tick()
    assert world.postbox.sent == [("confirmation", MIA_AT)]
    ((_, letter),) = world.postbox.letters
    assert letter.until == date(2027, 3, 1)


@pytest.mark.parametrize("fact", [enrollment.ConfirmationGiven, enrollment.ConfirmationLapsed])
async def test_whoever_confirmed_or_left_before_it_was_sent_gets_no_mail(
    world: World, fact: type[enrollment.ConfirmationFact]
) -> None:
    await world.hear(enrollment.ConfirmationRequested(**CONFIRMATION, due=date(2027, 3, 1)))
    await world.tick()  # it waits for the address
    await world.hear(fact(**CONFIRMATION), contact(MIA, "Mia", MIA_AT))
    await world.tick()
    assert world.postbox.sent == []
    assert [(row["state"], row["reason"]) for row in await world.rows()] == [
        ("suppressed", "answered")
    ]


async def test_a_confirmation_that_may_have_arrived_is_sent_again(world: World) -> None:
    world.postbox.outcomes = [Outcome(Answer.NO_ANSWER, "timeout")]
    asked = enrollment.ConfirmationRequested(**CONFIRMATION, due=date(2027, 3, 1))
    await world.hear(contact(MIA, "Mia", MIA_AT), asked)
    await world.tick()
    await world.pass_time(timedelta(minutes=1))
    await world.tick()
    assert world.postbox.sent == [("confirmation", MIA_AT), ("confirmation", MIA_AT)]
