"""I5: nobody has more pairs than room, and no pair breaks a rule in every version of what is known of the two.

Which version matching had read when it decided is not to be seen from outside, so a pair is blamed only where
none of those told before would have allowed it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from dev.faults.checker.findings import Finding, Kind, found
from dev.faults.checker.folded import fold
from dev.faults.history import History, Record
from services.matching.domain.candidates import Entrant, Profile, Side
from services.matching.domain.hard_rules import obstacle
from services.matching.domain.terms import Terms
from services.matching.translation import candidate, terms
from shared.contracts.enrollment.v1 import CandidateChanged, ProgrammeTerms

SKEW, SKEW_OF_WRONG_CLOCKS = timedelta(seconds=2), timedelta(hours=2)
FREES = ("proposal.declined", "proposal.expired", "proposal.voided", "pair.ended")
PLENTY = 1_000
"""Room is judged by itself, over time; the rules are asked as if there were enough."""


def capacity(history: History) -> Iterator[Finding]:
    """I5: the pairs of a person at any time, open proposals counted."""
    room, person = _room(history)
    taken: Counter[str] = Counter()
    live: dict[str, list[str]] = {}
    steps = history.of_type("proposal.made", *FREES)
    in_time = [] if "matching" in history.wrong_clocks else sorted(steps, key=_moment)
    for event in in_time:
        if event.type == "proposal.made":
            people = [person[event.data[f"{side}_id"]] for side in Side if event.data]
            live[event.key or ""] = people
            taken.update(people)
            full = [one for one in people if taken[one] > room[one]]
            what = f"pair {event.key} was proposed beyond somebody's room"
            yield from found("I5", Kind.BROKEN, what, full)
        else:
            taken.subtract(live.pop(event.key or "", ()))
    yield from _in_the_end(history, room, person)


def rules(history: History) -> Iterator[Finding]:
    """I5: every pair that was proposed was allowed."""
    skew = SKEW_OF_WRONG_CLOCKS if history.wrong_clocks & {"enrollment", "matching"} else SKEW
    versions: dict[str, list[Record]] = defaultdict(list)
    for event in history.of_type("candidate.changed"):
        versions[event.key or ""].append(event)
    policies: dict[str, list[Record]] = defaultdict(list)
    for event in history.of_type("programme.opened", "programme.changed"):
        policies[event.key or ""].append(event)
    for made in history.of_type("proposal.made"):
        if isinstance(made.data, dict):
            by = datetime.fromisoformat(made.time) + skew
            told = {side: _profiles(versions[made.data[f"{side}_id"]], side, by) for side in Side}
            reason = _forbidden(told, _terms(policies[made.data["programme_id"]]))
            ids = [made.key or ""] if reason else []
            yield from found("I5", Kind.BROKEN, f"a pair breaks a rule: {reason}", ids)


def _moment(event: Record) -> tuple[datetime, bool]:
    """At the same moment places are freed before they are taken."""
    return datetime.fromisoformat(event.time), event.type == "proposal.made"


def _room(history: History) -> tuple[dict[str, int], dict[str, str]]:
    """The most room that a person ever had, and who each volunteer is."""
    room: dict[str, int] = defaultdict(int)
    person: dict[str, str] = defaultdict(str)
    for event in history.of_type("candidate.changed"):
        if isinstance(event.data, dict):
            who = event.data["person_id"]
            person[event.data["volunteer_id"]] = who
            room[who] = max(room[who], event.data["capacity"])
    return room, person


def _in_the_end(
    history: History, room: dict[str, int], person: dict[str, str]
) -> Iterator[Finding]:
    taken: Counter[str] = Counter()
    for pairing in fold(history).pairings.values():
        if pairing.live:
            taken.update(person[one] for one in pairing.people.values())
    full = [one for one, count in taken.items() if count > room[one]]
    yield from found("I5", Kind.BROKEN, "more pairs than room in the end", full)


def _forbidden(told: Mapping[Side, Sequence[Profile]], policies: Sequence[Terms]) -> str | None:
    """Why no version of the two allows the pair; None where one does."""
    reason = "nobody told of the two before"
    for policy in policies:
        for mentor in told[Side.MENTOR]:
            for mentee in told[Side.MENTEE]:
                forbids = obstacle(mentor, mentee, policy)
                if forbids is None:
                    return None
                reason = forbids
    return reason


def _profiles(versions: Sequence[Record], side: Side, by: datetime) -> list[Profile]:
    """What was told by then, the newest first."""
    entrants = (
        Entrant(candidate(CandidateChanged.model_validate(one.data)), (side,), PLENTY)
        for one in reversed(versions)
        if side in one.data["roles"] and datetime.fromisoformat(one.time) <= by
    )
    return [Profile.of(entrant, by.date()) for entrant in entrants]


def _terms(policies: Sequence[Record]) -> list[Terms]:
    return [terms(ProgrammeTerms.model_validate(one.data)) for one in reversed(policies)]
