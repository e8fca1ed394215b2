"""Fields of small numbers to test formats with, and every answer that there is to them."""

from collections.abc import Iterable
from itertools import combinations
from typing import Any, TypeVar
from uuid import UUID

from hypothesis import strategies as st

from services.matching.domain.candidates import Candidate, Need, Offer
from services.matching.domain.fields import Field
from services.matching.domain.weeks import Slot
from tests.matching.builders import ROUND, a_mentee, a_mentor, profile

Thing = TypeVar("Thing")


def a_field(
    mentors: Iterable[Candidate],
    mentees: Iterable[Candidate],
    points: dict[tuple[int, int], int],
    worth: dict[int, int] | None = None,
) -> Field:
    """Who may be paired is said by the points, by volunteer numbers."""
    teaching = {one.id: profile(one) for one in mentors}
    learning = {one.id: profile(one) for one in mentees}
    ids = {one.int: one for one in (*teaching, *learning)}
    return Field(
        ROUND,
        teaching,
        learning,
        {(ids[mentor], ids[mentee]): value for (mentor, mentee), value in points.items()},
        {UUID(int=one): value for one, value in (worth or {}).items()},
    )


def subsets(things: list[Thing]) -> Iterable[tuple[Thing, ...]]:
    """Every choice of some of them."""
    for count in range(len(things) + 1):
        yield from combinations(things, count)


def value(field: Field, pairings: Iterable[Any]) -> tuple[int, int, int]:
    """Worth served, least points (0 for nobody) and the total, as the aims weigh them."""
    chosen = list(pairings)
    points = [field.points[pairing] for pairing in chosen]
    worth = sum(field.worth_of(mentee) for _, mentee in chosen)
    return worth, min(points, default=0), sum(points)


@st.composite
def fields(draw: st.DrawFn, *, mentees: int = 4, pairs: int = 6) -> Field:
    """Two or three mentors, some mentees, a few allowed pairs; the last mentor may be a mentee, too."""
    topics = st.sampled_from(["ai", "crm"])
    windows = st.lists(
        st.builds(Slot, st.sampled_from([0, 2]), st.sampled_from([540, 570, 660]), st.just(150)),
        min_size=1,
        max_size=2,
        unique=True,
    ).map(tuple)

    def person(number: int) -> Candidate:
        make = a_mentor if number < 10 else a_mentee
        return make(
            number,
            offers=tuple(Offer(draw(topics), 5) for _ in range(2)),
            needs=(Need(draw(topics), 1, 1),),
            slots=draw(windows),
            capacity=draw(st.integers(0, 3)),
            hours_per_month=draw(st.sampled_from([2.0, 4.0, 20.0])),
        )

    teaching = [person(number) for number in range(1, draw(st.integers(1, 3)) + 1)]
    learning = [person(number) for number in range(11, 11 + draw(st.integers(1, mentees)))]
    learning += teaching[-1:] if draw(st.booleans()) else []
    possible = [
        (one.id.int, other.id.int) for one in teaching for other in learning if one != other
    ]
    chosen = (
        draw(st.lists(st.sampled_from(possible), unique=True, max_size=pairs)) if possible else []
    )
    points = {pairing: draw(st.integers(0, 9)) for pairing in chosen}
    worth = {one.id.int: draw(st.integers(1, 3)) for one in learning}
    return a_field(teaching, learning, points, worth)
