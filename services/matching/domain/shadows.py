"""Shadow rounds: what another policy would have matched, beside what the last round did."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from services.matching.domain.terms import Terms


@dataclass(frozen=True, slots=True)
class Sum:
    """One side of the comparison: matches, the least points of one (None without any), and all points.

    Points are those of each side's own policy, so with other weights they say how well that policy is met.
    """

    matched: int
    least: int | None
    total: int

    @classmethod
    def of(cls, scores: Iterable[int]) -> "Sum":
        """The sum of these pairs' points."""
        points = tuple(scores)
        return cls(len(points), min(points, default=None), sum(points))


@dataclass(frozen=True, slots=True)
class Change:
    """A mentee who would have another mentor; None means nobody. Volunteer ids."""

    mentee_id: UUID
    before: UUID | None
    after: UUID | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The last round and the shadow side by side, and who would have another partner."""

    last: Sum
    shadow: Sum
    changes: tuple[Change, ...]


Scored = Mapping[UUID, tuple[UUID, int]]
"""By mentee: the mentor, and the points of the two."""


@dataclass(frozen=True, slots=True)
class Shadow:
    """What makes a round a shadow: its own terms, the round that it is compared with, and what came out."""

    terms: Terms
    basis: UUID | None
    comparison: Comparison | None = None


def compared(last: Scored, shadow: Scored) -> Comparison:
    """The comparison, its changes in the order of the mentees."""
    before, after = (
        {mentee_id: mentor_id for mentee_id, (mentor_id, _) in them.items()}
        for them in (last, shadow)
    )
    changes = (
        Change(mentee_id, before.get(mentee_id), after.get(mentee_id))
        for mentee_id in sorted({*last, *shadow})
    )
    return Comparison(
        last=Sum.of(points for _, points in last.values()),
        shadow=Sum.of(points for _, points in shadow.values()),
        changes=tuple(one for one in changes if one.before != one.after),
    )
