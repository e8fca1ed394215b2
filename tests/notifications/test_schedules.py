"""Reminders from the event to the outcome, on a real database; the channel takes notes."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from pymongo.errors import AutoReconnect
from structlog.testing import capture_logs

from services.notifications.domain.sending import Answer, Outcome, Pace
from shared.chassis.mongo import Client, MongoDatabase
from shared.contracts.enrollment.v1 import (
    ProgrammeOpened,
    VolunteerPaused,
    VolunteerResumed,
    VolunteerWithdrawn,
)
from tests.notifications.letters import MENTEE_PERSON, MENTOR_PERSON, PAIR
from tests.notifications.world import (
    World,
    accepted,
    cancelled,
    contact,
    declined,
    ended,
    formed,
    held,
    people,
    planned,
    programme,
    proposed,
    topics,
    volunteer,
)

ANNA, VIKTOR = "anna@example.org", "viktor@example.org"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SECOND = timedelta(seconds=1)
NOT_NOW = Outcome(Answer.NOT_NOW, "451")
NO_ANSWER = Outcome(Answer.NO_ANSWER, "SMTPServerDisconnected")
BOUNCED = Outcome(Answer.REFUSED, "550", bounced=True)


@pytest.fixture
async def world(client: Client, database: MongoDatabase) -> World:
    """A programme with two people in it."""
    made = await World.made(client, database)
    await made.hear(programme(), *topics(), *people())
    return made


async def test_a_proposal_goes_to_both_sides_at_once(world: World) -> None:
    await world.hear(proposed())
    await world.tick()
    assert world.postbox.sent == [("proposal", ANNA), ("proposal", VIKTOR)]
    assert await world.told() == ["delivery.sent.v1", "delivery.sent.v1"]


async def test_what_happens_is_told_on_the_trail_of_what_set_it_off(world: World) -> None:
    await world.hear(proposed())
    with capture_logs() as lines:
        await world.tick()
    names = [line["event"] for line in lines]
    assert names.count("reminder.scheduled") == 6
    assert names.count("delivery.sent") == 2
    outbox = await world.database["outbox"].find({}).to_list(None)
    trails = {dict(row["headers"])["ce_correlationid"].decode() for row in outbox}
    assert trails == {str(UUID(int=77))}
    assert "example.org" not in str(lines)


async def test_the_letter_says_what_the_topics_told(world: World) -> None:
    await world.hear(proposed(), formed())
    await world.tick()
    letter = next(sent for _, sent in world.postbox.letters if sent.reader.email == ANNA)
    assert (letter.reader.name, letter.partner and letter.partner.name) == ("Anna", "Viktor")
    assert [labels.en for labels in letter.topics] == ["Artificial intelligence"]
    assert letter.hobby == "chess"


async def test_an_unanswered_proposal_is_asked_about_by_the_ladder(world: World) -> None:
    await world.hear(proposed())
    await world.tick()
    rungs = await world.rows(kind="proposal_reminder", side="mentor")
    made_at = (await world.database["pairs"].find_one({}))["proposal"]["made_at"]  # type: ignore[index]
    assert [row["due"] - made_at for row in rungs] == [DAY, 2 * DAY]
    await world.pass_time(25 * HOUR)
    await world.tick()
    assert world.postbox.sent == [
        ("proposal", ANNA),
        ("proposal", VIKTOR),
        ("proposal_reminder", ANNA),
        ("proposal_reminder", VIKTOR),
    ]


async def test_the_ladder_ends_for_the_side_that_answers(world: World) -> None:
    await world.hear(proposed())
    await world.tick()
    await world.hear(accepted("mentor"))
    await world.pass_time(25 * HOUR)
    await world.tick()
    assert world.postbox.sent[2:] == [("proposal_reminder", VIKTOR)]
    mentors = await world.rows(kind="proposal_reminder", side="mentor")
    assert [(row["state"], row["reason"]) for row in mentors] == [("suppressed", "answered")] * 2


async def test_a_rung_behind_the_expiry_is_never_planned(world: World) -> None:
    await world.hear(proposed(expires_in=30 * HOUR))
    await world.tick()
    assert len(await world.rows(kind="proposal_reminder", side="mentor")) == 1


async def test_a_declined_proposal_needs_no_mail_any_more(world: World) -> None:
    await world.hear(proposed(), declined())
    await world.tick()
    assert world.postbox.sent == []
    assert {row[2:] for row in await world.states()} == {("suppressed", "proposal_closed")}
    assert await world.told() == ["delivery.suppressed.v1"] * 6


async def test_both_sides_are_introduced_when_the_pair_is_formed(world: World) -> None:
    await world.hear(proposed())
    await world.tick()
    await world.hear(accepted("mentor"), accepted("mentee"), formed())
    await world.tick()
    assert world.postbox.sent[:2] == [("introduction", ANNA), ("introduction", VIKTOR)]


async def test_an_introduction_waits_for_the_proposal_of_another_topic(world: World) -> None:
    await world.hear(formed())
    await world.tick()
    assert world.postbox.sent == []
    await world.hear(proposed())
    await world.pass_time(6 * SECOND)
    await world.tick()
    assert world.postbox.sent == [("introduction", ANNA), ("introduction", VIKTOR)]


async def test_events_may_come_in_any_order(client: Client, database: MongoDatabase) -> None:
    world = await World.made(client, database)
    await world.hear(planned(48 * HOUR))
    await world.tick()
    await world.hear(formed())
    await world.tick()
    await world.hear(proposed(), *people())
    await world.tick()
    assert await world.rows() == []
    await world.hear(*topics(), programme())
    await world.tick()
    assert world.postbox.sent == [("introduction", ANNA), ("introduction", VIKTOR)]
    assert len(await world.rows(kind="session_reminder", state="waiting")) == 4


async def test_a_reminder_waits_for_the_contact(client: Client, database: MongoDatabase) -> None:
    world = await World.made(client, database)
    await world.hear(programme(), proposed())
    await world.tick()
    assert {row[2:] for row in await world.states() if row[0] == "proposal"} == {
        ("waiting", "not_known_yet")
    }
    await world.hear(*people())
    await world.pass_time(6 * SECOND)
    await world.tick()
    assert world.postbox.sent == [("proposal", ANNA), ("proposal", VIKTOR)]


async def test_in_quiet_hours_a_mail_waits_until_they_are_over(world: World) -> None:
    await world.hear(quiet_now(programme()), proposed())
    await world.tick()
    assert world.postbox.letters == []
    assert {(row["state"], row["reason"]) for row in await world.rows(kind="proposal")} == {
        ("waiting", "quiet_hours")
    }
    await world.hear(programme())
    await world.pass_time(DAY)
    await world.tick()
    assert world.postbox.sent[:2] == [("proposal", ANNA), ("proposal", VIKTOR)]


async def test_what_would_be_over_after_the_quiet_hours_goes_at_once(world: World) -> None:
    await world.hear(proposed(), formed())
    await world.tick()
    await world.hear(quiet_now(programme()), planned(30 * 60 * SECOND))
    await world.tick()
    assert world.postbox.sent[2:] == [("session_reminder", ANNA), ("session_reminder", VIKTOR)]


def quiet_now(opened: ProgrammeOpened) -> ProgrammeOpened:
    """The programme with quiet hours since an hour ago, for two hours more, where both are."""
    there = datetime.now(ZoneInfo("Europe/Berlin"))
    minute = there.hour * 60 + there.minute
    quiet = {
        "quiet_from_minute": (minute - 60) % 1440,
        "quiet_until_minute": (minute + 120) % 1440,
    }
    return opened.model_copy(update={"reminders": opened.reminders.model_copy(update=quiet)})


async def test_a_session_is_announced_before_it_and_never_early(world: World) -> None:
    await world.hear(proposed(), formed())
    await world.tick()
    await world.hear(planned(48 * HOUR))
    await world.tick()
    assert len(world.postbox.letters) == 2
    await world.pass_time(24 * HOUR - 60 * SECOND)
    await world.tick()
    assert len(world.postbox.letters) == 2
    await world.pass_time(61 * SECOND)
    await world.tick()
    assert world.postbox.sent[2:] == [("session_reminder", ANNA), ("session_reminder", VIKTOR)]


async def test_of_the_lead_times_that_have_passed_only_the_last_goes_at_once(
    world: World,
) -> None:
    await world.hear(programme(before=(168.0, 24.0, 1.0)), formed(), planned(3 * HOUR))
    await world.worker.plan()
    rows = await world.rows(kind="session_reminder", side="mentor")
    starts_at = next(iter((await world.database["pairs"].find_one({}))["sessions"].values()))  # type: ignore[index]
    assert [starts_at["starts_at"] - row["due"] for row in rows] == [24 * HOUR, HOUR]
    await world.worker.send()
    assert world.postbox.sent == [("session_reminder", ANNA), ("session_reminder", VIKTOR)]


async def test_nothing_is_sent_after_the_start_of_the_session(world: World) -> None:
    await world.hear(formed(), planned(-SECOND))
    await world.tick()
    sessions = [row for row in await world.states() if row[0] == "session_reminder"]
    assert sessions == [
        ("session_reminder", "mentee", "suppressed", "too_late"),
        ("session_reminder", "mentor", "suppressed", "too_late"),
    ]


@pytest.mark.parametrize(
    ("news", "reason"),
    [(cancelled(), "session_cancelled"), (held(), "session_held"), (ended(), "pair_ended")],
)
async def test_what_became_moot_is_suppressed_as_soon_as_it_is_known(
    world: World, news: object, reason: str
) -> None:
    await world.hear(formed(), planned(48 * HOUR))
    await world.worker.plan()
    await world.hear(news)  # type: ignore[arg-type]
    await world.worker.plan()
    sessions = [row[2:] for row in await world.states() if row[0] == "session_reminder"]
    assert sessions == [("suppressed", reason)] * 4


async def test_a_cancellation_that_was_consumed_before_the_claim_wins(world: World) -> None:
    await world.hear(formed(), planned(2 * HOUR))
    await world.worker.plan()
    await world.hear(cancelled())
    await world.worker.send()  # nothing was planned in between: the claim itself must see it
    assert world.postbox.sent == []


async def test_whoever_pauses_gets_no_reminders_until_they_are_back(world: World) -> None:
    await world.hear(proposed(), formed(), planned(48 * HOUR))
    await world.tick()
    await world.hear(volunteer(VolunteerPaused))
    await world.pass_time(25 * HOUR)
    await world.tick()
    await world.hear(volunteer(VolunteerResumed))
    await world.pass_time(22.5 * HOUR)
    await world.tick()
    to_anna = [sent for sent in world.postbox.sent if sent[1] == ANNA]
    assert to_anna == [("introduction", ANNA), ("session_reminder", ANNA)]
    suppressed = await world.rows(kind="session_reminder", state="suppressed")
    assert [(row["side"], row["reason"]) for row in suppressed] == [("mentor", "paused")]


async def test_whoever_has_left_gets_nothing(world: World) -> None:
    await world.hear(proposed(), volunteer(VolunteerWithdrawn))
    await world.tick()
    assert world.postbox.sent == [("proposal", VIKTOR)]


async def test_a_refusal_for_now_is_tried_again_with_longer_and_longer_pauses(
    world: World,
) -> None:
    world.postbox.outcomes = [NOT_NOW] * 3
    await world.hear(programme(after=()), proposed(), volunteer(VolunteerWithdrawn))
    pauses = []
    for _ in range(4):
        await world.tick()
        (row,) = await world.rows(side="mentee")
        if row["state"] == "waiting":
            hello = await world.database.command("hello")
            now = hello["localTime"].replace(tzinfo=UTC)
            pauses.append(round((row["look_at"] - now).total_seconds()))
        await world.tick()  # too early: nothing happens
        await world.pass_time(HOUR)
    assert pauses == [10, 20, 40]
    assert len(world.postbox.letters) == 4
    assert (row["state"], row["attempts"]) == ("sent", 4)
    assert {r.message_id for r, _ in world.postbox.letters} == {row["message_id"]}


async def test_after_24_hours_of_trying_it_has_failed(world: World) -> None:
    world.postbox.outcomes = [NOT_NOW] * 2
    await world.hear(programme(after=()), proposed(), volunteer(VolunteerWithdrawn))
    await world.tick()
    await world.pass_time(24 * HOUR)
    await world.tick()
    (row,) = await world.rows(side="mentee")
    assert (row["state"], row["reason"]) == ("failed", "gave_up")
    assert await world.told() == ["delivery.failed.v1", "delivery.suppressed.v1"]


async def test_a_refusal_for_good_is_not_tried_again(world: World) -> None:
    world.postbox.outcomes = [BOUNCED]
    await world.hear(programme(after=()), proposed(), volunteer(VolunteerWithdrawn))
    await world.tick()
    await world.pass_time(25 * HOUR)
    await world.tick()
    (row,) = await world.rows(side="mentee")
    assert (row["state"], row["reason"], row["attempts"]) == ("failed", "550", 1)


async def test_an_address_that_bounced_twice_gets_no_mail_until_it_changes(world: World) -> None:
    world.postbox.outcomes = [BOUNCED] * 2
    await world.hear(volunteer(VolunteerWithdrawn), proposed())
    await world.tick()
    await world.pass_time(25 * HOUR)
    await world.tick()
    await world.hear(formed())
    await world.tick()
    (introduction,) = await world.rows(kind="introduction", side="mentee")
    assert (introduction["state"], introduction["reason"]) == ("suppressed", "bounced_before")
    await world.hear(contact(MENTEE_PERSON, "Viktor", "viktor.lang@example.org"), planned(2 * HOUR))
    await world.tick()
    assert world.postbox.sent[-1] == ("session_reminder", "viktor.lang@example.org")


async def test_an_unknown_outcome_is_sent_again_with_the_same_id_and_a_line_in_the_log(
    world: World,
) -> None:
    world.postbox.outcomes = [NO_ANSWER]
    await world.hear(programme(after=()), proposed(), volunteer(VolunteerWithdrawn))
    with capture_logs() as lines:
        await world.tick()
        await world.pass_time(11 * SECOND)
        await world.tick()
    first, second = (reminder for reminder, _ in world.postbox.letters)
    assert first.message_id == second.message_id
    assert [line["event"] for line in lines if line["event"].startswith("delivery.")] == [
        "delivery.suppressed",
        "delivery.retried",
        "delivery.repeated",
        "delivery.sent",
    ]


async def test_an_unknown_reminder_of_a_proposal_is_held(world: World) -> None:
    await world.hear(programme(after=(24.0,)), proposed(), volunteer(VolunteerWithdrawn))
    await world.tick()
    world.postbox.outcomes = [NO_ANSWER]
    await world.pass_time(25 * HOUR)
    await world.tick()
    await world.pass_time(HOUR)
    await world.tick()
    (row,) = await world.rows(kind="proposal_reminder", side="mentee")
    assert (row["state"], row["attempts"]) == ("unknown", 1)
    assert "delivery.unknown.v1" in await world.told()


async def test_a_mail_that_may_have_arrived_is_never_called_suppressed(world: World) -> None:
    world.postbox.outcomes = [NO_ANSWER]
    await world.hear(programme(after=()), proposed(), volunteer(VolunteerWithdrawn))
    await world.tick()
    await world.hear(declined())
    await world.worker.plan()
    (row,) = await world.rows(side="mentee")
    assert (row["state"], row["reason"]) == ("unknown", "proposal_closed")


async def test_a_worker_killed_between_sending_and_recording_is_followed_by_another(
    world: World,
) -> None:
    await world.hear(programme(after=()), proposed(), volunteer(VolunteerWithdrawn))
    await world.worker.plan()
    killed = await world.worker.claim()
    for assignment in killed.assignments:
        await world.postbox.send(assignment.reminder, assignment.letter)
    await world.tick()  # the claim holds: nobody else may send
    assert len(world.postbox.letters) == 1
    await world.pass_time(Pace().lease)
    with capture_logs() as lines:
        await world.tick()
    assert len(world.postbox.letters) == 2
    assert "delivery.repeated" in [line["event"] for line in lines]
    (row,) = await world.rows(side="mentee")
    assert (row["state"], row["fence"], row["attempts"]) == ("sent", 2, 2)


async def test_a_worker_that_comes_back_late_records_nothing(world: World) -> None:
    await world.hear(programme(after=()), proposed(), volunteer(VolunteerWithdrawn))
    await world.worker.plan()
    late = await world.worker.claim()
    await world.pass_time(Pace().lease)
    await world.tick()
    world.postbox.outcomes = [BOUNCED]
    with capture_logs() as lines:
        await world.worker.deliver(late.assignments[0])
    assert [line["event"] for line in lines] == ["delivery.overtaken"]
    (row,) = await world.rows(side="mentee")
    assert row["state"] == "sent"
    assert (await world.told()).count("delivery.sent.v1") == 1


async def test_workers_at_the_same_time_claim_different_reminders(world: World) -> None:
    await world.hear(proposed(), formed())
    await world.hear(*(planned(20 * HOUR, uuid4()) for _ in range(20)))
    await world.worker.plan()
    workers = [world.new_worker(at_once=5) for _ in range(4)]
    claims = await asyncio.gather(*(worker.claim() for worker in workers))
    ids = [assignment.reminder.id for claim in claims for assignment in claim.assignments]
    assert len(ids) >= 15
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("off", [-HOUR, HOUR])
async def test_a_service_whose_clock_is_wrong_sends_at_the_same_time(
    client: Client, database: MongoDatabase, off: timedelta
) -> None:
    world = await World.made(client, database, clock=lambda: datetime.now(UTC) + off)
    await world.hear(programme(before=(1.0,)), *topics(), *people(), formed())
    await world.hear(planned(90 * timedelta(minutes=1)))
    await world.tick()
    assert world.postbox.sent == []
    await world.pass_time(timedelta(minutes=29))
    await world.tick()
    assert world.postbox.sent == []
    await world.pass_time(timedelta(minutes=2))
    await world.tick()
    assert world.postbox.sent == [("session_reminder", ANNA), ("session_reminder", VIKTOR)]


async def test_the_same_news_again_change_nothing(world: World) -> None:
    everything = [proposed(), formed(), planned(48 * HOUR)]
    await world.hear(*everything)
    await world.tick()
    before = await world.rows()
    await world.hear(*everything)
    await world.tick()
    assert await world.rows() == before
    assert len(world.postbox.letters) == 2


async def test_a_person_without_a_name_is_reached_all_the_same(world: World) -> None:
    await world.hear(contact(MENTOR_PERSON, "", ANNA), proposed())
    await world.tick()
    assert world.postbox.sent == [("proposal", ANNA), ("proposal", VIKTOR)]


async def test_ids_and_message_ids_follow_from_what_the_reminder_is_about(world: World) -> None:
    await world.hear(proposed())
    await world.worker.plan()
    rows = await world.rows()
    assert len({row["_id"] for row in rows}) == 6
    assert {row["pair_id"] for row in rows} == {PAIR}
    assert all(row["message_id"] == f"<{row['_id']}@obverse.test>" for row in rows)


async def test_an_outcome_is_recorded_once_the_database_is_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.hear(programme(after=()), proposed(), volunteer(VolunteerWithdrawn))
    await world.worker.plan()
    (assignment,) = (await world.worker.claim()).assignments
    run, failures = world.transactions.run, [AutoReconnect("primary stepped down")]

    async def sometimes(work: Any) -> Any:
        if failures:
            raise failures.pop()
        return await run(work)

    monkeypatch.setattr(world.transactions, "run", sometimes)
    with capture_logs() as lines:
        await world.worker.deliver(assignment)
    assert [line["event"] for line in lines] == ["delivery.record_delayed", "delivery.sent"]
    assert len(world.postbox.letters) == 1


async def test_a_mail_that_breaks_on_our_side_takes_no_other_with_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def send(reminder: Any, letter: Any) -> Outcome:
        if letter.reader.email == ANNA:
            raise LookupError("a bug")
        return Outcome(Answer.ACCEPTED, "250")

    monkeypatch.setattr(world.postbox, "send", send)
    await world.hear(programme(after=()), proposed())
    await world.worker.plan()
    with pytest.raises(LookupError):
        await world.worker.send()
    assert [row[1:3] for row in await world.states()] == [
        ("mentee", "sent"),
        ("mentor", "sending"),
    ]


async def test_a_due_reminder_that_nobody_sends_ages(world: World) -> None:
    await world.hear(proposed())
    worker = world.new_worker()
    assert await worker.overdue_seconds() == 0
    await worker.plan()
    await world.pass_time(HOUR)
    assert 3600 <= await worker.overdue_seconds() < 3660
    await worker.send()
    assert await worker.overdue_seconds() == 0
