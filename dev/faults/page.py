"""The report of a fault run as a page for people: docs/operations/fault-report.md is made of one."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

BAD = ("lost", "doubled", "reordered", "ghosts", "unseen", "broken")
_LIMIT = re.compile(r"(?P<name>\S+): (?P<value>\S+), (?P<bound>.+)")


def page(report: Mapping[str, Any], command: str) -> str:
    """The page; `command` is what makes such a run."""
    return "\n".join(_lines(report, command)) + "\n"


def _lines(report: Mapping[str, Any], command: str) -> Iterator[str]:
    machine, versions = report["machine"], report["versions"]
    yield "# A long fault run"
    yield ""
    yield f"Made from `build/faults/report.json` of `{command}`; [fault runs](faults.md) says what is done and judged."
    yield ""
    yield f"**Verdict: {report['verdict']}** on {report['date']}, seed {report['seed']}, commit `{versions['commit']}`,"
    yield f"{round(report['seconds'] / 60)} minutes on {machine['cores']} cores and {machine['memory_gib']} GiB"
    yield f"({report['memory_mib']} MiB used by the cluster). Apache Kafka {versions['kafka']} on Java"
    yield f"{versions['java']} (three brokers), mongod {versions['mongod']} (three), Python {versions['python']}."
    yield ""
    yield from _table(("what", "count"), _counts(report))
    yield ""
    yield "## Where kills struck"
    yield ""
    landed = sorted(report["landed"].items())
    yield from _table(("class", "kills"), ((name.replace("_", " "), n) for name, n in landed))
    yield ""
    yield "## What was measured beside its bound"
    yield ""
    yield from _table(("measured", "times", "worst", "bound"), _limits(report["limits"]))
    if report["reasons"]:
        yield ""
        yield "## Why it is no pass"
        yield ""
        yield from (f"- {reason}" for reason in report["reasons"])


def _counts(report: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield "commands", report["commands"]
    yield "events published", report["events"]
    yield "events per second while the load ran", report["events_per_second"]
    yield "kills of services", report["kills"]
    points = report["crash_points"]
    yield "named places reached", f"{points['reached']} of {points['named']}"
    for name in BAD:
        yield name, report[name]
    yield "seconds to drain at the end", report["drain_seconds"]
    if report["mutants"]["built"]:
        mutants = report["mutants"]
        yield "mutants caught", f"{mutants['caught']} of {mutants['built']}"


def _limits(texts: list[str]) -> Iterator[tuple[str, int, str, str]]:
    """One row for each kind of measurement; of several the one that is farthest on the bad side."""
    rows: dict[tuple[str, str], list[float]] = {}
    for text in texts:
        found = _LIMIT.fullmatch(text)
        if found is None:
            raise ValueError(f"no measurement: {text}")
        rows.setdefault((found["name"], found["bound"]), []).append(float(found["value"]))
    for (name, bound), values in rows.items():
        worst = min(values) if bound.startswith("at least") else max(values)
        yield name.replace("_", " ").replace(".", ": "), len(values), f"{worst:g}", bound


def _table(head: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "| " + " | ".join("---" for _ in head) + " |"
    for row in rows:
        yield "| " + " | ".join(str(cell) for cell in row) + " |"
