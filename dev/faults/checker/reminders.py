"""Which reminders the topics call for, by their ids: a reminder's id follows from what it is about."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from dev.faults.checker.folded import SIDES, Pairing, Session, State
from dev.faults.history import History, Record
from services.notifications.domain import notices, pairs, reminders
from services.notifications.domain.reminders import AT_LEAST_ONCE, Kind
from services.notifications.translation.notices import gap_id

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_ORIGIN = pairs.Origin(UUID(int=0))
_TIMED = (Kind.PROPOSAL_REMINDER, Kind.SESSION_REMINDER)


@dataclass(frozen=True, slots=True)
class Occasion:
    """One reminder that there may be: to whom, when at the earliest, and since when it could be known.

    `due` is None for what goes at once. `last` says that no later one about the same thing was due before
    the run was judged, `first_known` is when its event became true.
    """

    id: str
    kind: Kind
    volunteer: str
    about: str
    due: datetime | None
    known: datetime

    @property
    def repeats(self) -> bool:
        """Whether it is sent again where nobody knows if it arrived."""
        return self.kind in AT_LEAST_ONCE


def occasions(history: History, state: State) -> dict[str, Occasion]:
    """All that any policy of a programme ever called for, by id."""
    first = _first_times(history)
    sessions: dict[str, list[Session]] = {}
    for session in state.sessions.values():
        if session.starts_at:
            sessions.setdefault(session.pair, []).append(session)
    found: dict[str, Occasion] = {}
    for pairing in state.pairings.values():
        programme = state.programmes.get(pairing.programme)
        for policy in programme.policies if programme else ():
            pair = _pair(pairing, sessions.get(pairing.id, []), first)
            hours = pairs.Policy(
                tuple(policy["session_hours_before"]), tuple(policy["proposal_hours_after"])
            )
            for one in reminders.plan(pair, hours, "mail", LONG_AGO):
                found[str(one.id)] = _occasion(one, first)
    return found


def gaps_told(history: History) -> dict[str, Occasion]:
    """What leads may be told of gaps; whether they have to be hangs on gaps that close before the morning."""
    leads: dict[str, set[UUID]] = {}
    for told in history.of_type("principal.changed"):
        for programme, roles in (told.data or {}).get("roles", {}).items():
            if "lead" in roles:
                leads.setdefault(programme, set()).add(UUID(told.data["person_id"]))
    found: dict[str, Occasion] = {}
    for event in history.of_type("gap.opened"):
        programme, topic = UUID(event.data["programme_id"]), str(event.data["topic"])
        at = datetime.fromisoformat(event.time)
        morning = notices.morning_of(at.date() + timedelta(days=1))
        id_, kind = gap_id(programme, topic), Kind.GAP_OPENED
        told_of = notices.Notice(id_, kind, programme, None, at, _ORIGIN, topic, None, morning)
        for one in notices.addressed(told_of, leads.get(str(programme), ()), "mail"):
            found[str(one.id)] = Occasion(str(one.id), kind, str(one.person_id), topic, one.due, at)
    return found


def _occasion(one: reminders.Reminder, first: dict[tuple[str, str], datetime]) -> Occasion:
    about = str(one.session_id or one.pair_id)
    event = {
        Kind.PROPOSAL: "proposal.made",
        Kind.PROPOSAL_REMINDER: "proposal.made",
        Kind.INTRODUCTION: "pair.formed",
        Kind.SESSION_REMINDER: "session.planned",
    }[one.kind]
    return Occasion(
        str(one.id),
        one.kind,
        str(one.volunteer_id),
        about,
        one.due if one.kind in _TIMED else None,
        first[event, about],
    )


def _first_times(history: History) -> dict[tuple[str, str], datetime]:
    """When each proposal, pair and planned session became true."""
    times: dict[tuple[str, str], datetime] = {}
    for event in history.of_type("proposal.made", "pair.formed", "session.planned"):
        for name in _about(event):
            times.setdefault((event.type, name), datetime.fromisoformat(event.time))
    return times


def _about(event: Record) -> Iterator[str]:
    if isinstance(event.data, dict):
        yield event.data["session_id"] if event.type == "session.planned" else event.data["pair_id"]


def _pair(
    pairing: Pairing, sessions: list[Session], first: dict[tuple[str, str], datetime]
) -> pairs.Pair:
    """As far as the plan looks at it."""
    made = first.get(("proposal.made", pairing.id))
    far = datetime.max.replace(tzinfo=UTC)
    proposal = pairs.Proposal(made, far, (), None, (), _ORIGIN) if made else None
    formed = pairs.Formation(date.max, _ORIGIN) if pairing.formed_at else None
    people = {pairs.Side(side): UUID(pairing.people[side]) for side in SIDES if pairing.people}
    meetings = tuple(
        pairs.Session(
            UUID(one.id),
            datetime.fromisoformat(one.starts_at or ""),
            one.minutes,
            pairs.SessionState(one.state),
            _ORIGIN,
        )
        for one in sessions
    )
    return pairs.Pair(
        UUID(pairing.id),
        UUID(pairing.programme),
        people,
        proposal,
        formed=formed,
        sessions=meetings,
    )
