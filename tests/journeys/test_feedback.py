"""What a pair says of itself to reporting decides what matching does next: over HTTP, with the topic between."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from dev.local.identity import IdentityProvider
from services.matching import app as matching_app
from services.matching.settings import Settings as MatchingSettings
from services.reporting import app as reporting_app
from services.reporting.settings import Settings as ReportingSettings
from shared.chassis.broker import KafkaAddress
from shared.chassis.mongo import Client
from shared.chassis.settings import load
from tests.matching.builders import COHORT, PROGRAMME
from tests.matching.test_service import Outside, a_candidate, a_principal, a_programme
from tests.support.waiting import until

MENTOR, MENTEE = UUID(int=1), UUID(int=2)
HERE = f"/v1/programmes/{PROGRAMME}"


@pytest.fixture
async def services(
    environment: dict[str, str], kafka: KafkaAddress, identity: IdentityProvider, client: Client
) -> AsyncIterator[tuple[Outside, Outside]]:
    """Matching and reporting, each as its callers see it."""
    matching = matching_app.build(load(MatchingSettings, environment))
    reporting = reporting_app.build(load(ReportingSettings, environment))
    async with matching.running() as one, reporting.running() as other:
        yield Outside(one.url, kafka, identity), Outside(other.url, kafka, identity)
    for half in ("journal", "projections"):
        await client.drop_database(f"{environment['OBVERSE_MONGO_DATABASE']}_{half}")


async def status(asked: Outside, who: str, path: str, body: dict[str, Any]) -> bool:
    return (await asked.call(who, "POST", path, json=body)).status_code in {200, 201, 202}


async def a_round(matching: Outside) -> dict[str, Any]:
    """A round that is over, asked for until matching has heard of all that it is about."""
    body = {"cohort_id": str(COHORT), "release": "at_once"}
    ask = partial(status, matching, "lead", f"{HERE}/rounds", body)
    await until(ask, "a round is asked for")

    async def completed() -> dict[str, Any] | None:
        newest = (await matching.items("lead", f"{HERE}/rounds"))[0]
        return newest if newest["state"] == "completed" else None

    found = await until(completed, "the round is over")
    assert found is not None
    return found


async def test_two_who_both_wish_it_are_not_paired_again_once_one_rated_the_pair_1(
    services: tuple[Outside, Outside],
) -> None:
    matching, reporting = services
    await matching.tell(
        *a_programme(),
        a_principal("lead", leads=True),
        a_principal("mentor", MENTOR),
        a_principal("mentee", MENTEE),
        a_candidate(MENTOR, "mentor"),
        a_candidate(MENTEE, "mentee"),
    )

    async def proposed() -> list[dict[str, Any]]:
        await a_round(matching)
        return await matching.items("mentee", "/v1/proposals")

    (proposal,) = await until(proposed, "the two are asked")
    for who in ("mentor", "mentee"):
        await matching.call(who, "POST", f"/v1/proposals/{proposal['id']}/accept")
    pair = f"/v1/pairs/{proposal['id']}"
    await matching.call("mentee", "POST", f"{pair}/end", json={"outcome": "stopped"})
    for who, other, side in (("mentor", MENTEE, "mentor"), ("mentee", MENTOR, "mentee")):
        body = {"other_id": str(other), "side": side}
        await matching.call(who, "POST", "/v1/wishes", json=body)
    (pin,) = await matching.items("lead", f"{HERE}/pins")
    assert (pin["by"], pin["forbidden_by"]) == ("both", None)

    said = {"rating": 1, "worked": "", "improve": "We never met."}
    say = partial(status, reporting, "mentee", f"{pair}/feedback", said)
    await until(say, "the journal has heard of the pair")

    async def forbidden() -> bool:
        (pin,) = await matching.items("lead", f"{HERE}/pins")
        return bool(pin["forbidden_by"] == "not_available")

    await until(forbidden, "matching has heard of the rating")
    done = await a_round(matching)
    assert (done["matched"], done["unmatched"]) == (0, {"not_available": 2})
