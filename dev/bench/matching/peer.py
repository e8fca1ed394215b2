"""The other open matcher, in an environment of its own: it installs a package named `matching` at the top."""

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from dev.bench.children import run
from dev.bench.stack import RESULTS, Inconclusive

PEER = "mentor-match==7.0.1"
RULES = Path(__file__).with_name("peer_rules.py")
Pairs = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """What it made of a pool: pairs of volunteer ids, mentor first, and seconds without start and reading."""

    seconds: float
    pairs: Pairs


async def answer_of(pool: Path) -> Answer:
    """Its answer. Raises Inconclusive where it cannot be had here, RuntimeError where it fails."""
    python = await asyncio.to_thread(_environment)
    out, log = RESULTS / "peer-answer.json", RESULTS / "peer.log"
    command = [str(python), str(RULES), str(pool), str(out)]
    ran = await asyncio.to_thread(run, command, dict(os.environ), log)
    if ran.code:
        raise RuntimeError(f"{PEER} failed: {log.read_text(encoding='utf-8')[-500:]}")
    told = json.loads(out.read_text(encoding="utf-8"))
    return Answer(told["seconds"], frozenset((mentor, mentee) for mentor, mentee in told["pairs"]))


def _environment() -> Path:
    folder = RESULTS / "peer"
    python = folder / "bin" / "python"
    log = RESULTS / "peer-install.log"
    steps = (
        [sys.executable, "-m", "venv", "--clear", str(folder)],
        [str(python), "-m", "pip", "install", "--quiet", PEER],
    )
    done = folder / "installed"
    if not done.exists():
        for step in steps:
            if run(step, dict(os.environ), log).code:
                raise Inconclusive(f"{PEER} cannot be installed here; {log} says why")
        done.touch()
    return python
