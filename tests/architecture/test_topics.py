"""Services read what the catalogue says that they read, each topic edge once."""

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.chassis.messages import Routes
from shared.contracts.base import Contract
from shared.contracts.catalogue import CATALOGUE

EDGES = {
    "enrollment": ["consumers"],
    "matching": ["consumers"],
    "notifications": ["consumers"],
    "reporting": ["journal.consumers", "projections.consumers"],
}


def routes(service: str) -> Iterator[type[Contract]]:
    for edge in EDGES[service]:
        found: Routes = importlib.import_module(f"services.{service}.{edge}").ROUTES
        yield from found


@pytest.mark.parametrize("service", EDGES)
def test_a_service_reads_what_the_catalogue_gives_it(service: str) -> None:
    given = {event.model for event in CATALOGUE.events if service in event.consumers}
    assert set(routes(service)) == given


@pytest.mark.parametrize("service", EDGES)
def test_the_runbook_names_every_consumer_group(service: str, project: Path) -> None:
    runbook = (project / "docs/operations/runbook.md").read_text(encoding="utf-8")
    for edge in EDGES[service]:
        module = importlib.import_module(f"services.{service}.{edge}")
        assert f"`{getattr(module, 'GROUP', service)}`" in runbook
