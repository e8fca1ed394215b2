"""One round, decided: rules, then points, then the assignment, and a reason for whoever is left."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from services.matching.domain.assignment import Assign, Pairing, Problem, rank
from services.matching.domain.candidates import Profile, Side
from services.matching.domain.hard_rules import RULES, obstacle
from services.matching.domain.rounds import Match, Pool, Unmatched
from services.matching.domain.score import (
    Scarcity,
    scarcity_of,
    score,
    shared_hobbies,
    shared_topics,
)
from services.matching.domain.weeks import common_windows

Profiles = Mapping[UUID, Profile]
Tell = Callable[[str, int, int], None]
"""Progress: the step, how many are done, of how many."""

OUTCOMPETED = "outcompeted"
NOBODY_THERE = {Side.MENTOR: "no_mentees", Side.MENTEE: "no_mentors"}
_RULE_ORDER = {code: place for place, (code, _) in enumerate(RULES)}


@dataclass(frozen=True, slots=True)
class Sieve:
    """What the hard rules left over, and per volunteer and side how often which of them forbade."""

    points: Mapping[Pairing, int]
    removed: Mapping[tuple[UUID, Side], Counter[str]]


def pair_up(
    pool: Pool, assign: Assign, tell: Tell
) -> tuple[tuple[Match, ...], tuple[Unmatched, ...]]:
    """The best pairs of the pool, in the order of the round, and who is left with which reason."""
    mentors = _profiles(pool, Side.MENTOR)
    mentees = _profiles(pool, Side.MENTEE)
    scarcity = scarcity_of(mentors.values(), mentees.values())
    sieve = _sift(pool, (mentors, mentees), scarcity, tell)
    tell("assign", 0, 1)
    chosen = assign(
        Problem(
            mentors=tuple(mentors),
            mentees=tuple(mentees),
            places={id_: profile.free for id_, profile in (mentors | mentees).items()},
            points=sieve.points,
        )
    )
    tell("assign", 1, 1)
    matches = tuple(
        _match(mentors[mentor], mentees[mentee], pool, scarcity) for mentor, mentee in chosen
    )
    return matches, tuple(_left_over(sieve, mentors, mentees, chosen))


def _profiles(pool: Pool, side: Side) -> dict[UUID, Profile]:
    entrants = sorted(
        (entrant for entrant in pool.entrants if side in entrant.sides),
        key=lambda entrant: rank(pool.round_id, entrant.candidate.id),
    )
    return {entrant.candidate.id: Profile.of(entrant, pool.on) for entrant in entrants}


def _sift(pool: Pool, sides: tuple[Profiles, Profiles], scarcity: Scarcity, tell: Tell) -> Sieve:
    mentors, mentees = sides
    points: dict[Pairing, int] = {}
    removed: dict[tuple[UUID, Side], Counter[str]] = defaultdict(Counter)
    for done, (mentee_id, mentee) in enumerate(mentees.items()):
        tell("rules", done, len(mentees))
        for mentor_id, mentor in mentors.items():
            code = obstacle(mentor, mentee, pool.terms)
            if code is None:
                parts = score(mentor, mentee, pool.terms, scarcity)
                points[mentor_id, mentee_id] = sum(parts.values())
            elif code != "same_person":
                removed[mentor_id, Side.MENTOR][code] += 1
                removed[mentee_id, Side.MENTEE][code] += 1
    return Sieve(points, removed)


def _match(mentor: Profile, mentee: Profile, pool: Pool, scarcity: Scarcity) -> Match:
    formats = mentor.formats & pool.terms.pair_formats
    hobbies = shared_hobbies(mentor, mentee)
    return Match(
        mentor_id=mentor.candidate.id,
        mentee_id=mentee.candidate.id,
        format=next(code for code in mentee.candidate.formats if code in formats),
        topics=shared_topics(mentor, mentee),
        hobby=hobbies[0] if hobbies else None,
        slots=common_windows(mentor.week, mentee.week),
        points=score(mentor, mentee, pool.terms, scarcity),
    )


def _left_over(
    sieve: Sieve, mentors: Profiles, mentees: Profiles, chosen: Collection[Pairing]
) -> Iterator[Unmatched]:
    for place, side, there in ((0, Side.MENTOR, mentors), (1, Side.MENTEE, mentees)):
        matched = {pairing[place] for pairing in chosen}
        possible = {pairing[place] for pairing in sieve.points}
        for id_ in there:
            if id_ in matched:
                continue
            removed = sieve.removed.get((id_, side))
            reason = OUTCOMPETED if id_ in possible else _reason(removed, side)
            yield Unmatched(id_, side, reason)


def _reason(removed: Counter[str] | None, side: Side) -> str:
    """The rule that forbade most often; among equals the one that is asked first."""
    if not removed:
        return NOBODY_THERE[side]
    return min(removed, key=lambda code: (-removed[code], _RULE_ORDER[code]))
