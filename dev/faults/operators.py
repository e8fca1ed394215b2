"""What operators do: the command line of a service, run as they would run it, without anything of the harness."""

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dev.faults.cluster import ROOT, SERVICES, FaultCluster

ALL_OF_THEM = "1000000"
SECONDS_TO_ANSWER = 120.0

OpenLetters = Sequence[Mapping[str, str]]
"""Of each open dead letter its `service`, `group`, `place` and `reason`."""


@dataclass(frozen=True)
class Answer:
    """What a command said, and how it ended."""

    code: int
    lines: Sequence[str]


async def ask(cluster: FaultCluster, service: str, *words: str) -> Answer:
    """Run `python -m services.<service> <words>`; what it logs goes to the logs of the run."""
    replica = cluster.of(service)[0]
    ours = cluster.environment(replica)
    environment = {name: text for name, text in ours.items() if not name.startswith("FAULT_")}
    log = cluster.folder / "logs" / f"{service}-operator.log"
    with log.open("ab") as file:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", f"services.{service}", *words),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=file,
            env=environment | {"PYTHONPATH": str(ROOT)},
            cwd=ROOT,
        )
    try:
        out, _ = await asyncio.wait_for(process.communicate(), SECONDS_TO_ANSWER)
    except BaseException:
        if process.returncode is None:
            process.kill()
        raise
    return Answer(process.returncode or 0, out.decode().splitlines())


async def letters(
    cluster: FaultCluster, service: str, *, state: str = "open", reason: str | None = None
) -> list[dict[str, Any]]:
    """The dead letters of a service as its command line lists them."""
    words = ["dead-letters", "list", "--state", state, "--limit", ALL_OF_THEM]
    answer = await ask(cluster, service, *words, *(["--reason", reason] if reason else []))
    if answer.code != 0:
        raise RuntimeError(f"{service} did not list its dead letters: {answer.code}")
    return [json.loads(line) for line in answer.lines]


async def all_letters(cluster: FaultCluster) -> OpenLetters:
    """Every open dead letter, of every service."""
    found = await asyncio.gather(*(letters(cluster, service) for service in SERVICES))
    return [
        {"service": service, "group": one["group"], "place": one["_id"], "reason": one["reason"]}
        for service, listed in zip(SERVICES, found, strict=True)
        for one in listed
    ]
