"""I1 on the topics: what each acknowledged command must have published there, told by its trail.

A command that may find its work done already (a second yes) need not publish under its own trail: then the
event of the other command about the same thing is enough.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dev.faults.checker.findings import Finding, found
from dev.faults.checker.under_way import missing_event
from dev.faults.history import Command, History, Record
from dev.faults.journal import OK, REFUSED, UNKNOWN
from shared.contracts.catalogue import (
    CANDIDATE,
    JOURNAL,
    PAIR,
    PRINCIPAL,
    PROGRAMME,
    PROPOSAL,
    ROUND,
    VOLUNTEER,
)


@dataclass(frozen=True, slots=True)
class Promise:
    """One event that a command must lead to: its type, its topic, and what its key is called in `subject`."""

    type: str
    topic: str
    key: str


_CANDIDATE = Promise("candidate.changed", CANDIDATE.name, "volunteer_id")
PROMISES: Mapping[str, tuple[Promise, ...]] = {
    "open_programme": (
        Promise("programme.opened", PROGRAMME.name, "programme_id"),
        Promise("cohort.opened", PROGRAMME.name, "programme_id"),
    ),
    "change_programme": (Promise("programme.changed", PROGRAMME.name, "programme_id"),),
    "close_programme": (Promise("programme.closed", PROGRAMME.name, "programme_id"),),
    "enrol": (
        Promise("volunteer.enrolled", VOLUNTEER.name, "volunteer_id"),
        _CANDIDATE,
    ),
    "pause": (Promise("volunteer.paused", VOLUNTEER.name, "volunteer_id"), _CANDIDATE),
    "resume": (Promise("volunteer.resumed", VOLUNTEER.name, "volunteer_id"), _CANDIDATE),
    "withdraw": (Promise("volunteer.withdrawn", VOLUNTEER.name, "volunteer_id"), _CANDIDATE),
    "round": (Promise("round.completed", ROUND.name, "round_id"),),
    "accept": (Promise("proposal.accepted", PROPOSAL.name, "pair_id"),),
    "decline": (Promise("proposal.declined", PROPOSAL.name, "pair_id"),),
    "end": (Promise("pair.ended", PAIR.name, "pair_id"),),
    "plan": (Promise("session.planned", JOURNAL.name, "pair_id"),),
    "cancel": (Promise("session.cancelled", JOURNAL.name, "pair_id"),),
    "report": (Promise("session.held", JOURNAL.name, "pair_id"),),
}
FORGIVES = {"resume": "pause"}
"""A resume changes nothing where the pause before it is not known to have been."""
WHO = ("session_id", "pair_id", "volunteer_id")
"""What two commands have in common that are about the same thing and by the same person."""

Subject = tuple[str | None, ...]
Rivals = Mapping[Subject, Sequence[Command]]


def kept(history: History) -> Iterator[Finding]:
    """I1: every acknowledged command has its events."""
    by_key: dict[tuple[str, str | None], list[Record]] = defaultdict(list)
    for event in history.events:
        by_key[event.type, event.key].append(event)
    rivals: dict[Subject, list[Command]] = defaultdict(list)
    for command in history.commands:
        rivals[_subject(command)].append(command)
    for command in history.commands:
        if command.outcome != OK or _failed(history, command):
            continue
        for promise in PROMISES.get(command.name, ()):
            about = by_key[promise.type, command.subject.get(promise.key)]
            if not _is_kept(command, about, rivals):
                kind = missing_event(history, promise.topic)
                what = f"{command.name} was acknowledged and {promise.type} is not on its topic"
                yield from found("I1", kind, what, [_named(command, promise)])


def introduced(history: History) -> Iterator[Finding]:
    """I1: of every volunteer the others know who it is, and how to reach them."""
    people: dict[str, list[str]] = {}
    for event in history.of_type("principal.changed"):
        if isinstance(event.data, dict):
            people.setdefault(event.key or "", []).extend(event.data["volunteer_ids"])
    reachable = {event.key for event in history.of_type("contact.changed")}
    for event in history.of_type("candidate.changed"):
        if isinstance(event.data, dict) and event.sequence == 1:
            person = event.data["person_id"]
            bound = event.key in people.get(person, ())
            kind = missing_event(history, PRINCIPAL.name)
            what = "nobody was told who this volunteer is"
            yield from found("I1", kind, what, [] if bound else [event.key or ""])
            what = "nobody was told how to reach this volunteer"
            yield from found("I1", kind, what, [] if person in reachable else [event.key or ""])


def _is_kept(command: Command, about: Sequence[Record], rivals: Rivals) -> bool:
    """Whether one of these events, of the right type and key, is what the command led to or found done."""
    if any(event.correlation_id == command.correlation_id for event in about):
        return True
    session = command.subject.get("session_id")
    if session is not None:
        return any(isinstance(e.data, dict) and e.data["session_id"] == session for e in about)
    others = [one for one in rivals[_subject(command)] if one.id != command.id]
    if about and any(one.name == command.name and one.outcome != REFUSED for one in others):
        return True
    forgiving = FORGIVES.get(command.name)
    return any(one.name == forgiving and one.outcome == UNKNOWN for one in others)


def _failed(history: History, command: Command) -> bool:
    """A round may end without proposals; its lead reads that."""
    answer = history.reads.get("rounds", {}).get(command.subject.get("round_id", ""), {})
    return command.name == "round" and answer.get("state") == "failed"


def _subject(command: Command) -> Subject:
    return tuple(command.subject.get(name) for name in WHO)


def _named(command: Command, promise: Promise) -> str:
    return f"{command.id} ({promise.key} {command.subject.get(promise.key)})"
