"""Groups: one mentor with several mentees. Each of them is a pair, and the group stands or falls with their number."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID, uuid5

from services.matching.domain.pairs import Ending, Pair, Step


@dataclass(frozen=True, slots=True)
class Size:
    """How many people a group has, the mentor among them, and the minutes of its weekly window."""

    people_min: int
    people_max: int
    minutes: int

    @property
    def mentees_min(self) -> int:
        """The least number of pairs that is a group."""
        return max(self.people_min - 1, 1)

    @property
    def mentees_max(self) -> int:
        """The greatest number of pairs."""
        return self.people_max - 1


@dataclass(frozen=True, slots=True)
class Group:
    """Who learns what from whom, by volunteer ids; `week` has a bit per minute that all have free, UTC."""

    mentor_id: UUID
    mentee_ids: tuple[UUID, ...]
    topic: str
    week: int

    def id_in(self, round_id: UUID) -> UUID:
        """The group's id: the same for the same people in the same round."""
        return uuid5(round_id, " ".join(str(one) for one in (self.mentor_id, *self.mentee_ids)))


def dissolved(pairs: Collection[Pair]) -> tuple[Step, ...]:
    """What follows for the rest of a group, of which `pairs` are all: nothing as long as enough are left.

    Enough are those who are asked, run, or were completed; one who declines, lets the time run out or stops makes the
    group smaller. Below its least number open proposals are void and running pairs are stopped.
    """
    least = max((pair.group_least for pair in pairs), default=0)
    if sum(pair.live or pair.ending is Ending.COMPLETED for pair in pairs) >= least:
        return ()
    return tuple(pair.leave() for pair in sorted(pairs, key=lambda pair: pair.id) if pair.live)
