"""The two of a pair plan, cancel and report their sessions over HTTP, and nobody else does."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from shared.chassis.outbox import OUTBOX
from tests.reporting.conftest import Reporting
from tests.reporting.projections import events as e

SESSIONS = f"/v1/pairs/{e.pair(1)}/sessions"
HOUR = timedelta(hours=1)


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
async def pair(reporting: Reporting, now: datetime) -> None:
    """The pair of the callers was formed two days ago."""
    formed = e.event(e.formed(1))
    envelope = formed.envelope.model_copy(update={"time": now - timedelta(days=2)})
    await reporting.told(type(formed)(envelope, formed.data))


pytestmark = pytest.mark.usefixtures("pair")


def text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def plan(at: datetime, minutes: int = 60) -> dict[str, Any]:
    return {"starts_at": text(at), "minutes": minutes}


def held(at: datetime, minutes: int = 60, **more: Any) -> dict[str, Any]:
    return {"held_at": text(at), "minutes": minutes, **more}


async def published(reporting: Reporting) -> list[str]:
    rows = await reporting.journal.mongo[OUTBOX].find().sort("sequence").to_list(None)
    return [row["type"].removeprefix("obverse.reporting.session.") for row in rows]


async def test_a_session_is_planned_held_and_listed(reporting: Reporting, now: datetime) -> None:
    planned = await reporting.post(SESSIONS, "mentor", plan(now + HOUR))

    session = planned.json()
    assert planned.status_code == 201
    assert session == {
        "session_id": session["session_id"],
        "state": "planned",
        "starts_at": text(now + HOUR),
        "minutes": 60,
        "topics": [],
    }
    report = await reporting.post(
        f"{SESSIONS}/{session['session_id']}/held",
        "mentee",
        held(now - HOUR, 45, topics=["crm", "crm"], mood=5),
    )
    assert report.status_code == 200
    met = {**session, "state": "held", "starts_at": text(now - HOUR), "minutes": 45}
    assert report.json() == {**met, "topics": ["crm"]}
    listed = await reporting.get(SESSIONS, "mentor")
    assert listed.json() == {"sessions": [report.json()]}
    assert await published(reporting) == ["planned.v1", "held.v1"]


async def test_one_meeting_that_both_sides_report_counts_once(
    reporting: Reporting, now: datetime
) -> None:
    first = await reporting.post(f"{SESSIONS}/held", "mentor", held(now - HOUR))
    second = await reporting.post(
        f"{SESSIONS}/held", "mentee", held(now - HOUR + timedelta(minutes=10))
    )

    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json() == first.json()
    assert await published(reporting) == ["held.v1"]


async def test_one_meeting_that_both_sides_report_at_the_same_moment_counts_once(
    reporting: Reporting, now: datetime
) -> None:
    reports = (
        reporting.post(f"{SESSIONS}/held", who, held(now - HOUR))
        for who in ("mentor", "mentee") * 4
    )

    answers: list[httpx.Response] = await asyncio.gather(*reports)

    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.json()["session_id"] for answer in answers}) == 1
    assert await published(reporting) == ["held.v1"]


async def test_a_report_sent_again_gets_its_first_answer(
    reporting: Reporting, now: datetime
) -> None:
    answers = [
        await reporting.post(f"{SESSIONS}/held", "mentor", held(now - HOUR), key="the same")
        for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert await published(reporting) == ["held.v1"]


async def test_a_session_is_cancelled(reporting: Reporting, now: datetime) -> None:
    planned = await reporting.post(SESSIONS, "mentor", plan(now + HOUR))
    path = f"{SESSIONS}/{planned.json()['session_id']}/cancel"

    answers = [await reporting.post(path, who) for who in ("mentee", "mentor")]

    assert [(a.status_code, a.json()["state"]) for a in answers] == [(200, "cancelled")] * 2
    assert await published(reporting) == ["planned.v1", "cancelled.v1"]


async def test_the_mood_is_shown_to_neither_side(reporting: Reporting, now: datetime) -> None:
    await reporting.post(f"{SESSIONS}/held", "mentor", held(now - HOUR, mood=1))

    assert "mood" not in (await reporting.get(SESSIONS, "mentee")).text


@pytest.mark.parametrize("who", ["stranger", "lead", "sponsor"])
async def test_nobody_but_the_two_learns_that_the_pair_exists(
    reporting: Reporting, now: datetime, who: str
) -> None:
    foreign = await reporting.post(f"{SESSIONS}/held", who, held(now - HOUR))
    absent = await reporting.get(f"/v1/pairs/{e.pair(404)}/sessions", who)

    for answer in (foreign, absent):
        assert (answer.status_code, answer.json()["code"]) == (404, "pair_not_found")
    assert await published(reporting) == []


async def test_somebody_unknown_is_not_enrolled(reporting: Reporting) -> None:
    answer = await reporting.get(SESSIONS, "nobody")

    assert (answer.status_code, answer.json()["code"]) == (403, "not_enrolled")


async def test_after_its_end_a_pair_reports_what_was_and_plans_nothing(
    reporting: Reporting, now: datetime
) -> None:
    over = e.event(e.ended(1), sequence=2)
    envelope = over.envelope.model_copy(update={"time": now - HOUR})
    await reporting.told(type(over)(envelope, over.data))

    refused = await reporting.post(SESSIONS, "mentor", plan(now + HOUR))
    taken = await reporting.post(f"{SESSIONS}/held", "mentor", held(now - 3 * HOUR))

    assert (refused.status_code, refused.json()["code"]) == (409, "pair_ended")
    assert taken.status_code == 201


BAD_REPORTS = {
    "in the future": ({"held_at": "2999-01-01T00:00:00Z"}, "/held_at"),
    "beyond every calendar": ({"held_at": "9999-12-31T23:59:59-12:00"}, "/held_at"),
    "before every calendar": ({"held_at": "0001-01-01T00:00:00+12:00"}, "/held_at"),
    "without a zone": ({"held_at": "2026-03-02T10:00:00"}, "/held_at"),
    "a number for a time": ({"held_at": 1_767_225_600}, "/held_at"),
    "an operator for a number": ({"minutes": {"$gt": 0}}, "/minutes"),
    "a text for a number": ({"minutes": "60"}, "/minutes"),
    "no time at all": ({"minutes": 4}, "/minutes"),
    "over a working day": ({"minutes": 481}, "/minutes"),
    "a mood of six": ({"mood": 6}, "/mood"),
    "free text": ({"note": "it went well"}, "/note"),
    "free text as a topic": ({"topics": ["We talked about me"]}, "/topics/0"),
    "an operator as a topic": ({"topics": ["$where"]}, "/topics/0"),
    "too many topics": ({"topics": [f"t{n}" for n in range(11)]}, "/topics"),
}


@pytest.mark.parametrize(("change", "pointer"), BAD_REPORTS.values(), ids=BAD_REPORTS.keys())
async def test_a_bad_report_is_refused_with_its_place_and_nothing_is_kept(
    reporting: Reporting, now: datetime, change: dict[str, Any], pointer: str
) -> None:
    answer = await reporting.post(f"{SESSIONS}/held", "mentor", held(now - HOUR) | change)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert await published(reporting) == []
    assert (await reporting.get(SESSIONS, "mentor")).json() == {"sessions": []}
