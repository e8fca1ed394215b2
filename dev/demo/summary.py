"""The end of the demo: what the lead reads, and the same for machines in summary.json."""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import httpx
from rich.console import Console
from rich.table import Table

from dev.demo.story import Outcome
from dev.local.platform import SERVICES
from dev.local.records import everything_on, header
from shared.chassis.broker import KafkaAddress
from shared.contracts.catalogue import CATALOGUE

SENT = "obverse.notifications.delivery.sent.v1"
HELD = "obverse.reporting.session.held.v1"


class Places(Protocol):
    """Where the platform is reached, however it runs."""

    @property
    def kafka(self) -> KafkaAddress:
        """The broker."""

    def url(self, name: str) -> str:
        """A service, or the mail catcher (`mail`)."""


async def summarise(places: Places, outcome: Outcome, seconds: float) -> dict[str, Any]:
    """Every figure as a service answers it or as a topic holds it."""
    enrolment, round_ = outcome.enrolment, outcome.round
    types, topics = await _published(places)
    return {
        "employees": outcome.employees,
        "volunteers": enrolment["volunteers"],
        "mentors": enrolment["mentors"],
        "mentees": enrolment["mentees"],
        "pairs_proposed": round_["matched"],
        "pairs_formed": len(outcome.pairs),
        "unmatched": round_["unmatched"],
        "mails_sent": types[SENT],
        "mails_received": await mails_received(places),
        "sessions_held": types[HELD],
        "events_published": topics,
        "dead_letters": await _dead_letters(places),
        "seconds": round(seconds, 1),
    }


async def mails_received(places: Places) -> int:
    """How many mails the catcher holds."""
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{places.url('mail')}/messages")
        return len(answer.raise_for_status().json())


async def _published(places: Places) -> tuple[Counter[str], dict[str, int]]:
    """What lies on the topics: events by type, and by topic."""
    types: Counter[str] = Counter()
    topics = {}
    for name in sorted(CATALOGUE.topics):
        records = await everything_on(places.kafka, name)
        types.update(header(record, "ce_type") for record in records)
        topics[name] = len(records)
    return types, topics


async def _dead_letters(places: Places) -> int:
    total = 0.0
    async with httpx.AsyncClient() as client:
        for name in SERVICES:
            text = (await client.get(f"{places.url(name)}/metrics")).text
            total += sum(
                float(line.rpartition(" ")[2])
                for line in text.splitlines()
                if line.startswith("obverse_dead_letters_open{")
            )
    return int(total)


def write(summary: Mapping[str, Any], path: Path) -> None:
    """Keep the summary for machines."""
    path.write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")


def show(console: Console, summary: Mapping[str, Any], report: Mapping[str, Any]) -> None:
    """What the programme lead would read."""
    table = Table(title="What the programme lead reads", title_justify="left", show_header=False)
    table.add_column(style="bold")
    table.add_column(justify="right")
    for label, value in _lines(summary, report):
        table.add_row(label, str(value))
    console.print(table)
    if "hidden" in (value for _, value in _lines(summary, report)):
        console.print("hidden: fewer than five people stand behind this figure")


def _lines(summary: Mapping[str, Any], report: Mapping[str, Any]) -> list[tuple[str, Any]]:
    lines = [
        ("Employees in the directory", summary["employees"]),
        ("Said yes", summary["volunteers"]),
        ("  as mentors", summary["mentors"]),
        ("  as mentees", summary["mentees"]),
        ("Pairs proposed", summary["pairs_proposed"]),
        ("Pairs formed", summary["pairs_formed"]),
    ]
    lines += [
        (f"  not matched: {reason.replace('_', ' ')}", count)
        for reason, count in summary["unmatched"].items()
    ]
    sessions = report["sessions"]
    lines += [
        ("Mails sent", summary["mails_sent"]),
        ("Sessions planned", sessions["planned"]),
        ("Sessions held", sessions["held"]),
        ("Events published", sum(summary["events_published"].values())),
        ("Dead letters", summary["dead_letters"]),
    ]
    return lines
