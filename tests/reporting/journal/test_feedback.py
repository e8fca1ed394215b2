"""Either of a pair says what they think of it: the rating is told, and their words go nowhere."""

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from services.reporting.journal.domain import rules
from services.reporting.journal.domain.model import Feedback, Members, Opinion, Pair, Side
from services.reporting.journal.store import HOLDINGS
from shared.chassis.outbox import OUTBOX
from shared.chassis.privacy.holdings import Subject
from shared.chassis.refusals import Conflict
from tests.reporting.conftest import Reporting
from tests.reporting.projections import events as e

PATH = f"/v1/pairs/{e.pair(1)}/feedback"
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
MEMBERS = Members(UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=4))
WELL = {"rating": 5, "worked": "We both prepared.", "improve": "Meet\nin the morning."}


@pytest.mark.parametrize("ended_at", [None, NOW, NOW - timedelta(days=90)])
def test_feedback_is_taken_while_a_pair_runs_and_for_90_days(ended_at: datetime | None) -> None:
    pair = Pair(MEMBERS, NOW - timedelta(days=200), ended_at)

    given = rules.give_feedback(pair, Side.MENTEE, Opinion(4), now=NOW)

    assert given == Feedback(Side.MENTEE, Opinion(4), NOW)


def test_feedback_comes_too_late_after_90_days() -> None:
    pair = Pair(MEMBERS, NOW - timedelta(days=200), NOW - timedelta(days=90, seconds=1))

    with pytest.raises(Conflict, match="feedback_closed"):
        rules.give_feedback(pair, Side.MENTOR, Opinion(1), now=NOW)


def test_a_pair_knows_which_side_a_volunteer_is() -> None:
    assert MEMBERS.side_of({UUID(int=3), UUID(int=9)}) is Side.MENTOR
    assert MEMBERS.side_of({UUID(int=4)}) is Side.MENTEE
    assert MEMBERS.side_of({UUID(int=9)}) is None


@pytest.fixture
async def pair(reporting: Reporting) -> None:
    """The pair of the callers runs."""
    await reporting.told(e.event(e.formed(1)))


async def told(reporting: Reporting) -> list[dict[str, Any]]:
    rows = await reporting.journal.mongo[OUTBOX].find().sort("sequence").to_list(None)
    assert {row["type"] for row in rows} <= {"obverse.reporting.answer.given.v1"}
    return [json.loads(row["payload"]) for row in rows]


def answer(side: str, rating: int) -> dict[str, Any]:
    ids = {"pair_id": str(e.pair(1)), "programme_id": str(e.PROGRAMME)}
    return {**ids, "side": side, "kind": "feedback", "scores": {"rating": rating}}


@pytest.mark.usefixtures("pair")
async def test_each_side_gives_feedback_and_reads_its_own_alone(reporting: Reporting) -> None:
    first = await reporting.post(PATH, "mentor", WELL)
    second = await reporting.post(PATH, "mentee", {"rating": 2})

    assert (first.status_code, second.status_code) == (201, 201)
    assert set(first.json()) == {"pair_id", "side", "rating", "given_at"}
    own = (await reporting.get(PATH, "mentor")).json()
    assert {name: own[name] for name in ("side", *WELL)} == {"side": "mentor", **WELL}
    other = (await reporting.get(PATH, "mentee")).json()
    assert (other["side"], other["rating"], other["worked"]) == ("mentee", 2, "")
    assert await told(reporting) == [answer("mentor", 5), answer("mentee", 2)]


@pytest.mark.usefixtures("pair")
async def test_a_later_answer_takes_the_place_of_the_first_and_is_told_again(
    reporting: Reporting,
) -> None:
    await reporting.post(PATH, "mentee", WELL)
    later = await reporting.post(PATH, "mentee", {"rating": 1})

    assert (later.status_code, later.json()["rating"]) == (200, 1)
    assert (await reporting.get(PATH, "mentee")).json()["worked"] == ""
    assert await told(reporting) == [answer("mentee", 5), answer("mentee", 1)]


@pytest.mark.usefixtures("pair")
async def test_the_same_request_again_gets_its_first_answer(reporting: Reporting) -> None:
    answers = [await reporting.post(PATH, "mentor", WELL, key="the same") for _ in range(2)]

    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert await told(reporting) == [answer("mentor", 5)]


@pytest.mark.usefixtures("pair")
async def test_words_lie_in_the_feedback_alone(reporting: Reporting) -> None:
    await reporting.post(PATH, "mentor", WELL)
    database = reporting.journal.mongo
    names = set(await database.list_collection_names()) - {"feedback"}

    everything = {name: str(await database[name].find().to_list(None)) for name in names}
    assert [name for name, text in everything.items() if "prepared" in text] == []
    assert "prepared" in str(await database["feedback"].find().to_list(None))


@pytest.mark.usefixtures("pair")
async def test_feedback_is_exported_to_its_writer_and_erased_with_them(
    reporting: Reporting,
) -> None:
    for who in ("mentor", "mentee"):
        await reporting.post(PATH, who, WELL)
    (holding,) = [one for one in HOLDINGS if one.collection == "feedback"]
    mentor, mentee = (Subject(UUID(int=9), frozenset({one(1)})) for one in (e.mentor, e.mentee))
    run = reporting.journal.transactions.run

    assert [row["side"] for row in await run(partial(holding.read, subject=mentor))] == ["mentor"]
    assert await run(partial(holding.erase, subject=mentor)) == 1
    assert await run(partial(holding.read, subject=mentor)) == []
    assert [row["side"] for row in await run(partial(holding.read, subject=mentee))] == ["mentee"]


@pytest.mark.usefixtures("pair")
async def test_nobody_but_the_two_gives_or_reads_feedback(reporting: Reporting) -> None:
    for who in ("stranger", "lead", "sponsor"):
        refused = [await reporting.post(PATH, who, WELL), await reporting.get(PATH, who)]
        assert [(one.status_code, one.json()["code"]) for one in refused] == [
            (404, "pair_not_found")
        ] * 2
    nothing = await reporting.get(PATH, "mentor")
    assert (nothing.status_code, nothing.json()["code"]) == (404, "feedback_not_found")
    assert await told(reporting) == []


async def test_long_after_its_end_a_pair_takes_no_feedback(reporting: Reporting) -> None:
    over = e.event(e.ended(1), sequence=2)
    long_ago = datetime.now(UTC) - timedelta(days=91)
    envelope = over.envelope.model_copy(update={"time": long_ago})
    await reporting.told(e.event(e.formed(1)), type(over)(envelope, over.data))

    refused = await reporting.post(PATH, "mentor", WELL)

    assert (refused.status_code, refused.json()["code"]) == (409, "feedback_closed")
    assert await told(reporting) == []


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"rating": 0}, "/rating"),
        ({"rating": 6}, "/rating"),
        ({"rating": "5"}, "/rating"),
        ({"worked": "x" * 2001}, "/worked"),
        ({"improve": "\u202e"}, "/improve"),
        ({"about_me": "no"}, "/about_me"),
    ],
)
@pytest.mark.usefixtures("pair")
async def test_bad_feedback_is_refused_with_its_place(
    reporting: Reporting, change: dict[str, Any], pointer: str
) -> None:
    refused = await reporting.post(PATH, "mentor", WELL | change)

    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
    assert await told(reporting) == []
