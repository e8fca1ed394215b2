"""The state that the topics lead to: a plain fold in memory, written apart from every service."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dev.faults.history import History, Record

SIDES = ("mentor", "mentee")


@dataclass
class Volunteer:
    """Somebody who said yes."""

    id: str
    programme: str
    roles: tuple[str, ...]
    status: str


@dataclass
class Pairing:
    """Two volunteers from the proposal on. `closed` is how a proposal ended, `outcome` how a pair did."""

    id: str
    programme: str
    people: dict[str, str] = field(default_factory=dict)
    made: bool = False
    accepted: set[str] = field(default_factory=set)
    closed: str | None = None
    formed_at: str | None = None
    outcome: str | None = None

    @property
    def undecided(self) -> bool:
        """The proposal may still become a pair."""
        return self.made and self.closed is None and self.formed_at is None and not self.outcome

    @property
    def active(self) -> bool:
        """The pair runs."""
        return self.formed_at is not None and self.outcome is None

    @property
    def live(self) -> bool:
        """It takes a place of both people."""
        return self.undecided or self.active


@dataclass
class Session:
    """A meeting of a pair."""

    id: str
    pair: str
    programme: str
    state: str
    minutes: int = 0
    mood: int | None = None
    held_at: str | None = None
    starts_at: str | None = None


@dataclass
class Programme:
    """A programme: the latest terms, and all reminder policies that it ever had."""

    id: str
    closed: bool = False
    terms: Mapping[str, Any] = field(default_factory=dict)
    policies: list[Mapping[str, Any]] = field(default_factory=list)


@dataclass
class State:
    """What everybody should know after the drain, by id."""

    programmes: dict[str, Programme] = field(default_factory=dict)
    volunteers: dict[str, Volunteer] = field(default_factory=dict)
    candidates: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    pairings: dict[str, Pairing] = field(default_factory=dict)
    sessions: dict[tuple[str, str], Session] = field(default_factory=dict)
    rounds: dict[str, Record] = field(default_factory=dict)
    deliveries: dict[str, Record] = field(default_factory=dict)


def fold(history: History) -> State:
    """Every event once, those of a key in their order."""
    state = State()
    for event in sorted(history.events, key=lambda event: (event.lane, event.sequence)):
        if isinstance(event.data, dict):
            _take(state, event, event.data)
    return state


def _take(state: State, event: Record, data: dict[str, Any]) -> None:
    family = event.type.partition(".")[0]
    match family:
        case "programme":
            _programme(state, event, data)
        case "volunteer":
            _volunteer(state, event, data)
        case "candidate":
            state.candidates[data["volunteer_id"]] = data
        case "proposal" | "pair":
            _pairing(state, event, data)
        case "session":
            _session(state, event, data)
        case "round":
            state.rounds[data["round_id"]] = event
        case "delivery":
            state.deliveries[data["delivery_id"]] = event


def _programme(state: State, event: Record, data: dict[str, Any]) -> None:
    id_ = data["programme_id"]
    programme = state.programmes.setdefault(id_, Programme(id_))
    if event.type == "programme.closed":
        programme.closed = True
    else:
        programme.terms = data
        programme.policies.append(data["reminders"])


_STATUS = {
    "volunteer.enrolled": "active",
    "volunteer.resumed": "active",
    "volunteer.paused": "paused",
    "volunteer.withdrawn": "withdrawn",
    "volunteer.erased": "erased",
}


def _volunteer(state: State, event: Record, data: dict[str, Any]) -> None:
    id_, roles = data["volunteer_id"], tuple(data["roles"])
    state.volunteers[id_] = Volunteer(id_, data["programme_id"], roles, _STATUS[event.type])


def _pairing(state: State, event: Record, data: dict[str, Any]) -> None:
    id_ = data["pair_id"]
    pairing = state.pairings.setdefault(id_, Pairing(id_, data["programme_id"]))
    pairing.people |= {side: data[f"{side}_id"] for side in SIDES if f"{side}_id" in data}
    match event.type:
        case "proposal.made":
            pairing.made = True
        case "proposal.accepted":
            pairing.accepted.add(data["side"])
        case "pair.formed":
            pairing.formed_at = event.time
        case "pair.ended":
            pairing.outcome = data["outcome"]
        case closing:
            pairing.closed = closing.partition(".")[2]


def _session(state: State, event: Record, data: dict[str, Any]) -> None:
    name = (data["pair_id"], data["session_id"])
    session = state.sessions.setdefault(
        name, Session(data["session_id"], data["pair_id"], data["programme_id"], "")
    )
    session.state = event.type.partition(".")[2]
    session.starts_at = data.get("starts_at", session.starts_at)
    if session.state == "held":
        session.minutes, session.mood, session.held_at = (
            data["minutes"],
            data["mood"],
            data["held_at"],
        )
