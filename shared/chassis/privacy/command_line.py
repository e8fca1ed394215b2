"""The operator's commands for one person over all services: erase, export, and erase again after a restore.

Exit 0 once all is done, 1 where a service did not answer or is not done yet (run it again), 2 for wrong usage.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar
from uuid import UUID

import typer

from shared.chassis.privacy.proof import proof
from shared.chassis.privacy.remote import FIRST, SERVICES, Answer, NotAnswered, Remote

Result = TypeVar("Result")
EXIT_NOT_DONE = 1
TRIES = 120

Urls = Annotated[
    list[str], typer.Option("--url", help="Where a service is, as enrollment=http://host:8000.")
]
TokenFile = Annotated[
    Path,
    typer.Option(envvar="OPS_TOKEN_FILE", help="File with a token of the role `ops`."),
]
Person = Annotated[UUID | None, typer.Argument(help="The person_id; or say --staff-number.")]
StaffNumber = Annotated[str | None, typer.Option(help="The number that HR knows.")]
Email = Annotated[str | None, typer.Option(help="The address, of somebody who left.")]
Who = tuple[UUID | None, str | None, str | None]
By = Annotated[str, typer.Option(help="Who decides; it is written to the audit.")]


def erase(  # noqa: PLR0913, PLR0917 - its signature is the list of the options
    url: Urls,
    token_file: TokenFile,
    by: By,
    proof_file: Annotated[Path, typer.Option("--proof", help="Write the proof here, as JSON.")],
    person: Person = None,
    staff_number: StaffNumber = None,
    email: Email = None,
) -> None:
    """Erase a person from all services, and write a dated proof. Run it again if it was cut short."""
    remote = Remote(_urls(url), token_file)
    who: Who = (person, staff_number, email)
    if not any(who):
        who = (_begun(proof_file), None, None)
    done = _answer(lambda: _erase(remote, who, by, proof_file))
    if not done["complete"]:
        typer.echo("not complete yet: run it again", err=True)
        raise typer.Exit(EXIT_NOT_DONE)
    typer.echo(f"erased; the topics forget by {done['compaction']['eligible_by']}")


def export(
    url: Urls,
    token_file: TokenFile,
    out: Annotated[Path, typer.Option(help="Write what is held here, as JSON.")],
    person: Person = None,
    staff_number: StaffNumber = None,
    email: Email = None,
) -> None:
    """Gather all that the services hold on a person into one file."""
    remote = Remote(_urls(url), token_file)
    held = _answer(lambda: _export(remote, (person, staff_number, email)))
    _write(out, held)
    places = sum(len(one["held"]) for one in held["services"].values())
    typer.echo(f"{places} places hold something; see {out}")


def erase_again(url: Urls, token_file: TokenFile, by: By) -> None:
    """After a backup was restored: erase everybody again whom any service has on its list."""
    remote = Remote(_urls(url), token_file)
    people = _answer(lambda: _erase_again(remote, by))
    typer.echo(f"{people} people erased again")


async def _erase(remote: Remote, who: Who, by: str, proof_file: Path) -> Answer:
    person_id = await _person(remote, who)
    typer.echo(f"person {person_id}")
    answers: dict[str, Answer] = {}
    _write(proof_file, proof(person_id, by, answers, len(SERVICES)))
    volunteer_ids: list[str] = []
    for service in (FIRST, *(one for one in SERVICES if one != FIRST)):
        answers[service] = await remote.erase(service, person_id, by, volunteer_ids)
        volunteer_ids = sorted({*volunteer_ids, *answers[service]["volunteer_ids"]})
        typer.echo(f"{service}: {sum(answers[service]['done'].values())} documents")
        _write(proof_file, proof(person_id, by, answers, len(SERVICES)))
    for service, answer in answers.items():
        answers[service] = await remote.completed(service, person_id, answer, TRIES)
        for left in answers[service]["left"]:
            typer.echo(f"{service}: {left['documents']} in {left['what']}, until {left['until']}")
    told = proof(person_id, by, answers, len(SERVICES))
    _write(proof_file, told)
    return told


async def _export(remote: Remote, who: Who) -> dict[str, Any]:
    person_id = await _person(remote, who)
    found = {one: await remote.ask(one, "GET", f"/v1/exports/{person_id}") for one in SERVICES}
    return {"person_id": person_id, "services": found}


async def _erase_again(remote: Remote, by: str) -> int:
    people = await remote.erased()
    for person_id in people:
        volunteer_ids: list[str] = []
        # Twice: a service that was restored may not know the volunteers that another one tells of.
        for service in (*SERVICES, *SERVICES):
            answer = await remote.erase(service, person_id, by, volunteer_ids)
            volunteer_ids = sorted({*volunteer_ids, *answer["volunteer_ids"]})
    return len(people)


async def _person(remote: Remote, who: Who) -> str:
    person, staff_number, email = who
    if person is not None:
        return str(person)
    if staff_number is not None:
        return await remote.person_of(staff_number=staff_number)
    if email is not None:
        return await remote.person_of(email=email)
    raise typer.BadParameter(
        "say whom: a person_id, --staff-number, --email, or the --proof of one that was begun"
    )


def _urls(given: list[str]) -> dict[str, str]:
    urls = dict(one.split("=", 1) for one in given if "=" in one)
    missing = [service for service in SERVICES if service not in urls]
    if missing:
        raise typer.BadParameter(f"--url NAME=URL is missing for {', '.join(missing)}")
    return urls


def _begun(proof_file: Path) -> UUID | None:
    """Whose erasure was begun with this file: once begun, the staff number leads to nobody."""
    try:
        return UUID(json.loads(proof_file.read_text("utf-8"))["person_id"])
    except (OSError, ValueError, KeyError):
        return None


def _write(file: Path, told: dict[str, Any]) -> None:
    file.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", "utf-8")


def _answer(work: Callable[[], Awaitable[Result]]) -> Result:
    async def main() -> Result:
        return await work()

    try:
        return asyncio.run(main())
    except (NotAnswered, OSError) as error:
        typer.echo(f"{error}; run it again", err=True)
        raise typer.Exit(EXIT_NOT_DONE) from None
