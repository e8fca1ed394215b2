"""`python -m services.matching.solver.files`: the child process of the service's `simulate` and `verify`.

Progress goes to stderr as JSON, a line each; what is to be read goes to stdout. Exit 0: written, or all
right; 1: a file cannot be used, or the report is wrong.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from pydantic import ValidationError

from services.matching.solver.files.bad_input import BadInput, flaws_of
from services.matching.solver.files.policy_file import read_policy
from services.matching.solver.files.pool_file import read_pool
from services.matching.solver.files.simulation import simulate
from services.matching.solver.report import REPORT, Report
from shared.chassis.garbage import let_rest

MOST_TOLD = 20
"""So many flaws of a file are told."""
FAILED = 1


def main(command: str, *paths: str) -> int:
    """Run a command on its files: the pool, the policy, and the report to write or to check."""
    pool, policy, report = map(Path, paths)
    try:
        return _COMMANDS[command](pool, policy, report)
    except BadInput as bad:
        _say(*(f"{bad.name}: {flaw}" for flaw in bad.flaws[:MOST_TOLD]))
        if len(bad.flaws) > MOST_TOLD:
            _say(f"{bad.name}: {len(bad.flaws) - MOST_TOLD} flaws more")
    except OSError as error:
        _say(f"{error.filename}: {error.strerror}; check the path")
    return FAILED


def _simulate(pool: Path, policy: Path, out: Path) -> int:
    told = read_policy(policy)
    with _whole_or_not_at_all(out) as unfinished:
        report = simulate(read_pool(pool, told), Progress())
        unfinished.write_bytes(REPORT.dump_json(report) + b"\n")
    _say(
        f"{len(report.pairs)} pairs, {len(report.unmatched)} without, "
        f"{len(report.refused_pins)} pins refused, {report.seconds} s"
    )
    return 0


def _verify(pool: Path, policy: Path, report: Path) -> int:
    # What `simulate` does not need, and takes long to load.
    from services.matching.solver.proof.stages import gaps  # noqa: PLC0415
    from services.matching.solver.proof.verify import verify  # noqa: PLC0415

    told = read_policy(policy)
    checked = _read_report(report)
    found = verify(read_pool(pool, told), checked, Progress())
    _say(*map(str, found), *gaps(checked))
    _say(f"{len(found)} breaches" if found else "all right")
    return FAILED if found else 0


_COMMANDS = {"simulate": _simulate, "verify": _verify}


def _read_report(path: Path) -> Report:
    try:
        return REPORT.validate_json(path.read_bytes())
    except ValidationError as error:
        raise BadInput(path.name, flaws_of(error)) from None


@contextmanager
def _whole_or_not_at_all(path: Path) -> Iterator[Path]:
    """Another name to write under; it becomes `path` at the end, and goes where that is not reached."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.touch()
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


class Progress:
    """Tells how far it is, at most once a second and at the end of a step."""

    def __init__(self) -> None:
        self._next = 0.0

    def __call__(self, step: str, done: int, total: int) -> None:
        """`done` of `total` of a step."""
        if done == total or monotonic() >= self._next:
            self._next = monotonic() + 1
            sys.stderr.write(json.dumps({"step": step, "done": done, "total": total}) + "\n")
            sys.stderr.flush()


def _say(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    let_rest()
    sys.exit(main(*sys.argv[1:]))
