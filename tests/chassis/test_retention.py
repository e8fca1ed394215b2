"""Retention periods are settings: the lifetimes follow them, and the database lets go of what is older."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from dev.local.identity import IdentityProvider
from dev.local.mongo import EmbeddedMongo
from dev.local.parts import Database as DatabasePart
from shared.chassis.foundation import Database
from shared.chassis.mongo import MongoDatabase
from shared.chassis.settings import BadSettings, ServiceSettings, load
from shared.chassis.upkeep import prepare
from tests.chassis.http_client import foundation_on, variables
from tests.chassis.upgrading import Process, has_ended
from tests.support.waiting import until

DAY = 86_400
LASTING = ("outbox", "idempotency", "dead_letters", "audit")

Open = Callable[..., Database]


@pytest.fixture
async def opened(
    mongo: DatabasePart, identity: IdentityProvider, database_name: str
) -> AsyncIterator[Open]:
    """Opens the database with these settings."""
    databases: list[Database] = []

    def open_(**settings: str) -> Database:
        foundation = foundation_on(identity, mongo.url, **settings)
        databases.append(foundation.database(database_name))
        return databases[-1]

    yield open_
    for database in databases:
        database.client.close()


class EagerMongo(EmbeddedMongo):
    """It looks for rows that are too old each second; a setting at run time would take its first minute."""

    def _command(self) -> list[str | Path]:
        return [*super()._command(), "--setParameter", "ttlMonitorSleepSecs=1"]


@pytest.fixture
async def eager(tmp_path: Path) -> AsyncIterator[DatabasePart]:
    part = EagerMongo(tmp_path / "eager")
    await part.start()
    yield part
    await part.stop()


async def start(database: Database) -> None:
    """What a service does at its start, until the migration that dead letters wait for has ended."""
    await prepare(database)
    async with Process(database):
        await has_ended(database.mongo, "chassis:1")
        await until(lambda: _all_there(database.mongo), "all lifetimes are there")


async def _all_there(mongo: MongoDatabase) -> bool:
    return len(await lifetimes(mongo)) == len(LASTING)


async def lifetimes(mongo: MongoDatabase) -> dict[str, int]:
    """How many seconds rows live, by index."""
    return {
        f"{collection}.{row['name']}": int(row["expireAfterSeconds"])
        for collection in LASTING
        for row in await mongo[collection].list_indexes().to_list(None)
        if "expireAfterSeconds" in row
    }


async def test_what_is_kept_for_how_long_where_nothing_is_set(opened: Open) -> None:
    database = opened()
    await start(database)
    assert await lifetimes(database.mongo) == {
        "outbox.sent_at_1": 7 * DAY,
        "idempotency.claimed_at_1": 2 * DAY,
        "dead_letters.closed_at_1": 90 * DAY,
        "audit.at_1": 730 * DAY,
    }


async def test_other_settings_change_the_lifetimes_at_the_next_start(opened: Open) -> None:
    await start(opened())
    database = opened(
        OBVERSE_RETENTION_OUTBOX_DAYS="3",
        OBVERSE_RETENTION_IDEMPOTENCY_DAYS="5",
        OBVERSE_RETENTION_DEAD_LETTERS_DAYS="400",
        OBVERSE_RETENTION_AUDIT_DAYS="800",
    )
    with capture_logs() as told:
        await prepare(database)
    assert await lifetimes(database.mongo) == {
        "outbox.sent_at_1": 3 * DAY,
        "idempotency.claimed_at_1": 5 * DAY,
        "dead_letters.closed_at_1": 400 * DAY,
        "audit.at_1": 800 * DAY,
    }
    changed = [
        (line["index"], line["seconds_before"], line["seconds"])
        for line in told
        if line["event"] == "index.lifetime_changed"
    ]
    assert ("outbox.sent_at_1", 7 * DAY, 3 * DAY) in changed
    assert len(changed) == 4


async def test_what_is_older_vanishes_and_what_is_needed_stays(
    opened: Open, eager: DatabasePart
) -> None:
    opened = partial(opened, OBVERSE_MONGO_URL=eager.url)
    await start(opened())
    now = datetime.now(UTC)

    def ago(days: float) -> datetime:
        return now - timedelta(days=days)

    mongo = opened().mongo
    rows: dict[str, list[dict[str, Any]]] = {
        "outbox": [
            {"_id": "sent long ago", "lane": "a", "sequence": 1, "sent_at": ago(4)},
            {"_id": "sent yesterday", "lane": "a", "sequence": 2, "sent_at": ago(1)},
            {"_id": "unsent", "lane": "a", "sequence": 3, "sent_at": None, "created_at": ago(99)},
        ],
        "idempotency": [
            {"_id": "answered long ago", "claimed_at": ago(1.5)},
            {"_id": "answered now", "claimed_at": ago(0)},
        ],
        "dead_letters": [
            {"_id": "decided long ago", "state": "discarded", "closed_at": ago(8)},
            {"_id": "decided lately", "state": "redriven", "closed_at": ago(6)},
            {"_id": "open", "state": "open", "created_at": ago(99)},
        ],
        "audit": [{"_id": "long ago", "at": ago(31)}, {"_id": "lately", "at": ago(29)}],
        "cursors": [{"_id": "a", "sequence": 1}],
        "sequences": [{"_id": "a", "value": 1}],
    }
    for collection, documents in rows.items():
        await mongo[collection].insert_many(documents)
    await prepare(
        opened(
            OBVERSE_RETENTION_OUTBOX_DAYS="3",
            OBVERSE_RETENTION_IDEMPOTENCY_DAYS="1",
            OBVERSE_RETENTION_DEAD_LETTERS_DAYS="7",
            OBVERSE_RETENTION_AUDIT_DAYS="30",
        )
    )

    async def what_is_left() -> dict[str, list[str]]:
        return {
            name: [row["_id"] for row in await mongo[name].find().sort("_id", 1).to_list(None)]
            for name in rows
        }

    wanted = {
        "outbox": ["sent yesterday", "unsent"],
        "idempotency": ["answered now"],
        "dead_letters": ["decided lately", "open"],
        "audit": ["lately"],
        "cursors": ["a"],
        "sequences": ["a"],
    }

    async def so_it_is() -> bool:
        return await what_is_left() == wanted

    await until(so_it_is, "what is older has vanished")


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"OBVERSE_RETENTION_IDEMPOTENCY_DAYS": "0"}, "OBVERSE_RETENTION_IDEMPOTENCY_DAYS: "),
        ({"OBVERSE_RETENTION_OUTBOX_DAYS": "0.5"}, "OBVERSE_RETENTION_OUTBOX_DAYS: "),
        ({"OBVERSE_RETENTION_DEAD_LETTERS_DAYS": "6"}, "OBVERSE_RETENTION_DEAD_LETTERS_DAYS: "),
        ({"OBVERSE_RETENTION_AUDIT_DAYS": "29"}, "OBVERSE_RETENTION_AUDIT_DAYS: "),
        ({"OBVERSE_RETENTION_AUDIT_DAYS": "3651"}, "OBVERSE_RETENTION_AUDIT_DAYS: "),
        (
            {"OBVERSE_RETENTION_AUDIT_DAYS": "60", "OBVERSE_RETENTION_DEAD_LETTERS_DAYS": "61"},
            "OBVERSE_RETENTION_AUDIT_DAYS: is shorter than OBVERSE_RETENTION_DEAD_LETTERS_DAYS",
        ),
    ],
)
def test_a_period_that_breaks_a_promise_is_refused(
    identity: IdentityProvider, settings: dict[str, str], problem: str
) -> None:
    with pytest.raises(BadSettings) as refusal:
        load(ServiceSettings, variables(identity, "mongodb://127.0.0.1/", **settings))
    assert problem in str(refusal.value)
    assert len(refusal.value.problems) == 1
