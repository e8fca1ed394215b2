"""How soon a service answers, how soon it has its subscriptions, and what it holds in memory when idle.

Each service starts alone, with broker and database up; the medians count. The floor, taken before each
start, is a bare Python that imports the same libraries: what no service can be below.
"""

import asyncio
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from dev.bench.report import Goal, Report
from dev.bench.stack import RESULTS, ROOT, Running, running
from dev.local.processes import Child, free_port, start_child, wait_until

SERVICES = ("enrollment", "matching", "notifications", "reporting")
OWN_SETTINGS: Mapping[str, Mapping[str, str]] = {
    "notifications": {
        "OBVERSE_SMTP_HOST": "127.0.0.1",
        "OBVERSE_MAIL_FROM": "mentoring@obverse.example",
    }
}
STARTS = 3
IDLE_SECONDS = 10
PATIENCE_SECONDS = 30
HIGHEST = {"answers_seconds": 2.0, "subscribed_seconds": 6.0, "idle_mib": 120.0}
BARE = """
import aiokafka, faststream.kafka, fastapi, joserfc, motor.motor_asyncio, prometheus_client
import structlog, typer, uvicorn
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(int(status["VmRSS"].split()[0]) / 1024)
"""


@dataclass(frozen=True)
class Start:
    """One start: seconds from the process' birth to an answer and to readiness, MiB when idle."""

    answers_seconds: float
    subscribed_seconds: float
    idle_mib: float | None


async def bench() -> Report:
    """Measure on whatever stack there is."""
    bare: list[dict[str, float]] = []
    async with running(apache=False) as stack:
        figures = {name: await _measure(name, stack, bare) for name in SERVICES}
    floor = {name: round(median(each[name] for each in bare), 2) for name in bare[0]}
    goals = tuple(
        Goal(f"{name}.{what}", figures[name][what], bound, highest=True)
        for name in SERVICES
        for what, bound in HIGHEST.items()
    )
    return Report(
        name="startup",
        figures=figures,
        floors=floor,
        ratios={
            f"{name}.{what}": round(figures[name][what] / floor[what], 2)
            for name in SERVICES
            for what in floor
        },
        goals=goals,
        seed=0,
        stack=stack.description,
    )


async def _bare() -> dict[str, float]:
    begin = time.perf_counter()
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", BARE, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await child.communicate()
    return {"answers_seconds": time.perf_counter() - begin, "idle_mib": float(output)}


async def _measure(service: str, stack: Running, bare: list[dict[str, float]]) -> dict[str, float]:
    starts = []
    for number in range(1, STARTS + 1):
        bare.append(await _bare())
        start = await _start(service, stack, rest=number == STARTS)
        starts.append(start)
        print(
            f"{service} {number}/{STARTS}: answers after {start.answers_seconds:.2f} s,"
            f" subscribed after {start.subscribed_seconds:.2f} s"
            + (f", idle with {start.idle_mib:.0f} MiB" if start.idle_mib else ""),
            flush=True,
        )
    return {
        "answers_seconds": round(median(start.answers_seconds for start in starts), 2),
        "subscribed_seconds": round(median(start.subscribed_seconds for start in starts), 2),
        "idle_mib": round(starts[-1].idle_mib or 0.0, 1),
    }


async def _start(service: str, stack: Running, *, rest: bool) -> Start:
    port = free_port()
    log = RESULTS / f"startup-{service}.log"
    command = [sys.executable, "-m", f"services.{service}"]
    environment = stack.environment(service) | {"OBVERSE_HTTP_PORT": str(port)}
    environment |= OWN_SETTINGS.get(service, {})
    begin = time.perf_counter()
    child = await start_child(service, command, log=log, env=environment, cwd=ROOT)
    try:
        answered = await _answered(child, f"http://127.0.0.1:{port}/livez", begin)
        ready = await _answered(child, f"http://127.0.0.1:{port}/readyz", begin)
        if rest:
            await asyncio.sleep(IDLE_SECONDS)
        return Start(answered, ready, _resident_mib(child.pid) if rest else None)
    finally:
        await child.stop()


async def _answered(child: Child, url: str, begin: float) -> float:
    """Seconds since `begin` until the address gives 200. Raises NotReady when the service ends or never does."""

    async def good() -> bool:
        return await asyncio.to_thread(_is_good, url)

    await wait_until(good, what=f"{url} answers", within=PATIENCE_SECONDS, child=child)
    return time.perf_counter() - begin


def _is_good(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own service
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _resident_mib(pid: int) -> float:
    """The service's own resident memory; a child that solves is not counted, and none runs when idle."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"/proc/{pid}/status names no VmRSS")
