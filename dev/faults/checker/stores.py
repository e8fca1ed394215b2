"""I1 in the stores: what the services answer after the drain is what the topics tell, name by name."""

from collections import Counter
from collections.abc import Iterator, Mapping, Set
from typing import Any

from dev.faults.checker.findings import Finding, Kind, found
from dev.faults.checker.folded import State, fold
from dev.faults.checker.under_way import missing_effect, missing_event
from dev.faults.history import History
from dev.faults.journal import OK
from shared.contracts.catalogue import CANDIDATE, JOURNAL, PAIR, TOPIC, VOLUNTEER


def agree(history: History) -> Iterator[Finding]:
    """I1: the directory, topics, rosters, counts, pairs, sessions and who waits."""
    state = fold(history)
    yield from _directory(history)
    yield from _moves(history, state)
    yield from _topics(history)
    yield from _rosters(history, state)
    yield from _counts(history, state)
    yield from _pairs(history, state)
    yield from _sessions(history, state)
    yield from _waiting(history, state)


def _directory(history: History) -> Iterator[Finding]:
    """Every import is one of the same people; each says how many good rows it has."""
    imports = [one for one in history.commands if one.name == "import" and one.outcome == OK]
    rows = {one.answer["good"] for one in imports if one.answer.get("applied")}
    for programme, counts in history.reads.get("enrolment", {}).items():
        here = counts["employees"]
        ids = [] if rows <= {here} else [f"{programme} employees"]
        kind = Kind.LOST if rows and here < max(rows) else Kind.DOUBLED
        what = f"{here} employees are in the directory, and the imports brought {sorted(rows)}"
        yield from found("I1", kind, what, ids)


def _moves(history: History, state: State) -> Iterator[Finding]:
    """Whoever takes part sits where the last import says; who has left is not followed."""
    ids = []
    for command in history.commands:
        candidate = state.candidates.get(command.subject.get("volunteer_id", ""))
        place = history.directory.get(command.subject.get("staff_number", ""))
        if place and candidate and candidate["status"] != "withdrawn":
            told = {name: candidate[name] for name in place}
            if told != place:
                ids.append(f"{candidate['volunteer_id']} ({place}, on the topic {told})")
    what = f"a volunteer is not on {CANDIDATE.name} as in the directory"
    yield from found("I1", missing_event(history, CANDIDATE.name), what, ids)


def _topics(history: History) -> Iterator[Finding]:
    """The tree as it is read against the last word about each topic; who is retired is not read."""
    if not history.reads.get("topics"):  # nobody answered
        return
    last = {event.key or "": event.data for event in history.of_type("topic.changed")}
    told = {code: _of_topic(data) for code, data in last.items() if not data["retired"]}
    stored = {code: _of_topic(one) for code, one in history.reads["topics"].items()}
    yield from _same(history, TOPIC.name, "a topic", told, stored)


def _of_topic(topic: Mapping[str, Any]) -> str:
    return " / ".join(str(topic[name]) for name in ("parent", "label_en", "label_ru"))


def _rosters(history: History, state: State) -> Iterator[Finding]:
    for programme, entries in history.reads.get("roster", {}).items():
        told = {v.id: v.status for v in state.volunteers.values() if v.programme == programme}
        stored = {entry["volunteer_id"]: entry["status"] for entry in entries}
        yield from _same(history, VOLUNTEER.name, "a volunteer", told, stored)


def _counts(history: History, state: State) -> Iterator[Finding]:
    for programme, counts in history.reads.get("enrolment", {}).items():
        mine = [one for one in state.volunteers.values() if one.programme == programme]
        present = [one for one in mine if one.status != "withdrawn"]
        expected: dict[str, Any] = {
            "volunteers": len(present),
            "mentors": sum("mentor" in one.roles for one in present),
            "mentees": sum("mentee" in one.roles for one in present),
        }
        by_status = Counter(one.status for one in mine)
        expected |= {f"by_status.{name}": count for name, count in by_status.items()}
        stored = counts | {f"by_status.{k}": v for k, v in counts.get("by_status", {}).items()}
        for name, value in expected.items():
            ids = [] if stored.get(name, 0) == value else [f"{programme} {name}"]
            what = f"enrollment counts {stored.get(name, 0)} {name}, the topics {value}"
            kind = _more_or_less(history, VOLUNTEER.name, stored.get(name, 0), value)
            yield from found("I1", kind, what, ids)


def _pairs(history: History, state: State) -> Iterator[Finding]:
    for programme, entries in history.reads.get("pairs", {}).items():
        told = {
            pairing.id: "ended" if pairing.outcome else "formed"
            for pairing in state.pairings.values()
            if pairing.programme == programme and (pairing.formed_at or pairing.outcome)
        }
        stored = {entry["id"]: entry["state"] for entry in entries}
        yield from _same(history, PAIR.name, "a pair", told, stored)


def _sessions(history: History, state: State) -> Iterator[Finding]:
    for pair, entries in history.reads.get("sessions", {}).items():
        told = {one.id: one.state for one in state.sessions.values() if one.pair == pair}
        stored = {entry["session_id"]: entry["state"] for entry in entries}
        yield from _same(history, JOURNAL.name, f"a session of pair {pair}", told, stored)


def _same(
    history: History, topic: str, what: str, told: Mapping[str, str], stored: Mapping[str, str]
) -> Iterator[Finding]:
    """Of one owner: its topic against its own answers."""
    untold = stored.keys() - told.keys()
    yield from found("I1", missing_event(history, topic), f"{what} is not on {topic}", _in(untold))
    unkept = told.keys() - stored.keys()
    yield from found("I1", Kind.LOST, f"{what} on {topic} is not in the store", _in(unkept))
    other = {id_ for id_ in told.keys() & stored.keys() if told[id_] != stored[id_]}
    ids = [f"{id_} ({stored[id_]}, on the topic {told[id_]})" for id_ in sorted(other)]
    yield from found("I1", missing_event(history, topic), f"{what} is not as on {topic}", ids)


def _in(ids: Set[str]) -> list[str]:
    return sorted(ids)


def _more_or_less(history: History, topic: str, stored: int, told: int) -> Kind:
    return missing_event(history, topic) if stored > told else Kind.LOST


def _waiting(history: History, state: State) -> Iterator[Finding]:
    """Matching has heard of everybody: who waits is what candidates and pairs lead to."""
    taken: Counter[str] = Counter()
    busy: set[tuple[str, str]] = set()
    for pairing in state.pairings.values():
        if pairing.live:
            busy |= {(volunteer, side) for side, volunteer in pairing.people.items()}
            people = (state.candidates.get(one) for one in pairing.people.values())
            taken.update(one["person_id"] for one in people if one)
    for programme, answer in history.reads.get("waiting", {}).items():
        counts: Counter[str] = Counter()
        for id_, one in state.candidates.items():
            if one["programme_id"] != programme or one["status"] != "active":
                continue
            free = one["capacity"] - taken[one["person_id"]] > 0
            for side in one["roles"]:
                idle = (id_, side) not in busy
                counts[side] += idle or (side == "mentor" and free)
        for side in ("mentor", "mentee"):
            ids = [] if answer[f"{side}s"] == counts[side] else [f"{programme} {side}"]
            what = f"{answer[f'{side}s']} {side}s wait in matching, by the topics {counts[side]}"
            yield from found("I1", missing_effect(history, "matching"), what, ids)
