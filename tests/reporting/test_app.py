"""Reporting as a whole: two halves behind one port, joined by nothing but topics."""

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from aiokafka import AIOKafkaProducer

from dev.local.identity import IdentityProvider
from services.reporting.app import build
from services.reporting.settings import Settings
from shared.chassis.broker import KafkaAddress
from shared.chassis.settings import load
from shared.contracts.catalogue import CATALOGUE
from shared.contracts.envelope import Event, to_headers, to_value
from tests.reporting.conftest import Reporting, principal
from tests.reporting.projections import events as e
from tests.support.documents import bodies_without_example
from tests.support.waiting import until

REPORT = f"/v1/programmes/{e.PROGRAMME}/report"


@pytest.fixture
async def whole(
    reporting_environment: dict[str, str], identity: IdentityProvider, kafka: KafkaAddress
) -> AsyncIterator[Reporting]:
    """The service with all its parts, on a broker with empty topics."""
    async with (
        build(load(Settings, reporting_environment)).running() as service,
        httpx.AsyncClient(base_url=service.url) as http,
    ):
        yield Reporting(service, identity, http)


async def publish(kafka: KafkaAddress, *events: Event[Any]) -> None:
    """As the other services do."""
    async with AIOKafkaProducer(**kafka.client_options()) as producer:
        for event in events:
            topic = CATALOGUE.by_model[type(event.data)].topic
            key = str(getattr(event.data, topic.key)).encode()
            value, headers = to_value(event.data), to_headers(event.envelope)
            await producer.send_and_wait(topic.name, value, key=key, headers=headers)


async def test_what_a_pair_reports_reaches_the_report_by_way_of_its_topic(
    whole: Reporting, kafka: KafkaAddress
) -> None:
    facts = [e.opened(), principal("lead", lead=str(e.PROGRAMME))]
    for n in range(1, 6):
        facts += [principal(f"mentor {n}", e.mentor(n)), e.formed(n)]
    await publish(kafka, *e.numbered(facts))
    yesterday = e.START - timedelta(hours=2)

    for n in range(1, 6):
        path, who = f"/v1/pairs/{e.pair(n)}/sessions", f"mentor {n}"
        await until(partial(is_known, whole, path, who), "the journal knows the pair")
        body = {"held_at": yesterday.isoformat(), "minutes": 30, "mood": 3}
        assert (await whole.post(f"{path}/held", who, body)).status_code == 201

    async def all_told() -> Any:
        answer = await whole.get(REPORT, "lead")
        return answer.status_code == 200 and answer.json()["sessions"]["held"] == 5 and answer

    report = (await until(all_told, "the report tells five sessions")).json()
    assert report["pairs"]["active"] == 5
    assert report["sessions"] == {
        "planned": 0,
        "held": 5,
        "cancelled": 0,
        "minutes": 150,
        "mood_mean": 3.0,
        "days_to_first_median": 0.0,
    }


async def is_known(whole: Reporting, path: str, who: str) -> bool:
    return (await whole.get(path, who)).status_code == 200


async def test_the_journal_keeps_nothing_of_the_projections_and_the_other_way_round(
    whole: Reporting, kafka: KafkaAddress
) -> None:
    await publish(kafka, *e.numbered([e.opened(), e.formed(1)]))

    async def both_have_it() -> bool:
        journal = await whole.journal.mongo["pairs"].count_documents({})
        projections = await whole.projections.mongo["pairings"].count_documents({})
        return (journal, projections) == (1, 1)

    await until(both_have_it, "both halves have consumed the pair")
    assert whole.journal.name != whole.projections.name
    journal = set(await whole.journal.mongo.list_collection_names())
    projections = set(await whole.projections.mongo.list_collection_names())
    assert not {"pairings", "programmes", "volunteers", "sessions"} & journal
    assert "pairs" not in projections


async def test_one_document_describes_both_halves(reporting: Reporting) -> None:
    document = (await reporting.http.get("/openapi.json")).json()

    journal = "/v1/pairs/{pair_id}/sessions"
    assert {path for path in document["paths"] if path.startswith("/v1")} == {
        journal,
        f"{journal}/held",
        f"{journal}/{{session_id}}/held",
        f"{journal}/{{session_id}}/cancel",
        "/v1/pairs/{pair_id}/feedback",
        "/v1/programmes/{programme_id}/report",
        "/v1/definitions",
        "/v1/exports/{person_id}",
        "/v1/erasures",
        "/v1/erasures/{person_id}",
        "/v1/audit",
    }
    schemas = document["components"]["schemas"]
    assert {"SessionsView", "SessionFiguresView", "ReportView", "Problem"} <= set(schemas)
    assert bodies_without_example(document) == []
