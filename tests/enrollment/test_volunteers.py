"""Saying yes, changing one's mind, pausing and leaving."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.enrollment.domain.volunteers import (
    Because,
    CandidateChanged,
    Consent,
    Exposure,
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
        (
            {"roles": (Role.MENTEE,), "offers": (), "exposure": (Exposure.FINANCE,)},
            "exposure_and_roles",
            "/exposure",
        ),
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
    active, facts = paused.resume(TODAY)
    assert active == VOLUNTEER
    assert facts == (VolunteerResumed(VOLUNTEER), CandidateChanged(VOLUNTEER))


def test_leaving_is_told_without_a_reason_and_matching_hears_it_too() -> None:
    assert GONE.status is Status.WITHDRAWN
    assert VOLUNTEER.withdraw()[1] == (VolunteerWithdrawn(GONE), CandidateChanged(GONE))


@pytest.mark.parametrize(
    "again",
    [
        lambda: VOLUNTEER.resume(TODAY),
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
        lambda: GONE.resume(TODAY),
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


def test_who_goes_on_in_a_further_cohort_is_counted_there_and_matched_there() -> None:
    joined, facts = VOLUNTEER.join(UUID(int=12))
    assert joined == replace(VOLUNTEER, cohort_id=UUID(int=12))
    assert facts == (VolunteerEnrolled(joined), CandidateChanged(joined))
    assert joined.join(UUID(int=12)) == (joined, ())


UNTIL = date(2027, 3, 1)
LIMITED = replace(VOLUNTEER, profile=replace(PROFILE, available_until=UNTIL))


def test_one_who_named_a_last_day_is_paused_from_that_day_on_and_sees_why() -> None:
    assert LIMITED.pass_day(date(2027, 2, 28)) == (LIMITED, ())
    paused, facts = LIMITED.pass_day(UNTIL)
    assert (paused.status, paused.paused_until) == (Status.PAUSED, None)
    assert paused.paused_because == "available_until"
    assert facts == (VolunteerPaused(paused), CandidateChanged(paused))
    assert paused.pass_day(date(2027, 3, 2)) == (paused, ())


def test_a_pause_that_ends_after_the_last_day_leads_to_the_other_pause() -> None:
    away, _ = LIMITED.pause(date(2027, 4, 1), TODAY)
    assert away.paused_because == "asked"
    assert away.pass_day(UNTIL) == (away, ())
    still_away, facts = away.pass_day(date(2027, 4, 1))
    assert still_away.paused_because is Because.AVAILABLE_UNTIL
    assert facts == (VolunteerPaused(still_away), CandidateChanged(still_away))


def test_one_who_is_available_no_more_resumes_with_a_later_day() -> None:
    paused, _ = LIMITED.pass_day(UNTIL)
    with pytest.raises(Conflict, match="no_longer_available"):
        paused.resume(UNTIL)
    later, _ = paused.change(replace(PROFILE, available_until=date(2027, 5, 1)), TERMS, TOPICS)
    active, _ = later.resume(UNTIL)
    assert (active.status, active.paused_because) == (Status.ACTIVE, None)


def test_nobody_enrols_who_is_available_no_more() -> None:
    with pytest.raises(Invalid, match="not_available"):
        enrol(
            replace(LIMITED, profile=replace(PROFILE, available_until=TODAY)),
            PROGRAMME,
            TOPICS,
            TODAY,
        )


def test_a_capacity_named_elsewhere_is_told_to_matching_once() -> None:
    changed, facts = VOLUNTEER.share_capacity(3)
    assert changed.profile.capacity == 3
    assert facts == (CandidateChanged(changed),)
    assert changed.share_capacity(3) == (changed, ())
    assert GONE.share_capacity(3) == (GONE, ())


def test_a_consent_taken_back_is_to_leave_and_its_day_is_kept() -> None:
    gone, facts = VOLUNTEER.revoke(date(2027, 2, 1))
    assert (gone.status, gone.consent.revoked_on) == (Status.WITHDRAWN, date(2027, 2, 1))
    assert facts == (VolunteerWithdrawn(gone), CandidateChanged(gone))
    assert gone.revoke(date(2027, 2, 2)) == (gone, ())


def test_one_who_left_may_take_the_consent_back_later_and_nothing_is_told() -> None:
    gone, facts = GONE.revoke(date(2027, 2, 1))
    assert (gone.consent.revoked_on, facts) == (date(2027, 2, 1), ())


AGAIN = Consent("2027-02", date(2027, 2, 3), "en")


def test_who_left_comes_back_as_the_same_volunteer_with_a_new_consent() -> None:
    gone, _ = VOLUNTEER.revoke(date(2027, 2, 1))
    back = gone.renew(replace(VOLUNTEER, volunteer_id=UUID(int=99), consent=AGAIN))
    assert back.volunteer_id == VOLUNTEER.volunteer_id
    assert (back.status, back.consent) == (Status.ACTIVE, AGAIN)
    assert back.earlier == (Consent("2026-11", date(2027, 1, 11), "en", date(2027, 2, 1)),)


def test_a_consent_that_was_taken_back_brings_nobody_back() -> None:
    gone, _ = VOLUNTEER.revoke(date(2027, 2, 5))
    with pytest.raises(Invalid, match="consent_revoked"):
        gone.renew(replace(VOLUNTEER, consent=AGAIN))


def test_who_is_here_does_not_come_back() -> None:
    with pytest.raises(Conflict, match="already_enrolled"):
        VOLUNTEER.renew(VOLUNTEER)
