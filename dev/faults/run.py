"""One run: a cluster, a load on it, whatever is done to it meanwhile, and a folder of what came out."""

import asyncio
import fcntl
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from dev.demo.company import write_company
from dev.demo.inputs import DEFAULT_MAPPING, read_mapping
from dev.demo.volunteers import choose, read_employees
from dev.faults.client import Client
from dev.faults.cluster import ROOT, FaultCluster, check_memory
from dev.faults.directory import Directory
from dev.faults.drain import LONGEST_SECONDS, drained, dump
from dev.faults.feed import Feed
from dev.faults.journal import Journal, Lines, now, write_document
from dev.faults.load import WARM_UP_SECONDS, Load
from dev.faults.operators import OpenLetters, all_letters
from dev.faults.pace import Pace
from dev.local.platform import emptied
from dev.local.processes import NotReady

FOLDER = ROOT / "build" / "faults"
WARM_UP_PEOPLE = 60
PEOPLE = 2_100  # three chunks of a directory

Tell = Callable[[str], None]


@dataclass
class Run:
    """What those who do harm, and those who look, work on."""

    cluster: FaultCluster
    client: Client
    load: Load
    journal: Journal
    injected: Lines
    chance: random.Random
    pace: Pace
    tell: Tell
    phases: dict[str, object] = field(default_factory=dict)
    records: int = 0
    memory: int = 0

    @property
    def folder(self) -> Path:
        """Where everything of the run lies."""
        return self.cluster.folder

    def mark(self, phase: str) -> None:
        """Write down that a phase has come."""
        self.phases[phase] = now()
        write_document(self.folder / "phases.json", self.phases)

    async def warm_up(
        self, people: int = WARM_UP_PEOPLE, patience: float = WARM_UP_SECONDS
    ) -> None:
        """Let some enrol and be paired, before anything dies. Raises NotReady where they never are."""
        await self.load.warm_up(people, patience)
        if self.pace.moves:
            await self.load.let_most_in()

    async def under_load(
        self,
        harm: Callable[["Run"], Awaitable[None]],
        mend: Callable[["Run", OpenLetters], Awaitable[int]],
        patience: float = LONGEST_SECONDS,
    ) -> None:
        """Do harm while the load runs; then heal, learn every outcome, drain, and write all down.

        Outcomes are waited for with this `patience` in seconds, and so is the drain. `mend` is what operators do
        about dead letters once all is quiet; what that sets going is waited for, too.
        """
        self.mark("load_started")
        loading = asyncio.create_task(self.load.run(self.pace))
        try:
            await harm(self)
        finally:
            self.load.stop()
            await loading
        self.mark("load_stopped")
        await self.cluster.heal()
        self.mark("healed")
        self.memory = check_memory(self.cluster)
        write_document(self.folder / "directory.json", await self.load.learn(patience))
        took = await drained(self.cluster, self.client, self.journal, patience)
        letters = await all_letters(self.cluster)
        if took is not None and await mend(self, letters):
            more = await drained(self.cluster, self.client, self.journal, patience)
            took = None if more is None else took + more
            letters = await all_letters(self.cluster)
        write_document(self.folder / "letters.json", letters)
        self.phases["drain_seconds"] = took
        if took is not None:
            self.mark("drained")
        self.tell(f"drained after {took} s" if took is not None else "NOT drained")
        self.records = await dump(self.cluster, self.client, self.load, self.journal)


@asynccontextmanager
async def started(name: str, tell: Tell, *, proxied: bool = False) -> AsyncIterator[FaultCluster]:
    """A cluster that several runs may use one after the other; ended at the end, the folder stays."""
    cluster = FaultCluster(emptied(FOLDER / name), proxied=proxied)
    try:
        await cluster.start(tell)
        yield cluster
    finally:
        await cluster.stop()


@asynccontextmanager
async def loaded(cluster: FaultCluster, *, seed: int, pace: Pace, tell: Tell) -> AsyncIterator[Run]:
    """A load that is ready to start, on a cluster in which nothing has happened yet."""
    folder = cluster.folder
    # Each draws from a stream of its own: how often one of them draws changes nothing for the others.
    asked, moved, done, broken = (
        random.Random(f"{seed} {what}") for what in ("asked", "moved", "done", "broken")
    )
    journal, injected = Journal(folder / "journal.jsonl"), Lines(folder / "injected.jsonl")
    client = Client(cluster.replicas, cluster.identity.token, journal, asked)
    watching = asyncio.create_task(client.watch())
    try:
        mapping = read_mapping(DEFAULT_MAPPING)
        directory = cluster.state / "company.csv"
        write_company(directory, people=PEOPLE, seed=seed)
        employees = read_employees(directory, mapping.layout())
        people = choose(employees, seed, mentors=pace.mentors)
        feed = Feed(client, journal, Directory(directory, moved))
        load = Load(client, journal, people, feed, done)
        await load.set_up(mapping.model_dump(mode="json"))
        tell(f"a programme is open; {len(people)} people may enrol")
        yield Run(cluster, client, load, journal, injected, broken, pace, tell)
    finally:
        watching.cancel()
        await client.close()
        journal.close()
        injected.close()


@contextmanager
def only_one() -> Iterator[None]:
    """One cluster at a time on this machine. Raises NotReady where there is another."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    handle = os.open(FOLDER / "lock", os.O_CREAT | os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise NotReady("another run of the fault harness is under way here") from None
    try:
        yield
    finally:
        os.close(handle)
