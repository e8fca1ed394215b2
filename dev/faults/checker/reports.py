"""I6: a report shows what the fold of the topics leads to. Withheld figures are not compared."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from statistics import median
from typing import Any

from dev.faults.checker.findings import Finding, Kind, found
from dev.faults.checker.folded import SIDES, Pairing, Session, State, Volunteer, fold
from dev.faults.checker.under_way import missing_effect
from dev.faults.history import History

GROUP = "reporting-projections"
STATUSES = ("erased", "withdrawn", "paused", "paired", "proposed", "waiting")
Figures = dict[str, int | float | None]


def equal(history: History) -> Iterator[Finding]:
    """I6: every figure that is shown is the one that the topics give."""
    state = fold(history)
    for programme, report in history.reads.get("reports", {}).items():
        shown = _flat(report)
        nothing = {name: 0 for name in shown if name.startswith("mails.")}
        expected = nothing | figures(state, programme)
        for name, value in expected.items():
            told = shown.get(name)
            if isinstance(told, str) or (name in shown and told == value):
                continue
            what = f"{name} is {told} in the report and {value} on the topics"
            yield from found("I6", _kind(history, told, value), what, [f"{programme} {name}"])


def counted_once(history: History) -> Iterator[Finding]:
    """I5: the places in which a volunteer can be add up to the volunteers of a role."""
    for programme, report in history.reads.get("reports", {}).items():
        for side, cells in report.get("volunteers", {}).items():
            parts = [cells[status] for status in STATUSES]
            if all(isinstance(part, int) for part in (*parts, cells["total"])):
                apart = sum(parts) != cells["total"]
                ids = [f"{programme} {side}"] if apart else []
                yield from found("I5", Kind.BROKEN, "a role is not counted once", ids)


def figures(state: State, programme: str) -> Figures:
    """The figures of a programme by their path in the report."""
    volunteers = [one for one in state.volunteers.values() if one.programme == programme]
    pairings = [one for one in state.pairings.values() if one.programme == programme]
    sessions = [one for one in state.sessions.values() if one.programme == programme]
    return {
        **_volunteers(volunteers, pairings),
        **_pairings(pairings),
        **_sessions(sessions, state),
        **_rounds(state, programme),
        **_mails(state, programme),
    }


def _volunteers(volunteers: Sequence[Volunteer], pairings: Sequence[Pairing]) -> Figures:
    found_: Figures = {}
    for side in SIDES:
        paired = {one.people.get(side) for one in pairings if one.active}
        proposed = {one.people.get(side) for one in pairings if one.undecided}
        counts: Counter[str] = Counter()
        for volunteer in volunteers:
            if side in volunteer.roles:
                counts[_status(volunteer, volunteer.id in paired, volunteer.id in proposed)] += 1
        found_ |= {f"volunteers.{side}.{status}": counts[status] for status in STATUSES}
        found_[f"volunteers.{side}.total"] = counts.total()
    return found_


def _status(volunteer: Volunteer, paired: bool, proposed: bool) -> str:  # noqa: FBT001
    if volunteer.status != "active":
        return volunteer.status
    return "paired" if paired else "proposed" if proposed else "waiting"


def _pairings(pairings: Sequence[Pairing]) -> Figures:
    made = [one for one in pairings if one.made]
    both = [one for one in made if one.closed is None and one.accepted >= set(SIDES)]
    closed = Counter(one.closed for one in made)
    formed = [one for one in pairings if one.formed_at or one.outcome]
    endings = Counter(one.outcome for one in formed if one.outcome)
    return {
        "proposals.made": len(made),
        "proposals.accepted": len(both),
        "proposals.open": closed[None] - len(both),
        **{f"proposals.{how}": closed[how] for how in ("declined", "expired", "voided")},
        "pairs.formed": len(formed),
        "pairs.active": len(formed) - endings.total(),
        "pairs.completed": endings["completed"],
        "pairs.stopped": endings.total() - endings["completed"],
    }


def _sessions(sessions: Sequence[Session], state: State) -> Figures:
    states = Counter(one.state for one in sessions)
    held = [one for one in sessions if one.state == "held"]
    moods = [one.mood for one in held if one.mood is not None]
    return {
        **{f"sessions.{name}": states[name] for name in ("planned", "held", "cancelled")},
        "sessions.minutes": sum(one.minutes for one in held),
        "sessions.mood_mean": round(sum(moods) / len(moods), 1) if moods else None,
        "sessions.days_to_first_median": _days_to_first(held, state),
    }


def _days_to_first(held: Sequence[Session], state: State) -> float | None:
    first: dict[str, datetime] = {}
    for session in held:
        at = datetime.fromisoformat(session.held_at or "")
        first[session.pair] = min(at, first.get(session.pair, at))
    days = []
    for pair, at in first.items():
        formed_at = state.pairings[pair].formed_at if pair in state.pairings else None
        if formed_at:
            passed = at - datetime.fromisoformat(formed_at)
            days.append(max(0.0, passed.total_seconds() / 86_400))
    return round(median(days), 1) if days else None


def _rounds(state: State, programme: str) -> Figures:
    mine = [one for one in state.rounds.values() if one.data["programme_id"] == programme]
    return {"rounds.completed": len(mine)}


def _mails(state: State, programme: str) -> Figures:
    counts: Counter[str] = Counter()
    for event in state.deliveries.values():
        if event.data["programme_id"] == programme:
            counts[f"mails.{event.data['kind']}.{event.type.partition('.')[2]}"] += 1
    return dict(counts)


def _flat(document: Mapping[str, Any], above: str = "") -> Mapping[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in document.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{above}{name}.")
        else:
            flat[f"{above}{name}"] = value
    return flat


def _kind(history: History, told: Any, expected: Any) -> Kind:
    kind = missing_effect(history, GROUP)
    more = isinstance(told, (int, float)) and (expected is None or told > expected)
    return Kind.DOUBLED if more and kind is Kind.LOST else kind
