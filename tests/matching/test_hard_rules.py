"""Who may never be paired: each rule by its code, and what the rules let pass."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.matching.domain.candidates import Candidate, Need, Offer, Profile
from services.matching.domain.hard_rules import RULES, obstacle
from services.matching.domain.terms import AttributeRule
from services.matching.domain.weeks import Slot
from tests.matching.builders import TERMS, a_mentee, a_mentor, entrant, profile

BOSS, CHIEF, TOP = UUID(int=0x2001), UUID(int=0x2002), UUID(int=0x2003)


def between(mentor: Candidate, mentee: Candidate, **terms: Any) -> str | None:
    return obstacle(profile(mentor), profile(mentee), replace(TERMS, **terms))


def test_two_who_fit_may_be_paired() -> None:
    assert between(a_mentor(1), a_mentee(2)) is None


@pytest.mark.parametrize(
    ("mentor", "mentee", "code"),
    [
        ({"status": "paused"}, {}, "not_active"),
        ({}, {"status": "withdrawn"}, "not_active"),
        ({}, {"status": "sabbatical_of_a_later_version"}, "not_active"),
        ({"cohort_id": UUID(int=9)}, {}, "other_cohort"),
        ({"programme_id": UUID(int=9)}, {}, "other_cohort"),
        ({"person_id": UUID(int=9)}, {"person_id": UUID(int=9)}, "same_person"),
        ({"hours_per_month": 0}, {}, "no_hours"),
        ({}, {"hours_per_month": 0}, "no_hours"),
        ({"capacity": 0}, {}, "no_capacity"),
        ({}, {"capacity": 0}, "no_capacity"),
        ({"avoid": (UUID(int=0x1002),)}, {}, "not_available"),
        ({}, {"avoid": (UUID(int=0x1001),)}, "not_available"),
        ({"level": 6}, {}, "level_gap"),
        ({"level": 9}, {}, "level_gap"),
        ({"managers": (BOSS, UUID(int=0x1002), TOP)}, {"managers": (TOP,)}, "reporting_line"),
        ({}, {"managers": (BOSS, UUID(int=0x1001))}, "reporting_line"),
        ({"managers": (BOSS, TOP)}, {"managers": (BOSS, TOP)}, "same_manager"),
        ({"offers": (Offer("green", 5),)}, {}, "need_not_covered"),
        ({"offers": (Offer("ai", 1),)}, {}, "need_not_covered"),
        ({}, {"needs": ()}, "need_not_covered"),
        ({}, {"needs": (Need("green", 1, 0), Need("ai", 2, 0))}, "need_not_covered"),
        ({"formats": ("sprint",)}, {}, "no_common_format"),
        ({"formats": ("group",)}, {"formats": ("group",)}, "no_common_format"),
        ({"formats": ("partnership",)}, {"formats": ("partnership",)}, "no_common_format"),
        ({"languages": ("ru",)}, {}, "no_common_language"),
        ({"languages": ()}, {}, "no_common_language"),
        ({"slots": ()}, {}, "no_common_slot"),
        ({"slots": (Slot(0, 600, 59),)}, {"slots": (Slot(0, 600, 59),)}, "no_common_slot"),
        ({"time_zone": "Asia/Tokyo"}, {}, "no_common_slot"),
        ({"time_zone": "Nowhere/At_All"}, {}, "no_common_slot"),
    ],
)
def test_a_rule_that_forbids_names_its_code(
    mentor: dict[str, Any], mentee: dict[str, Any], code: str
) -> None:
    assert between(a_mentor(1, **mentor), a_mentee(2, **mentee)) == code


@pytest.mark.parametrize(
    ("mentor", "mentee", "terms", "code"),
    [
        ({"level": 9}, {"level": 7}, {"any_direction": True}, None),
        ({"level": 7}, {"level": 7}, {"any_direction": True}, "level_gap"),
        ({"level": 3}, {"level": 7}, {"level_gap_max": 4}, None),
        ({"level": 3}, {"level": 8}, {"level_gap_max": 4}, "level_gap"),
        ({"level": 9}, {"level": 4}, {"any_direction": True, "level_gap_max": 4}, "level_gap"),
        ({}, {}, {"need_floor": 3}, None),
        ({}, {}, {"need_floor": 4}, "need_not_covered"),
        ({"unit": "Sales"}, {"unit": "Sales"}, {"other_unit": True}, "same_unit"),
        ({"unit": "Sales"}, {"unit": "Law"}, {"other_unit": True}, None),
        ({"unit": ""}, {"unit": ""}, {"other_unit": True}, None),
        ({"unit": "Sales"}, {"unit": "Sales"}, {}, None),
        ({"site": "Leeds"}, {"site": "Leeds"}, {"other_site": True}, "same_site"),
        ({"site": "Leeds"}, {"site": ""}, {"other_site": True}, None),
        ({"site": "Leeds"}, {"site": "Leeds"}, {}, None),
    ],
)
def test_what_a_programme_adds_to_the_rules(
    mentor: dict[str, Any], mentee: dict[str, Any], terms: dict[str, Any], code: str | None
) -> None:
    assert between(a_mentor(1, **mentor), a_mentee(2, **mentee), **terms) == code


@pytest.mark.parametrize(
    ("attribute", "mentor", "mentee", "kept"),
    [
        ("unit", {"unit": "Sales"}, {"unit": "Sales"}, {"equal", "contains"}),
        ("unit", {"unit": "Sales"}, {"unit": "Law"}, {"different"}),
        ("unit", {"unit": ""}, {"unit": ""}, {"different"}),
        ("site", {"site": "Leeds"}, {"site": "Leeds"}, {"equal", "contains"}),
        ("level", {"level": 3}, {"level": 7}, {"different"}),
        ("time_zone", {}, {}, {"equal", "contains"}),
        (
            "languages",
            {"languages": ("en", "ru")},
            {"languages": ("ru", "en")},
            {"equal", "contains"},
        ),
        ("languages", {"languages": ("en", "ru")}, {"languages": ("en",)}, {"contains"}),
        ("hobbies", {"hobbies": ("chess",)}, {"hobbies": ("chess", "golf")}, set()),
        ("hobbies", {"hobbies": ("chess",)}, {"hobbies": ("golf",)}, {"different"}),
        ("hobbies", {"hobbies": ("chess",)}, {"hobbies": ()}, {"different"}),
        ("topics", {}, {}, {"equal", "contains"}),
        ("topics", {}, {"needs": (Need("ai", 1, 0), Need("crm", 2, 0))}, set()),
        ("shoe_size", {}, {}, set()),
    ],
)
def test_a_rule_on_an_attribute_forbids_where_it_is_not_kept(
    attribute: str, mentor: dict[str, Any], mentee: dict[str, Any], kept: set[str]
) -> None:
    for relation in ("equal", "different", "contains", "of_a_later_version"):
        rule = AttributeRule(attribute, relation)
        code = between(a_mentor(1, **mentor), a_mentee(2, **mentee), attribute_rules=(rule,))
        assert code == (None if relation in kept else f"attribute_{attribute}_{relation}")


def test_a_rule_with_points_forbids_nothing() -> None:
    rule = AttributeRule("unit", "different", points=5)

    assert between(a_mentor(1), a_mentee(2), attribute_rules=(rule,)) is None


def test_a_rule_on_an_attribute_is_asked_after_all_others() -> None:
    rule = AttributeRule("unit", "different")

    code = between(a_mentor(1, slots=()), a_mentee(2), attribute_rules=(rule,))
    assert code == "no_common_slot"


def test_whoever_is_here_until_today_takes_no_new_pair() -> None:
    last_day, after = a_mentor(1, until=date(2026, 3, 2)), a_mentor(1, until=date(2026, 3, 3))

    assert between(last_day, a_mentee(2)) == "not_active"
    assert between(after, a_mentee(2)) is None


def test_every_rule_has_a_case_above() -> None:
    marks = test_a_rule_that_forbids_names_its_code.pytestmark[0].args[1]
    added = test_what_a_programme_adds_to_the_rules.pytestmark[0].args[1]

    codes = {code for _, _, code in marks} | {code for *_, code in added if code}
    assert codes == {code for code, _ in RULES}


def test_a_higher_common_ancestor_is_fine() -> None:
    assert between(a_mentor(1, managers=(BOSS, TOP)), a_mentee(2, managers=(CHIEF, TOP))) is None


def test_a_gap_of_exactly_two_levels_is_enough() -> None:
    assert between(a_mentor(1, level=5), a_mentee(2, level=7)) is None


@pytest.mark.parametrize(
    ("managers", "code"),
    [
        ((UUID(int=0x1002),), "reporting_line"),
        ((BOSS, UUID(int=0x1002)), "reporting_line"),
        ((BOSS, CHIEF, UUID(int=0x1002)), None),
    ],
)
def test_below_the_top_post_the_line_counts_two_levels_deep(
    managers: tuple[UUID, ...], code: str | None
) -> None:
    top = a_mentee(2, managers=(), managers_complete=True)

    assert between(a_mentor(1, managers=managers), top) == code


@pytest.mark.parametrize(
    ("near", "code"), [((BOSS, UUID(int=0x1002)), "reporting_line"), ((BOSS, CHIEF), None)]
)
def test_a_dotted_line_to_the_top_post_is_as_near_as_a_solid_one(
    near: tuple[UUID, ...], code: str | None
) -> None:
    top = a_mentee(2, managers=(), managers_complete=True)
    chain = (BOSS, CHIEF, UUID(int=0x1002))

    assert between(a_mentor(1, managers=chain, near_managers=near), top) == code


def test_a_direct_manager_by_a_dotted_line_is_one_in_common() -> None:
    mentor = a_mentor(1, managers=(BOSS, TOP, CHIEF), direct_managers=(BOSS, CHIEF))

    assert between(mentor, a_mentee(2, managers=(CHIEF, TOP))) == "same_manager"
    assert between(mentor, a_mentee(2, managers=(TOP,))) is None


def test_a_mentee_whose_chain_is_unknown_is_not_taken_for_the_top() -> None:
    unknown = a_mentee(2, managers=(), managers_complete=False)
    mentor = a_mentor(1, managers=(BOSS, CHIEF, UUID(int=0x1002)))

    assert between(mentor, unknown) == "reporting_line"


def test_two_without_any_known_manager_have_none_in_common() -> None:
    assert between(a_mentor(1, managers=()), a_mentee(2, managers=())) is None


def test_one_of_several_first_needs_is_enough() -> None:
    needs = (Need("green", 1, 0), Need("ai", 1, 3), Need("crm", 2, 0))

    assert between(a_mentor(1), a_mentee(2, needs=needs)) is None


def test_first_means_the_most_wanted_of_what_is_wanted() -> None:
    assert between(a_mentor(1), a_mentee(2, needs=(Need("crm", 3, 0), Need("ai", 2, 0)))) is None


def test_full_people_have_no_place_left() -> None:
    full = profile(a_mentor(1, capacity=3), free=0)

    assert obstacle(full, profile(a_mentee(2)), TERMS) == "no_capacity"


def test_those_who_met_before_are_not_proposed_again() -> None:
    mentor = profile(a_mentor(1), met=(UUID(int=0x1002),))

    assert obstacle(mentor, profile(a_mentee(2)), TERMS) == "not_available"


def test_summer_time_can_make_two_weeks_meet() -> None:
    mentor = entrant(a_mentor(1, time_zone="Europe/Berlin", slots=(Slot(0, 600, 60),)))
    mentee = entrant(a_mentee(2, time_zone="Asia/Kolkata", slots=(Slot(0, 810, 60),)))

    def on(day: date) -> str | None:
        return obstacle(Profile.of(mentor, day), Profile.of(mentee, day), TERMS)

    assert on(date(2026, 7, 15)) is None
    assert on(date(2026, 1, 14)) == "no_common_slot"
