"""Hunts mutants: each runs in a cluster of its own, is provoked, and must be caught by the checker.

`python -m dev.faults.hunting [name ...]` prints who was caught, after how many seconds, and by which invariants. With
`--as-it-is` the same is done to the chassis without a mutant: then nothing may be found, or a catch proves nothing.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from dev.faults.checker import Finding, judge, shown
from dev.faults.cluster import FaultCluster, Replica
from dev.faults.journal import now
from dev.faults.kills import aim
from dev.faults.loading import load
from dev.faults.mutants import MUTANTS
from dev.faults.pace import Pace
from dev.faults.redriving import redrive_killed
from dev.faults.run import FOLDER, Run, Tell, loaded, only_one, started
from dev.local.platform import emptied
from dev.local.processes import NotReady

Provocation = Callable[[Run], Awaitable[None]]
SEED = 1
WARM_UP_PEOPLE = 30
WARM_SECONDS = 3.0
PATIENCE_TO_WARM_UP_SECONDS = 25.0  # a mutant may need for ever
LATE = "not drained"
UNFINISHED = "not finished"
PATIENCE_SECONDS = 35.0
CLOCK_SECONDS = "10800"
"""Three hours: the load plans sessions whose reminders are due in two."""


@dataclass(frozen=True)
class Catch:
    """What became of one mutant; `by` are the invariants that were found broken."""

    mutant: str
    seconds: float
    by: Sequence[str]
    findings: Sequence[Finding]

    @property
    def caught(self) -> bool:
        """Whether what it breaks was found; a run that is bad in another way is no catch."""
        return not MUTANTS[self.mutant].shows_in.isdisjoint(self.by)


async def hunt(
    name: str, cluster: FaultCluster, tell: Tell, seed: int = SEED, *, as_it_is: bool = False
) -> Catch:
    """Provoke one mutant on a cluster that is made empty for it, and judge what is left."""
    folder = emptied(FOLDER / f"{'as-it-is' if as_it_is else 'mutant'}-{name}")
    began = time.monotonic()
    try:
        await cluster.renew(folder, {} if as_it_is else {"FAULT_MUTANT": name}, tell)
        async with loaded(cluster, seed=seed, pace=Pace(), tell=tell) as run:
            late = [] if await _drained(run, PROVOCATIONS[name]) else [LATE]
    except NotReady as trouble:  # nothing was written down, and what is missing proves nothing
        tell(f"  {trouble}")
        return Catch(name, time.monotonic() - began, [UNFINISHED], [])
    findings = judge(load(folder))
    by = sorted({one.invariant for one in findings}, key=lambda invariant: int(invariant[1:]))
    return Catch(name, time.monotonic() - began, [*by, *late], findings)


async def _drained(run: Run, provoke: Provocation) -> bool:
    """Provoke it under load; whether all was read in the end."""
    try:
        await run.warm_up(WARM_UP_PEOPLE, PATIENCE_TO_WARM_UP_SECONDS)
    except NotReady as trouble:  # a mutant may break that already; it is judged by what it left
        run.tell(f"  {trouble}")
    await run.under_load(_warm(provoke), redrive_killed, PATIENCE_SECONDS)
    return "drained" in run.phases


async def hunt_all(
    names: Sequence[str], cluster: FaultCluster, tell: Tell, seed: int = SEED
) -> list[Catch]:
    """Hunt these, one after the other."""
    catches = []
    for name in names:
        tell(f"{name}: {MUTANTS[name].breaks}")
        catches.append(await hunt(name, cluster, tell, seed))
        tell(table(catches)[-1])
    return catches


def table(catches: Sequence[Catch]) -> list[str]:
    """The detection table, a line each."""
    return [
        f"{one.mutant:<28}{'caught' if one.caught else 'GOT AWAY':<10}"
        f"{one.seconds:5.0f} s  {' '.join(one.by)}"
        for one in catches
    ]


def _warm(provoke: Provocation) -> Provocation:
    """First there must be something to lose."""

    async def provoked(run: Run) -> None:
        await asyncio.sleep(WARM_SECONDS)
        await provoke(run)
        await asyncio.sleep(2.0)

    return provoked


async def _away_database(run: Run) -> None:
    """Readers with work in hand and no database for longer than five seconds, and then no readers."""
    readers = run.cluster.of("reporting")
    for replica in readers:
        run.cluster.frozen.stop(replica.pid)
    await asyncio.sleep(2.0)  # less than the session timeout: they keep their place
    nodes = run.cluster.mongo.nodes[:2]
    _tell(run, "no_primary", "mongo")
    for node in nodes:
        await node.kill()
    for replica in readers:
        run.cluster.frozen.go_on(replica.pid)
    await asyncio.sleep(9.0)
    for replica in readers:
        await _kill(run, replica)
    for node in nodes:
        await node.start()
    await run.cluster.mongo.has_primary()
    for replica in readers:
        await run.cluster.start_replica(replica)
    await run.cluster.all_ready()


def _aimed(*places: tuple[str, str]) -> Provocation:
    async def provoke(run: Run) -> None:
        for passage, service in places:
            await aim(run, passage, service)

    return provoke


async def _sleeper(run: Run) -> None:
    """A reader that stops with a batch in hand, loses its place in the group, and wakes up."""
    order = run.cluster.orders / "reporting"
    unfinished = order.with_name("reporting.new")
    unfinished.write_text(f"intake.marked:{int(signal.SIGSTOP)}")
    unfinished.rename(order)
    pid = await _taken(run, "reporting")
    if pid is not None:
        _tell(run, "pause", f"reporting {pid}")
        await asyncio.sleep(12.0)
        os.kill(pid, signal.SIGCONT)


async def _taken(run: Run, name: str) -> int | None:
    """The process that obeyed an order; None where none did in time."""
    for _ in range(400):
        for file in run.cluster.orders.glob(f"{name}.*.taken"):
            return int(file.name.split(".")[-2])
        await asyncio.sleep(0.05)
    return None


async def _lone_primary(run: Run) -> None:
    """The primary alone takes commands for a moment, dies, and the others go on without them.

    The others are killed and not stopped: what a stopped one has in its sockets it would read later.
    """
    primary = await run.cluster.mongo.primary()
    others = [node for node in run.cluster.mongo.nodes if node is not primary]
    _tell(run, "primary_kill", f"mongo-{primary.number}")
    await asyncio.gather(*(node.kill() for node in others))
    await asyncio.sleep(1.5)  # a primary that hears of nobody steps down after two seconds
    await primary.kill()
    await asyncio.gather(*(node.start() for node in others))
    await run.cluster.mongo.has_primary()
    await asyncio.sleep(3.0)
    await primary.start()


async def _wrong_clock(run: Run) -> None:
    """One of the two that send reminders is ahead of the others."""
    replica = run.cluster.of("notifications")[0]
    await _kill(run, replica)
    _tell(run, "clock", replica.name)
    await run.cluster.start_replica(replica, FAULT_CLOCK_SECONDS=CLOCK_SECONDS)
    await run.cluster.ready(replica)
    await asyncio.sleep(15.0)


async def _nothing(_: Run) -> None:
    await asyncio.sleep(4.0)


async def _kill(run: Run, replica: Replica) -> None:
    if replica.child is not None and replica.running:
        _tell(run, "kill", replica.name, replica.child.pid)
        await replica.child.kill()


def _tell(run: Run, fault: str, target: str, pid: int | None = None) -> None:
    line: dict[str, Any] = {"at": now(), "fault": fault, "target": target, "pid": pid}
    run.injected.write(line | {"class": None, "detail": None})
    run.tell(f"  {fault} {target}")


PROVOCATIONS: Mapping[str, Provocation] = MappingProxyType(
    {
        "default_acknowledgement": _away_database,
        "offset_before_transaction": _aimed(
            ("intake.marked", "reporting"), ("intake.marked", "notifications")
        ),
        "publish_in_the_handler": _aimed(("transaction.written", "enrollment")),
        "cursor_without_filter": _sleeper,
        "mark_before_yes": _aimed(("relay.marked", "enrollment")),
        "lease_without_fence": _aimed(("relay.sent", "enrollment")),
        "pod_clock": _wrong_clock,
        "dead_letter_outside": _aimed(("dead_letter.kept", "reporting")),
        "w1": _lone_primary,
        "two_relays": _nothing,
    }
)


async def _hunt(names: Sequence[str]) -> list[Catch]:
    with only_one():
        async with started("mutants", _tell_all) as cluster:
            return await hunt_all(names, cluster, _tell_all)


async def _leave_alone(names: Sequence[str]) -> list[Catch]:
    """The same harm, and no mutant."""
    with only_one():
        async with started("mutants", _tell_all) as cluster:
            return [await hunt(one, cluster, _tell_all, as_it_is=True) for one in names]


def _tell_all(line: str) -> None:
    print(f"  {line}", flush=True)


def main() -> None:
    """Hunt those named, or all."""
    names = [name for name in sys.argv[1:] if name in MUTANTS] or list(MUTANTS)
    if "--as-it-is" in sys.argv:
        left = asyncio.run(_leave_alone(names))
        for one in left:
            print(
                f"{one.mutant:<28}{'as it is':<10}{one.seconds:5.0f} s  {' '.join(one.by) or 'clean'}"
            )
            print("".join(f"  {shown(finding)}\n" for finding in one.findings), end="")
        sys.exit(1 if any(one.by for one in left) else 0)
    catches = asyncio.run(_hunt(names))
    print("\n".join(table(catches)))
    sys.exit(0 if all(one.caught for one in catches) else 1)


if __name__ == "__main__":
    main()
