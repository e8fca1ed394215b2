"""`make smoke`: plays the demo's story on the containers that `make up` has started, and judges what came out."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import typer
from aiokafka.errors import KafkaError

from dev.demo.company_api import Company, Unexpected
from dev.demo.inputs import (
    DEFAULT_MAPPING,
    DirectoryOption,
    MappingOption,
    PeopleOption,
    SeedOption,
    Unusable,
    check_directory,
    make_up_company,
    read_mapping,
)
from dev.demo.screen import EXIT_FAILED, EXIT_USAGE, console, end, tell
from dev.demo.story import Story
from dev.demo.summary import show, summarise, write
from dev.local.identity import IdentityProvider
from dev.local.platform import ROOT, SERVICES, emptied
from services.enrollment.translation import DirectoryMapping
from shared.chassis.broker import PROFILES, KafkaAddress

FOLDER = ROOT / "build" / "smoke"
SIGNING_KEY = ROOT / "build" / "compose" / "private" / "signing-key.json"

# As docker-compose.yml publishes them on this machine.
KAFKA = "127.0.0.1:8192"
PORTS = {"enrollment": 8101, "matching": 8102, "notifications": 8103, "reporting": 8104}
MAIL_PORT = 8125


class Containers:
    """Where the platform in containers is reached."""

    kafka = KafkaAddress(KAFKA, PROFILES["kafka"])

    def url(self, name: str) -> str:
        """A service, or the mail catcher (`mail`)."""
        return f"http://127.0.0.1:{MAIL_PORT if name == 'mail' else PORTS[name]}"


def main(
    directory: DirectoryOption = None,
    mapping: MappingOption = DEFAULT_MAPPING,
    people: PeopleOption = 2_000,
    seed: SeedOption = 1,
) -> None:
    """Play a programme on the containers; exit 0 when all went well, 1 when not."""
    try:
        layout = read_mapping(mapping)
        check_directory(directory, layout)
    except Unusable as unusable:
        end(EXIT_USAGE, str(unusable))
    if not SIGNING_KEY.is_file():
        end(EXIT_FAILED, "There is no key to sign the story's tokens with; start with: make up")
    folder = emptied(FOLDER)
    directory = directory or make_up_company(folder, people=people, seed=seed)
    try:
        summary = asyncio.run(_play(folder, directory, layout, seed))
    except Unexpected as trouble:
        end(EXIT_FAILED, f"{trouble}\nThe logs: deploy/compose logs")
    except (httpx.TransportError, KafkaError) as trouble:
        end(EXIT_FAILED, f"The containers do not answer ({trouble}); start them with: make up")
    if found := list(flaws(summary)):
        end(EXIT_FAILED, "\n".join(["The story came out wrong:", *found]))
    console.print("The containers play the whole story.", style="green")


async def _play(
    folder: Path, directory: Path, mapping: DirectoryMapping, seed: int
) -> dict[str, Any]:
    began = time.monotonic()
    places = Containers()
    identity = IdentityProvider(folder, SIGNING_KEY)
    company = Company({name: places.url(name) for name in SERVICES}, identity.token)
    try:
        outcome = await Story(company, tell, seed).run(directory, mapping)
    finally:
        await company.close()
    summary = await summarise(places, outcome, time.monotonic() - began)
    write(summary, folder / "summary.json")
    show(console, summary, outcome.report)
    return summary


def flaws(summary: Mapping[str, Any]) -> Iterator[str]:
    """What must not be, a line each."""
    if not summary["pairs_formed"]:
        yield "  no pair was formed (on old data everybody may be taken: make down, make up)"
    if not summary["sessions_held"]:
        yield "  no session was reported"
    sent, received = summary["mails_sent"], summary["mails_received"]
    if not received:
        yield "  the mail catcher has received no mail"
    elif received != sent:
        yield f"  {sent} mails count as sent, and the mail catcher has received {received}"
    if summary["dead_letters"]:
        yield f"  {summary['dead_letters']} dead letters: deploy/compose logs says whose"


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(main)
    app()
