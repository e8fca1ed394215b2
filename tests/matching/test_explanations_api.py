"""Explanations over HTTP: for the lead alone, in two languages, and in words that give nothing private away."""

from uuid import UUID

import pytest

from tests.chassis.http_client import Client, code
from tests.matching.builders import COHORT, PROGRAMME, a_mentee, a_mentor
from tests.matching.conftest import House
from tests.matching.test_api import (  # noqa: F401 - fixtures
    Callers,
    app,
    callers,
    lead,
)

ROUNDS = f"/v1/programmes/{PROGRAMME}/rounds"


def two(mentor_id: int, mentee_id: int) -> dict[str, str]:
    return {"mentor_id": str(UUID(int=mentor_id)), "mentee_id": str(UUID(int=mentee_id))}


@pytest.fixture
async def solved(house: House, lead: Client) -> str:  # noqa: F811
    """The address of a round: mentor 1 with mentee 2; 3 avoids 2, and 4 is no lower than anybody."""
    avoids = a_mentor(3, avoid=(UUID(int=0x1002),), capacity=0)
    await house.learn(a_mentor(1), a_mentee(2), avoids, a_mentor(4, level=6))
    asked = await lead.send("POST", ROUNDS, json={"cohort_id": str(COHORT)})
    await house.desk.solve_waiting()
    return f"{ROUNDS}/{asked.json()['id']}"


async def test_a_question_is_taken_answered_and_then_known(
    house: House,
    lead: Client,  # noqa: F811
    solved: str,
) -> None:
    asked = await lead.send("POST", f"{solved}/questions", json=two(4, 2))
    assert (asked.status_code, asked.json()["state"]) == (202, "asked")
    await house.questions_desk.answer_waiting()

    found = await lead.send("GET", f"{solved}/questions/{asked.json()['id']}")
    told = found.json()["answer"]
    assert (told["verdict"], told["reason"], told["before"]) == ("forbidden", "level_gap", None)
    assert told["text"] == {
        "en": [
            "The two cannot be matched: the levels of the two are not as far apart as the programme asks, or too far."
        ],
        "ru": [
            "Эти двое не могут быть парой: разница уровней не та, что задана программой: мала или велика."
        ],
    }
    again = await lead.send("POST", f"{solved}/questions", json=two(4, 2))
    assert (again.status_code, again.json()["state"]) == (200, "answered")


async def test_a_pair_of_the_round_is_explained_by_its_parts(
    house: House,
    lead: Client,  # noqa: F811
    solved: str,
) -> None:
    asked = await lead.send("POST", f"{solved}/questions", json=two(1, 2))
    await house.questions_desk.answer_waiting()

    found = await lead.send("GET", f"{solved}/questions/{asked.json()['id']}")
    told = found.json()["answer"]
    assert told["verdict"] == "matched"
    assert told["text"]["en"][0] == "The two are matched in this round."
    assert {"whose": "mentee", "part": "topics", "points": 40, "most": 40} in told["parts"]
    assert {"whose": "both", "part": "confidential", "points": 10, "most": 20} in told["parts"]
    assert not {"motivation", "openness", "feedback"} & {part["part"] for part in told["parts"]}


async def test_advice_names_a_reason_and_the_cheapest_help_for_each_who_is_left(
    house: House,
    lead: Client,  # noqa: F811
    solved: str,
) -> None:
    before = await lead.send("GET", f"{solved}/advice")
    assert (before.json()["state"], before.json()["people"]) == ("asked", [])
    await house.questions_desk.answer_waiting()

    told = (await lead.send("GET", f"{solved}/advice")).json()
    people = {one["volunteer_id"]: one["reason"] for one in told["people"]}
    assert people == {str(UUID(int=3)): "no_capacity", str(UUID(int=4)): "level_gap"}
    assert all(set(one["text"]) == {"en", "ru"} for one in told["people"])


async def test_a_report_is_read_by_the_lead(lead: Client, solved: str) -> None:  # noqa: F811
    told = (await lead.send("GET", f"{solved}/report")).json()

    assert (told["pairs"], told["mentors"]["people"], told["mentors"]["matched"]) == (1, 3, 1)
    assert told["load"] == [{"pairs": 0, "mentors": 2}, {"pairs": 1, "mentors": 1}]
    # Topics 40, motivation 10 and time 5 for the mentee; time 5 for the mentor; 2 for a topic that three can teach.
    assert told["scores"] == {"worst": 62, "tenth": 62, "median": 62}
    assert told["mentees"]["spread"] == {"worst": 55, "tenth": 55, "median": 55}
    assert told["mentors"]["spread"] == {"worst": 5, "tenth": 5, "median": 5}
    best = {"first": 1, "first_three": 1, "median": 1, "worst": 1}
    assert (told["mentors"]["ranks"], told["mentees"]["ranks"]) == (best, best)
    assert told["mentees"]["equity"] == {"unit": [], "site": [], "level": []}
    assert told["blocking_pairs"] == 0
    proof = told["proof"]
    assert (proof["served"], proof["least"], proof["total"], proof["squares"]) == (1, 62, 62, 1)
    assert (proof["kind"], len(proof["digest"])) == ("dual_bounds", 64)
    origin = told["origin"]
    assert (len(origin["input_hash"]), len(origin["policy_hash"])) == (64, 64)
    assert "numpy" in origin["solver"]
    assert origin["seconds"] >= 0


async def test_who_was_not_in_the_round_cannot_be_asked_about(
    lead: Client,  # noqa: F811
    solved: str,
) -> None:
    answer = await lead.send("POST", f"{solved}/questions", json=two(77, 2))

    assert code(answer) == (404, "not_in_round")


async def test_who_avoids_somebody_is_not_available_in_every_answer(
    house: House,
    lead: Client,  # noqa: F811
) -> None:
    await house.learn(a_mentor(1), a_mentee(2), a_mentor(3, avoid=(UUID(int=0x1002),)))
    round_ = await lead.send("POST", ROUNDS, json={"cohort_id": str(COHORT)})
    await house.desk.solve_waiting()
    here = f"{ROUNDS}/{round_.json()['id']}"
    asked = await lead.send("POST", f"{here}/questions", json=two(3, 2))
    await house.questions_desk.answer_waiting()

    told = (await lead.send("GET", f"{here}/questions/{asked.json()['id']}")).json()["answer"]
    assert (told["verdict"], told["reason"]) == ("forbidden", "not_available")
    assert (told["parts"], told["before"], told["after"]) == ([], None, None)
    advice = (await lead.send("GET", f"{here}/advice")).json()
    assert advice["round"] == []
    (left,) = advice["people"]
    assert (left["volunteer_id"], left["reason"], left["relaxation"]) == (
        str(UUID(int=3)),
        "not_available",
        None,
    )


async def test_advice_is_asked_for_by_hand_where_it_is_not_there(
    house: House,
    lead: Client,  # noqa: F811
) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    round_ = await lead.send("POST", ROUNDS, json={"cohort_id": str(COHORT)})
    await house.desk.solve_waiting()
    here = f"{ROUNDS}/{round_.json()['id']}"
    assert code(await lead.send("GET", f"{here}/advice")) == (404, "question_unknown")

    asked = await lead.send("POST", f"{here}/advice", json={})
    await house.questions_desk.answer_waiting()
    again = await lead.send("POST", f"{here}/advice", json={})

    assert (asked.status_code, asked.json()["state"]) == (202, "asked")
    assert (again.status_code, again.json()["state"], again.json()["people"]) == (
        200,
        "answered",
        [],
    )
