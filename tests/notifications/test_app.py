"""The whole service over a real broker, database and mail server, as production runs it."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from aiokafka import AIOKafkaProducer

from dev.local.identity import ISSUER, IdentityProvider
from dev.local.processes import Child, start_child
from dev.local.records import everything_on, header
from services.notifications.app import build
from services.notifications.settings import Settings
from shared.chassis.broker import KafkaAddress
from shared.chassis.lifecycle import Service
from shared.chassis.mongo import MongoDatabase
from shared.chassis.settings import load
from shared.contracts.base import Contract
from shared.contracts.catalogue import CATALOGUE, DELIVERY
from shared.contracts.enrollment.v1 import PrincipalChanged, VolunteerWithdrawn
from shared.contracts.envelope import Envelope, to_headers, to_value
from tests.notifications.letters import MENTEE, MENTEE_PERSON, MENTOR, MENTOR_PERSON, PROGRAMME
from tests.notifications.servers import Mailbox, mail_server
from tests.notifications.world import (
    accepted,
    contact,
    formed,
    people,
    planned,
    programme,
    proposed,
    topics,
    volunteer,
)
from tests.support.waiting import until

ANNA = "anna@example.org"
DELIVERIES = f"/v1/programmes/{PROGRAMME}/deliveries"
LEAD = UUID("00000000-0000-7000-8000-000000000013")


class Others:
    """The other services, as far as their topics show."""

    def __init__(self, producer: AIOKafkaProducer) -> None:
        self._producer = producer
        self._sequences: Counter[tuple[str, str]] = Counter()

    async def tell(self, *told: Contract) -> None:
        for data in told:
            event = CATALOGUE.by_model[type(data)]
            key = str(getattr(data, event.topic.key))
            lane = (event.topic.name, key)
            self._sequences[lane] += 1
            envelope = Envelope(
                id=uuid4(),
                type=event.name,
                source="/obverse/test",
                time=datetime.now(UTC),
                sequence=self._sequences[lane],
                correlationid=UUID(int=77),
            )
            await self._producer.send_and_wait(
                event.topic.name, to_value(data), key.encode(), headers=to_headers(envelope)
            )


@pytest.fixture
async def others(kafka: KafkaAddress) -> AsyncIterator[Others]:
    producer = AIOKafkaProducer(**kafka.client_options())
    await producer.start()
    yield Others(producer)
    await producer.stop()


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    async with mail_server(Mailbox()) as server:
        yield server


@pytest.fixture
def variables(environment: dict[str, str], mailbox: Mailbox) -> dict[str, str]:
    return environment | {
        "OBVERSE_SMTP_HOST": "127.0.0.1",
        "OBVERSE_SMTP_PORT": str(mailbox.port),
        "OBVERSE_MAIL_FROM": "mentoring@obverse.test",
        "OBVERSE_SMTP_TIMEOUT_SECONDS": "1",
        "OBVERSE_MAIL_LEASE_SECONDS": "3",
    }


@pytest.fixture
async def service(variables: dict[str, str]) -> AsyncIterator[Service]:
    async with build(load(Settings, variables)).running() as running:
        yield running


def signed_up() -> list[Contract]:
    """Anna and Viktor with tokens of the test's identity provider, and the lead."""
    everybody: list[tuple[UUID, str, list[UUID], dict[str, list[str]]]] = [
        (MENTOR_PERSON, "anna", [MENTOR], {}),
        (MENTEE_PERSON, "viktor", [MENTEE], {}),
        (LEAD, "lead", [], {str(PROGRAMME): ["lead"]}),
    ]
    principals = [
        PrincipalChanged(
            person_id=person, issuer=ISSUER, subject=subject, roles=roles, volunteer_ids=volunteers
        )
        for person, subject, volunteers, roles in everybody
    ]
    contacts = [
        contact(MENTOR_PERSON, "Anna", ANNA, "en"),
        contact(MENTEE_PERSON, "Viktor", "viktor@example.org", "ru"),
    ]
    return [*principals, *contacts]


async def get(service: Service, path: str, token: str | None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(base_url=service.url, headers=headers) as client:
        return await client.get(path)


async def test_a_pair_gets_its_mails_and_the_lead_the_counts(
    service: Service,
    others: Others,
    mailbox: Mailbox,
    identity: IdentityProvider,
    kafka: KafkaAddress,
) -> None:
    await others.tell(programme(before=(24.0,), after=(24.0,)), *topics(), *signed_up(), proposed())
    await mailbox.holds(2)
    await others.tell(accepted("mentor"), accepted("mentee"), formed(), planned(timedelta(hours=2)))
    await mailbox.holds(6)
    lead, anna = identity.token("lead"), identity.token("anna")

    async def settled() -> dict[str, Any]:
        kinds: dict[str, Any] = (await get(service, DELIVERIES, lead)).json()["kinds"]
        return kinds if kinds["introduction"]["sent"] == 2 else {}

    kinds = await until(settled, "everything is settled")
    sent = {kind: outcomes["sent"] for kind, outcomes in kinds.items()}
    assert sent == {
        "proposal": 2,
        "proposal_reminder": 0,
        "introduction": 2,
    }
    assert kinds["proposal_reminder"]["suppressed"] == 2
    assert {str(mail["Subject"]).partition(":")[0] for mail in mailbox.to(ANNA)} == {
        "Reverse mentoring",
        "You and Viktor are a mentoring pair",
        "Your mentoring session with Viktor",
    }
    own = (await get(service, "/v1/deliveries", anna)).json()["deliveries"]
    assert sorted((one["kind"], one["outcome"]) for one in own) == [
        ("introduction", "sent"),
        ("proposal", "sent"),
        ("proposal_reminder", "suppressed"),
        ("session_reminder", "sent"),
    ]

    async def told() -> list[Any]:
        records = await everything_on(kafka, DELIVERY.name)
        return records if len(records) == 8 else []

    records = await until(told, "eight deliveries are told")
    assert {header(record, "ce_correlationid") for record in records} == {str(UUID(int=77))}
    assert b"example.org" not in b"".join(record.value for record in records)


async def test_only_the_lead_of_the_programme_reads_its_counts(
    service: Service, others: Others, identity: IdentityProvider
) -> None:
    await others.tell(programme(), *signed_up())
    lead = identity.token("lead")

    async def known() -> bool:
        return (await get(service, DELIVERIES, lead)).status_code == 200

    await until(known, "the lead is known")
    other = f"/v1/programmes/{uuid4()}/deliveries"
    assert (await get(service, DELIVERIES, None)).status_code == 401
    assert (await get(service, DELIVERIES, identity.token("anna"))).status_code == 403
    assert (await get(service, other, lead)).status_code == 403
    assert (await get(service, "/v1/programmes/x/deliveries", lead)).status_code == 422
    stranger = await get(service, "/v1/deliveries", identity.token("stranger"))
    assert (stranger.status_code, stranger.json()["code"]) == (403, "not_enrolled")


async def start(variables: dict[str, str], log: Path) -> Child:
    command = [sys.executable, "-m", "services.notifications"]
    return await start_child("notifications", command, log=log, env=variables)


async def test_killed_between_sending_and_recording_nothing_is_lost_and_the_copy_is_marked(
    variables: dict[str, str],
    others: Others,
    mailbox: Mailbox,
    database: MongoDatabase,
    tmp_path: Path,
) -> None:
    mailbox.may_answer = asyncio.Event()
    patient = variables | {"OBVERSE_SMTP_TIMEOUT_SECONDS": "10", "OBVERSE_MAIL_LEASE_SECONDS": "30"}
    await others.tell(programme(after=()), *topics(), *people(), volunteer(VolunteerWithdrawn))
    killed = await start(patient, tmp_path / "killed.log")
    await others.tell(proposed())
    await mailbox.holds(1, within=30)
    await killed.kill()
    mailbox.may_answer.set()
    # As if the lease of the dead worker had run out, which the database alone decides.
    await database["reminders"].update_many(
        {"state": "sending"}, [{"$set": {"look_at": {"$subtract": ["$$NOW", 1]}}}]
    )
    follower = await start(variables, tmp_path / "follower.log")
    first, second = await mailbox.holds(2, within=30)
    assert first["Message-ID"] == second["Message-ID"]

    async def sent() -> bool:
        return await database["reminders"].count_documents({"state": "sent"}) == 1

    await until(sent, "the outcome is recorded")
    await follower.stop()
    assert "delivery.repeated" in (tmp_path / "follower.log").read_text()
    logs = (tmp_path / "killed.log").read_text() + (tmp_path / "follower.log").read_text()
    assert "example.org" not in logs
