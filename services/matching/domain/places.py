"""How many places of somebody are taken. A sprint takes one on its day only, everything else as long as it lasts."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from services.matching.domain.rounds import Match


def taken(days: Iterable[date | None]) -> int:
    """The places that these take: None lasts, a day is a sprint's."""
    by_day = Counter(days)
    lasting = by_day.pop(None, 0)
    return lasting + max(by_day.values(), default=0)


class Places:
    """The places of volunteers, and what matches take of them."""

    def __init__(self, free: Mapping[UUID, int]) -> None:
        self._free = free
        self._days: dict[UUID, list[date | None]] = {}

    def left(self, id_: UUID) -> int:
        """How many places this one has left."""
        return self._free.get(id_, 0) - taken(self._days.get(id_, ()))

    def have_room(self, match: Match) -> bool:
        """Whether both have a place for it."""
        return all(
            taken((*self._days.get(id_, ()), match.day)) <= self._free.get(id_, 0)
            for id_ in (match.mentor_id, match.mentee_id)
        )

    def take(self, match: Match) -> None:
        """A place of both."""
        for id_ in (match.mentor_id, match.mentee_id):
            self._days.setdefault(id_, []).append(match.day)
