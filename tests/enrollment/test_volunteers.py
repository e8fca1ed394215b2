"""Saying yes, changing one's mind, pausing and leaving."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.enrollment.domain.volunteers import (
    CandidateChanged,
    Consent,
    Need,
    Offer,
    Role,
    Status,
    Step,
    VolunteerEnrolled,
    VolunteerPaused,
    VolunteerResumed,
    VolunteerWithdrawn,
    checked,
    enrol,
)
from shared.chassis.refusals import Conflict, Invalid
from tests.enrollment.people import PROFILE, PROGRAMME, TERMS, TODAY, TOPICS, VOLUNTEER

GONE, _ = VOLUNTEER.withdraw()


def test_a_yes_is_told_to_everybody_and_all_of_it_to_matching() -> None:
    volunteer, facts = enrol(VOLUNTEER, PROGRAMME, TOPICS, TODAY)
    assert volunteer == VOLUNTEER
    assert facts == (VolunteerEnrolled(VOLUNTEER), CandidateChanged(VOLUNTEER))


def test_consent_cannot_be_given_ahead_but_the_day_may_have_begun_elsewhere() -> None:
    tomorrow = replace(VOLUNTEER, consent=Consent("1", date(2027, 1, 12), "en"))
    enrol(tomorrow, PROGRAMME, TOPICS, TODAY)
    later = replace(VOLUNTEER, consent=Consent("1", date(2027, 1, 13), "en"))
    with pytest.raises(Invalid, match="consent_ahead"):
        enrol(later, PROGRAMME, TOPICS, TODAY)


@pytest.mark.parametrize(
    ("changed", "code", "pointer"),
    [
        ({"hours_per_month": 0.0}, "no_time", "/hours_per_month"),
        ({"slots": ()}, "no_slot", "/slots"),
        ({"offers": ()}, "offers_and_roles", "/offers"),
        ({"needs": ()}, "needs_and_roles", "/needs"),
        ({"roles": (Role.MENTEE,)}, "offers_and_roles", "/offers"),
        ({"roles": (Role.MENTOR,)}, "needs_and_roles", "/needs"),
        ({"offers": (Offer("crm", 3), Offer("crm", 4))}, "topic_twice", "/offers"),
        (
            {"offers": (Offer("analytics", 3), Offer("sailing", 5))},
            "unknown_topic",
            "/offers/1/topic",
        ),
        ({"needs": (Need("sailing", 1, 0),)}, "unknown_topic", "/needs/0/topic"),
        ({"needs": (Need("social_media", 1, 0),)}, "offer_and_need", "/needs"),
        ({"formats": ("one_to_one", "group")}, "format_not_allowed", "/formats/1"),
        ({"languages": ("de",)}, "no_common_language", "/languages"),
    ],
)
def test_a_profile_that_could_lead_to_no_pair_is_refused_in_words(
    changed: dict[str, Any], code: str, pointer: str
) -> None:
    with pytest.raises(Invalid) as refused:
        checked(replace(PROFILE, **changed), TERMS, TOPICS)
    assert (refused.value.code, refused.value.pointer) == (code, pointer)
    assert refused.value.detail.endswith(".")


def test_no_format_named_means_any_of_the_programme() -> None:
    assert checked(replace(PROFILE, formats=()), TERMS, TOPICS).formats == ("one_to_one", "sprint")


ONLY_A_MENTOR = replace(PROFILE, roles=(Role.MENTOR,), needs=())


def test_other_roles_are_told_to_everybody_who_counts_by_role() -> None:
    mentor, facts = VOLUNTEER.change(ONLY_A_MENTOR, TERMS, TOPICS)
    assert mentor.profile.roles == (Role.MENTOR,)
    assert facts == (VolunteerEnrolled(mentor), CandidateChanged(mentor))


def test_who_takes_other_roles_while_away_stays_away() -> None:
    paused, _ = VOLUNTEER.pause(date(2027, 2, 1), TODAY)
    mentor, facts = paused.change(ONLY_A_MENTOR, TERMS, TOPICS)
    assert facts == (VolunteerEnrolled(mentor), VolunteerPaused(mentor), CandidateChanged(mentor))


def test_a_profile_with_the_same_roles_is_told_to_matching_alone() -> None:
    changed, facts = VOLUNTEER.change(replace(PROFILE, motivation=1), TERMS, TOPICS)
    assert facts == (CandidateChanged(changed),)


def test_a_pause_keeps_until_when_and_is_told() -> None:
    paused, facts = VOLUNTEER.pause(date(2027, 2, 1), TODAY)
    assert (paused.status, paused.paused_until) == (Status.PAUSED, date(2027, 2, 1))
    assert facts == (VolunteerPaused(paused), CandidateChanged(paused))


def test_a_pause_may_be_open_ended() -> None:
    assert VOLUNTEER.pause(None, TODAY)[0].paused_until is None


def test_a_pause_cannot_be_over_already() -> None:
    with pytest.raises(Invalid, match="pause_over"):
        VOLUNTEER.pause(TODAY, TODAY)


def test_resuming_ends_the_pause() -> None:
    paused, _ = VOLUNTEER.pause(date(2027, 2, 1), TODAY)
    active, facts = paused.resume()
    assert active == VOLUNTEER
    assert facts == (VolunteerResumed(VOLUNTEER), CandidateChanged(VOLUNTEER))


def test_leaving_is_told_without_a_reason_and_matching_hears_it_too() -> None:
    assert GONE.status is Status.WITHDRAWN
    assert VOLUNTEER.withdraw()[1] == (VolunteerWithdrawn(GONE), CandidateChanged(GONE))


@pytest.mark.parametrize(
    "again",
    [
        VOLUNTEER.resume,
        GONE.withdraw,
        lambda: VOLUNTEER.pause(None, TODAY)[0].pause(None, TODAY),
        lambda: VOLUNTEER.move(VOLUNTEER.standing),
        lambda: GONE.move(replace(VOLUNTEER.standing, level=4)),
    ],
)
def test_what_changes_nothing_tells_nothing(again: Callable[[], Step]) -> None:
    assert again()[1] == ()


@pytest.mark.parametrize(
    "attempt",
    [
        GONE.resume,
        lambda: GONE.pause(None, TODAY),
        lambda: GONE.change(PROFILE, TERMS, TOPICS),
    ],
)
def test_one_who_left_stays_away(attempt: Callable[[], Step]) -> None:
    with pytest.raises(Conflict, match="withdrawn"):
        attempt()


def test_a_move_in_the_directory_is_told_to_matching_alone() -> None:
    moved, facts = VOLUNTEER.move(replace(VOLUNTEER.standing, managers=(UUID(int=99),)))
    assert facts == (CandidateChanged(moved),)
