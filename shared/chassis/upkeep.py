"""Brings a database to what this release needs: before the service is ready what it cannot do without, then the
rest, at rest: indexes that take long, migrations, and what no release declares any more.

Who else lives is read from the signs of life (`orphans.py`): each tells its levels and what it declares.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog
from pymongo import DeleteOne, UpdateOne
from pymongo.errors import OperationFailure

from shared.chassis import migrations
from shared.chassis.foundation import Database
from shared.chassis.leases import LeaseLost, Leases
from shared.chassis.mongo import Document, Index, MongoDatabase, built, ensure_indexes
from shared.chassis.orphans import alive
from shared.chassis.pausing import pause
from shared.chassis.troubles import is_transient

log = structlog.get_logger("shared.chassis.upkeep")

OURS = "indexes"
SECONDS_FOR_INDEXES = 10.0
SECONDS_WHILE_WORK_IS_LEFT = 2.0
SECONDS_AFTER_A_FAILURE = 60.0
SECONDS_BETWEEN_LOOKS = 60.0


def declared(database: Database) -> Document:
    """What this process tells the others about itself with each sign of life."""
    texts = [
        *sorted(index.signature for index in database.indexes),
        *(f"{one.owner}:{one.level}" for one in database.migrations),
    ]
    text = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
    return {"declares": text, "levels": {one.owner: one.level for one in database.migrations}}


async def prepare(database: Database, patience: float = SECONDS_FOR_INDEXES) -> None:
    """Make the database fit for this release; raises UnfitDatabase where that cannot be.

    Unique indexes are waited for: without them a promise could break. Others only make reading fast: after
    `patience` seconds the service goes on without, and `Upkeep` sees to them.
    """
    known = await migrations.records(database.mongo)
    await migrations.check(database.mongo, database.migrations, known)
    wanted = _in_turn(database, migrations.ended(known))
    await ensure_indexes(database.mongo, [index for index in wanted if index.unique])
    try:
        async with asyncio.timeout(patience):
            await ensure_indexes(database.mongo, [index for index in wanted if not index.unique])
    except TimeoutError:
        log.warning("index.building", database=database.name, seconds=patience)


def _in_turn(database: Database, ended: frozenset[str]) -> list[Index]:
    return [index for index in database.indexes if index.after is None or index.after in ended]


@dataclass
class Upkeep:
    """The work on one database that no request waits for; one process at a time does it, by a lease."""

    database: Database
    owner: str
    stop: asyncio.Event
    _settled: bool = False
    _told: set[str] = field(default_factory=set)

    async def keep(self) -> None:
        """Look now and then, until told to stop."""
        while not self.stop.is_set():
            try:
                left = await self._attend()
            except LeaseLost:
                left = True
            except Exception as error:
                if not is_transient(error):
                    raise
                left = True
            await pause(SECONDS_WHILE_WORK_IS_LEFT if left else SECONDS_BETWEEN_LOOKS, self.stop)

    async def _attend(self) -> bool:
        """Do what there is to do; whether something is left."""
        mongo = self.database.mongo
        others = await alive(mongo)
        await self._reopen(others)
        known = migrations.ended(await migrations.records(mongo))
        pending = [one for one, step in _steps(self.database) if one.id_of(step) not in known]
        if self._settled and not pending:
            return False
        await ensure_indexes(mongo, _in_turn(self.database, known))
        superfluous = await undeclared(mongo, self.database.indexes)
        await note_ours(mongo, self.database.indexes)
        self._settled = not pending and not superfluous
        if self._settled:
            return False
        fence = await Leases(mongo).take(
            migrations.LEASE, owner=self.owner, seconds=migrations.LEASE_SECONDS
        )
        if fence is None:
            return True
        try:
            await self._migrate(others, known, fence)
            if superfluous and not pending:
                await self._drop(superfluous, others)
        finally:
            await Leases(mongo).give_back(migrations.LEASE, fence)
        return True

    async def _reopen(self, others: Sequence[Document]) -> None:
        for one in self.database.migrations:
            lowest = min([one.level, *(_level(other, one.owner) for other in others)])
            if await migrations.reopen(self.database.mongo, one.owner, lowest):
                log.warning("migration.reopened", owner=one.owner, level=lowest)

    async def _migrate(self, others: Sequence[Document], known: frozenset[str], fence: int) -> None:
        for one in self.database.migrations:
            lowest = min([one.level, *(_level(other, one.owner) for other in others)])
            for step in one.steps:
                id_ = one.id_of(step)
                if id_ in known:
                    continue
                if step.number > lowest:
                    self._tell_once("migration.waiting", id_)
                    break
                if not await self._run(one.owner, step, fence):
                    break

    async def _run(self, owner: str, step: migrations.Step, fence: int) -> bool:
        mongo, transactions = self.database.mongo, self.database.transactions
        try:
            while not self.stop.is_set():
                if await migrations.run(mongo, transactions, owner, step, fence):
                    return True
        except LeaseLost:
            raise
        except Exception as error:
            if is_transient(error):
                raise
            log.exception(
                "migration.failed", migration=f"{owner}:{step.number}", reason=type(error).__name__
            )
            await pause(SECONDS_AFTER_A_FAILURE, self.stop)
        return False

    async def _drop(
        self, superfluous: Sequence[tuple[str, str]], others: Sequence[Document]
    ) -> None:
        mine = declared(self.database)["declares"]
        if any(other.get("declares") != mine for other in others):
            self._tell_once("index.kept", self.database.name)
            return
        for collection, name in superfluous:
            await _drop_index(self.database.mongo, collection, name)
            log.info("index.dropped", database=self.database.name, index=f"{collection}.{name}")

    def _tell_once(self, event: str, about: str) -> None:
        if (event + about) not in self._told:
            self._told.add(event + about)
            log.info(event, about=about, database=self.database.name)


async def status(database: Database) -> list[Document]:
    """What was brought to this database, and what is yet to come; of indexes only what is not as it should be."""
    known = await migrations.records(database.mongo)
    lines = [
        _state_of(known.get(one.id_of(step)), one.id_of(step), step.name)
        for one, step in _steps(database)
    ]
    lines += [
        _state_of(record, id_, record["name"]) | {"state": "of a newer release"}
        for id_, record in known.items()
        if id_ not in {line["migration"] for line in lines}
    ]
    wanted = {index.signature: index for index in database.indexes}
    for collection in sorted({str(index.collection) for index in database.indexes}):
        for one in await built(database.mongo, collection):
            wanted.pop(one.signature, None)
    indexes = [(f"{index.collection}.{index.name}", "missing") for index in wanted.values()]
    for collection, name in await undeclared(database.mongo, database.indexes):
        indexes.append((f"{collection}.{name}", "not declared any more"))
    lines += [{"index": name, "state": state} for name, state in indexes]
    return [{"database": database.name} | line for line in lines]


def _steps(database: Database) -> list[tuple[migrations.Migrations, migrations.Step]]:
    return [(one, step) for one in database.migrations for step in one.steps]


def _state_of(record: Document | None, id_: str, name: str) -> Document:
    told: Document = {"migration": id_, "name": name, "state": "pending"}
    if record is None:
        return told
    state = "applied" if record["ended"] else "begun"
    fields = {key: record.get(key) for key in ("began", "ended", "documents")}
    return told | {"state": state} | fields


def _level(process: Document, owner: str) -> int:
    """A process that says nothing of levels is of a release before there were any."""
    return int(process.get("levels", {}).get(owner, 0))


async def undeclared(mongo: MongoDatabase, indexes: Sequence[Index]) -> list[tuple[str, str]]:
    """Indexes that a release of ours made and this one does not declare; what people made by hand is theirs."""
    ours = await mongo[OURS].find({}).to_list(None)
    wanted = {index.signature for index in indexes}
    found = []
    for collection in sorted({row["collection"] for row in ours}):
        names = {row["name"] for row in ours if row["collection"] == collection}
        found += [
            (collection, one.name)
            for one in await built(mongo, collection)
            if one.name in names and one.signature not in wanted
        ]
    return found


async def note_ours(mongo: MongoDatabase, indexes: Sequence[Index]) -> None:
    """Remember which indexes are ours, so that a later release knows what it may drop."""
    known = {row["_id"] for row in await mongo[OURS].find({}, {"_id": 1}).to_list(None)}
    wanted = {index.signature for index in indexes}
    news = [
        {"_id": f"{collection}.{one.name}", "collection": collection, "name": one.name}
        for collection in sorted({str(index.collection) for index in indexes})
        for one in await built(mongo, collection)
        if one.signature in wanted and f"{collection}.{one.name}" not in known
    ]
    if news:
        await mongo[OURS].bulk_write(
            [UpdateOne({"_id": row["_id"]}, {"$set": row}, upsert=True) for row in news]
        )


async def _drop_index(mongo: MongoDatabase, collection: str, name: str) -> None:
    try:
        await mongo[collection].drop_index(name)
    except OperationFailure as error:
        if error.code != 27:  # IndexNotFound: another process was faster
            raise
    await mongo[OURS].bulk_write([DeleteOne({"_id": f"{collection}.{name}"})])
