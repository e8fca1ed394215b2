"""Deaths: aimed at a named place, by an order that lies there until a process passes; or at any moment.

Whoever dies is started again at once, as an orchestrator would do, and the harness waits until it is ready.
"""

import asyncio
import contextlib
import signal
import time
from collections.abc import Awaitable, Callable, Mapping

from dev.faults.cluster import SERVICES, Replica
from dev.faults.journal import now
from dev.faults.landing import CLASS_OF, OTHER
from dev.faults.poison import throw, throw_early
from dev.faults.run import Run

REACH_SECONDS = 40.0
LOOK_SECONDS = 0.05
PUSH_SECONDS = 5.0
_KILL = int(signal.SIGKILL)

Trigger = Callable[[Run, str], Awaitable[None]]


async def aim(run: Run, passage: str, service: str | None = None) -> bool:
    """Kill the next process of the service that passes there; False where none did in time."""
    services, trigger = AIMS[passage]
    service = service or run.chance.choice(services)
    order = run.cluster.orders / service
    unfinished = order.with_name(f"{service}.new")
    unfinished.write_text(f"{passage}:{_KILL}")
    unfinished.rename(order)
    enough = asyncio.Event()
    pushing = asyncio.create_task(_push(run, trigger, service, enough))
    try:
        victim, died = await _dead(run, service)
    finally:
        order.unlink(missing_ok=True)
        enough.set()
        # What was begun is ended: a message that was thrown must be written down.
        _, left = await asyncio.wait({pushing}, timeout=REACH_SECONDS)
        for task in left:
            task.cancel()
    if victim is None:
        await _again(run)
        run.tell(f"  nobody of {service} passed {passage} within {REACH_SECONDS:g} s")
        return False
    _write_down(run, victim, died, CLASS_OF.get(passage, OTHER), passage)
    run.tell(f"  {victim.name} died at {passage}")
    await _again(run)
    return True


async def kill_any(run: Run) -> None:
    """Kill one replica at whatever it does; the checker looks up where that was."""
    victim = run.chance.choice([one for one in run.cluster.replicas if one.running])
    if victim.child is not None:
        _write_down(run, victim, now())
        await victim.child.kill()
        run.tell(f"  {victim.name} was killed")
        await _again(run)


async def _dead(run: Run, service: str) -> tuple[Replica | None, str]:
    """Who died, and when: what led to it may go on for long."""
    deadline = time.monotonic() + REACH_SECONDS
    while time.monotonic() < deadline:
        for replica in run.cluster.of(service):
            if replica.child is not None and replica.child.exit_code == -_KILL:
                return replica, now()
        await asyncio.sleep(LOOK_SECONDS)
    return None, now()


async def _again(run: Run) -> None:
    """Start whoever is gone; what led to the place may have ended another one."""
    for replica in run.cluster.replicas:
        if not replica.running:
            await run.cluster.start_replica(replica)
    await run.cluster.all_ready()


def _write_down(
    run: Run, victim: Replica, died: str, landed: str | None = None, passage: str | None = None
) -> None:
    """What is injected; a kill that was not aimed has no place, the checker looks it up."""
    run.injected.write(
        {
            "at": died,
            "fault": "crash" if passage else "kill",
            "target": victim.name,
            "pid": victim.child.pid if victim.child else None,
            "class": landed,
            "detail": {"passage": passage} if passage else None,
        }
    )


async def _push(run: Run, trigger: Trigger | None, service: str, enough: asyncio.Event) -> None:
    """Bring about, again and again, what leads to the place."""
    while trigger is not None and not enough.is_set():
        await trigger(run, service)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(enough.wait(), PUSH_SECONDS)


async def _poisoned(run: Run, _: str) -> None:
    # One that holds its key: what nobody can read is buried again when it comes again, and never missed.
    await throw(run, ("unknown_major",))


async def _early(run: Run, _: str) -> None:
    await throw_early(run)


async def _rebalanced(run: Run, service: str) -> None:
    """Let one member go in good order and come again: the other one loses and gets partitions, and its leases."""
    replica = run.chance.choice(run.cluster.of(service))
    if replica.child is not None and replica.running:
        replica.child.process.send_signal(signal.SIGTERM)
        if await replica.child.ended() == 0:
            await run.cluster.start_replica(replica)
            await run.cluster.ready(replica)


async def _ended(run: Run, service: str) -> None:
    replica = run.chance.choice(run.cluster.of(service))
    if replica.child is not None and replica.running:
        replica.child.process.send_signal(signal.SIGTERM)


async def _import(run: Run, _: str) -> None:
    await run.load.feed.send_all()


async def _round(run: Run, _: str) -> None:
    await run.load.ask_round()


_READERS = ("matching", "notifications", "reporting")
AIMS: Mapping[str, tuple[tuple[str, ...], Trigger | None]] = {
    "http.validated": (("enrollment",), None),
    "http.claimed": (("enrollment",), None),
    "transaction.begun": (SERVICES, None),
    "transaction.written": (SERVICES, None),
    "transaction.committed": (SERVICES, None),
    "lease.taken": (SERVICES, _rebalanced),
    "intake.marked": (_READERS, None),
    "intake.applied": (_READERS, None),
    "offsets.committed": (_READERS, None),
    "waiting.kept": (("notifications", "reporting"), _early),
    "waiting.released": (("notifications", "reporting"), _early),
    "dead_letter.kept": (("notifications", "reporting"), _poisoned),
    "relay.claimed": (SERVICES, None),
    "relay.sent": (("enrollment",), None),
    "relay.marked": (("enrollment",), None),
    "rebalance.revoked": (_READERS, _rebalanced),
    "rebalance.assigned": (_READERS, _rebalanced),
    "reminder.claimed": (("notifications",), _round),
    "mail.handed_over": (("notifications",), _round),
    "mail.recorded": (("notifications",), _round),
    "directory.chunk_stored": (("enrollment",), _import),
    "directory.switched": (("enrollment",), _import),
    "directory.page_settled": (("enrollment",), _import),
    "round.claimed": (("matching",), _round),
    "round.solved": (("matching",), _round),
    "service.stopping": (SERVICES, _ended),
}
