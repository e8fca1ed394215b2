"""A lead's way over HTTP: draft, readiness, opening, further cohorts, objectives, the end."""

from typing import Any

import pytest

from dev.demo.opening import ready
from tests.enrollment.conftest import OPENING, YES, House
from tests.enrollment.test_api import code

TERMS = {name: value for name, value in OPENING.items() if name != "cohort"}
OBJECTIVE = {
    "kpi": "ai_users",
    "unit": "percent",
    "baseline": 20,
    "target": 60,
    "due": "2099-06-30",
}
NEXT = {"starts_on": "2026-02-01", "ends_on": "2099-12-31", "size_cap": 12}


async def test_a_draft_is_told_to_nobody_and_seen_by_its_lead_alone(house: House) -> None:
    await house.furnish()
    programme = await house.draft(sponsor_staff_number="S1")
    lea, path = house.person("lea", "lead"), f"/programmes/{programme}"
    assert await house.told() == []
    assert (await lea.get(path))["stage"] == "draft"
    assert [one["programme_id"] for one in (await lea.get("/programmes"))["programmes"]] == [
        programme
    ]
    for employee in (house.person("anna"), house.person("top")):
        assert code(await employee.send("GET", path)) == (404, "no_such_programme")
        assert (await employee.get("/programmes"))["programmes"] == []
    assert (await house.person("otto", "lead").get("/programmes"))["programmes"] == []
    assert code(await house.person("otto", "lead").send("POST", f"{path}/open")) == (
        403,
        "role_missing",
    )
    doubt = {"code": "other", "text": "Will it last?"}
    for place, body in (
        ("volunteers", YES),
        ("concerns", doubt),
        ("concerns/anonymous", doubt),
    ):
        early = await house.person("anna").send("POST", f"{path}/{place}", json=body)
        assert code(early) == (404, "no_such_programme"), place


async def test_a_lead_who_says_yes_to_their_own_draft_reads_what_is_to_be_done(
    house: House,
) -> None:
    await house.furnish()
    mia = house.person("mia", "lead")
    programme = (await mia.post("/programmes", OPENING))["programme_id"]
    early = await mia.send("POST", f"/programmes/{programme}/volunteers", json=YES)
    assert code(early) == (409, "programme_draft")


async def test_opening_says_which_questions_are_missing_and_then_tells_everything(
    house: House,
) -> None:
    await house.furnish()
    programme = await house.draft(sponsor_staff_number="S1")
    lea, path = house.person("lea", "lead"), f"/programmes/{programme}"
    refused = await lea.send("POST", f"{path}/open")
    assert code(refused) == (409, "readiness_unanswered")
    assert "leadership_open" in refused.json()["detail"]
    asked = await lea.get(f"{path}/readiness")
    assert (asked["score"], asked["threshold"], len(asked["missing"])) == (None, 70, 6)
    assert sum(question["weight"] for question in asked["questions"]) == 100
    assert all(question["en"] and question["ru"] for question in asked["questions"])

    answered = await lea.put(f"{path}/readiness", ready(sponsor=True))
    assert (answered["score"], answered["missing"]) == (100, [])
    assert answered["questions"][0]["answer"] == "yes"
    assert await house.told() == []

    opened = await lea.post(f"{path}/open")
    assert (opened["stage"], opened["has_sponsor"]) == ("open", True)
    types = await house.told_types()
    assert [name for name in types if name != "topic.changed"] == [
        "programme.opened",
        "cohort.opened",
        "contact.changed",
        "principal.changed",
        "contact.changed",
    ]
    assert types.count("topic.changed") == 12
    await lea.post(f"{path}/open")
    assert len(await house.told("programme.opened")) == 1
    listed = await house.person("anna").get("/programmes")
    assert [one["programme_id"] for one in listed["programmes"]] == [programme]


async def test_one_person_may_lead_and_answer_for_it(house: House) -> None:
    await house.furnish()
    top = house.person("top", "lead")
    programme = await house.open_programme(top, sponsor_staff_number="S1")
    assert (await top.get("/me"))["roles"] == {programme: ["sponsor", "lead"]}
    assert (await house.told("principal.changed"))[-1]["roles"] == {programme: ["sponsor", "lead"]}


async def test_a_low_score_opens_a_pilot_only(house: House) -> None:
    programme = await house.draft()
    lea, path = house.person("lea", "lead"), f"/programmes/{programme}"
    doubtful = {"answers": ready(sponsor=False)["answers"] | {"leadership_open": "no"}}
    assert (await lea.put(f"{path}/readiness", doubtful))["score"] == 56
    refused = await lea.send("POST", f"{path}/open")
    assert code(refused) == (409, "pilot_only")
    assert "56 of 100, below 70" in refused.json()["detail"]
    pilot = OPENING["cohort"] | {"pilot": True}
    await lea.put(path, TERMS | {"cohort": pilot})
    assert (await lea.post(f"{path}/open"))["pilot_only"] is True
    (told,) = await house.told("programme.opened")
    assert told["pilot_only"] is True
    assert code(await lea.send("POST", f"{path}/cohorts", json=NEXT)) == (409, "pilot_only")


async def test_no_readiness_answer_is_ever_told(house: House) -> None:
    await house.programme()
    rows = await house.database["outbox"].find({}).to_list(None)
    assert all(b"voluntary" not in row["payload"] for row in rows)
    assert all(b"leadership" not in row["payload"] for row in rows)


async def test_a_pilot_is_promoted_by_its_results_and_the_next_cohort_takes_newcomers(
    house: House,
) -> None:
    await house.furnish()
    cohort = OPENING["cohort"] | {"pilot": True}
    programme = await house.programme(cohort=cohort, pilot_only=True)
    lea, path = house.person("lea", "lead"), f"/programmes/{programme}"
    pilot = (await lea.get(path))["cohort_id"]
    promote = f"{path}/cohorts/{pilot}/promote"
    assert code(await lea.send("POST", promote, json={"text": "Fine."})) == (422, "results_missing")
    bad_link = await lea.send("POST", promote, json={"text": "Fine.", "link": "javascript:1"})
    assert bad_link.status_code == 422
    await house.forget_told()
    promoted = await lea.post(promote, {"text": "Fine.", "link": "https://wiki.example/p"})
    assert (promoted["pilot_only"], promoted["cohorts"][0]["promoted"]) == (False, True)
    assert await house.told("cohort.promoted") == [
        {"programme_id": programme, "cohort_id": pilot, "progress_id": None}
    ]
    assert (await house.told("programme.changed"))[0]["pilot_only"] is False

    opened = await lea.post(f"{path}/cohorts", NEXT)
    assert opened["cohort_id"] != pilot
    assert (await house.enrol("anna", programme))["cohort_id"] == opened["cohort_id"]
    closed = await lea.post(f"{path}/cohorts/{opened['cohort_id']}/close")
    assert [one["closed"] for one in closed["cohorts"]] == [False, True]
    assert await house.told("cohort.closed") == [
        {"programme_id": programme, "cohort_id": opened["cohort_id"]}
    ]
    late = await house.person("ben").send("POST", f"{path}/volunteers", json=YES)
    assert code(late) == (409, "cohort_closed")


async def test_the_lead_enters_what_was_measured(house: House) -> None:
    programme = await house.programme(objectives=[OBJECTIVE])
    lea, path = house.person("lea", "lead"), f"/programmes/{programme}/objectives"
    await lea.post(f"{path}/ai_users/measurements", {"value": 31.5, "measured_on": "2026-03-31"})
    await lea.post(f"{path}/ai_users/measurements", {"value": 24, "measured_on": "2026-02-28"})
    assert await lea.get(path) == {
        "objectives": [
            {
                "objective": OBJECTIVE | {"baseline": 20.0, "target": 60.0},
                "measured": [
                    {"measured_on": "2026-02-28", "value": 24.0},
                    {"measured_on": "2026-03-31", "value": 31.5},
                ],
            }
        ]
    }
    assert await house.told("objective.measured") == [
        {
            "programme_id": programme,
            "kpi": "ai_users",
            "value": 31.5,
            "measured_on": "2026-03-31",
        },
        {"programme_id": programme, "kpi": "ai_users", "value": 24.0, "measured_on": "2026-02-28"},
    ]
    value = {"value": 1, "measured_on": "2026-02-28"}
    assert code(await lea.send("POST", f"{path}/luck/measurements", json=value)) == (
        404,
        "no_such_objective",
    )


async def test_the_sponsor_can_be_another_later(house: House) -> None:
    await house.furnish()
    programme = await house.programme(sponsor_staff_number="S1")
    lea, path = house.person("lea", "lead"), f"/programmes/{programme}"
    await lea.put(f"{path}/sponsor", {"sponsor_staff_number": "S2"})
    assert (await house.person("mia").put("/me"))["roles"] == {programme: ["sponsor"]}
    assert (await house.person("top").put("/me"))["roles"] == {}
    unknown = await lea.send("PUT", f"{path}/sponsor", json={"sponsor_staff_number": "S9"})
    assert code(unknown) == (422, "unknown_sponsor")


async def test_a_draft_that_is_given_up_was_never_there(house: House) -> None:
    programme = await house.draft()
    lea, path = house.person("lea", "lead"), f"/programmes/{programme}"
    assert (await lea.post(f"{path}/close"))["stage"] == "closed"
    assert await house.told() == []
    assert code(await lea.send("POST", f"{path}/open")) == (409, "programme_closed")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("open", None),
        ("cohorts", NEXT),
        ("objectives/ai_users/measurements", {"value": 1, "measured_on": "2026-02-28"}),
    ],
)
async def test_a_closed_programme_refuses_everything(house: House, path: str, body: Any) -> None:
    programme = await house.programme(objectives=[OBJECTIVE])
    lea = house.person("lea", "lead")
    await lea.post(f"/programmes/{programme}/close")
    refused = await lea.send("POST", f"/programmes/{programme}/{path}", json=body)
    assert code(refused) == (409, "programme_closed")
    assert (await lea.get("/programmes"))["programmes"] == []


async def test_terms_carry_the_limits_of_matching_and_the_quiet_hours(house: House) -> None:
    await house.programme(
        matching={"direction": "any", "level_gap": 1, "level_gap_max": 4, "other_unit": True},
        reminders={"quiet_from_minute": 1320, "quiet_until_minute": 420},
    )
    (told,) = await house.told("programme.opened")
    matching = told["matching"]
    assert (matching["direction"], matching["level_gap_max"]) == ("any", 4)
    assert (matching["other_unit"], matching["other_site"]) == (True, False)
    assert (told["reminders"]["quiet_from_minute"], told["reminders"]["quiet_until_minute"]) == (
        1320,
        420,
    )
    assert told["formats"][0]["closing"] == "last_day"


async def test_a_programme_of_an_earlier_release_is_open_and_can_be_measured_and_closed(
    house: House,
) -> None:
    programme = await house.programme(objectives=[OBJECTIVE])
    newer = ("draft", "readiness", "measurements")
    within = {
        "terms.matching": ("direction", "level_gap_max", "other_unit", "other_site"),
        "terms.reminders": ("quiet_from_minute", "quiet_until_minute"),
        "terms.formats.$[]": ("closing",),
        "cohorts.$[]": ("closed", "promotion"),
    }
    unset = dict.fromkeys(newer, "") | {
        f"{place}.{name}": "" for place, names in within.items() for name in names
    }
    await house.database["programmes"].update_one({}, {"$unset": unset})

    lea, path = house.person("lea", "lead"), f"/programmes/{programme}"
    assert [one["stage"] for one in (await lea.get("/programmes"))["programmes"]] == ["open"]
    value = {"value": 30, "measured_on": "2026-02-28"}
    measured = await lea.post(f"{path}/objectives/ai_users/measurements", value)
    assert measured["objectives"][0]["measured"] == [{"measured_on": "2026-02-28", "value": 30.0}]
    assert (await lea.post(f"{path}/close"))["stage"] == "closed"
