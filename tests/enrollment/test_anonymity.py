"""Nothing leads from an anonymous doubt to its writer: everything that it left behind is searched for them."""

import io
import json
import re
from typing import Any
from uuid import UUID

import pytest

from services.enrollment.log_events import LOG_EVENTS
from shared.chassis.log_events import CHASSIS_EVENTS, join
from shared.chassis.logging import configure_logging
from tests.enrollment.conftest import House
from tests.enrollment.test_doubts_api import ANSWER, DOUBT, WITH_SPRINTS

CORRELATION = "0199c9f2-7d1e-7a53-8f5c-0d2b6a1b4c11"
TRACE = f"00-{'a' * 32}-{'b' * 16}-01"
KEY = "4bb0a7f2-5e46-4c5d-8b0e-8f4c7d1e2a90"
HEADERS = {"X-Correlation-Id": CORRELATION, "traceparent": TRACE, "Idempotency-Key": KEY}


@pytest.fixture
def log(quiet_logging: None) -> Any:
    out = io.StringIO()
    configure_logging("enrollment", "debug", join(CHASSIS_EVENTS, LOG_EVENTS), out)
    return out.getvalue


async def documents(house: House) -> dict[tuple[str, Any], str]:
    """Every document of every collection, as text."""
    found = {}
    for collection in await house.database.list_collection_names():
        async for document in house.database[collection].find({}):
            found[collection, document["_id"]] = readable(document)
    return found


def readable(value: Any) -> str:
    """All of a document, and what lies in its bytes: text, or the runs of eight letters and more that strings(1) shows.

    In what is sealed, two letters of a staff number come together by chance.
    """
    match value:
        case dict():
            return " ".join(f"{key} {readable(item)}" for key, item in value.items())
        case list():
            return " ".join(map(readable, value))
        case bytes():
            try:
                return value.decode()
            except UnicodeDecodeError:
                return " ".join(run.decode() for run in re.findall(rb"[ -~]{8,}", value))
        case _:
            return str(value)


async def test_an_anonymous_doubt_leaves_nothing_of_its_writer(house: House, log: Any) -> None:
    await house.furnish()
    programme = await house.programme(**WITH_SPRINTS)
    # Somebody who is known to all services already: a volunteer with a bound token.
    await house.enrol("mia", programme)
    mia, lea = house.person("mia"), house.person("lea", "lead")
    me = await mia.get("/me")
    employee = await house.database["employees"].find_one({"number": "S2"})
    assert employee is not None
    before, logged_before = await documents(house), len(log())

    path = f"/programmes/{programme}/concerns/anonymous"
    raised = await mia.send("POST", path, json=DOUBT, headers=HEADERS)
    reference = raised.json()["reference"]
    shown = {**HEADERS, "Obverse-Reference": reference}
    await mia.send("GET", "/anonymous-concern", headers=shown)
    logged = log()[logged_before:]
    (seen,) = (await lea.get(f"/programmes/{programme}/concerns"))["concerns"]
    await lea.post(f"/programmes/{programme}/concerns/{seen['concern_id']}/answer", ANSWER)
    began = len(log())
    for what, body in (("questions", {"text": "All?"}), ("taste", None), ("close", None)):
        done = await mia.send("POST", f"/anonymous-concern/{what}", json=body, headers=shown)
        assert done.status_code == 200
    logged += log()[began:]

    after = await documents(house)
    left = {place: text for place, text in after.items() if before.get(place) != text}
    assert {collection for collection, _ in left} == {
        "audit",  # of what the lead did
        "concerns",
        "idempotency",
        "outbox",
        "sequences",
    }
    metrics = house.service.foundation.metrics.render().decode()
    needles = {
        "mia",
        "Mia Middle",
        "S2",
        me["person_id"],
        me["volunteer_ids"][0],
        employee["person_id"].hex,
        reference,
        KEY,
        CORRELATION,
        "a" * 32,
    }
    for needle in needles:
        assert [place for place, text in left.items() if needle in text] == []
        assert needle not in logged
        assert needle not in metrics
    assert '"http.request"' in logged
    assert '"concern.raised"' in logged


async def test_the_id_and_the_document_say_no_more_than_the_day(house: House) -> None:
    await house.furnish()
    programme = await house.programme()
    await house.person("mia").post(f"/programmes/{programme}/concerns/anonymous", DOUBT)
    (document,) = await house.database["concerns"].find({}).to_list(None)
    assert UUID(str(document["_id"])).version == 4
    day = document["turns"][0]["asked_on"]
    assert (len(day), day.count("-")) == (10, 2)
    assert set(document) == {
        "_id",
        "programme_id",
        "code",
        "turns",
        "writer",
        "reference_hash",
        "tasting_since",
        "closed_on",
    }
    assert document["writer"] is None
    assert not {"Timestamp", "datetime"} & {type(value).__name__ for value in document.values()}


async def test_a_refused_anonymous_call_leaves_no_document(house: House, log: Any) -> None:
    await house.furnish()
    programme = await house.programme()
    before = await documents(house)
    path = f"/programmes/{programme}/concerns/anonymous"
    refused = await house.person("mia").send("POST", path, json={"code": "none"}, headers=HEADERS)
    assert refused.status_code == 422
    assert await documents(house) == before
    assert CORRELATION not in log()
    assert (
        json.loads(log().splitlines()[-1])["route"]
        == "/v1/programmes/{programme_id}/concerns/anonymous"
    )
