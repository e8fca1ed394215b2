"""I1 on the topics: what each acknowledged command must have published there, told by its trail.

A command that may find its work done already (a second yes) need not publish under its own trail: then the
event of the other command about the same thing is enough.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dev.faults.checker.findings import Finding, found
from dev.faults.checker.under_way import missing_event
from dev.faults.history import Command, History, Record
from dev.faults.journal import OK, REFUSED, UNKNOWN
from shared.contracts.catalogue import (
    CANDIDATE,
    JOURNAL,
    PAIR,
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


PROMISES: Mapping[str, tuple[Promise, ...]] = {
    "open_programme": (
        Promise("programme.opened", PROGRAMME.name, "programme_id"),
        Promise("cohort.opened", PROGRAMME.name, "programme_id"),
    ),
    "change_programme": (Promise("programme.changed", PROGRAMME.name, "programme_id"),),
    "close_programme": (Promise("programme.closed", PROGRAMME.name, "programme_id"),),
    "enrol": (
        Promise("volunteer.enrolled", VOLUNTEER.name, "volunteer_id"),
        Promise("candidate.changed", CANDIDATE.name, "volunteer_id"),
    ),
    "pause": (Promise("volunteer.paused", VOLUNTEER.name, "volunteer_id"),),
    "resume": (Promise("volunteer.resumed", VOLUNTEER.name, "volunteer_id"),),
    "withdraw": (Promise("volunteer.withdrawn", VOLUNTEER.name, "volunteer_id"),),
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


def kept(history: History) -> Iterator[Finding]:
    """I1: every acknowledged command has its events."""
    by_type: dict[str, list[Record]] = defaultdict(list)
    for event in history.events:
        by_type[event.type].append(event)
    rivals = _by_subject(history)
    for command in history.commands:
        if command.outcome != OK:
            continue
        for promise in PROMISES.get(command.name, ()):
            if not _is_kept(history, command, promise, by_type[promise.type], rivals):
                kind = missing_event(history, promise.topic)
                what = f"{command.name} was acknowledged and {promise.type} is not on its topic"
                yield from found("I1", kind, what, [_named(command, promise)])


def _is_kept(
    history: History,
    command: Command,
    promise: Promise,
    events: list[Record],
    rivals: Mapping[tuple[str, str], list[Command]],
) -> bool:
    about = [e for e in events if e.key == command.subject.get(promise.key)]
    if any(event.correlation_id == command.correlation_id for event in about):
        return True
    if command.name == "round":
        return _failed(history, command)
    return _was_done_before(command, about, rivals)


def _was_done_before(
    command: Command, about: list[Record], rivals: Mapping[tuple[str, str], list[Command]]
) -> bool:
    thing = command.subject.get("session_id")
    if thing is not None:
        about = [e for e in about if isinstance(e.data, dict) and e.data["session_id"] == thing]
    others = [one for one in rivals[_subject(command)] if one.id != command.id]
    if about and any(one.name == command.name and one.outcome != REFUSED for one in others):
        return True
    forgiving = FORGIVES.get(command.name)
    return any(one.name == forgiving and one.outcome == UNKNOWN for one in others)


def _failed(history: History, command: Command) -> bool:
    """A round may end without proposals; its lead reads that."""
    answer = history.reads.get("rounds", {}).get(command.subject.get("round_id", ""), {})
    return answer.get("state") == "failed"


def _by_subject(history: History) -> Mapping[tuple[str, str], list[Command]]:
    found_: dict[tuple[str, str], list[Command]] = defaultdict(list)
    for command in history.commands:
        found_[_subject(command)].append(command)
    return found_


def _subject(command: Command) -> tuple[str, str]:
    """A session and a pair belong to two people, anything else to the volunteer."""
    names = ("session_id", "pair_id", "volunteer_id", "programme_id")
    name = next((name for name in names if name in command.subject), "")
    return name, command.subject.get(name, "")


def _named(command: Command, promise: Promise) -> str:
    return f"{command.id} ({promise.key} {command.subject.get(promise.key)})"
