"""The HTTP edge: who may, what is answered, and how it says no."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from dev.local.identity import ISSUER, IdentityProvider
from dev.local.parts import Database as DatabasePart
from services.matching.app import build
from services.matching.settings import Settings
from shared.chassis.clock import system_clock
from shared.chassis.principals import remember
from shared.chassis.settings import load
from tests.chassis.http_client import Client, code, variables
from tests.matching.builders import COHORT, PROGRAMME, a_mentee, a_mentor
from tests.matching.conftest import House
from tests.support.documents import bodies_without_example

ROUNDS = f"/v1/programmes/{PROGRAMME}/rounds"
WAITING = f"/v1/programmes/{PROGRAMME}/waiting"
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
        ids = [UUID(int=number) for number in volunteers]

        async def tell(tx: Any) -> None:
            remember(tx, uuid4(), (ISSUER, name), roles, ids)

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
    return await lead.send("POST", ROUNDS, json={"cohort_id": str(COHORT)})


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
        "expires_at": seen["expires_at"],
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
    [("POST", ROUNDS), ("GET", f"{ROUNDS}/{UUID(int=5)}"), ("GET", PAIRS), ("GET", WAITING)],
)
async def test_only_the_lead_of_this_programme_may_see_and_run_rounds(
    callers: Callers, method: str, path: str
) -> None:
    body = {"json": {"cohort_id": str(COHORT)}} if method == "POST" else {}
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
        "/v1/programmes/{programme_id}/pairs",
        "/v1/programmes/{programme_id}/rounds",
        "/v1/programmes/{programme_id}/rounds/{round_id}",
        "/v1/programmes/{programme_id}/waiting",
        "/v1/proposals",
        "/v1/proposals/{pair_id}/accept",
        "/v1/proposals/{pair_id}/decline",
    ]
    answers = document["paths"]["/v1/programmes/{programme_id}/rounds"]["post"]["responses"]
    assert {"202", "400", "401", "403", "404", "409", "422", "503"} <= set(answers)
    assert bodies_without_example(document) == []
