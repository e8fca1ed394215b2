"""Points in parts, typed by hand."""

from dataclasses import replace
from typing import Any

import pytest

from services.matching.domain.candidates import Candidate, Need, Offer
from services.matching.domain.score import (
    PARTS,
    scarcity_of,
    score,
    shared_hobbies,
    shared_topics,
    worth,
)
from services.matching.domain.terms import AttributeRule
from services.matching.domain.weeks import Slot
from tests.matching.builders import TERMS, a_mentee, a_mentor, profile

EQUAL = replace(TERMS, weights=dict.fromkeys(PARTS, 120))


def points(mentor: Candidate, mentee: Candidate) -> dict[str, int]:
    one, other = profile(mentor), profile(mentee)
    return dict(score(one, other, EQUAL, scarcity_of([one], [other])))


def test_every_part_is_counted_in_whole_points() -> None:
    assert points(a_mentor(1), a_mentee(2)) == {
        "topics": 120,
        "hobbies": 0,
        "availability": 60,
        "motivation": 60,
        "distance": 0,
        "exposure": 60,
        "openness": 60,
        "attributes": 0,
        "feedback": 60,
        "scarcity": 60,
    }


def test_a_pair_is_worth_something_to_each_side_and_to_the_whole() -> None:
    mentor, mentee = a_mentor(1, hobbies=("chess",)), a_mentee(2, hobbies=("chess",), site="oslo")

    # topics 120, hobbies 40, availability 60, motivation 60, distance 60; exposure 60, hobbies 40,
    # availability 60, openness 60; scarcity 60, attributes 0, feedback 60.
    both = worth(points(mentor, mentee))
    assert (both.mentee, both.mentor, both.whole, both.total) == (340, 220, 120, 680)


@pytest.mark.parametrize(
    ("part", "mentor", "mentee", "expected"),
    [
        ("topics", {"offers": (Offer("ai", 2),)}, {}, 40),
        ("topics", {}, {"needs": (Need("ai", 1, 1), Need("crm", 3, 0))}, 90),
        ("hobbies", {"hobbies": ("chess", "running")}, {"hobbies": ("running",)}, 40),
        ("hobbies", {"hobbies": tuple("abcde")}, {"hobbies": tuple("abcde")}, 120),
        ("motivation", {"motivation": 5}, {"openness": 1}, 120),
        ("motivation", {"motivation": 1}, {"openness": 5}, 0),
        ("openness", {"motivation": 1}, {"openness": 4}, 90),
        ("openness", {"motivation": 5}, {"openness": 1}, 0),
        ("exposure", {"exposure": ("strategy",), "level": 4}, {"level": 7}, 90),
        ("exposure", {"exposure": ("leadership",), "level": 1}, {"level": 9}, 120),
        ("exposure", {"exposure": ("finance",)}, {"unit": "Group Accounting"}, 120),
        ("exposure", {"exposure": ("finance",)}, {"unit": "Group Technology"}, 0),
        ("exposure", {"exposure": ("technology", "customers")}, {"unit": "IT"}, 60),
        ("exposure", {"exposure": ("technology",)}, {"unit": "Italian sales"}, 0),
        ("exposure", {"exposure": ("customers",)}, {"unit": "Отдел продаж"}, 120),
        ("exposure", {"exposure": ("international",)}, {"time_zone": "Europe/London"}, 120),
        ("exposure", {"exposure": ("international",)}, {}, 0),
        ("exposure", {"exposure": ("of_a_later_version",)}, {}, 60),
        ("distance", {"unit": "it", "site": "paris"}, {}, 120),
        ("distance", {"unit": "it"}, {}, 60),
        ("availability", {"slots": (Slot(0, 540, 60),)}, {}, 30),
    ],
)
def test_a_part_grows_with_what_it_stands_for(
    part: str, mentor: dict[str, Any], mentee: dict[str, Any], expected: int
) -> None:
    assert points(a_mentor(1, **mentor), a_mentee(2, **mentee))[part] == expected


def test_rules_on_attributes_share_the_points_of_their_part() -> None:
    rules = (
        AttributeRule("site", "different", points=3),
        AttributeRule("unit", "equal", points=1),
        AttributeRule("languages", "equal"),
    )
    terms = replace(EQUAL, attribute_rules=rules)
    mentor = profile(a_mentor(1))

    assert score(mentor, profile(a_mentee(2)), terms, {})["attributes"] == 30
    assert score(mentor, profile(a_mentee(2, site="oslo")), terms, {})["attributes"] == 120


def test_a_topic_that_many_want_and_few_offer_counts_more() -> None:
    mentors = [profile(a_mentor(1)), profile(a_mentor(2, offers=(Offer("crm", 4),)))]
    wants_ai = [profile(a_mentee(number)) for number in (3, 4, 5)]
    wants_crm = profile(a_mentee(6, needs=(Need("crm", 1, 1),)))
    scarcity = scarcity_of(mentors, [*wants_ai, wants_crm])

    assert score(mentors[0], wants_ai[0], EQUAL, scarcity)["scarcity"] == 90
    assert score(mentors[1], wants_crm, EQUAL, scarcity)["scarcity"] == 60


def test_parts_without_a_weight_and_weights_without_a_part_count_nothing() -> None:
    odd = replace(TERMS, weights={"topics": 10, "astrology": 1000, "hobbies": -5})
    one, other = profile(a_mentor(1, hobbies=("a",))), profile(a_mentee(2, hobbies=("a",)))

    assert sum(score(one, other, odd, {}).values()) == 10


def test_the_first_hobby_of_the_executive_that_both_share_is_named() -> None:
    mentor = profile(a_mentor(1, hobbies=("running", "chess")))
    mentee = profile(a_mentee(2, hobbies=("golf", "chess", "running")))

    assert shared_hobbies(mentor, mentee) == ("chess", "running")


def test_shared_topics_come_with_the_most_wanted_first() -> None:
    mentor = profile(a_mentor(1, offers=(Offer("ai", 4), Offer("crm", 3), Offer("green", 1))))
    mentee = profile(a_mentee(2, needs=(Need("crm", 2, 2), Need("green", 1, 3), Need("ai", 1, 0))))

    assert shared_topics(mentor, mentee) == ("ai", "crm")
