"""One half's database for the tests of a store; the whole service for the tests of its edges."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from dev.local.identity import ISSUER, IdentityProvider
from services.reporting.app import build
from services.reporting.journal import consumers as journal_consumers
from services.reporting.projections import consumers as projections_consumers
from services.reporting.settings import Settings
from shared.chassis.clock import system_clock
from shared.chassis.foundation import OWN_INDEXES, Database
from shared.chassis.lifecycle import Service
from shared.chassis.mongo import Client, MongoDatabase, ensure_indexes
from shared.chassis.settings import load
from shared.chassis.transactions import Transactions, Tx
from shared.contracts.enrollment.v1 import PrincipalChanged
from shared.contracts.envelope import Event
from tests.reporting.projections import events as e

Json = Mapping[str, Any]


@pytest.fixture
async def transactions(client: Client, database: MongoDatabase) -> Transactions:
    """Units of work on an empty database with the chassis' indexes."""
    await ensure_indexes(database, OWN_INDEXES)
    return Transactions(client, database, system_clock)


@pytest.fixture
async def reporting_environment(
    environment: dict[str, str], client: Client
) -> AsyncIterator[dict[str, str]]:
    """The variables of a service whose two databases are gone afterwards."""
    yield environment
    for half in ("journal", "projections"):
        await client.drop_database(f"{environment['OBVERSE_MONGO_DATABASE']}_{half}")


@dataclass(frozen=True, slots=True)
class Reporting:
    """The running service, what it is told, and its callers."""

    service: Service
    identity: IdentityProvider
    http: httpx.AsyncClient

    @property
    def journal(self) -> Database:
        return self.service.databases[0]

    @property
    def projections(self) -> Database:
        return self.service.databases[1]

    async def told(self, *events: Event[Any]) -> None:
        """Both halves have consumed these events."""
        halves = (
            (self.journal, journal_consumers.ROUTES),
            (self.projections, projections_consumers.ROUTES),
        )
        for database, routes in halves:

            async def work(tx: Tx, routes: Any = routes) -> None:
                for event in events:
                    if type(event.data) in routes:
                        await routes[type(event.data)](tx, event)

            await database.transactions.run(work)

    async def post(
        self, path: str, who: str, body: Json | None = None, key: str | None = None
    ) -> httpx.Response:
        headers = {**self._as(who), "Idempotency-Key": key or str(uuid4())}
        return await self.http.post(path, json=body, headers=headers)

    async def get(self, path: str, who: str) -> httpx.Response:
        return await self.http.get(path, headers=self._as(who))

    def _as(self, who: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.identity.token(who)}"}


def principal(who: str, *volunteers: UUID, **roles: str) -> PrincipalChanged:
    """A person known by a token with this subject; `roles` as lead="<programme id>"."""
    return PrincipalChanged(
        person_id=UUID(int=sum(who.encode()) * 1_000_003),
        issuer=ISSUER,
        subject=who,
        roles={programme: [role] for role, programme in roles.items()},
        volunteer_ids=list(volunteers),
    )


@pytest.fixture
async def reporting(
    reporting_environment: dict[str, str], identity: IdentityProvider
) -> AsyncIterator[Reporting]:
    """The service's HTTP edge on real databases; no consumer runs, so tests say what was told."""
    settings = load(Settings, {**reporting_environment, "OBVERSE_RUN": "api"})
    async with (
        build(settings).running() as service,
        httpx.AsyncClient(base_url=service.url) as http,
    ):
        running = Reporting(service, identity, http)
        await running.told(
            *e.numbered(
                [
                    e.opened(),
                    principal("mentor", e.mentor(1)),
                    principal("mentee", e.mentee(1)),
                    principal("stranger", e.mentor(9)),
                    principal("lead", lead=str(e.PROGRAMME)),
                    principal("sponsor", sponsor=str(e.PROGRAMME)),
                ]
            )
        )
        yield running
