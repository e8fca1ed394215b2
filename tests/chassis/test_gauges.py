"""The gauges that alarms look at."""

import asyncio

import pytest
from pymongo.errors import AutoReconnect

from shared.chassis import dead_letters, gauges
from shared.chassis.foundation import Database
from shared.chassis.metrics import Metrics
from shared.chassis.mongo import MongoDatabase


async def test_an_alarm_does_not_end_because_the_database_is_away(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    metrics, stop = Metrics(), asyncio.Event()
    metrics.dead_letters_open.labels(store.name, "not_json").set(1)

    async def is_away(_: MongoDatabase) -> dict[str, int]:
        stop.set()
        raise AutoReconnect("primary stepped down")

    monkeypatch.setattr(dead_letters, "summary", is_away)
    await gauges.keep_gauges([store], metrics, stop)
    assert f'database="{store.name}",reason="not_json"}} 1.0' in metrics.render().decode()
