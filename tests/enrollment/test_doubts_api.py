"""Doubts over HTTP: heard by the lead, answered with evidence, and readable by their writer alone."""

from typing import Any

import httpx
import pytest

from tests.enrollment.conftest import House

WITH_SPRINTS = {"formats": [{"format": "one_to_one"}, {"format": "sprint"}]}
DOUBT = {"code": "losing_authority", "text": "Will the others still listen?"}
ANSWER: dict[str, Any] = {
    "text": "They listened more.",
    "cases": ["https://intranet.example/stories/41"],
    "taste_sprint": True,
}


def code(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


@pytest.fixture
async def programme(house: House) -> str:
    await house.furnish()
    return await house.programme(**WITH_SPRINTS)


async def test_a_confidential_doubt_is_heard_answered_and_read(
    house: House, programme: str
) -> None:
    mia, lea = house.person("mia"), house.person("lea", "lead")
    raised = await mia.post(f"/programmes/{programme}/concerns", DOUBT)
    concern = raised["concern_id"]
    assert (raised["state"], raised["turns"][0]["text"]) == ("raised", DOUBT["text"])

    page = await lea.get(f"/programmes/{programme}/concerns")
    (seen,) = page["concerns"]
    assert (seen["concern_id"], seen["anonymous"], seen["writer"]) == (concern, False, "Mia Middle")

    answered = await lea.post(f"/programmes/{programme}/concerns/{concern}/answer", ANSWER)
    assert answered["state"] == "answered"
    (own,) = (await mia.get("/concerns"))["concerns"]
    assert own == await mia.get(f"/concerns/{concern}")
    assert own["turns"][0]["answer"]["text"] == "They listened more."
    assert own["turns"][0]["answer"]["evidence"]["cases"] == ["https://intranet.example/stories/41"]

    asked = await mia.post(f"/concerns/{concern}/questions", {"text": "All of them?"})
    assert asked["state"] == "raised"
    again = await lea.post(f"/programmes/{programme}/concerns/{concern}/answer", ANSWER)
    assert len(again["turns"]) == 2
    assert (await mia.post(f"/concerns/{concern}/taste"))["tasting_since"] is not None
    assert (await mia.post(f"/concerns/{concern}/close"))["state"] == "closed"


async def test_a_doubt_is_nobody_elses(house: House, programme: str) -> None:
    mia, lea = house.person("mia"), house.person("lea", "lead")
    concern = (await mia.post(f"/programmes/{programme}/concerns", DOUBT))["concern_id"]
    for other in (house.person("ben"), house.person("top")):
        assert code(await other.send("GET", f"/concerns/{concern}")) == (404, "no_such_concern")
        closing = await other.send("POST", f"/concerns/{concern}/close")
        assert code(closing) == (404, "no_such_concern")
        assert await other.get("/concerns") == {"concerns": [], "next": None}
        listing = await other.send("GET", f"/programmes/{programme}/concerns")
        assert code(listing) == (403, "role_missing")
    other_programme = await house.programme()
    answering = await lea.send(
        "POST", f"/programmes/{other_programme}/concerns/{concern}/answer", json=ANSWER
    )
    assert code(answering) == (404, "no_such_concern")


async def test_a_sponsor_does_not_read_doubts(house: House) -> None:
    await house.furnish()
    programme = await house.programme(sponsor_staff_number="S1")
    top = house.person("top")
    await top.put("/me")
    answer = await top.send("GET", f"/programmes/{programme}/concerns")
    assert code(answer) == (403, "role_missing")


async def test_a_stranger_raises_no_doubt(house: House, programme: str) -> None:
    stranger = house.person("zoe")
    for path in ("concerns", "concerns/anonymous"):
        answer = await stranger.send("POST", f"/programmes/{programme}/{path}", json=DOUBT)
        assert code(answer) == (403, "not_enrolled")


async def test_an_anonymous_doubt_is_answered_to_whoever_has_the_reference(
    house: House, programme: str
) -> None:
    mia, lea = house.person("mia"), house.person("lea", "lead")
    raised = await mia.post(f"/programmes/{programme}/concerns/anonymous", DOUBT)
    assert list(raised) == ["reference"]
    shown = {"headers": {"Obverse-Reference": raised["reference"]}}

    (seen,) = (await lea.get(f"/programmes/{programme}/concerns"))["concerns"]
    concern = seen.pop("concern_id")
    day = seen["turns"][0].pop("asked_on")
    assert len(day) == len("2026-11-28")
    assert seen == {
        "programme_id": programme,
        "code": "losing_authority",
        "state": "raised",
        "turns": [{"text": "Will the others still listen?", "answer": None}],
        "tasting_since": None,
        "closed_on": None,
        "anonymous": True,
        "writer": "",
    }

    await lea.post(f"/programmes/{programme}/concerns/{concern}/answer", ANSWER)
    read = await mia.send("GET", "/anonymous-concern", **shown)
    assert read.json()["turns"][0]["answer"]["text"] == "They listened more."
    assert "concern_id" not in read.json()
    for what, body, state in (
        ("questions", {"text": "All of them?"}, "raised"),
        ("taste", None, "raised"),
        ("close", None, "closed"),
    ):
        done = await mia.send("POST", f"/anonymous-concern/{what}", json=body, **shown)
        assert (done.status_code, done.json()["state"]) == (200, state)
    assert await mia.get("/concerns") == {"concerns": [], "next": None}
    by_id = await mia.send("GET", f"/concerns/{concern}")
    assert code(by_id) == (404, "no_such_concern")


async def test_a_wrong_reference_opens_nothing(house: House, programme: str) -> None:
    mia = house.person("mia")
    await mia.post(f"/programmes/{programme}/concerns/anonymous", DOUBT)
    wrong = await mia.send("GET", "/anonymous-concern", headers={"Obverse-Reference": "x" * 32})
    assert code(wrong) == (404, "no_such_concern")
    assert code(await mia.send("GET", "/anonymous-concern")) == (422, "request_invalid")


async def test_a_lost_answer_is_not_a_lost_reference(house: House, programme: str) -> None:
    mia = house.person("mia")
    path = f"/programmes/{programme}/concerns/anonymous"
    key = {"headers": {"Idempotency-Key": "8f0e6b0e-9d5c-4a52-8a55-1f0a2b3c4d5e"}}
    first = await mia.send("POST", path, json=DOUBT, **key)
    second = await mia.send("POST", path, json=DOUBT, **key)
    assert first.json() == second.json()
    assert await house.database["concerns"].count_documents({}) == 1


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"cases": []}, "no_evidence"),
        ({"cases": ["javascript:alert(1)"]}, "request_invalid"),
        ({"kpis": ["speed"]}, "unknown_kpi"),
        ({"text": ""}, "request_invalid"),
    ],
)
async def test_an_answer_stands_on_evidence(
    house: House, programme: str, change: dict[str, Any], expected: str
) -> None:
    concern = (await house.person("mia").post(f"/programmes/{programme}/concerns", DOUBT))[
        "concern_id"
    ]
    answer = await house.person("lea", "lead").send(
        "POST", f"/programmes/{programme}/concerns/{concern}/answer", json=ANSWER | change
    )
    assert code(answer) == (422, expected)


async def test_a_doubter_may_enrol_for_a_sprint_alone(house: House, programme: str) -> None:
    view = await house.enrol(
        "mia",
        programme,
        roles=["mentee"],
        offers=[],
        needs=[{"topic": "social_media", "priority": 1, "level": 0}],
        formats=["sprint"],
    )
    assert view["profile"]["formats"] == ["sprint"]


async def test_doubts_are_told_without_a_person_and_a_reply_apart_from_them(
    house: House, programme: str
) -> None:
    mia, lea = house.person("mia"), house.person("lea", "lead")
    await house.forget_told()
    concern = (await mia.post(f"/programmes/{programme}/concerns", DOUBT))["concern_id"]
    assert await house.told_types() == ["concern.raised"]
    path = f"/programmes/{programme}/concerns/{concern}"
    await lea.post(f"{path}/answer", ANSWER)
    await mia.post(f"/concerns/{concern}/close")
    assert await house.told_types() == [
        "concern.raised",
        "concern.answered",
        "contact.changed",
        "reply.ready",
        "concern.closed",
    ]
    (answered,) = await house.told("concern.answered")
    day = answered.pop("answered_on")
    assert answered == {
        "concern_id": concern,
        "programme_id": programme,
        "code": "losing_authority",
        "asked_on": day,
        "cases": 1,
        "progress_ids": [],
        "kpis": [],
        "taste_sprint": True,
    }
    (reply,) = await house.told("reply.ready")
    assert set(reply) == {"request_id", "programme_id", "person_id"}
    rows = await house.database["outbox"].find({}).to_list(None)
    trails: dict[str, set[str]] = {}
    for row in rows:
        headers = dict(row["headers"])
        trails.setdefault(bytes(headers["ce_correlationid"]).decode(), set()).add(row["type"])
    assert all(len(types) == 1 for types in trails.values())
    assert len(trails) == 5


async def test_an_anonymous_answer_is_told_to_nobody_in_person(
    house: House, programme: str
) -> None:
    lea = house.person("lea", "lead")
    await house.person("mia").post(f"/programmes/{programme}/concerns/anonymous", DOUBT)
    (seen,) = (await lea.get(f"/programmes/{programme}/concerns"))["concerns"]
    await house.forget_told()
    await lea.post(f"/programmes/{programme}/concerns/{seen['concern_id']}/answer", ANSWER)
    assert await house.told_types() == ["concern.answered"]


async def test_a_list_of_conversations_asks_the_directory_as_often_as_a_list_of_one(
    house: House, programme: str
) -> None:
    lea = house.person("lea", "lead")
    path = f"/programmes/{programme}/dialogues"
    looked_up = []
    for number, who in enumerate((["S1", "S2"], ["S3"], []), start=1):
        plan = {"planned_for": "2098-02-16", "agenda": ["Who decides?"], "staff_numbers": who}
        await lea.post(path, plan)
        async with house.profiled() as asked:
            listed = (await lea.get(path))["dialogues"]
        assert len(listed) == number
        looked_up.append([one["ns"] for one in asked].count(f"{house.database.name}.employees"))
    assert looked_up == [1, 1, 1]
    names = [one["participants"] for one in listed]
    assert names == [["Tara Top", "Mia Middle"], ["Анна Ёлкина"], []]


async def test_a_conversation_is_planned_held_and_followed_up(house: House, programme: str) -> None:
    lea = house.person("lea", "lead")
    path = f"/programmes/{programme}/dialogues"
    plan = {"planned_for": "2098-02-16", "agenda": ["Who decides?"], "staff_numbers": ["S1", "S2"]}
    planned = await lea.post(path, plan)
    assert planned["participants"] == ["Tara Top", "Mia Middle"]
    one = f"{path}/{planned['dialogue_id']}"
    moved = await lea.put(one, {**plan, "planned_for": "2098-02-17", "staff_numbers": []})
    assert (moved["planned_for"], moved["participants"]) == ("2098-02-17", [])
    held = await lea.post(
        f"{one}/held",
        {
            "held_on": "2026-01-15",
            "positions": ["Advice is welcome."],
            "fears": ["To look helpless."],
            "compromises": [
                {"text": "No audience.", "owner": "lead", "due": "2026-02-01"},
                {"text": "One sprint.", "owner": "participant", "due": "2098-02-01"},
            ],
        },
    )
    assert [entry["overdue"] for entry in held["compromises"]] == [True, False]
    (listed,) = (await lea.get(path))["dialogues"]
    assert listed["overdue"] == 1
    first = held["compromises"][0]["compromise_id"]
    reviewed = await lea.post(
        f"{one}/compromises/{first}/review",
        {
            "outcome": "changed",
            "instead": {"text": "A small one.", "owner": "sponsor", "due": "2098-03-01"},
        },
    )
    assert [entry["outcome"] for entry in reviewed["compromises"]] == ["changed", None, None]
    assert await lea.get(one) == reviewed
    assert reviewed["overdue"] == 0
    told = [one for one in await house.told_types() if one.startswith(("dialogue", "compromise"))]
    assert told == [
        "dialogue.planned",
        "dialogue.planned",
        "dialogue.held",
        "compromise.agreed",
        "compromise.agreed",
        "compromise.reviewed",
        "compromise.agreed",
    ]
    (review,) = await house.told("compromise.reviewed")
    assert (review["owner"], review["outcome"]) == ("lead", "changed")
    assert set(review) == {
        "dialogue_id",
        "programme_id",
        "compromise_id",
        "owner",
        "outcome",
        "reviewed_on",
    }


async def test_a_conversation_is_the_leads(house: House, programme: str) -> None:
    mia = house.person("mia")
    answer = await mia.send("GET", f"/programmes/{programme}/dialogues")
    assert code(answer) == (403, "role_missing")
    plan = {"planned_for": "2098-02-16", "agenda": ["x"], "staff_numbers": ["S99"]}
    unknown = await house.person("lea", "lead").send(
        "POST", f"/programmes/{programme}/dialogues", json=plan
    )
    assert code(unknown) == (422, "unknown_participant")
