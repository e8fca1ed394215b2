"""What is kept of people beside their profiles: earlier pairs, rounds that left them over, wishes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from services.matching.domain.candidates import Side
from services.matching.domain.pairs import NOT_AGAIN, Pair, PairState
from services.matching.domain.rounds import Pin

Place = tuple[UUID, Side]
"""A volunteer (id) on a side."""


@dataclass(frozen=True, slots=True)
class Records:
    """What is kept of people beside their profiles.

    `pairs` are all that they are or were in, in whatever programme; `left_over` the rounds (ids) of this programme
    that left somebody without a partner on a side; `pins` what the lead, or both sides of a pair, wish here.
    """

    pairs: tuple[Pair, ...] = ()
    left_over: Mapping[Place, tuple[UUID, ...]] = field(default_factory=dict)
    pins: tuple[Pin, ...] = ()

    def met(self) -> Mapping[UUID, set[UUID]]:
        """With whom nobody is paired again, by person: who was asked or paired before."""
        met: dict[UUID, set[UUID]] = defaultdict(set)
        for pair in self.pairs:
            if pair.state in NOT_AGAIN:
                met[pair.mentor.person_id].add(pair.mentee.person_id)
        return met

    def ran(self) -> "Ran":
        """The pairs of each place that ran, or do: what ends a wait."""
        ran: dict[Place, list[Pair]] = defaultdict(list)
        for pair in self.pairs:
            if pair.state in (PairState.FORMED, PairState.ENDED):
                ran[pair.mentor_id, Side.MENTOR].append(pair)
                ran[pair.mentee_id, Side.MENTEE].append(pair)
        return ran

    def rounds_waited(self, place: Place, ran: "Ran") -> int:
        """How many rounds have left them over since their last pair on this side was proposed.

        Read from what the rounds have kept, never counted up: the same event twice, or two rounds at the same
        moment, count what they are. Ids of rounds and pairs sort by the time they were made.
        """
        since = max((one.id for one in ran.get(place, ())), default=UUID(int=0))
        return sum(one > since for one in self.left_over.get(place, ()))


Ran = Mapping[Place, Sequence[Pair]]
