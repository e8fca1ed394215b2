"""Everything that happens to a platform but the death of one of its services: each is written down and passes."""

import asyncio
import signal
import time
from typing import Any

from dev.faults.client import NOBODY
from dev.faults.cluster import Replica
from dev.faults.drain import caught_up
from dev.faults.journal import now
from dev.faults.proxy import Mode
from dev.faults.run import Run
from dev.local.processes import NotReady

SECONDS_TO_END = 35.0  # what is under way may end first
UNAVAILABLE = 503
DRAIN_SECONDS = 120.0
SLOWEST_503_SECONDS = 3.0
HOUR_SECONDS = 3600


async def pause_replica(run: Run, seconds: float) -> None:
    """SIGSTOP one replica for longer than its leases and its place in the group last."""
    victim = run.chance.choice([one for one in run.cluster.replicas if one.running])
    await _pause(run, victim.name, victim.pid, seconds)
    await run.cluster.ready(victim)


async def pause_broker(run: Run, seconds: float) -> None:
    """SIGSTOP one broker until the others lead what it led; it wakes up and learns so."""
    node = run.chance.choice(run.cluster.kafka.nodes)
    await _pause(run, f"kafka-{node.number}", node.pid, seconds)
    await node.answering()


async def pause_primary(run: Run, seconds: float) -> None:
    """SIGSTOP the member that takes writes until there is another one; it wakes up and still believes it is the one."""
    node = await run.cluster.mongo.primary()
    await _pause(run, f"mongo-{node.number}", node.pid, seconds)
    await run.cluster.mongo.has_primary()


async def wrong_clock(run: Run, seconds: float) -> None:
    """One replica comes back with its clock an hour ahead or behind, works with it for a while, and is set right.

    Not one of matching: the times that it tells order what is asked about room over time.
    """
    others = [one for one in run.cluster.replicas if one.service != "matching"]
    victim, ahead = run.chance.choice(others), run.chance.choice((HOUR_SECONDS, -HOUR_SECONDS))
    _tell(run, "clock", victim.name, {"ahead": ahead, "seconds": seconds})
    await _restart(run, victim, FAULT_CLOCK_SECONDS=str(ahead))
    await asyncio.sleep(seconds)
    await _restart(run, victim)


async def kill_broker(run: Run, seconds: float) -> None:
    """Kill one broker, and start it again after a while."""
    node = run.chance.choice(run.cluster.kafka.nodes)
    _tell(run, "broker_kill", f"kafka-{node.number}", {"seconds": seconds})
    await node.kill()
    await asyncio.sleep(seconds)
    await node.start()
    await node.answering()


async def kill_brokers(run: Run, seconds: float) -> None:
    """No broker for so long: commands are taken as usual."""
    _tell(run, "brokers_down", "kafka", {"seconds": seconds})
    began = time.monotonic()
    await run.cluster.kafka.kill()
    await asyncio.sleep(seconds)
    told = answers(run, began)
    for node in run.cluster.kafka.nodes:
        await node.start()
    await asyncio.gather(*(node.answering() for node in run.cluster.kafka.nodes))
    took = await caught_up(run.cluster)
    more = {"drained_seconds": took, "drained_seconds_limit": DRAIN_SECONDS}
    _tell(run, "brokers_back", "kafka", told | {"failed_limit": 0} | more)


async def kill_primary(run: Run, seconds: float) -> None:
    """Kill the member that takes writes; another one is elected, and it comes back later."""
    node = await run.cluster.mongo.primary()
    _tell(run, "primary_kill", f"mongo-{node.number}", {"seconds": seconds})
    await node.kill()
    await run.cluster.mongo.has_primary()
    await asyncio.sleep(seconds)
    await node.start()


async def no_primary(run: Run, seconds: float) -> None:
    """Kill all but the primary: it takes writes that it cannot keep, steps down, and nobody takes any for so long."""
    alone = await run.cluster.mongo.primary()
    others = [node for node in run.cluster.mongo.nodes if node is not alone]
    _tell(run, "no_primary", "mongo", {"seconds": seconds})
    began = time.monotonic()
    await asyncio.gather(*(node.kill() for node in others))
    await asyncio.sleep(seconds)
    told = answers(run, began) | {"slowest_503_limit": SLOWEST_503_SECONDS}
    _tell(run, "primary_back", "mongo", told)
    await asyncio.gather(*(node.start() for node in others))
    await run.cluster.mongo.has_primary()


async def restart_all(run: Run) -> None:
    """Restart replica after replica in good order under load."""
    began = time.monotonic()
    for replica in run.cluster.replicas:
        await _restart(run, replica)
    _tell(run, "rolling_restart", "services", answers(run, began) | {"failed_limit": 0})


def answers(run: Run, began: float) -> dict[str, Any]:
    """What the load was told since then, by `time.monotonic`: tries, yeses, those that failed, the slowest refusal.

    A refusal for want of a database took from the question, or from `began` where all was well until then: an import
    may have been at work for long.
    """
    told = [one for one in run.client.watched if one.answered >= began]
    failed = [one.status for one in told if one.status == NOBODY or one.status >= 500]
    slowest = max(
        (one.answered - max(one.asked, began) for one in told if one.status == UNAVAILABLE),
        default=0.0,
    )
    return {
        "tries": len(told),
        "accepted": sum(200 <= one.status < 300 for one in told),
        "failed": len(failed),
        "unanswered": failed.count(NOBODY),
        "slowest_503": round(slowest, 2),
    }


async def _pause(run: Run, name: str, pid: int, seconds: float) -> None:
    _tell(run, "pause", name, {"seconds": seconds})
    began = time.monotonic()
    run.cluster.frozen.stop(pid)
    await asyncio.sleep(seconds)
    run.cluster.frozen.go_on(pid)
    _tell(run, "awake", name, answers(run, began))


async def _restart(run: Run, replica: Replica, **faults: str) -> None:
    if replica.child is None:
        return
    _tell(run, "restart", replica.name, {})
    replica.child.process.send_signal(signal.SIGTERM)
    code = await asyncio.wait_for(replica.child.ended(), SECONDS_TO_END)
    if code != 0:
        raise NotReady(f"{replica.name} ended with {code} on SIGTERM")
    await run.cluster.start_replica(replica, **faults)
    await run.cluster.ready(replica)


async def cut(run: Run, names: list[str], mode: Mode, seconds: float, latency: float = 0.0) -> None:
    """Do to these lines what the mode says, for so long."""
    proxies = [run.cluster.proxies[name] for name in names]
    _tell(run, "cut", ",".join(names), {"mode": mode, "seconds": seconds, "latency": latency})
    for proxy in proxies:
        proxy.become(mode, latency)
    await asyncio.sleep(seconds)
    for proxy in proxies:
        proxy.become(Mode.OPEN)
        if mode is not Mode.OPEN:
            proxy.reset()


def _tell(run: Run, fault: str, target: str, detail: dict[str, Any]) -> None:
    run.injected.write({"at": now(), "fault": fault, "target": target, "detail": detail})
    run.tell(f"  {fault} {target} {detail or ''}".rstrip())
