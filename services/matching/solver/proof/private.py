"""Who is not for whom, for reasons that are nobody else's business."""

from collections.abc import Iterator
from uuid import UUID

from services.matching.domain.candidates import Entrant
from services.matching.domain.rounds import Pool, Wish

Two = frozenset[UUID]
"""Two people; one of somebody with themselves."""
_POOR = 2


class Privacy:
    """What earlier pairs and wishes of both say, by two people."""

    def __init__(self, pool: Pool) -> None:
        people = {one.candidate.id: one.candidate.person_id for one in pool.entrants}
        self._wished = {
            frozenset((people[pin.mentor_id], people[pin.mentee_id]))
            for pin in pool.pins
            if pin.by is Wish.BOTH and pin.mentor_id in people and pin.mentee_id in people
        }
        met = {frozenset((line.mentor_id, line.mentee_id)) for line in pool.history}
        poor = {
            frozenset((line.mentor_id, line.mentee_id))
            for line in pool.history
            for rating in (line.rated_by_mentor, line.rated_by_mentee)
            if rating is not None and rating <= _POOR
        }
        self.barred = (met - self._wished) | poor

    def barred_by(self, entrant: Entrant) -> Iterator[UUID]:
        """The people who are not for this volunteer by what the volunteer's own lists say, and the person itself."""
        me = entrant.candidate.person_id
        yield from (me, *entrant.candidate.avoid)
        yield from (other for other in entrant.met if frozenset((me, other)) not in self._wished)
