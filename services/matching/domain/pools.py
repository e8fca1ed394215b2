"""Who takes part in a round: all who are active and wait, with what is left of their capacity."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.matching.domain.candidates import Candidate, Entrant, Profile, Side
from services.matching.domain.composition import hindrance
from services.matching.domain.hard_rules import obstacle
from services.matching.domain.pairs import Pair
from services.matching.domain.past import profiles_of
from services.matching.domain.places import Places, taken
from services.matching.domain.ratings import history_of
from services.matching.domain.records import Records
from services.matching.domain.rounds import Match, Outcome, Pool, Round
from services.matching.domain.sprints import is_free
from services.matching.domain.terms import Terms
from services.matching.domain.weeks import SHORTEST, free_from

CHANGED_MEANWHILE = "changed_meanwhile"


@dataclass(frozen=True, slots=True)
class Waiter:
    """Somebody who waits on a side: since when (UTC, None where it is not known), and for how many rounds."""

    volunteer_id: UUID
    side: Side
    since: datetime | None
    rounds_waited: int


def pool_of(
    round_id: UUID, terms: Terms, on: date, candidates: Iterable[Candidate], records: Records
) -> Pool:
    """The pool of all of these who wait, with what their earlier pairs were rated.

    The pins of these stand in it, so that the round says which it cannot keep.
    """
    them = tuple(candidates)
    known = {one.id for one in them}
    pins = tuple(pin for pin in records.pins if {pin.mentor_id, pin.mentee_id} <= known)
    entrants = tuple(_entrants(them, records))
    return Pool(round_id, on, terms, entrants, pins, history_of(records.pairs))


def lasting_rule(
    mentor: Candidate, mentee: Candidate, terms: Terms, on: date, records: Records
) -> str | None:
    """The rule that forbids these two whatever places they have at the moment; None where none does."""
    met = records.met()
    entrants = tuple(
        Entrant(one, tuple(Side), 1, tuple(met.get(one.person_id, ()))) for one in (mentor, mentee)
    )
    history = history_of(records.pairs)
    # The id of no round: none is run, and the rules do not look at it.
    profiles = profiles_of(Pool(mentor.cohort_id, on, terms, entrants, records.pins, history))
    return obstacle(profiles[mentor.id], profiles[mentee.id], terms)


def affected(
    round_: Round, candidates: Iterable[Candidate], records: Records
) -> tuple[Candidate, ...]:
    """Those whom a round that matches again may touch: who was freed, and who was in a round before.

    Who came since then waits for the next round of all: one person's no sets no whole intake in motion.
    """
    known = {id_ for id_, _ in records.left_over} | set(round_.freed)
    known |= {party.volunteer_id for pair in records.pairs for party in pair.parties}
    return tuple(one for one in candidates if one.id in known)


def load(person_id: UUID, pairs: Iterable[Pair]) -> int:
    """How many places of a person are taken: by open proposals and running pairs, of all programmes.

    Sprints of different days take one place together.
    """
    return taken(
        pair.day
        for pair in pairs
        if pair.live
        for party in pair.parties
        if party.person_id == person_id
    )


def waiting(candidates: Iterable[Candidate], records: Records) -> Mapping[Side, int]:
    """How many wait on each side; somebody in both roles waits on both."""
    sides = Counter(side for entrant in _entrants(candidates, records) for side in entrant.sides)
    return {side: sides[side] for side in Side}


def waiters(
    candidates: Iterable[Candidate], records: Records, known_since: Mapping[UUID, datetime]
) -> list[Waiter]:
    """All who wait, by id; somebody in both roles once for each."""
    found, ran = [], records.ran()
    for entrant in _entrants(candidates, records):
        id_ = entrant.candidate.id
        for side in entrant.sides:
            ends = [one.changed_at for one in ran.get((id_, side), ()) if not one.live]
            moments = [one for one in (known_since.get(id_), *ends) if one is not None]
            waited = records.rounds_waited((id_, side), ran)
            found.append(Waiter(id_, side, max(moments, default=None), waited))
    return sorted(found, key=lambda one: (one.volunteer_id, one.side))


def confirmed(outcome: Outcome, pool: Pool) -> Outcome:
    """The outcome less what the present pool does not allow any more, whatever the solver saw.

    The rules are asked again with what is known now, so a match that breaks one is dropped, and so is the rest of a
    group that is too small without it or has no window for all any more.
    """
    entrants = {entrant.candidate.id: entrant for entrant in pool.entrants}
    places = Places({id_: entrant.free for id_, entrant in entrants.items()})
    profiles = profiles_of(pool)
    kept = []
    for match in outcome.matches:
        if (
            _both_wait(match, entrants)
            and places.have_room(match)
            and _allowed(match, pool, profiles)
        ):
            places.take(match)
            kept.append(match)
    whole = [
        match for match in kept if match.group_id is None or _is_group(match, kept, pool, profiles)
    ]
    dropped = [match for match in outcome.matches if match not in whole]
    return outcome.without(dropped, CHANGED_MEANWHILE)


def _both_wait(match: Match, entrants: Mapping[UUID, Entrant]) -> bool:
    return all(id_ in entrants and side in entrants[id_].sides for id_, side in match.places)


def _allowed(match: Match, pool: Pool, profiles: Mapping[UUID, Profile]) -> bool:
    mentor, mentee = profiles[match.mentor_id], profiles[match.mentee_id]
    if hindrance(match.format, mentor, mentee, pool.terms) is not None:
        return False
    if match.starts_at is None:
        return True
    both_free = all(is_free(one, match.starts_at) for one in (mentor, mentee))
    return both_free and match.starts_at.date() > pool.on


def _is_group(
    match: Match, kept: Collection[Match], pool: Pool, profiles: Mapping[UUID, Profile]
) -> bool:
    """Whether enough of the match's group are kept, and have a window together."""
    members = [one for one in kept if one.group_id == match.group_id]
    week = profiles[match.mentor_id].week
    for one in members:
        week &= profiles[one.mentee_id].week
    together = free_from(week, max(pool.terms.common_slot_minutes, SHORTEST))
    return len(members) >= pool.terms.group_least and together > 0


def _entrants(candidates: Iterable[Candidate], records: Records) -> Iterator[Entrant]:
    ran, met = records.ran(), records.met()
    live: dict[UUID, list[Pair]] = defaultdict(list)
    for pair in records.pairs:
        for party in pair.parties if pair.live else ():
            live[party.person_id].append(pair)
    for one in candidates:
        mine = live[one.person_id]
        free = max(0, one.capacity - taken(pair.day for pair in mine))
        busy = {side for pair in mine for side in pair.sides_of(one.id)}
        # A mentee waits for one mentor; a mentor takes more mentees as long as there is a place.
        sides = tuple(
            side
            for side in Side
            if side in one.roles and (side not in busy or (side is Side.MENTOR and free > 0))
        )
        if one.active and sides:
            # Only mentees wait for a round: they are the ones whom it serves.
            waited = (
                records.rounds_waited((one.id, Side.MENTEE), ran) if Side.MENTEE in sides else 0
            )
            booked = tuple(sorted(pair.starts_at for pair in mine if pair.starts_at is not None))
            known = tuple(sorted(met.get(one.person_id, ())))
            yield Entrant(one, sides, free, known, waited, booked)
