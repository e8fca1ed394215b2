"""The plans: what is done in a smoke run, a full run and a long one."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from dev.faults.disk import fill_disk
from dev.faults.harm import (
    cut,
    kill_broker,
    kill_brokers,
    kill_primary,
    no_primary,
    pause_broker,
    pause_primary,
    pause_replica,
    restart_all,
    wrong_clock,
)
from dev.faults.kills import AIMS, aim, kill_any
from dev.faults.poison import throw
from dev.faults.proxy import Mode
from dev.faults.redriving import payload_kills, redrive_twice
from dev.faults.repeating import repeat_events
from dev.faults.run import Run
from dev.faults.share import malformed_share
from shared.chassis.passages import PASSAGES

SMOKE = (
    "transaction.written",
    "intake.applied",
    "relay.sent",
    "rebalance.assigned",
    "mail.handed_over",
)
# Each class at least five times: what the points do once is filled up with these.
FULL = (
    *PASSAGES,
    *("transaction.written",) * 2,
    *("intake.applied",) * 4,
    *("relay.sent",) * 4,
    *("rebalance.assigned",) * 2,
    "rebalance.revoked",
)
Step = Callable[[Run], Awaitable[None]]


def smoke() -> list[Step]:
    """A handful of aimed kills, and one of each other kind that is quick."""
    return [*_aimed(SMOKE), _poison, _primary, kill_any]


def full(extra: int = 0) -> list[Step]:
    """Every named place, five kills a class, and every other fault once; `extra` random kills more."""
    return [*_aimed(FULL), *OTHERS, *(kill_any for _ in range(4 + extra))]


def long(kills: int) -> list[Step]:
    """The full plan, every other fault three times, and random kills up to the number."""
    others = [*OTHERS] * 2
    others += [_kafka_cut, _mongo_cut, fill_disk, redrive_twice, payload_kills, repeat_events] * 3
    others += [malformed_share, _no_brokers, _no_primary]
    return [*full(), *others, *(kill_any for _ in range(max(0, kills - len(FULL) - 4)))]


def mixed(steps: Sequence[Step], rest: float) -> Step:
    """All steps one after the other with so many seconds between them, in an order that the seed decides."""

    async def harm(run: Run) -> None:
        drawn = list(steps)
        run.chance.shuffle(drawn)
        for step in drawn:
            await step(run)
            await asyncio.sleep(rest)

    return harm


def _aimed(passages: Sequence[str]) -> list[Step]:
    def at(passage: str) -> Step:
        async def step(run: Run) -> None:
            if passage in AIMS:
                await aim(run, passage)

        return step

    return [at(passage) for passage in passages]


async def _poison(run: Run) -> None:
    await throw(run)


async def _primary(run: Run) -> None:
    await kill_primary(run, 3.0)


async def _broker(run: Run) -> None:
    await kill_broker(run, 5.0)


async def _pause(run: Run) -> None:
    await pause_replica(run, 13.0)  # the relay's lease is 10 s


async def _pause_broker(run: Run) -> None:
    await pause_broker(run, 13.0)  # a broker that is silent for 9 s leads nothing any more


async def _pause_primary(run: Run) -> None:
    await pause_primary(run, 13.0)  # the others choose another one after 4 s


async def _clock(run: Run) -> None:
    await wrong_clock(run, 15.0)


async def _restart(run: Run) -> None:
    await restart_all(run)


async def _mail_trouble(run: Run) -> None:
    for mode in (Mode.CUT, Mode.HALF_OPEN, Mode.DEAF):
        await cut(run, ["mail"], mode, 4.0)


async def _kafka_cut(run: Run) -> None:
    """One broker cannot be reached, then not heard, then is slow for everybody but the other brokers."""
    name = f"kafka-{run.chance.choice(run.cluster.kafka.nodes).number}"
    for mode in (Mode.CUT, Mode.HALF_OPEN, Mode.DEAF, Mode.SLOW_CLOSE):
        await cut(run, [name], mode, 6.0)
    await cut(run, [name], Mode.OPEN, 6.0, latency=0.2)


async def _mongo_cut(run: Run) -> None:
    """Nobody reaches the primary any more, while it reaches everybody."""
    name = f"mongo-{(await run.cluster.mongo.primary()).number}"
    for mode in (Mode.CUT, Mode.DEAF):
        await cut(run, [name], mode, 8.0)
    await cut(run, [name], Mode.OPEN, 6.0, latency=0.05)


async def _no_brokers(run: Run) -> None:
    await kill_brokers(run, 600.0)


async def _no_primary(run: Run) -> None:
    await no_primary(run, 60.0)


OTHERS = (
    *(_poison, _primary, _broker, _pause, _pause_broker, _pause_primary),
    *(_clock, _mail_trouble, _restart),
)
"""What else is done once in a full run, and three times in a long one."""
