"""Which format two people get: who is looked at for what, and who is left."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from services.matching.domain.candidates import Candidate, Need, Offer
from services.matching.domain.composition import (
    hindrance,
    left_after,
    looked_at,
    preferred,
    scarce_topics,
)
from services.matching.domain.places import Places, taken
from services.matching.domain.rounds import Match, Pin, Pool, Wish
from services.matching.domain.terms import FormatTerms
from tests.matching.builders import (
    TERMS,
    TODAY,
    a_match,
    a_mentee,
    a_mentor,
    a_pool,
    entrant,
    profile,
)

ALL = replace(
    TERMS,
    formats=(
        FormatTerms("one_to_one", 2, 90),
        FormatTerms("group", 3, 90, people_max=8),
        FormatTerms("partnership", 2, 180),
        FormatTerms("sprint", 2, 0),
    ),
)
NINE = datetime(2026, 3, 3, 9, tzinfo=UTC)


def taking_part(pool: Pool, format_: str) -> set[tuple[int, str]]:
    part = looked_at(pool, format_)
    assert part.terms.pair_formats == {format_}
    return {(one.candidate.id.int, str(side)) for one in part.entrants for side in one.sides}


def junior(number: int, **but: Any) -> Candidate:
    """Teaches AI, and would learn to present."""
    usual = {"formats": ("partnership",), "needs": (Need("presenting", 1, 1),)}
    return a_mentor(number, roles=("mentor", "mentee"), **(usual | but))


def senior(number: int, **but: Any) -> Candidate:
    """Wants AI, and teaches to present."""
    usual = {"formats": ("partnership",), "offers": (Offer("presenting", 4),)}
    return a_mentee(number, roles=("mentor", "mentee"), **(usual | but))


def test_what_somebody_prefers_is_the_first_they_named_that_the_programme_allows() -> None:
    assert preferred(a_mentee(1, formats=("sprint", "group")), ALL) == "sprint"
    assert preferred(a_mentee(1, formats=("circle", "group")), ALL) == "group"
    assert preferred(a_mentee(1, formats=("circle",)), ALL) is None


def test_a_partnership_is_for_those_who_prefer_it_and_both_teach_and_learn() -> None:
    pool = a_pool(
        junior(1),
        senior(2),
        junior(3, formats=("one_to_one", "partnership")),
        a_mentor(4, formats=("partnership",)),
        entrant(senior(5), free=0),
        terms=ALL,
    )

    assert taking_part(pool, "partnership") == {
        (1, "mentor"),
        (1, "mentee"),
        (2, "mentor"),
        (2, "mentee"),
    }


@pytest.mark.parametrize(
    ("one", "other", "code"),
    [
        (junior(1), senior(2), None),
        (senior(2), junior(1), "level_gap"),
        (junior(1), senior(2, offers=()), "need_not_covered"),
        (junior(1, offers=()), senior(2), "need_not_covered"),
        (junior(1, formats=("one_to_one",)), senior(2), "no_common_format"),
    ],
)
def test_in_a_partnership_each_covers_what_the_other_wants_most_and_the_junior_is_the_mentor(
    one: Candidate, other: Candidate, code: str | None
) -> None:
    assert hindrance("partnership", profile(one), profile(other), ALL) == code


def test_the_rules_of_a_format_are_those_of_a_pair_in_that_format_alone() -> None:
    mentor, mentee = a_mentor(1, formats=("group",)), a_mentee(2, formats=("group", "one_to_one"))

    assert hindrance("group", profile(mentor), profile(mentee), ALL) is None
    assert hindrance("one_to_one", profile(mentor), profile(mentee), ALL) == "no_common_format"
    assert hindrance("circle", profile(mentor), profile(mentee), ALL) == "no_common_format"


def test_a_sprint_is_for_mentees_with_a_task_who_prefer_one_and_mentors_who_accept_one() -> None:
    pool = a_pool(
        a_mentor(1, formats=("one_to_one", "sprint")),
        a_mentor(2),
        a_mentee(3, formats=("sprint",), has_task=True),
        a_mentee(4, formats=("sprint",)),
        a_mentee(5, formats=("one_to_one", "sprint"), has_task=True),
        terms=ALL,
    )

    assert taking_part(pool, "sprint") == {(1, "mentor"), (3, "mentee")}


def test_a_group_is_for_mentees_who_prefer_one_and_where_a_topic_is_scarce() -> None:
    both = ("one_to_one", "group")
    crm = (Need("crm", 1, 0),)
    pool = a_pool(
        a_mentor(1, formats=both, capacity=3),
        a_mentor(2, formats=both, offers=(Offer("crm", 5),), capacity=1),
        a_mentee(3, formats=("group", "one_to_one")),
        a_mentee(4, formats=both),
        a_mentee(5, formats=both, needs=crm),
        a_mentee(6, formats=("one_to_one",), needs=crm),
        terms=ALL,
    )

    assert scarce_topics(pool) == {"crm"}
    assert taking_part(pool, "group") == {
        (1, "mentor"),
        (2, "mentor"),
        (3, "mentee"),
        (5, "mentee"),
    }


def test_the_places_of_pins_are_not_looked_at() -> None:
    mentor = a_mentor(1, formats=("sprint",), capacity=2)
    mentees = [a_mentee(number, formats=("sprint",), has_task=True) for number in (2, 3)]
    pin = Pin(mentor.id, mentees[0].id, Wish.LEAD)
    pool = replace(a_pool(mentor, *mentees, terms=ALL), pins=(pin,))

    assert taking_part(pool, "sprint") == {(1, "mentor"), (3, "mentee")}
    assert {one.free for one in looked_at(pool, "sprint").entrants} == {1}


def in_format(match: Match, format_: str, **but: Any) -> Match:
    return replace(match, format=format_, **but)


def sides(pool: Pool) -> dict[int, tuple[list[str], int]]:
    return {
        one.candidate.id.int: ([str(side) for side in one.sides], one.free) for one in pool.entrants
    }


def test_a_mentee_who_found_somebody_is_gone_and_a_mentor_has_a_place_less() -> None:
    mentor, mentee, other = a_mentor(1, capacity=2), a_mentee(2), a_mentee(3)
    left = left_after(a_pool(mentor, mentee, other), [a_match(mentor, mentee)])

    assert sides(left) == {1: (["mentor"], 1), 3: (["mentee"], 1)}
    assert left.entrants[0].met == (mentee.person_id,)


def test_both_of_a_partnership_have_found_somebody_and_may_still_teach_another() -> None:
    one, other = junior(1, capacity=1), senior(2, capacity=2)
    match = in_format(a_match(one, other), "partnership")

    assert sides(left_after(a_pool(one, other), [match])) == {2: (["mentor"], 1)}


def test_sprints_of_different_days_take_one_place_together_and_their_hours() -> None:
    mentor, mentees = a_mentor(1, capacity=2), (a_mentee(2), a_mentee(3))
    starts = NINE, NINE.replace(day=4)
    matches = [
        in_format(a_match(mentor, mentee), "sprint", starts_at=start)
        for mentee, start in zip(mentees, starts, strict=True)
    ]
    left = left_after(a_pool(mentor, *mentees), matches)

    assert sides(left) == {1: (["mentor"], 1)}
    assert left.entrants[0].booked == starts


def test_who_taught_with_the_last_place_and_still_wants_to_learn_stays_and_is_told_why() -> None:
    one, mentee = junior(1, capacity=1), a_mentee(2)

    assert sides(left_after(a_pool(one, mentee), [a_match(one, mentee)])) == {1: (["mentee"], 0)}


def test_a_sprint_takes_a_place_on_its_day_and_everything_else_every_day() -> None:
    assert taken([]) == 0
    assert taken([None, None]) == 2
    assert taken([None, TODAY, TODAY.replace(day=9), TODAY]) == 3


def test_there_is_room_as_long_as_both_have_a_place_that_day() -> None:
    mentor, mentee = a_mentor(1), a_mentee(2)
    lasting = a_match(mentor, mentee)
    sprint = in_format(lasting, "sprint", starts_at=NINE)
    later = in_format(lasting, "sprint", starts_at=NINE.replace(day=5))
    places = Places({mentor.id: 1, mentee.id: 5})
    places.take(sprint)

    assert places.have_room(later)
    assert not places.have_room(sprint)
    assert not places.have_room(lasting)
    assert (places.left(mentor.id), places.left(mentee.id)) == (0, 4)
    assert not Places({mentee.id: 1}).have_room(later)
