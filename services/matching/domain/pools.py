"""Who takes part in a round: all who are active and wait, with what is left of their capacity."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from uuid import UUID

from services.matching.domain.candidates import Candidate, Entrant, Profile, Side
from services.matching.domain.hard_rules import obstacle
from services.matching.domain.pairs import NOT_AGAIN, Pair
from services.matching.domain.past import profiles_of
from services.matching.domain.rounds import Match, Outcome, Pool, Round
from services.matching.domain.terms import Terms

CHANGED_MEANWHILE = "changed_meanwhile"


def pool_of(
    round_: Round, terms: Terms, on: date, candidates: Iterable[Candidate], pairs: Iterable[Pair]
) -> Pool:
    """The pool. `pairs` are all that these people are or were in, in whatever programme."""
    entrants = _entrants(candidates, tuple(pairs))
    return Pool(round_.id, on, terms, tuple(entrants))


def load(person_id: UUID, pairs: Iterable[Pair]) -> int:
    """How many places of a person are taken: by open proposals and running pairs, of all programmes."""
    return sum(
        party.person_id == person_id for pair in pairs if pair.live for party in pair.parties
    )


def waiting(candidates: Iterable[Candidate], pairs: Iterable[Pair]) -> Mapping[Side, int]:
    """How many wait on each side; somebody in both roles waits on both."""
    sides = Counter(
        side for entrant in _entrants(candidates, tuple(pairs)) for side in entrant.sides
    )
    return {side: sides[side] for side in Side}


def confirmed(outcome: Outcome, pool: Pool) -> Outcome:
    """The outcome less what the present pool does not allow any more, whatever the solver saw.

    The rules are asked again with what is known now, so a match that breaks one is dropped.
    """
    entrants = {entrant.candidate.id: entrant for entrant in pool.entrants}
    left = {id_: entrant.free for id_, entrant in entrants.items()}
    profiles = profiles_of(pool)
    dropped = []
    for match in outcome.matches:
        sides = ((match.mentor_id, Side.MENTOR), (match.mentee_id, Side.MENTEE))
        both_wait = all(
            id_ in entrants and side in entrants[id_].sides and left[id_] > 0 for id_, side in sides
        )
        if both_wait and _allowed(match, pool, profiles):
            for id_, _ in sides:
                left[id_] -= 1
        else:
            dropped.append(match)
    return outcome.without(dropped, CHANGED_MEANWHILE)


def _allowed(match: Match, pool: Pool, profiles: dict[UUID, Profile]) -> bool:
    mentor, mentee = profiles[match.mentor_id], profiles[match.mentee_id]
    return (
        obstacle(mentor, mentee, pool.terms) is None
        and match.format in mentor.formats & mentee.formats & pool.terms.pair_formats
    )


def _entrants(candidates: Iterable[Candidate], pairs: Collection[Pair]) -> Iterator[Entrant]:
    taken: Counter[UUID] = Counter()
    met: dict[UUID, set[UUID]] = defaultdict(set)
    busy: set[tuple[UUID, Side]] = set()
    for pair in pairs:
        if pair.live:
            taken.update(party.person_id for party in pair.parties)
            busy.add((pair.mentor_id, Side.MENTOR))
            busy.add((pair.mentee_id, Side.MENTEE))
        if pair.state in NOT_AGAIN:
            met[pair.mentor.person_id].add(pair.mentee.person_id)
    for one in candidates:
        free = max(0, one.capacity - taken[one.person_id])
        # A mentee waits for one mentor; a mentor takes more mentees as long as there is a place.
        sides = tuple(
            side
            for side in Side
            if side in one.roles
            and ((one.id, side) not in busy or (side is Side.MENTOR and free > 0))
        )
        if one.active and sides:
            yield Entrant(one, sides, free, tuple(sorted(met[one.person_id])))
