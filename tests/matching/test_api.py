"""The HTTP edge: who may, what is answered, and how it says no."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from dev.local.identity import ISSUER, IdentityProvider
from dev.local.parts import Database as DatabasePart
from services.matching.app import build
from services.matching.domain.pairs import PairState
from services.matching.settings import Settings
from services.matching.store import Unit
from shared.chassis.clock import system_clock
from shared.chassis.principals import remember
from shared.chassis.settings import load
from shared.contracts.enrollment.v1 import PrincipalChanged
from tests.chassis.http_client import Client, code, variables
from tests.matching.builders import COHORT, PROGRAMME, a_mentee, a_mentor, a_proposal
from tests.matching.conftest import House
from tests.support.documents import bodies_without_example

ROUNDS = f"/v1/programmes/{PROGRAMME}/rounds"
WAITING = f"/v1/programmes/{PROGRAMME}/waiting"
HERE = f"/v1/programmes/{PROGRAMME}"
PIN = f"{HERE}/pins/{UUID(int=1)}/{UUID(int=2)}"
TWO = {"mentor_id": str(UUID(int=1)), "mentee_id": str(UUID(int=2))}
BODIES = {
    "rounds": {"cohort_id": str(COHORT)},
    "shadow-rounds": {"cohort_id": str(COHORT)},
    str(UUID(int=2)): {"mentor_id": str(UUID(int=1))},
    "proposals": TWO,
    "questions": TWO,
    "end": {"outcome": "stopped"},
    "replace": {"side": "mentor", "volunteer_id": str(UUID(int=3))},
}
PAIRS = f"/v1/programmes/{PROGRAMME}/pairs"


@pytest.fixture
def app(
    mongo: DatabasePart, identity: IdentityProvider, database_name: str, house: House
) -> FastAPI:
    # Tokens are of today, so the house has to be.
    house.now = system_clock()
    environment = variables(identity, mongo.url, OBVERSE_MONGO_DATABASE=database_name)
    return build(load(Settings, environment)).api


class Callers:
    """Everybody who may call, by name."""

    def __init__(self, app: FastAPI, identity: IdentityProvider, house: House) -> None:
        self._app, self._identity, self._house = app, identity, house

    async def known(self, name: str, *volunteers: int, leads: UUID | None = None) -> Client:
        roles = {str(leads): ["lead"]} if leads else {}
        told = PrincipalChanged(
            person_id=uuid4(),
            issuer=ISSUER,
            subject=name,
            roles=roles,
            volunteer_ids=[UUID(int=number) for number in volunteers],
        )

        async def tell(tx: Any) -> None:
            remember(tx, told)

        await self._house.transactions.run(tell)
        return self.unknown(name)

    def unknown(self, name: str, *roles: str) -> Client:
        return Client(self._app, self._identity.token(name, roles=roles))


@pytest.fixture
def callers(app: FastAPI, identity: IdentityProvider, house: House) -> Callers:
    return Callers(app, identity, house)


@pytest.fixture
async def lead(callers: Callers) -> Client:
    return await callers.known("lead", leads=PROGRAMME)


@pytest.fixture
async def mentor(callers: Callers) -> Client:
    return await callers.known("mentor", 1)


@pytest.fixture
async def mentee(callers: Callers) -> Client:
    return await callers.known("mentee", 2)


async def ask(lead: Client) -> httpx.Response:
    return await lead.send("POST", ROUNDS, json={"cohort_id": str(COHORT), "release": "at_once"})


@pytest.fixture
async def proposal(house: House, lead: Client) -> str:
    """The id of an open proposal to mentor and mentee."""
    return await propose(house, lead)


async def propose(house: House, lead: Client) -> str:
    await house.learn(a_mentor(1, hobbies=("chess",)), a_mentee(2, hobbies=("chess",)))
    await ask(lead)
    await house.desk.solve_waiting()
    (pair,) = await house.pairs()
    return str(pair.id)


async def test_a_lead_runs_a_round_and_reads_exact_counts(house: House, lead: Client) -> None:
    await house.learn(a_mentor(1), a_mentee(2), a_mentee(3, time_zone="Asia/Tokyo"))
    asked = await ask(lead)

    assert asked.status_code == 202
    assert asked.json()["state"] == "requested"
    await house.desk.solve_waiting()
    done = (await lead.send("GET", f"{ROUNDS}/{asked.json()['id']}")).json()
    assert {name: done[name] for name in ("state", "mentors", "mentees", "matched")} == {
        "state": "completed",
        "mentors": 1,
        "mentees": 2,
        "matched": 1,
    }
    assert done["unmatched"] == {"no_common_slot": 1}
    assert done["failure"] is None


async def test_a_lead_sees_how_many_wait_on_each_side(
    house: House, lead: Client, mentor: Client
) -> None:
    await house.learn(a_mentor(1), a_mentee(2), a_mentee(3), a_mentee(4, status="paused"))
    before = await lead.send("GET", WAITING)
    await ask(lead)
    await house.desk.solve_waiting()
    after = await lead.send("GET", WAITING)

    assert before.json() == {"mentors": 1, "mentees": 2}
    assert after.json() == {"mentors": 0, "mentees": 1}


async def test_a_lead_reads_changes_and_releases_a_draft(house: House, lead: Client) -> None:
    await house.learn(a_mentor(1), a_mentor(3, motivation=1), a_mentee(2))
    asked = (await lead.send("POST", ROUNDS, json={"cohort_id": str(COHORT)})).json()
    await house.desk.solve_waiting()
    here = f"{ROUNDS}/{asked['id']}"
    draft = (await lead.send("GET", f"{here}/draft")).json()

    assert asked["release"] == "by_lead"
    (listed,) = (await lead.send("GET", ROUNDS)).json()["items"]
    assert (listed["state"], listed["cause"]) == ("drafted", "lead")
    assert (await lead.send("GET", f"{ROUNDS}?before={asked['id']}")).json() == {"items": []}
    assert (draft["round_id"], draft["matched"], draft["left_over"]) == (asked["id"], 1, 1)
    assert draft["matches"][0]["mentor_id"] == str(UUID(int=1))
    private = {"motivation", "openness", "feedback"}
    assert private.isdisjoint(draft["matches"][0]["points"])
    assert "confidential" in draft["matches"][0]["points"]
    assert draft["unmatched"] == [
        {"volunteer_id": str(UUID(int=3)), "side": "mentor", "reason": "outcompeted"}
    ]
    assert (await lead.send("GET", f"{here}/draft?after=1")).json()["matches"] == []
    match = f"{here}/draft/matches/{UUID(int=2)}"
    placed = await lead.send("PUT", match, json={"mentor_id": str(UUID(int=3))})
    assert (placed.status_code, placed.json()["mentor_id"]) == (200, str(UUID(int=3)))
    assert private.isdisjoint(placed.json()["points"])
    wrong = await lead.send("PUT", match, json={"mentor_id": str(UUID(int=99))})
    assert code(wrong) == (404, "volunteer_unknown")
    released = await lead.send("POST", f"{here}/release")
    assert (released.json()["state"], released.json()["matched"]) == ("completed", 1)
    assert code(await lead.send("GET", f"{here}/draft")) == (409, "round_completed")
    assert code(await lead.send("DELETE", match)) == (409, "round_completed")
    assert code(await lead.send("POST", f"{here}/discard")) == (409, "round_completed")


async def test_a_lead_asks_ends_and_replaces_by_hand(
    house: House, lead: Client, mentor: Client, mentee: Client
) -> None:
    await house.learn(a_mentor(1), a_mentor(3), a_mentee(2))
    asked = await lead.send("POST", f"{HERE}/proposals", json=TWO)
    assert (asked.status_code, asked.json()["state"]) == (201, "proposed")
    proposal = asked.json()["id"]
    for one in (mentor, mentee):
        await one.send("POST", f"/v1/proposals/{proposal}/accept")
    body = {"side": "mentor", "volunteer_id": str(UUID(int=3))}
    fresh = await lead.send("POST", f"{PAIRS}/{proposal}/replace", json=body)
    assert (fresh.status_code, fresh.json()["mentor_id"]) == (201, str(UUID(int=3)))
    ending = {"outcome": "stopped"}
    for pair in (proposal, fresh.json()["id"]):
        again = await lead.send("POST", f"{PAIRS}/{pair}/end", json=ending)
        assert code(again) == (409, "pair_not_running")


async def test_a_lead_pins_and_volunteers_wish(
    house: House, lead: Client, mentor: Client, mentee: Client
) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    one = {"other_id": str(UUID(int=2)), "side": "mentor"}
    other = {"other_id": str(UUID(int=1)), "side": "mentee"}
    first = await mentor.send("POST", "/v1/wishes", json=one)
    assert (first.status_code, first.json()) == (201, {**one, "agreed": False})
    assert (await lead.send("GET", f"{HERE}/pins")).json() == {"items": []}
    assert (await mentee.send("POST", "/v1/wishes", json=other)).json()["agreed"] is True
    assert (await mentor.send("GET", "/v1/wishes")).json()["items"][0]["agreed"] is True
    assert (await mentor.send("DELETE", f"/v1/wishes/{UUID(int=2)}")).status_code == 204

    pinned = await lead.send("PUT", PIN)
    assert pinned.json() == {**TWO, "by": "lead", "forbidden_by": None}
    assert (await lead.send("GET", f"{HERE}/pins")).json()["items"] == [pinned.json()]
    assert (await lead.send("DELETE", PIN)).status_code == 204
    assert (await lead.send("GET", f"{HERE}/pins")).json() == {"items": []}


async def test_a_lead_sets_what_starts_by_itself(lead: Client) -> None:
    before = (await lead.send("GET", f"{HERE}/schedule")).json()
    assert before == {"every_days": None, "release": "by_lead", "rematch": "draft", "next_at": None}
    body = {"every_days": 14, "release": "at_once", "rematch": "off"}
    after = (await lead.send("PUT", f"{HERE}/schedule", json=body)).json()
    assert {name: after[name] for name in body} == body
    waits = datetime.fromisoformat(after["next_at"]) - system_clock()
    assert timedelta(days=13) < waits <= timedelta(days=14)
    wrong = await lead.send("PUT", f"{HERE}/schedule", json={"every_days": 0})
    assert code(wrong) == (422, "request_invalid")


async def test_a_lead_compares_a_shadow(house: House, lead: Client) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    await ask(lead)
    await house.desk.solve_waiting()
    body = {"cohort_id": str(COHORT), "weights": {"topics": 7}}
    asked = await lead.send("POST", f"{HERE}/shadow-rounds", json=body)
    await house.desk.solve_waiting()
    found = (await lead.send("GET", f"{ROUNDS}/{asked.json()['id']}/comparison")).json()

    assert asked.status_code == 202
    assert found["shadow"] == {"matched": 1, "least": 7, "total": 7}
    assert (found["last"]["matched"], found["changes"]) == (1, [])


async def test_a_shadow_counts_for_both_what_is_worth_something_to_both(
    house: House, lead: Client
) -> None:
    await house.learn(a_mentor(1, hobbies=["chess"]), a_mentee(2, hobbies=["chess"]))
    body = {"cohort_id": str(COHORT), "weights": {"hobbies": 9}}
    asked = await lead.send("POST", f"{HERE}/shadow-rounds", json=body)
    await house.desk.solve_waiting()
    found = (await lead.send("GET", f"{ROUNDS}/{asked.json()['id']}/comparison")).json()

    # One of three hobbies that are full: 3 points for the mentor, and 3 for the mentee.
    assert found["shadow"] == {"matched": 1, "least": 6, "total": 6}


async def test_a_lead_reads_what_ratings_say_of_the_weights(
    house: House, lead: Client, mentor: Client
) -> None:
    path = f"{HERE}/weights/advice"
    few = await lead.send("GET", path)
    assert code(few) == (409, "too_few_ratings")
    assert few.json()["detail"].startswith("Not enough rated pairs yet: fewer than 5 of 20;")

    async def rated(unit: Unit) -> None:
        for number in range(20):
            rating, topics = (5, 900) if number < 12 else (1, 400)
            told: dict[str, Any] = {"rated_by_mentee": rating, "shares": {"topics": topics}}
            unit.pairs.put(
                replace(a_proposal(number=0xE000 + number), state=PairState.ENDED, **told)
            )

    await house.do(rated)
    # 40 * 1.5 and 60 more are 120: of 100 points 50, and of the rest by largest remainders 17 and one 9.
    others = {"availability": 9, "distance": 8, "hobbies": 8, "motivation": 17, "scarcity": 8}
    assert (await lead.send("GET", path)).json() == {
        "pairs": 20,
        "predicted": {"topics": 500} | dict.fromkeys(others, 0),
        "weights": {"topics": 50} | others,
    }
    assert (await mentor.send("GET", path)).status_code == 403


async def test_a_reason_for_a_no_is_taken_and_told_to_nobody(
    house: House, proposal: str, lead: Client, mentee: Client, mentor: Client
) -> None:
    path = f"/v1/proposals/{proposal}/decline"
    wrong = await mentee.send("POST", path, json={"reason": "I do not like them"})
    assert code(wrong) == (422, "request_invalid")
    answer = await mentee.send("POST", path, json={"reason": "no_time"})
    assert answer.json()["state"] == "declined"
    assert "no_time" not in answer.text
    assert (await lead.send("GET", f"{HERE}/declines")).json() == {"reasons": {}}
    assert await house.database["declines"].count_documents({"reason": "no_time"}) == 1


async def test_a_lead_reads_who_waits_and_for_how_long(house: House, lead: Client) -> None:
    await house.learn(a_mentor(1), a_mentee(2, time_zone="Asia/Tokyo"), a_mentee(4))
    await ask(lead)
    await house.desk.solve_waiting()
    found = (await lead.send("GET", f"{WAITING}/volunteers")).json()["items"]
    last = (await lead.send("GET", f"{WAITING}/volunteers?after={UUID(int=2)}")).json()

    assert [(one["volunteer_id"], one["side"], one["rounds_waited"]) for one in found] == [
        (str(UUID(int=2)), "mentee", 1)
    ]
    assert last == {"items": []}


async def test_a_second_round_while_one_is_open_is_refused_in_words(lead: Client) -> None:
    await ask(lead)

    assert code(await ask(lead)) == (409, "round_running")


async def test_a_request_that_is_repeated_gets_the_first_answer(lead: Client) -> None:
    body = {"cohort_id": str(COHORT)}
    first = await lead.send("POST", ROUNDS, json=body, key="the-same")
    again = await lead.send("POST", ROUNDS, json=body, key="the-same")

    assert (again.status_code, again.json()) == (202, first.json())


async def test_both_sides_see_their_proposal_and_what_they_share(
    house: House, proposal: str, mentor: Client, mentee: Client
) -> None:
    (seen,) = (await mentee.send("GET", "/v1/proposals")).json()["items"]

    assert seen == {
        "id": proposal,
        "programme_id": str(PROGRAMME),
        "cohort_id": str(COHORT),
        "side": "mentee",
        "mentor_id": str(UUID(int=1)),
        "mentee_id": str(UUID(int=2)),
        "state": "proposed",
        "accepted": False,
        "format": "one_to_one",
        "topics": ["ai"],
        "hobby": "chess",
        "slots": [{"weekday": 0, "start_minute": 540, "minutes": 120}],
        "starts_at": None,
        "expires_at": seen["expires_at"],
        "group_id": None,
        "until": None,
        "ending": None,
    }
    waits = datetime.fromisoformat(seen["expires_at"]) - house.now
    assert abs(waits - timedelta(hours=72)) < timedelta(seconds=1)
    (other,) = (await mentor.send("GET", "/v1/proposals")).json()["items"]
    assert other["side"] == "mentor"


async def test_two_yeses_form_a_pair_and_either_side_may_end_it(
    house: House, proposal: str, mentor: Client, mentee: Client, lead: Client
) -> None:
    first = await mentor.send("POST", f"/v1/proposals/{proposal}/accept")
    waiting = (await mentee.send("GET", "/v1/proposals")).json()["items"]
    second = await mentee.send("POST", f"/v1/proposals/{proposal}/accept")

    assert (first.status_code, first.json()["state"]) == (200, "proposed")
    assert waiting[0]["accepted"] is False  # what the other side said is not told
    assert second.json()["state"] == "formed"
    until = (house.now + timedelta(days=90)).date().isoformat()
    assert second.json()["until"] == until
    assert (await mentor.send("GET", "/v1/proposals")).json() == {"items": []}
    (seen_by_lead,) = (await lead.send("GET", PAIRS)).json()["items"]
    assert seen_by_lead == {
        "id": proposal,
        "mentor_id": str(UUID(int=1)),
        "mentee_id": str(UUID(int=2)),
        "state": "formed",
        "format": "one_to_one",
        "group_id": None,
        "until": until,
        "ending": None,
    }
    ended = await mentee.send("POST", f"/v1/pairs/{proposal}/end", json={"outcome": "completed"})
    assert (ended.json()["state"], ended.json()["ending"]) == ("ended", "completed")
    (mine,) = (await mentor.send("GET", "/v1/pairs")).json()["items"]
    assert mine["state"] == "ended"


async def test_saying_yes_twice_is_harmless(proposal: str, mentor: Client) -> None:
    path = f"/v1/proposals/{proposal}/accept"
    first, again = await mentor.send("POST", path), await mentor.send("POST", path)

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()


async def test_an_answer_that_comes_too_late_is_refused_in_words(
    proposal: str, mentor: Client, mentee: Client
) -> None:
    path = f"/v1/proposals/{proposal}"
    await mentor.send("POST", f"{path}/decline")

    assert code(await mentee.send("POST", f"{path}/accept")) == (409, "proposal_declined")
    assert code(await mentor.send("POST", f"{path}/decline")) == (409, "proposal_declined")
    body = {"outcome": "stopped"}
    assert code(await mentor.send("POST", f"/v1/pairs/{proposal}/end", json=body)) == (
        409,
        "pair_not_running",
    )


async def test_after_its_time_a_proposal_cannot_be_accepted(
    house: House, lead: Client, mentor: Client
) -> None:
    house.later(hours=-73)
    proposal = await propose(house, lead)

    assert code(await mentor.send("POST", f"/v1/proposals/{proposal}/accept")) == (
        409,
        "proposal_expired",
    )


async def test_the_proposal_of_others_is_not_there(proposal: str, callers: Callers) -> None:
    stranger = await callers.known("stranger", 3)

    assert (await stranger.send("GET", "/v1/proposals")).json() == {"items": []}
    for path in (f"proposals/{proposal}/accept", f"proposals/{proposal}/decline"):
        assert code(await stranger.send("POST", f"/v1/{path}")) == (404, "pair_unknown")
    body = {"outcome": "stopped"}
    assert code(await stranger.send("POST", f"/v1/pairs/{proposal}/end", json=body)) == (
        404,
        "pair_unknown",
    )


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", ROUNDS),
        ("GET", ROUNDS),
        ("GET", f"{ROUNDS}/{UUID(int=5)}"),
        ("GET", f"{ROUNDS}/{UUID(int=5)}/draft"),
        ("PUT", f"{ROUNDS}/{UUID(int=5)}/draft/matches/{UUID(int=2)}"),
        ("DELETE", f"{ROUNDS}/{UUID(int=5)}/draft/matches/{UUID(int=2)}"),
        ("POST", f"{ROUNDS}/{UUID(int=5)}/release"),
        ("POST", f"{ROUNDS}/{UUID(int=5)}/discard"),
        ("GET", f"{ROUNDS}/{UUID(int=5)}/comparison"),
        ("GET", f"{ROUNDS}/{UUID(int=5)}/report"),
        ("GET", f"{ROUNDS}/{UUID(int=5)}/advice"),
        ("POST", f"{ROUNDS}/{UUID(int=5)}/advice"),
        ("POST", f"{ROUNDS}/{UUID(int=5)}/questions"),
        ("GET", f"{ROUNDS}/{UUID(int=5)}/questions/{UUID(int=6)}"),
        ("POST", f"{HERE}/shadow-rounds"),
        ("GET", f"{HERE}/schedule"),
        ("PUT", f"{HERE}/schedule"),
        ("GET", f"{HERE}/pins"),
        ("PUT", PIN),
        ("DELETE", PIN),
        ("POST", f"{HERE}/proposals"),
        ("POST", f"{PAIRS}/{UUID(int=5)}/end"),
        ("POST", f"{PAIRS}/{UUID(int=5)}/replace"),
        ("GET", f"{HERE}/declines"),
        ("GET", PAIRS),
        ("GET", WAITING),
        ("GET", f"{WAITING}/volunteers"),
    ],
)
async def test_only_the_lead_of_this_programme_may_see_and_run_rounds(
    callers: Callers, method: str, path: str
) -> None:
    body = {"json": BODIES.get(path.rpartition("/")[2], {})} if method != "GET" else {}
    nobody = callers.unknown("nobody", "lead")
    participant = await callers.known("participant", 1)
    other_lead = await callers.known("other lead", leads=UUID(int=0xA777))

    for caller in (nobody, participant, other_lead):
        assert code(await caller.send(method, path, **body)) == (403, "role_missing")


async def test_who_is_not_enrolled_has_no_proposals_to_ask_for(callers: Callers) -> None:
    assert code(await callers.unknown("nobody").send("GET", "/v1/proposals")) == (
        403,
        "not_enrolled",
    )


async def test_without_a_token_nothing_is_answered(app: FastAPI) -> None:
    assert code(await Client(app, None).send("GET", "/v1/pairs")) == (401, "token_missing")


async def test_a_round_of_another_programme_is_not_there(
    house: House, lead: Client, callers: Callers
) -> None:
    asked = (await ask(lead)).json()["id"]
    other = UUID(int=0xA777)
    other_lead = await callers.known("other lead", leads=other)

    assert code(await other_lead.send("GET", f"/v1/programmes/{other}/rounds/{asked}")) == (
        404,
        "round_unknown",
    )


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({}, "/cohort_id"),
        ({"cohort_id": 5}, "/cohort_id"),
        ({"cohort_id": {"$gt": ""}}, "/cohort_id"),
        ({"cohort_id": str(COHORT), "programme_id": "x"}, "/programme_id"),
    ],
)
async def test_a_body_that_does_not_fit_is_refused_with_the_place(
    house: House, lead: Client, body: dict[str, Any], place: str
) -> None:
    answer = await lead.send("POST", ROUNDS, json=body)

    assert code(answer) == (422, "request_invalid")
    assert [error["pointer"] for error in answer.json()["errors"]] == [place]
    assert await house.database["rounds"].count_documents({}) == 0


@pytest.mark.parametrize("limit", ["0", "1001", "many"])
async def test_a_page_has_a_size_within_limits(lead: Client, limit: str) -> None:
    assert code(await lead.send("GET", f"{PAIRS}?limit={limit}")) == (422, "request_invalid")


async def test_a_round_without_an_idempotency_key_is_not_taken(lead: Client) -> None:
    answer = await lead.send("POST", ROUNDS, json={"cohort_id": str(COHORT)}, key=None)

    assert code(answer) == (400, "idempotency_key_missing")


async def test_the_document_shows_every_route_with_its_problems(lead: Client) -> None:
    document = (await lead.send("GET", "/openapi.json")).json()

    assert sorted(path for path in document["paths"] if path.startswith("/v1")) == [
        "/v1/audit",
        "/v1/erasures",
        "/v1/erasures/{person_id}",
        "/v1/exports/{person_id}",
        "/v1/pairs",
        "/v1/pairs/{pair_id}/end",
        "/v1/programmes/{programme_id}/declines",
        "/v1/programmes/{programme_id}/pairs",
        "/v1/programmes/{programme_id}/pairs/{pair_id}/end",
        "/v1/programmes/{programme_id}/pairs/{pair_id}/replace",
        "/v1/programmes/{programme_id}/pins",
        "/v1/programmes/{programme_id}/pins/{mentor_id}/{mentee_id}",
        "/v1/programmes/{programme_id}/proposals",
        "/v1/programmes/{programme_id}/rounds",
        "/v1/programmes/{programme_id}/rounds/{round_id}",
        "/v1/programmes/{programme_id}/rounds/{round_id}/advice",
        "/v1/programmes/{programme_id}/rounds/{round_id}/comparison",
        "/v1/programmes/{programme_id}/rounds/{round_id}/discard",
        "/v1/programmes/{programme_id}/rounds/{round_id}/draft",
        "/v1/programmes/{programme_id}/rounds/{round_id}/draft/matches/{mentee_id}",
        "/v1/programmes/{programme_id}/rounds/{round_id}/questions",
        "/v1/programmes/{programme_id}/rounds/{round_id}/questions/{question_id}",
        "/v1/programmes/{programme_id}/rounds/{round_id}/release",
        "/v1/programmes/{programme_id}/rounds/{round_id}/report",
        "/v1/programmes/{programme_id}/schedule",
        "/v1/programmes/{programme_id}/shadow-rounds",
        "/v1/programmes/{programme_id}/waiting",
        "/v1/programmes/{programme_id}/waiting/volunteers",
        "/v1/programmes/{programme_id}/weights/advice",
        "/v1/proposals",
        "/v1/proposals/{pair_id}/accept",
        "/v1/proposals/{pair_id}/decline",
        "/v1/wishes",
        "/v1/wishes/{other_id}",
    ]
    answers = document["paths"]["/v1/programmes/{programme_id}/rounds"]["post"]["responses"]
    assert {"202", "400", "401", "403", "404", "409", "422", "503"} <= set(answers)
    assert bodies_without_example(document) == []
