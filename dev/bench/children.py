"""A command as a process of its own: how long it takes, and the most memory that it and its children hold."""

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Ran:
    """One run of a command: seconds, the most that it held, MiB, and its exit code."""

    seconds: float
    peak_mib: float
    code: int


def run(command: Sequence[str], environment: Mapping[str, str], log: Path) -> Ran:
    """Run it, with all that it says in `log`; returns when it ends."""
    begin = time.perf_counter()
    with log.open("wb") as output:
        # `wait4` alone tells what one child held at most.
        to = [(os.POSIX_SPAWN_DUP2, output.fileno(), 1), (os.POSIX_SPAWN_DUP2, output.fileno(), 2)]
        child = os.posix_spawn(command[0], list(command), environment, file_actions=to)
        _, status, used = os.wait4(child, 0)
    seconds = round(time.perf_counter() - begin, 2)
    return Ran(seconds, round(used.ru_maxrss / 1024, 1), os.waitstatus_to_exitcode(status))
