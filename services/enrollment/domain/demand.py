"""Which topics are wanted more than they are offered, so that the right people can be invited."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Demand:
    """Active volunteers of a programme around one topic.

    `wanted` mentees want it, `by_priority` as they rank it; `offered` mentors give it, and take `places`
    mentees at once together.
    """

    topic: str
    wanted: int
    by_priority: Mapping[int, int]
    offered: int
    places: int

    @property
    def gap(self) -> bool:
        """Whether more want it than its mentors take at once."""
        return self.wanted > self.places


@dataclass(frozen=True, slots=True)
class Gaps:
    """The topics of a programme that were told to be wanted more than they are offered."""

    programme_id: UUID
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GapOpened:
    """Fact: more is wanted of a topic than its mentors can give."""

    programme_id: UUID
    topic: str


@dataclass(frozen=True, slots=True)
class GapClosed:
    """Fact: not any more."""

    programme_id: UUID
    topic: str


Facts = tuple[GapOpened | GapClosed, ...]


def judge(before: Gaps, demand: Collection[Demand], *, open_: bool) -> tuple[Gaps, Facts]:
    """The gaps of now, and what became of them since; a programme that is closed has none."""
    now = {one.topic for one in demand if one.gap} if open_ else set()
    closed = [GapClosed(before.programme_id, topic) for topic in sorted({*before.topics} - now)]
    opened = [GapOpened(before.programme_id, topic) for topic in sorted(now - {*before.topics})]
    return Gaps(before.programme_id, tuple(sorted(now))), (*closed, *opened)


@dataclass(frozen=True, slots=True)
class Wish:
    """Whom a lead looks for; None is anybody."""

    unit: str | None = None
    profession: str | None = None
    level_min: int | None = None
    level_max: int | None = None


def highest_level(executives: Sequence[int], level_gap: int) -> int | None:
    """The highest level from which one of those who want a topic can be taught; None: nobody wants it."""
    return max(executives) - level_gap if executives else None
