"""Runs a service as production does, with somebody listening at its passages: `python -m dev.faults.service <name>`.

FAULT_PASSAGES names a file that gets a line for each passage passed. FAULT_CRASH=passage:nth ends the process
there by SIGKILL. FAULT_ORDERS names files, apart by colons, that the harness writes while the process runs: the first process that
passes the place takes the order away, and dies or stops there. FAULT_CLOCK_SECONDS is how far the clock of the
process is ahead. FAULT_MUTANT names a replacement of a part. Handlers trip over messages that ask for it (`tripping.py`).
"""

import json
import os
import signal
import sys
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

from shared.chassis import clock, passages

REPLACING = frozenset({"FAULT_CLOCK_SECONDS", "FAULT_MUTANT"})
"""They replace what the service's code takes when it is read, so that must be read after them."""


class Listener:
    """What is set as the hook of `passages` in a process of the harness."""

    def __init__(self, file: str | None, crash: str | None, orders: list[Path]) -> None:
        self._file = None if file is None else os.open(file, os.O_APPEND | os.O_CREAT | os.O_WRONLY)
        self._place, _, nth = (crash or "").partition(":")
        self._nth = int(nth or 1)
        self._orders = orders
        self._counts: Counter[str] = Counter()
        self._one_at_a_time = threading.Lock()

    def __call__(self, name: str) -> None:
        """A passage is passed, by the event loop or by a thread of the driver."""
        with self._one_at_a_time:
            self._counts[name] += 1
            self._tell(name)
            if name == self._place and self._counts[name] == self._nth:
                os.kill(os.getpid(), signal.SIGKILL)
        for order in self._orders:
            self._obey(order, name)

    def _tell(self, name: str) -> None:
        if self._file is None:
            return
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "passage": name, "count": self._counts[name]}
        os.write(self._file, (json.dumps(line) + "\n").encode())

    def _obey(self, order: Path, name: str) -> None:
        """An order is one file: whoever takes it away is the one who obeys it."""
        try:
            wanted, _, number = order.read_text().partition(":")
            if wanted != name:
                return
            taken = order.with_name(f"{order.name}.{os.getpid()}.taken")
            order.rename(taken)
        except OSError:
            return
        os.kill(os.getpid(), signal.Signals(int(number)))


def set_clock_ahead(seconds: float) -> None:
    """For everything that is imported after this."""
    right = clock.system_clock

    def ahead() -> datetime:
        return right() + timedelta(seconds=seconds)

    clock.system_clock = ahead


def main() -> None:
    """Listen, replace what is to be replaced, and then run the service's own command line."""
    orders = [Path(text) for text in os.environ.get("FAULT_ORDERS", "").split(":") if text]
    file = os.environ.get("FAULT_PASSAGES")
    if file is not None:
        file = file.replace("{pid}", str(os.getpid()))
    passages.hook = Listener(file, os.environ.get("FAULT_CRASH"), orders)
    name = sys.argv.pop(1)
    if ahead := os.environ.get("FAULT_CLOCK_SECONDS"):
        set_clock_ahead(float(ahead))
    import_module("dev.faults.tripping").install()
    if mutant := os.environ.get("FAULT_MUTANT"):
        import_module("dev.faults.mutants").install(mutant)
    import_module(f"services.{name}.__main__").app(prog_name=name)


if __name__ == "__main__":
    main()
