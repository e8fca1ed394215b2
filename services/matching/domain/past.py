"""What earlier pairs and present wishes mean for those of a pool, and their profiles with it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from services.matching.domain.candidates import NO_PAST, Past, Profile, Side
from services.matching.domain.rounds import HistoryEntry, Pool, Wish

POOR = 2
"""A pair that either side rated so or worse is not repeated, even where both ask."""
BEST = 5
LEAST_RATERS = 5
"""So many different mentees must have rated a mentor before it counts: the points of fewer would tell who said what."""

Others = dict[UUID, set[UUID]]


def pasts_of(pool: Pool) -> Mapping[UUID, Past]:
    """The past by person id; who has none is not in it."""
    asked, met, never = _asked(pool), _met(pool.history), _met(filter(_poor, pool.history))
    ratings = _ratings(pool.history)
    return {
        person: Past(
            asked=frozenset(asked.get(person, ())),
            met=frozenset(met.get(person, ())),
            never=frozenset(never.get(person, ())),
            points=sum(rating - 1 for rating in ratings.get(person, ())),
            most=(BEST - 1) * len(ratings.get(person, ())),
        )
        for person in {*asked, *met, *ratings}
    }


def _ratings(history: Iterable[HistoryEntry]) -> Mapping[UUID, Sequence[int]]:
    """What mentees said of each mentor whom enough of them rated."""
    by_mentee: dict[UUID, dict[UUID, list[int]]] = defaultdict(lambda: defaultdict(list))
    for entry in history:
        if entry.rated_by_mentee is not None:
            by_mentee[entry.mentor_id][entry.mentee_id].append(entry.rated_by_mentee)
    return {
        mentor: [rating for given in theirs.values() for rating in given]
        for mentor, theirs in by_mentee.items()
        if len(theirs) >= LEAST_RATERS
    }


def profiles_of(pool: Pool, side: Side | None = None) -> dict[UUID, Profile]:
    """The profiles by volunteer id, of everybody or of one side, in ascending order of their ids."""
    pasts = pasts_of(pool)
    entrants = sorted(
        (one for one in pool.entrants if side is None or side in one.sides),
        key=lambda one: one.candidate.id,
    )
    return {
        one.candidate.id: Profile.of(one, pool.on, pasts.get(one.candidate.person_id, NO_PAST))
        for one in entrants
    }


def _asked(pool: Pool) -> Others:
    """Whom both want again: the lead alone does not lift what one of them may have declined."""
    people = {one.candidate.id: one.candidate.person_id for one in pool.entrants}
    asked: Others = defaultdict(set)
    for pin in pool.pins:
        if pin.by is Wish.BOTH and pin.mentor_id in people and pin.mentee_id in people:
            asked[people[pin.mentor_id]].add(people[pin.mentee_id])
            asked[people[pin.mentee_id]].add(people[pin.mentor_id])
    return asked


def _met(entries: Iterable[HistoryEntry]) -> Others:
    met: Others = defaultdict(set)
    for entry in entries:
        met[entry.mentor_id].add(entry.mentee_id)
        met[entry.mentee_id].add(entry.mentor_id)
    return met


def _poor(entry: HistoryEntry) -> bool:
    given = (entry.rated_by_mentor, entry.rated_by_mentee)
    return any(rating is not None and rating <= POOR for rating in given)
