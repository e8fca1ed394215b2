"""How soon others went on: from a death, or an orderly end, until the group had given the work to somebody else."""

from collections.abc import Iterable, Iterator, Sequence
from statistics import median

from dev.faults.cluster import REPLICAS, SESSION_TIMEOUT_MS
from dev.faults.history import History, Line
from dev.faults.landing import kills

AFTER_KILL_SECONDS = SESSION_TIMEOUT_MS / 1000 + 5
AFTER_STOP_SECONDS = 3.0
End = tuple[str, float]  # which process, and when
_LEAVING = "service.stopping"
_GIVEN_UP_SECONDS = 60.0  # nobody was there to take over, or it died too


def recovery(history: History) -> dict[str, dict[str, float]]:
    """Seconds after kills and after orderly ends: how many were seen, their median, the worst, the limit."""
    assigned = [line for line in history.lines if line.event == "intake.assigned"]
    killed = [(kill.target, kill.at) for kill in kills(history)]
    stopped = list(_ended_in_good_order(history.lines))
    limits = {"after_kill": AFTER_KILL_SECONDS, "after_stop": AFTER_STOP_SECONDS}
    ends = {"after_kill": killed, "after_stop": _while_others_lived(stopped)}
    every = [*killed, *stopped]
    left = [*killed, *((ln.process, ln.at) for ln in history.lines if ln.event == _LEAVING)]
    watched = {
        name: [e for e in ends[name] if _another_was_there(assigned, left, *e)] for name in ends
    }
    return {
        name: _told(
            [s for e in watched[name] if (s := _until(assigned, every, *e)) is not None], limit
        )
        for name, limit in limits.items()
    }


def _another_was_there(
    assigned: Sequence[Line], left: Iterable[End], process: str, at: float
) -> bool:
    """Whether any other replica had not gone before, or had its share of the work again."""
    gone: dict[str, float] = {}
    for other, when in left:
        if other != process and _service(other) == _service(process) and when <= at:
            gone[other] = max(when, gone.get(other, 0.0))
    back = {
        line.process
        for line in assigned
        if line.process in gone and gone[line.process] < line.at <= at
    }
    return len(gone.keys() - back) < len(REPLICAS) - 1


def _ended_in_good_order(lines: Iterable[Line]) -> Iterator[End]:
    """Whoever was killed while it stopped is no such one: it said no last word."""
    stopping: dict[str, float] = {}
    for line in lines:
        if line.event == "service.stopping":
            stopping[line.process] = line.at
        elif line.event == "service.stopped" and line.process in stopping:
            yield line.process, stopping.pop(line.process)
        elif line.event == "service.started":
            stopping.pop(line.process, None)


def _until(assigned: Iterable[Line], ends: Iterable[End], process: str, at: float) -> float | None:
    """Until another replica of the service was given partitions; None where that one ended meanwhile, too."""
    service = _service(process)
    after = [
        line.at
        for line in assigned
        if line.service == service and line.process != process and line.at >= at
    ]
    first = min(after, default=None)
    if first is None or first - at > _GIVEN_UP_SECONDS:
        return None
    others = [when for other, when in ends if other != process and _service(other) == service]
    return None if any(at <= when <= first for when in others) else first - at


def _service(process: str) -> str:
    return process.rpartition("-")[0]


def _while_others_lived(stopped: Sequence[End]) -> list[End]:
    """Without the end of the run, when all stop at once."""
    return [
        (process, at)
        for process, at in stopped
        if not any(other != process and abs(when - at) < 1.0 for other, when in stopped)
    ]


def _told(seconds: Sequence[float], limit: float) -> dict[str, float]:
    if not seconds:
        return {"seen": 0, "limit": limit}
    late = sum(one > limit for one in seconds)
    return {
        "seen": len(seconds),
        "median": round(median(seconds), 2),
        "worst": round(max(seconds), 2),
        "limit": limit,
        "late": late,
    }
