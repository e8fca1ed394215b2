"""I2 and I3 on the topics: nothing that nobody asked for, and nothing twice that was asked for once."""

from collections import defaultdict
from collections.abc import Iterator

from dev.faults.checker.findings import Finding, Kind, found
from dev.faults.history import History, Record
from dev.faults.journal import REFUSED
from shared.contracts.catalogue import CATALOGUE

ONLY_BY_COMMAND = frozenset(
    {
        "programme.opened", "programme.changed", "programme.closed",
        "cohort.opened", "cohort.promoted", "cohort.closed", "objective.measured",
        "volunteer.enrolled", "volunteer.paused", "volunteer.withdrawn", "volunteer.erased",
        "round.completed",
        "proposal.accepted", "proposal.declined", "session.planned", "session.cancelled", "session.held",
        "answer.given",
    }
)  # fmt: skip
"""What no schedule does by itself."""

ONE_PER_COMMAND = frozenset(
    {"programme.opened", "cohort.opened", "volunteer.enrolled", "session.planned", "session.held"}
)
"""Whatever key it comes under: doing it twice makes a second thing."""

ONCE = frozenset(
    {"programme.opened", "programme.closed", "volunteer.enrolled", "volunteer.withdrawn", "round.completed",
     "proposal.made", "proposal.declined", "proposal.expired", "proposal.voided", "pair.formed", "pair.ended",
     "delivery.sent", "delivery.failed", "delivery.suppressed", "delivery.unknown"}
)  # fmt: skip
"""Facts that can become true of a thing once only."""


def traced(history: History) -> Iterator[Finding]:
    """I2: no event comes from a refused command, nor from one that was never sent."""
    refused = {c.correlation_id: c.id for c in history.commands if c.outcome == REFUSED}
    sent = {command.correlation_id for command in history.commands}
    for event in history.events:
        if event.correlation_id in refused:
            command = refused[event.correlation_id]
            what = f"{event.type} comes from the refused command {command}"
            yield from found("I2", Kind.GHOST, what, [event.id])
        elif event.type in ONLY_BY_COMMAND and event.correlation_id not in sent:
            yield from found("I2", Kind.GHOST, f"nobody asked for this {event.type}", [event.id])


def single(history: History) -> Iterator[Finding]:
    """I3: each command, and each event for each of its consumers, has its effect once."""
    for (_, type_, *_), ids in _repeated(history).items():
        yield from found("I3", Kind.DOUBLED, f"{type_} came twice of one cause", ids)
    yield from found("I3", Kind.DOUBLED, "one person is two volunteers", _two_of_one(history))


def _repeated(history: History) -> dict[tuple[str, ...], list[str]]:
    """Events that share what only one may have, by what they share."""
    shared: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for event in history.events:
        for name in _names(event):
            shared[name].append(event.id)
    return {name: ids for name, ids in shared.items() if len(ids) > 1}


def _names(event: Record) -> Iterator[tuple[str, ...]]:
    type_, key = event.type, event.key or ""
    if event.topic not in CATALOGUE.topics or CATALOGUE.topics[event.topic].state:
        return
    if type_ in ONE_PER_COMMAND:
        yield "command", type_, event.correlation_id
    if type_ in ONCE:
        yield "once", type_.partition(".")[0] if type_.startswith("delivery.") else type_, key
    elif not type_.startswith("session.") and not type_.startswith("cohort."):
        yield "cause", type_, event.correlation_id, event.causation_id, key
    if type_.startswith("session.") and isinstance(event.data, dict):
        yield "session", type_, key, str(event.data.get("session_id"))


def _two_of_one(history: History) -> Iterator[str]:
    """Volunteers beyond the first of a person in a programme."""
    first: dict[tuple[str, str], str] = {}
    for event in history.of_type("candidate.changed"):
        if isinstance(event.data, dict) and event.key is not None:
            who = (event.data["person_id"], event.data["programme_id"])
            if first.setdefault(who, event.key) != event.key:
                yield event.key
