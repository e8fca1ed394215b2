"""The whole platform, as processes, on the broker and database chosen for this run."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from dev.demo.company import write_company
from dev.demo.company_api import Company
from dev.demo.volunteers import Volunteer, choose, read_employees
from dev.local.choice import Kind, Stack
from dev.local.platform import SERVICES, Platform
from services.enrollment.translation import DirectoryMapping
from tests.support.directories import default_mapping
from tests.support.topics import fresh_topics


@pytest.fixture
async def platform(stack: Stack, tmp_path: Path) -> AsyncIterator[Platform]:
    """Four services, ready, with nothing in them."""
    broker, database = stack.broker(tmp_path / "broker"), stack.database(tmp_path / "mongo")
    platform = Platform(broker, database, tmp_path, prefix=f"journey_{uuid4().hex[:8]}")
    if stack.kind is Kind.JARS:
        # Whoever died holds their partitions for so long: ten seconds by default, six times in one test.
        platform.overrides = {"OBVERSE_KAFKA_SESSION_TIMEOUT_MS": "3000"}
    if stack.kind is Kind.GIVEN:
        await fresh_topics(platform.kafka)
    try:
        await platform.start()
        yield platform
    finally:
        await platform.stop()


@pytest.fixture
async def company(platform: Platform) -> AsyncIterator[Company]:
    urls = {name: platform.url(name) for name in SERVICES}
    company = Company(urls, platform.identity.token)
    yield company
    await company.close()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A made-up company of three hundred people."""
    path = tmp_path / "company.csv"
    write_company(path, people=300, seed=7)
    return path


@pytest.fixture
def mapping() -> DirectoryMapping:
    return default_mapping()


@pytest.fixture
def volunteers(directory: Path, mapping: DirectoryMapping) -> list[Volunteer]:
    """Those who say yes."""
    return choose(read_employees(directory, mapping.layout()), seed=7)
