"""Messages whose handler failed or died, and what operators do with them: redrive, twice, also twice at once."""

import asyncio
import json
import time
from collections.abc import Sequence
from typing import Any

from dev.faults.journal import now
from dev.faults.landing import INSIDE
from dev.faults.malformed import COMPLETED, Thrown, attributes, completed, random_id
from dev.faults.operators import OpenLetters, all_letters, ask, letters
from dev.faults.poison import producing, send
from dev.faults.run import Run
from dev.faults.tripping import DIES, FAILS, REASON
from dev.local.identity import ISSUER
from dev.local.processes import NotReady, wait_until
from shared.chassis.intake import KILLED
from shared.contracts.catalogue import PRINCIPAL, PROGRAMME, ROUND, Topic

SERVICE = "reporting"  # the one reader of rounds
KEYS, BEHIND = 10, 2
OPENED = "obverse.enrollment.programme.opened.v1"
PRINCIPAL_CHANGED = "obverse.enrollment.principal.changed.v1"
SECONDS_TO_BE_SEEN = 90.0


async def redrive_twice(run: Run) -> None:
    """A handler fails at ten messages; they are redriven twice at once and once more, and each counts once."""
    programme = await open_programme(run)
    keys = [random_id(run.chance) for _ in range(KEYS)]
    async with producing(run) as producer:
        places = []
        for key in keys:
            failing, *behind = _rounds(run, programme, key, 1 + BEHIND, FAILS)
            sent = await send(producer, failing)
            places.append(f"{sent.topic}:{sent.partition}:{sent.offset}")
            for message in behind:
                await send(producer, message)
        await _kept(run, REASON, places)
        at_once = await asyncio.gather(*(_redrive_all(run, REASON) for _ in range(2)))
        again = [await _redrive(run, place) for place in places[:2]]
        for key in keys:
            await send(producer, _rounds(run, programme, key, 2 + BEHIND)[-1])
    wanted = KEYS * (2 + BEHIND)
    effects = await counted(run, programme, wanted)
    redriven = [one["_id"] for one in await letters(run.cluster, SERVICE, state="redriven")]
    detail = {
        "letters": len(places),
        "letters_redriven": sum(redriven.count(place) for place in places),
        "decisions": sum(_decisions(run, place) for place in places),
        "decisions_limit": len(places),
        "effects": effects,
        "effects_limit": wanted,
        "said_at_once": at_once,
        "said_again": again,
    }
    _tell(run, "redrive_twice", {"reason": REASON, "places": places} | detail)


async def payload_kills(run: Run) -> None:
    """A message kills each process that handles it, until it is a dead letter; then its handler is mended."""
    programme = await open_programme(run)
    (deadly,) = _rounds(run, programme, random_id(run.chance), 1, DIES)
    async with producing(run) as producer:
        sent = await send(producer, deadly)
    place = f"{sent.topic}:{sent.partition}:{sent.offset}"
    deaths = await _until_buried(run, place)
    await redrive_killed(run, await all_letters(run.cluster))
    effects = await counted(run, programme, 1)
    detail = {"place": place, "deaths": deaths, "effects": effects, "effects_limit": 1}
    _tell(run, "payload_kills", detail)


async def redrive_killed(run: Run, open_letters: OpenLetters) -> int:
    """Redrive what of these was taken for deadly; it is applied once in the end. How many there were."""
    killed = [one for one in open_letters if one["reason"] == KILLED]
    for service in sorted({one["service"] for one in killed}):
        words = ("redrive", "all", "--reason", KILLED, "--by", "harness")
        answer = await ask(run.cluster, service, "dead-letters", *words)
        places = [one["place"] for one in killed if one["service"] == service]
        detail = {"places": places, "code": answer.code, "said": answer.lines}
        _tell(run, "redrive_killed", detail, service)
    return len(killed)


async def open_programme(run: Run) -> str:
    """A programme of the harness alone, which has a report; its id."""
    own = random_id(run.chance)
    terms = {
        "programme_id": own,
        "starts_on": "2026-11-01",
        "ends_on": "2027-11-01",
        "languages": ["en"],
        "formats": [],
        "matching": {"level_gap": 2, "common_slot_minutes": 30, "weights": {}},
        "reminders": {
            "session_hours_before": [],
            "proposal_hours_after": [],
            "proposal_expires_hours": 72,
        },
        "objectives": [],
        "pilot_only": False,
    }
    lead = {
        "person_id": random_id(run.chance),
        "issuer": ISSUER,
        "subject": _lead(own)["subject"],
        "roles": {own: ["lead"]},
        "volunteer_ids": [],
    }
    async with producing(run) as producer:
        await send(producer, _first(run, PROGRAMME, OPENED, own, terms))
        await send(producer, _first(run, PRINCIPAL, PRINCIPAL_CHANGED, lead["person_id"], lead))
    return own


def _lead(programme: str) -> dict[str, Any]:
    """Who leads it and may read its report."""
    return {"subject": f"harness-{programme}"}


def _first(run: Run, topic: Topic, type_: str, key: str, data: dict[str, Any]) -> Thrown:
    """The first event of a key."""
    headers = _list(attributes(run.chance, type_, 1))
    return Thrown(topic.name, key.encode(), headers, json.dumps(data).encode())


async def counted(run: Run, programme: str, wanted: int) -> int:
    """How many rounds the report of the programme counts; waits until they are as many, or time is up."""
    deadline = time.monotonic() + SECONDS_TO_BE_SEEN
    while True:
        report = await run.client.read(
            SERVICE, f"/v1/programmes/{programme}/report", _lead(programme)
        )
        found = report["rounds"]["completed"] if report else 0
        if found == wanted or time.monotonic() > deadline:
            return int(found)
        await asyncio.sleep(0.2)


def _rounds(
    run: Run, programme: str, key: str, count: int, first: str = "/obverse/harness"
) -> list[Thrown]:
    """Events of one key, numbered from 1; the source of the first may ask for trouble."""
    sources = [first] + ["/obverse/harness"] * (count - 1)
    return [
        Thrown(
            ROUND.name,
            key.encode(),
            _list(attributes(run.chance, COMPLETED, number, source)),
            completed(run.chance, programme),
        )
        for number, source in enumerate(sources, start=1)
    ]


def _list(headers: dict[str, bytes | None]) -> list[tuple[str, bytes]]:
    return [(name, text) for name, text in headers.items() if text is not None]


async def _kept(run: Run, reason: str, places: Sequence[str]) -> None:
    async def there() -> bool:
        listed = {one["_id"] for one in await letters(run.cluster, SERVICE, reason=reason)}
        return listed >= set(places)

    await wait_until(
        there, what=f"{len(places)} dead letters are listed", within=SECONDS_TO_BE_SEEN
    )


async def _redrive_all(run: Run, reason: str) -> list[str]:
    words = ("redrive", "all", "--reason", reason, "--by", "drill")
    return list((await ask(run.cluster, SERVICE, "dead-letters", *words)).lines)


async def _redrive(run: Run, place: str) -> list[str]:
    words = ("redrive", place, "--by", "drill")
    return list((await ask(run.cluster, SERVICE, "dead-letters", *words)).lines)


async def _until_buried(run: Run, place: str) -> int:
    """Start whoever died, until nobody begins the message any more; how many died."""
    deaths, deadline = 0, time.monotonic() + SECONDS_TO_BE_SEEN
    while not _said(run, "intake.message_dead_lettered", place):
        if time.monotonic() > deadline:
            raise NotReady(f"{deaths} processes died of {place}, and it is no dead letter")
        for replica in run.cluster.of(SERVICE):
            if replica.child is not None and not replica.running:
                deaths += 1
                detail = {"place": place}
                line = {"fault": "payload_kill", "target": replica.name, "pid": replica.child.pid}
                run.injected.write({"at": now()} | line | {"class": INSIDE, "detail": detail})
                await run.cluster.start_replica(replica)
        await asyncio.sleep(0.1)
    return deaths


def _decisions(run: Run, place: str) -> int:
    """How many lines say that this letter was redriven."""
    return _said(run, "dead_letter.redriven", place)


def _said(run: Run, event: str, place: str) -> int:
    """How many lines of the service's logs say this of a place."""
    words = f'"{event}"'.encode(), f'"{place}"'.encode()
    files = (run.folder / "logs").glob(f"{SERVICE}-*.log")
    lines = (line for file in files for line in file.read_bytes().splitlines())
    return sum(all(word in line for word in words) for line in lines)


def _tell(run: Run, fault: str, detail: dict[str, Any], target: str = SERVICE) -> None:
    run.injected.write({"at": now(), "fault": fault, "target": target, "detail": detail})
    shown = {name: found for name, found in detail.items() if isinstance(found, int)}
    run.tell(f"  {fault} {target} {shown}")
