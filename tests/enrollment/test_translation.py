"""Every fact becomes the event that the catalogue names, under its key."""

import json
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.enrollment.domain.demand import GapClosed, GapOpened
from services.enrollment.domain.pairs import Pair
from services.enrollment.domain.people import ContactChanged, Person, PrincipalChanged
from services.enrollment.domain.ports import Fact
from services.enrollment.domain.programmes import (
    CohortClosed,
    CohortOpened,
    CohortPromoted,
    Measurement,
    ObjectiveMeasured,
    ProgrammeOpened,
    Results,
)
from services.enrollment.domain.topics import Topic, TopicChanged
from services.enrollment.domain.volunteers import (
    Avoided,
    CandidateChanged,
    Exposure,
    VolunteerEnrolled,
    VolunteerPaused,
    VolunteerResumed,
    VolunteerWithdrawn,
)
from services.enrollment.translation import outgoing, pair_ended, pair_formed
from shared.contracts.envelope import to_value
from shared.contracts.matching.v1 import PairEnded, PairFormed
from tests.enrollment.people import (
    BOSS_ID,
    CALLER,
    COHORT_ID,
    PERSON_ID,
    PROGRAMME,
    PROGRAMME_ID,
    TODAY,
    VOLUNTEER,
    VOLUNTEER_ID,
)

P, C, V, A, B = map(str, (PROGRAMME_ID, COHORT_ID, VOLUNTEER_ID, PERSON_ID, UUID(int=22)))
PERSON = Person(PERSON_ID, email="a@b.example", name="Anna", volunteer_ids=(VOLUNTEER_ID,)).bind(
    CALLER
)
FACT = {"volunteer_id": V, "programme_id": P, "cohort_id": C, "roles": ["mentee", "mentor"]}


def told(fact: Fact) -> tuple[str, str, dict[str, Any]]:
    contract, key = outgoing(fact)
    return type(contract).__name__, key, json.loads(to_value(contract))


def test_a_programme_is_told_without_its_title() -> None:
    name, key, data = told(ProgrammeOpened(PROGRAMME))
    assert (name, key) == ("ProgrammeOpened", P)
    assert data == {
        "programme_id": P,
        "starts_on": "2027-01-01",
        "ends_on": "2027-12-31",
        "languages": ["en", "ru"],
        "formats": [
            {
                "format": "one_to_one",
                "people_min": 2,
                "people_max": 2,
                "days": 90,
                "cadence_days": 14,
                "closing": "last_day",
            },
            {
                "format": "sprint",
                "people_min": 2,
                "people_max": 2,
                "days": 0,
                "cadence_days": 0,
                "closing": "same_day",
            },
        ],
        "matching": {
            "level_gap": 2,
            "common_slot_minutes": 30,
            "weights": {
                "topics": 45,
                "scarcity": 15,
                "availability": 15,
                "hobbies": 10,
                "motivation": 10,
                "distance": 5,
            },
            "direction": "upwards",
            "level_gap_max": None,
            "other_unit": False,
            "other_site": False,
            "need_floor": 1,
            "attribute_rules": [],
            "stable": False,
        },
        "reminders": {
            "session_hours_before": [24.0],
            "proposal_hours_after": [48.0],
            "proposal_expires_hours": 168.0,
            "quiet_from_minute": None,
            "quiet_until_minute": None,
        },
        "objectives": [],
        "pilot_only": False,
    }


def test_a_cohort_is_told_under_its_programme() -> None:
    assert told(CohortOpened(PROGRAMME_ID, PROGRAMME.cohort)) == (
        "CohortOpened",
        P,
        {
            "programme_id": P,
            "cohort_id": C,
            "pilot": True,
            "starts_on": "2027-01-01",
            "ends_on": "2027-06-30",
            "size_cap": 40,
        },
    )


def test_a_promotion_cites_a_progress_and_no_words() -> None:
    results = Results(UUID(int=5), "Nine of ten pairs met.", "https://wiki.example/pilot")
    cohort = PROGRAMME.cohort.promote(results, date(2027, 1, 11))
    assert told(CohortPromoted(PROGRAMME_ID, cohort)) == (
        "CohortPromoted",
        P,
        {"programme_id": P, "cohort_id": C, "progress_id": str(UUID(int=5))},
    )
    assert told(CohortClosed(PROGRAMME_ID, cohort)) == (
        "CohortClosed",
        P,
        {"programme_id": P, "cohort_id": C},
    )


def test_a_measurement_and_a_gap_are_told_under_their_programme() -> None:
    measured = ObjectiveMeasured(PROGRAMME_ID, Measurement("ai_users", 31.5, date(2027, 3, 31)))
    assert told(measured) == (
        "ObjectiveMeasured",
        P,
        {"programme_id": P, "kpi": "ai_users", "value": 31.5, "measured_on": "2027-03-31"},
    )
    gap = {"programme_id": P, "topic": "crm"}
    assert told(GapOpened(PROGRAMME_ID, "crm")) == ("GapOpened", P, gap)
    assert told(GapClosed(PROGRAMME_ID, "crm")) == ("GapClosed", P, gap)


def test_a_topic_is_told_under_its_code() -> None:
    topic = Topic("crm", "new_technology", "CRM systems", "CRM-системы")
    assert told(TopicChanged(topic)) == (
        "TopicChanged",
        "crm",
        {
            "topic": "crm",
            "parent": "new_technology",
            "label_en": "CRM systems",
            "label_ru": "CRM-системы",
            "retired": False,
        },
    )


@pytest.mark.parametrize(
    ("fact", "name", "more"),
    [
        (VolunteerEnrolled, "VolunteerEnrolled", {"consent_version": "2026-11"}),
        (VolunteerPaused, "VolunteerPaused", {"until": "2027-02-01"}),
        (VolunteerResumed, "VolunteerResumed", {}),
        (VolunteerWithdrawn, "VolunteerWithdrawn", {}),
    ],
)
def test_a_volunteer_is_told_without_name_profile_or_reason(
    fact: Any, name: str, more: dict[str, Any]
) -> None:
    volunteer = replace(VOLUNTEER, paused_until=date(2027, 2, 1))
    assert told(fact(volunteer)) == (name, V, FACT | more)


def test_a_candidate_is_all_that_matching_needs() -> None:
    profile = replace(
        VOLUNTEER.profile, exposure=(Exposure.FINANCE,), available_until=date(2027, 6, 30)
    )
    away, _ = replace(VOLUNTEER, profile=profile, avoid=(Avoided("S4", BOSS_ID),)).pause(
        date(2027, 2, 1), TODAY
    )
    name, key, data = told(CandidateChanged(away))
    assert (name, key) == ("CandidateChanged", V)
    assert data == FACT | {
        "person_id": A,
        "status": "paused",
        "offers": [{"topic": "social_media", "proficiency": 4}],
        "needs": [{"topic": "crm", "priority": 1, "level": 0}],
        "formats": ["one_to_one"],
        "hours_per_month": 4.0,
        "capacity": 2,
        "slots": [{"weekday": 1, "start_minute": 600, "minutes": 120}],
        "time_zone": "Europe/London",
        "languages": ["en"],
        "hobbies": ["chess"],
        "motivation": 5,
        "openness": 4,
        "unit": "Sales",
        "site": "Leeds",
        "level": 3,
        "managers": [B],
        "managers_complete": True,
        "avoid": [B],
        "has_task": False,
        "exposure": ["finance"],
        "direct_managers": [],
        "near_managers": [],
        "until": "2027-06-30",
    }


def test_a_principal_is_told_without_name_and_address() -> None:
    assert told(PrincipalChanged(PERSON.with_role(PROGRAMME_ID, "lead"))) == (
        "PrincipalChanged",
        A,
        {
            "person_id": A,
            "issuer": "https://id.example",
            "subject": "anna",
            "roles": {P: ["lead"]},
            "volunteer_ids": [V],
            "left": False,
        },
    )


def test_a_contact_is_how_to_reach_somebody() -> None:
    assert told(ContactChanged(PERSON)) == (
        "ContactChanged",
        A,
        {
            "person_id": A,
            "name": "Anna",
            "email": "a@b.example",
            "locale": "en",
            "time_zone": "UTC",
        },
    )


def test_pairs_of_matching_are_taken_over() -> None:
    ids: dict[str, Any] = {
        "pair_id": UUID(int=1),
        "programme_id": PROGRAMME_ID,
        "cohort_id": COHORT_ID,
        "mentor_id": UUID(int=2),
        "mentee_id": UUID(int=3),
    }
    until = date(2027, 4, 1)
    formed = PairFormed(**ids, format="sprint", group_id=None, until=until)
    assert pair_formed(formed) == Pair(UUID(int=1), UUID(int=2), UUID(int=3), "sprint", until)
    ended = PairEnded(**ids, outcome="stopped")
    assert not pair_ended(ended).running
