"""What the tests of the chassis share: the tiny service's HTTP application and its callers."""

from collections.abc import AsyncIterator

import pytest
import structlog
from fastapi import FastAPI

from dev.local.identity import IdentityProvider
from dev.local.parts import Database as DatabasePart
from shared.chassis.foundation import Database, Foundation
from shared.chassis.mongo import ensure_indexes
from tests.chassis.http_client import Client, foundation_on
from tests.chassis.tiny_service import build


@pytest.fixture(autouse=True, scope="session")
def short_tracebacks() -> None:
    """structlog's own default takes seconds to draw the local variables of a traceback."""
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()]
    )


@pytest.fixture
def foundation(mongo: DatabasePart, identity: IdentityProvider) -> Foundation:
    return foundation_on(identity, mongo.url)


@pytest.fixture
async def store(foundation: Foundation, database_name: str) -> AsyncIterator[Database]:
    opened = foundation.database(database_name)
    await ensure_indexes(opened.mongo, opened.indexes)
    yield opened
    opened.client.close()


@pytest.fixture
def app(foundation: Foundation, store: Database) -> FastAPI:
    return build(foundation, store)


@pytest.fixture
def keeper(app: FastAPI, identity: IdentityProvider) -> Client:
    """A caller who may do everything with boxes."""
    return Client(app, identity.token("keeper", roles=("directory",)))


@pytest.fixture
def stranger(app: FastAPI, identity: IdentityProvider) -> Client:
    """A caller with a good token and no rights."""
    return Client(app, identity.token("stranger"))
