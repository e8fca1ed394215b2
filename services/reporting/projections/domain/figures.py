"""The exact figures of a programme. What each means is stated once, in `definitions`.

A figure knows what is needed to decide who may see it: whether it tells what people do or feel, how many
people stand behind it, and which other figures it would give away.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from uuid import UUID

from services.reporting.projections.domain import doubts
from services.reporting.projections.domain.material import (
    Answer,
    Material,
    Meetings,
    Pairing,
    PairState,
    Round,
    Side,
    Volunteer,
)

Path = tuple[str, ...]
STATUSES = ("erased", "withdrawn", "paused", "paired", "proposed", "waiting")
OUTCOMES = ("sent", "failed", "suppressed", "unknown")
ABOUT_PAIRING = ("proposal", "proposal_reminder", "introduction")
ABOUT_SESSIONS = ("session_reminder",)
ABOUT_DOUBTS = ("concern_raised", "reply_ready", "dialogue_ahead", "compromise_due")
INVITATIONS = ("waiting", "accepted", "declined", "later", "expired")
CONFIRMATIONS = ("waiting", "given", "lapsed")
FEW = "<5"

_PAIRS = tuple(("pairs", state.value) for state in PairState)
_SESSIONS = (("sessions", "planned"), ("sessions", "held"), ("sessions", "cancelled"))


@dataclass(frozen=True, slots=True)
class Figure:
    """A value, and what decides whether it may be shown.

    `value` is "<5" where it came so, None where there is nothing to take a mean of. `doing`: it tells what
    people do or feel, and `people` stand behind it. `betrays` names the figures that could be computed with
    its help. `lead_only`: it serves the work of the lead.
    """

    value: int | float | str | None
    doing: bool = False
    people: int = 0
    betrays: tuple[Path, ...] = ()
    lead_only: bool = False


Figures = Mapping[Path, Figure]


def figures(material: Material) -> Figures:
    """All figures of the programme, by path."""
    return {
        **_volunteers(material.volunteers, material.pairings),
        **_proposals(material.pairings),
        **_pairs(material.pairings),
        **_asked("invitations", INVITATIONS, material.asked.invitations),
        **_asked("confirmations", CONFIRMATIONS, material.asked.confirmations),
        **_rounds(material.rounds, material.last_round),
        **dict(_Sessions(material).figures()),
        **_mails(material.mails),
        **_doubts(material),
    }


def role_status(volunteer: Volunteer, *, paired: bool, proposed: bool) -> str:
    """The first of STATUSES that holds for a volunteer in one role."""
    if volunteer.status in ("erased", "withdrawn", "paused"):
        return volunteer.status
    if paired:
        return "paired"
    return "proposed" if proposed else "waiting"


def _volunteers(volunteers: Sequence[Volunteer], pairings: Sequence[Pairing]) -> Figures:
    found: dict[Path, Figure] = {}
    for side in Side:
        paired = {p.people[side] for p in pairings if p.state is PairState.ACTIVE}
        proposed = {p.people[side] for p in pairings if _is_undecided(p)}
        counts = Counter(
            role_status(
                volunteer,
                paired=volunteer.volunteer_id in paired,
                proposed=volunteer.volunteer_id in proposed,
            )
            for volunteer in volunteers
            if side in volunteer.roles
        )
        cells: dict[Path, int] = {
            ("volunteers", side.value, status): counts[status] for status in STATUSES
        }
        found |= {path: Figure(count) for path, count in cells.items()}
        # Of the people of active pairs, all but these are paused.
        in_a_pair, away = (("volunteers", side.value, status) for status in ("paired", "paused"))
        found[in_a_pair] = Figure(counts["paired"], betrays=(away,))
        total = ("volunteers", side.value, "total")
        found[total] = Figure(counts.total(), betrays=tuple(cells))
    return found


def _is_undecided(pairing: Pairing) -> bool:
    return pairing.state is None and pairing.answer in (Answer.OPEN, Answer.ACCEPTED)


def _proposals(pairings: Sequence[Pairing]) -> Figures:
    counts = Counter(p.answer for p in pairings if p.answer is not None)
    cells: dict[Path, Figure] = {
        ("proposals", answer.value): Figure(counts[answer]) for answer in Answer
    }
    made = Figure(counts.total(), betrays=tuple(cells))
    # Every accepted proposal becomes a pair, so their number is the total of the pairs.
    accepted = Figure(counts[Answer.ACCEPTED], betrays=_PAIRS)
    return {**cells, ("proposals", "accepted"): accepted, ("proposals", "made"): made}


def _pairs(pairings: Sequence[Pairing]) -> Figures:
    counts = Counter(p.state for p in pairings if p.state is not None)
    cells: dict[Path, Figure] = {
        ("pairs", state.value): Figure(counts[state]) for state in PairState
    }
    return {**cells, ("pairs", "formed"): Figure(counts.total(), betrays=_PAIRS)}


def _asked(what: str, states: Sequence[str], counts: Mapping[str, int]) -> Figures:
    cells: dict[Path, Figure] = {(what, state): Figure(counts.get(state, 0)) for state in states}
    # An answer of a later version is one of those asked, and none of the answers known here.
    asked = Figure(sum(counts.values()), betrays=tuple(cells))
    return {**cells, (what, "asked"): asked}


def _rounds(completed: int, last: Round | None) -> Figures:
    found: dict[Path, Figure] = {("rounds", "completed"): Figure(completed)}
    if last is not None:
        counts: dict[Path, str] = {
            ("mentors",): last.mentors,
            ("mentees",): last.mentees,
            ("matched",): last.matched,
            **{("unmatched", reason): count for reason, count in last.unmatched.items()},
        }
        for path, count in counts.items():
            value = count if count == FEW else int(count)
            # They add up to the sponsor's figures on volunteers and proposals.
            found["rounds", "last", *path] = Figure(value, lead_only=True)
    return found


def _doubts(material: Material) -> Figures:
    found = doubts.of_concerns(material.concerns) | doubts.of_talks(material.talks)
    return {
        path: Figure(told.value, doing=True, people=told.behind) for path, told in found.items()
    }


def _mails(mails: Mapping[tuple[str, str], int]) -> Figures:
    # The mails about a session are as many as the sessions; nobody can say here about whose.
    kinds = [*ABOUT_PAIRING, *ABOUT_SESSIONS]
    # Those about doubts are as many as the doubts, which are told from five on and without a total.
    kinds += sorted({kind for kind, _ in mails} - set(kinds) - set(ABOUT_DOUBTS))
    return {
        ("mails", kind, outcome): Figure(
            mails.get((kind, outcome), 0),
            betrays=() if kind in ABOUT_PAIRING else _SESSIONS,
            lead_only=True,
        )
        for kind in kinds
        for outcome in OUTCOMES
    }


@dataclass(slots=True)
class _Sessions:
    """What pairs do: each figure with the people behind it, or all in pairs where it is nobody."""

    material: Material
    people: dict[UUID, frozenset[UUID]] = field(init=False)
    betrays: tuple[Path, ...] = field(init=False)

    def __post_init__(self) -> None:
        pairs = [pairing for pairing in self.material.pairings if pairing.state is not None]
        self.people = {pair.pair_id: frozenset(pair.people.values()) for pair in pairs}
        # That a figure is shown tells of three pairs: of what kind, where there are so few of each?
        most = Counter(pair.state for pair in pairs).most_common(1)
        self.betrays = tuple(("pairs", state.value) for state, _ in most if state)

    def figures(self) -> Iterator[tuple[Path, Figure]]:
        meetings = self.material.meetings
        for state in ("planned", "held", "cancelled"):
            having = [m for m in meetings if getattr(m, state)]
            total = sum(getattr(m, state) for m in having)
            yield ("sessions", state), self._figure(total, having)
        held = [m for m in meetings if m.held]
        yield ("sessions", "minutes"), self._figure(sum(m.minutes for m in held), held)
        yield ("sessions", "mood_mean"), self._mood([m for m in meetings if m.moods])
        yield ("sessions", "days_to_first_median"), self._days_to_first(held)

    def _mood(self, felt: Sequence[Meetings]) -> Figure:
        # One of the two says it, and nobody knows which: one person per pair is sure.
        people = len(felt) if felt else self._behind(self.people)
        moods = sum(m.moods for m in felt)
        mean = round(sum(m.mood_sum for m in felt) / moods, 1) if moods else None
        return Figure(mean, doing=True, people=people, betrays=self.betrays)

    def _days_to_first(self, held: Sequence[Meetings]) -> Figure:
        formed = {p.pair_id: p.formed_at for p in self.material.pairings if p.formed_at}
        started = [m for m in held if m.first_held_at and m.pair_id in formed]
        days = [
            max(0.0, (m.first_held_at - formed[m.pair_id]).total_seconds() / 86_400)
            for m in started
            if m.first_held_at
        ]
        return self._figure(round(median(days), 1) if days else None, started)

    def _figure(self, value: float | None, having: Sequence[Meetings]) -> Figure:
        people = self._behind(m.pair_id for m in having) if having else self._behind(self.people)
        return Figure(value, doing=True, people=people, betrays=self.betrays)

    def _behind(self, pairs: Iterable[UUID]) -> int:
        nobody: frozenset[UUID] = frozenset()
        return len(nobody.union(*(self.people.get(pair, nobody) for pair in pairs)))
