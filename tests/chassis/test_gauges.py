"""The gauges that alarms look at."""

import asyncio

import pytest
from pymongo.errors import AutoReconnect
from structlog.testing import capture_logs

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


async def test_the_figures_in_the_log_say_what_waits(store: Database) -> None:
    stop = asyncio.Event()
    asked = asyncio.Event()

    async def not_ready() -> list[str]:
        return ["broker"]

    async def overdue() -> float:
        asked.set()
        return 12.5

    watched = gauges.Watched(outbox_limit=10, not_ready=not_ready, overdue={"letters": overdue})
    metrics = Metrics()
    with capture_logs() as lines:
        keeping = asyncio.create_task(gauges.keep_gauges([store], metrics, stop, watched))
        await asked.wait()
        stop.set()
        await keeping
    (line,) = [line for line in lines if line["event"] == "service.figures"]
    assert line["not_ready"] == ["broker"]
    assert line["overdue"] == [{"work": "letters", "seconds": 12.5}]
    assert line["databases"] == [
        {
            "database": store.name,
            "outbox_depth": 0,
            "outbox_oldest_seconds": 0.0,
            "outbox_limit": 10,
            "keys_waiting": 0,
            "keys_waiting_seconds": 0.0,
            "dead_letters": {},
        }
    ]
    text = metrics.render().decode()
    assert "obverse_ready 0.0" in text
    assert 'obverse_overdue_seconds{work="letters"} 12.5' in text
    assert f'obverse_outbox_limit{{database="{store.name}"}} 10.0' in text
