"""The service as a whole, on a real broker and database: topics in, HTTP between, topics out."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from aiokafka import AIOKafkaProducer

from dev.local.identity import ISSUER, IdentityProvider
from dev.local.records import everything_on, header
from services.matching.app import build
from services.matching.settings import Settings
from shared.chassis.broker import KafkaAddress
from shared.chassis.ids import new_id
from shared.chassis.settings import load
from shared.contracts.base import Contract
from shared.contracts.catalogue import CATALOGUE
from shared.contracts.enrollment import v1 as enrollment
from shared.contracts.envelope import Envelope, from_value, to_headers, to_value
from shared.contracts.matching import v1 as matching
from tests.matching.builders import COHORT, PROGRAMME
from tests.matching.conftest import StuckSolver
from tests.support.waiting import until

MENTOR, MENTEE = UUID(int=1), UUID(int=2)
ROUNDS = f"/v1/programmes/{PROGRAMME}/rounds"
TRAIL = UUID(int=0xFEED)


def a_programme() -> list[Contract]:
    formats = [
        enrollment.FormatTerms(
            format="one_to_one", people_min=2, people_max=2, days=90, cadence_days=14
        )
    ]
    opened = enrollment.ProgrammeOpened(
        programme_id=PROGRAMME,
        starts_on=date(2026, 1, 1),
        ends_on=date(2099, 12, 31),
        languages=["en"],
        formats=formats,
        matching=enrollment.MatchingPolicy(
            level_gap=2, common_slot_minutes=60, weights={"topics": 40}
        ),
        reminders=enrollment.ReminderPolicy(
            session_hours_before=[24], proposal_hours_after=[24], proposal_expires_hours=72
        ),
        objectives=[],
        pilot_only=False,
    )
    cohort = enrollment.CohortOpened(
        programme_id=PROGRAMME,
        cohort_id=COHORT,
        pilot=False,
        starts_on=date(2026, 1, 1),
        ends_on=date(2099, 12, 31),
        size_cap=100,
    )
    return [opened, cohort]


def a_candidate(volunteer: UUID, role: str, **but: Any) -> Contract:
    usual: dict[str, Any] = {
        "volunteer_id": volunteer,
        "person_id": UUID(int=0x1000 + volunteer.int),
        "programme_id": PROGRAMME,
        "cohort_id": COHORT,
        "status": "active",
        "roles": [role],
        "offers": [enrollment.Offer(topic="ai", proficiency=4)] if role == "mentor" else [],
        "needs": [enrollment.Need(topic="ai", priority=1, level=1)] if role == "mentee" else [],
        "formats": ["one_to_one"],
        "hours_per_month": 4,
        "capacity": 1,
        "slots": [enrollment.WeeklySlot(weekday=0, start_minute=540, minutes=120)],
        "time_zone": "Europe/Berlin",
        "languages": ["en"],
        "hobbies": ["chess"],
        "motivation": 4,
        "openness": 4,
        "unit": "sales",
        "site": "berlin",
        "level": 2 if role == "mentor" else 7,
        "managers": [],
        "managers_complete": False,
        "avoid": [],
    }
    return enrollment.CandidateChanged(**usual | but)


def a_principal(name: str, *volunteers: UUID, leads: bool = False) -> Contract:
    return enrollment.PrincipalChanged(
        person_id=uuid4(),
        issuer=ISSUER,
        subject=name,
        roles={str(PROGRAMME): ["lead"]} if leads else {},
        volunteer_ids=list(volunteers),
    )


class Outside:
    """The world around the service: enrollment's topics, callers, and those who read what it tells."""

    def __init__(self, url: str, kafka: KafkaAddress, identity: IdentityProvider) -> None:
        self._url, self._kafka, self._identity = url, kafka, identity
        self._sequences: dict[tuple[str, str], int] = {}

    async def tell(self, *facts: Contract) -> None:
        """Publish as enrollment does."""
        async with AIOKafkaProducer(**self._kafka.client_options()) as producer:
            for fact in facts:
                kind = CATALOGUE.by_model[type(fact)]
                key = str(getattr(fact, kind.topic.key))
                sequence = self._sequences.get((kind.topic.name, key), 0) + 1
                self._sequences[kind.topic.name, key] = sequence
                envelope = Envelope(
                    id=new_id(),
                    type=kind.name,
                    source="/obverse/enrollment",
                    subject=key,
                    time=datetime.now(UTC),
                    sequence=sequence,
                    correlationid=TRAIL,
                )
                await producer.send_and_wait(
                    kind.topic.name,
                    to_value(fact),
                    key=key.encode(),
                    headers=to_headers(envelope),
                )

    async def call(self, who: str, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {
            "Authorization": f"Bearer {self._identity.token(who)}",
            "Idempotency-Key": str(uuid4()),
            **more.pop("headers", {}),
        }
        async with httpx.AsyncClient(base_url=self._url) as client:
            return await client.request(method, path, headers=headers, **more)

    async def items(self, who: str, path: str) -> list[dict[str, Any]]:
        answer = await self.call(who, "GET", path)
        found: list[dict[str, Any]] = answer.json()["items"] if answer.status_code == 200 else []
        return found

    async def told(self, model: type[Contract]) -> list[tuple[Any, Any]]:
        """What the service has published of one kind: record and data."""
        kind = CATALOGUE.by_model[model]
        records = await everything_on(self._kafka, kind.topic.name)
        return [
            (record, from_value(model, record.value))
            for record in records
            if header(record, "ce_type") == kind.name
        ]


@pytest.fixture
async def outside(
    environment: dict[str, str], kafka: KafkaAddress, identity: IdentityProvider
) -> AsyncIterator[Outside]:
    async with build(load(Settings, environment)).running() as service:
        yield Outside(service.url, kafka, identity)


async def test_volunteers_become_a_pair(outside: Outside) -> None:
    await outside.tell(
        *a_programme(),
        a_candidate(MENTOR, "mentor"),
        a_candidate(MENTEE, "mentee"),
        a_principal("lead", leads=True),
        a_principal("mentor", MENTOR),
        a_principal("mentee", MENTEE),
    )
    proposal = await _proposed(outside)
    for who in ("mentor", "mentee"):
        answer = await outside.call(who, "POST", f"/v1/proposals/{proposal['id']}/accept")
        assert answer.status_code == 200

    async def formed() -> list[tuple[Any, Any]]:
        return await outside.told(matching.PairFormed)

    ((record, pair),) = await until(formed, "pair.formed is on its topic")
    assert record.key == proposal["id"].encode()
    assert (pair.mentor_id, pair.mentee_id, pair.format) == (MENTOR, MENTEE, "one_to_one")
    ((_, made),) = await outside.told(matching.ProposalMade)
    assert (made.hobby, made.topics, made.score["topics"]) == ("chess", ["ai"], 40)
    rounds = [data for _, data in await outside.told(matching.RoundCompleted)]
    (done,) = [one for one in rounds if one.matched != "0"]
    assert (done.mentors, done.mentees, done.matched, done.unmatched) == ("<5", "<5", "<5", {})
    accepted = await outside.told(matching.ProposalAccepted)
    assert [header(one, "ce_sequence") for one, _ in accepted] == ["2", "3"]


async def test_who_withdraws_frees_the_partner_by_way_of_the_topic(outside: Outside) -> None:
    await outside.tell(
        *a_programme(),
        a_candidate(MENTOR, "mentor"),
        a_candidate(MENTEE, "mentee"),
        a_principal("lead", leads=True),
        a_principal("mentee", MENTEE),
    )
    await _proposed(outside)
    await outside.tell(a_candidate(MENTOR, "mentor", status="withdrawn"))

    async def voided() -> list[tuple[Any, Any]]:
        return await outside.told(matching.ProposalVoided)

    ((record, _),) = await until(voided, "proposal.voided is on its topic")
    assert header(record, "ce_correlationid") == str(TRAIL)
    assert await outside.items("mentee", "/v1/proposals") == []


async def test_a_service_that_stops_does_not_wait_for_the_solver(
    environment: dict[str, str], kafka: KafkaAddress, identity: IdentityProvider
) -> None:
    stuck = StuckSolver()
    async with build(load(Settings, environment), solver=stuck).running() as service:
        outside = Outside(service.url, kafka, identity)
        await outside.tell(*a_programme(), a_principal("lead", leads=True))

        async def asked() -> bool:
            body = {"cohort_id": str(COHORT), "release": "at_once"}
            return (await outside.call("lead", "POST", ROUNDS, json=body)).status_code == 202

        await until(asked, "the round is asked for")
        await stuck.asked.wait()

    assert stuck.ended.is_set()


async def _proposed(outside: Outside) -> dict[str, Any]:
    """Ask for rounds until enrollment's news has arrived and the mentee has a proposal."""
    body = {"cohort_id": str(COHORT), "release": "at_once"}

    async def proposal() -> dict[str, Any] | None:
        await outside.call("lead", "POST", ROUNDS, json=body)
        found = await outside.items("mentee", "/v1/proposals")
        return found[0] if found else None

    found = await until(partial(proposal), "the mentee has a proposal")
    assert found is not None
    return found
