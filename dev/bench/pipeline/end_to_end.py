"""How long after the 2xx a report shows a command, idle and under load, beside the bare way of an event.

One replica of each of the four services. Idle: the one who is watched and the floor take turns. Then the
highest rate of commands that is held for a minute is looked for, and then 70 % of it is held as long, three times, with the
watched one among the crowd. All are told over the same floor, which is taken while the services have nothing to do. A
p99 is the median of the turns' own: one bad moment makes no floor look high, and no minute either.
"""

import asyncio
import json
import random
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from dev.bench.cluster import Cluster
from dev.bench.pipeline.backlog import Backlog
from dev.bench.pipeline.callers import Crowd, Lines, Watched, gather, lines_to
from dev.bench.pipeline.climb import highest, lasting
from dev.bench.pipeline.ways import said_by
from dev.bench.report import Goal
from dev.bench.statistics import median_of, p99, ratio_of
from dev.demo.company_api import Company
from dev.faults.cluster import FaultCluster

Tell = Callable[[str], None]

COMMANDS = 100  # of a turn
PAUSES = (
    0.01,
    0.04,
)  # seconds between two commands of the watched one, drawn: no beat with any poll
STEP_SECONDS = 8.0
ANSWERED_LEAST = 0.98
SETTLED_WITHIN = (
    2.0  # seconds: more left than that, and the rate would end in a backlog without bound
)
SECONDS_TO_DRAIN = 120.0
HELD_SHARE, HELD_SECONDS, HELD_TURNS = 0.7, 60.0, 3
TOPIC, PARTITIONS = "bench.raw.v1", 6
MOST_IDLE, MOST_HELD = 8.0, 20.0


@dataclass
class Times:
    """Seconds of each command or event, by turn where there are turns, and what was held."""

    floor: list[list[float]] = field(default_factory=list)
    idle: list[list[float]] = field(default_factory=list)
    held: list[list[float]] = field(default_factory=list)
    highest: float = 0.0
    answered: list[float] = field(default_factory=list)


class EndToEnd:
    """The measurement on a platform that is ready."""

    def __init__(self, cluster: FaultCluster, backlog: Backlog, seed: int, tell: Tell) -> None:
        self._cluster = cluster
        self._backlog = backlog
        self._seed = seed
        self._tell = tell
        self._chance = random.Random(seed)
        self._times = Times()

    async def measure(self, turns: int, held_seconds: float) -> Times:
        """Take all times. Raises Unexpected, Unseen."""
        urls = {one.service: one.url for one in self._cluster.replicas}
        async with lines_to(urls) as lines:
            watched, crowd = await self._gather(urls, lines)
            self._tell(f"{len(crowd.callers) + 1} people have enrolled")
            await self._backlog.settled(SECONDS_TO_DRAIN)
            await self._idle(watched, turns)
            await self._climb(watched, crowd, held_seconds)
            for turn in range(1, HELD_TURNS + 1):
                await self._hold(watched, crowd, held_seconds, f"{turn}/{HELD_TURNS}")
                await self._take_floor(f"{turn}/{HELD_TURNS}")
        return self._times

    async def _gather(self, urls: Mapping[str, str], lines: Lines) -> tuple[Watched, Crowd]:
        company = Company(urls, self._cluster.identity.token)
        try:
            return await gather(company, lines, self._cluster.state, self._seed)
        finally:
            await company.close()

    async def _idle(self, watched: Watched, turns: int) -> None:
        for turn in range(1, turns + 1):
            await self._take_floor(f"{turn}/{turns}")
            found = [await self._command(watched) for _ in range(COMMANDS)]
            self._times.idle.append(found)
            self._say(f"{turn}/{turns}", "idle", found)

    async def _take_floor(self, turn: str) -> None:
        command = [sys.executable, "-m", "dev.bench.pipeline.raw", "--topic", TOPIC]
        command += ["--kafka", self._cluster.kafka.direct, "--mongo", self._cluster.mongo.url]
        command += ["--database", f"raw_{uuid4().hex[:8]}", "--count", str(COMMANDS)]
        command += ["--seed", str(self._chance.getrandbits(32)), "--pauses", *map(str, PAUSES)]
        found = json.loads(await said_by(command, 120))
        self._times.floor.append(found)
        self._say(turn, "floor", found)

    async def _command(self, watched: Watched) -> float:
        await asyncio.sleep(self._chance.uniform(*PAUSES))
        return await watched.seconds_to_report()

    async def _climb(self, watched: Watched, crowd: Crowd, seconds: float) -> None:
        async def held(rate: float) -> bool:
            return await self._held(rate, await crowd.speak(rate, STEP_SECONDS))

        async def held_on(rate: float) -> bool:
            answered, _ = await self._among(watched, crowd, rate, seconds)
            return await self._held(rate, answered)

        self._times.highest = await lasting(held_on, await highest(held))

    async def _held(self, rate: float, answered: float) -> bool:
        seconds = await self._backlog.settled(SETTLED_WITHIN)
        good = answered >= ANSWERED_LEAST and seconds is not None
        left = "a backlog is left" if seconds is None else f"drained after {seconds:.1f} s"
        verdict = "held" if good else "not held"
        self._tell(f"{rate:6.1f} commands/s: {answered:.0%} answered, {left}: {verdict}")
        if not good:
            await self._backlog.settled(SECONDS_TO_DRAIN)
        return good

    async def _hold(self, watched: Watched, crowd: Crowd, seconds: float, turn: str) -> None:
        rate = HELD_SHARE * self._times.highest
        if not rate:
            raise RuntimeError("the services hold not even the lowest rate")
        self._tell(f"holding {rate:.1f} commands/s for {seconds:g} s")
        answered, found = await self._among(watched, crowd, rate, seconds)
        self._times.answered.append(answered)
        self._times.held.append(found)
        self._say(turn, "held", found)
        await self._backlog.settled(SECONDS_TO_DRAIN)

    async def _among(
        self, watched: Watched, crowd: Crowd, rate: float, seconds: float
    ) -> tuple[float, list[float]]:
        """The share of the crowd's commands that was answered in time, and the times of the watched one."""
        speaking, times = asyncio.create_task(crowd.speak(rate, seconds)), []
        while not speaking.done():
            times.append(await self._command(watched))
        return await speaking, times

    def _say(self, turn: str, what: str, seconds: list[float]) -> None:
        half, most = median_of(seconds).value * 1e3, p99(seconds) * 1e3
        self._tell(
            f"{turn}  {what:6} {len(seconds):4} times, median {half:.1f} ms, p99 {most:.1f} ms"
        )


async def measure(
    cluster: FaultCluster, turns: int, held_seconds: float, seed: int, tell: Tell
) -> Times:
    """Measure on a platform that is ready. Raises Unexpected, Unseen."""
    bare = Cluster(cluster.address, cluster.mongo.url)
    await bare.make_topics([TOPIC], PARTITIONS)
    async with Backlog(bare) as backlog:
        return await EndToEnd(cluster, backlog, seed, tell).measure(turns, held_seconds)


def goals(times: Times) -> list[Goal]:
    """The ratios, each beside what it is to reach."""
    floors = [p99(turn) for turn in times.floor]
    idle = ratio_of([p99(turn) for turn in times.idle], floors[: len(times.idle)])
    floor = median_of(floors).value
    held = median_of([p99(turn) / floor for turn in times.held])
    return [
        Goal.of("ratios.end_to_end", idle, MOST_IDLE, highest=True),
        Goal.of("ratios.end_to_end_held", held, MOST_HELD, highest=True),
        Goal("held.answered", round(min(times.answered), 4), ANSWERED_LEAST),
    ]


def figures(times: Times) -> dict[str, Any]:
    """What commands and events took."""
    waits = {"floor": times.floor, "idle": times.idle, "held": times.held}
    return {
        "highest_commands_per_second": round(times.highest, 1),
        "held_commands_per_second": round(HELD_SHARE * times.highest, 1),
        "answered_while_held": round(min(times.answered), 4),
        **{f"{name}_milliseconds": _waits(turns) for name, turns in waits.items()},
    }


def _waits(turns: list[list[float]]) -> dict[str, Any]:
    every = [seconds for turn in turns for seconds in turn]
    return {
        "count": len(every),
        "median": round(median_of(every).value * 1e3, 2),
        "p99_of_turns": [round(p99(turn) * 1e3, 2) for turn in turns],
        "longest": round(max(every) * 1e3, 2),
    }
