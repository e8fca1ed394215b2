"""What must be true before a programme opens, in words that say what to put right."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.enrollment.domain.programmes import (
    USUAL_TERMS,
    CohortOpened,
    Format,
    MatchingPolicy,
    Objective,
    OpenProgramme,
    ProgrammeChanged,
    ProgrammeClosed,
    ProgrammeOpened,
    ReminderPolicy,
    change_terms,
    close_programme,
    open_programme,
)
from shared.chassis.refusals import Conflict, Invalid
from tests.enrollment.people import (
    COHORT_ID,
    COHORT_TERMS,
    PROGRAMME,
    PROGRAMME_ID,
    TODAY,
    opening,
)

IDS = (PROGRAMME_ID, COHORT_ID)
ONE = USUAL_TERMS[Format.ONE_TO_ONE]


def refusal(command: OpenProgramme) -> tuple[str, str]:
    with pytest.raises(Invalid) as refused:
        open_programme(command, IDS, TODAY)
    return refused.value.code, refused.value.pointer


def test_a_programme_opens_with_its_first_cohort() -> None:
    programme, facts = open_programme(opening(), IDS, TODAY)
    assert programme == PROGRAMME
    assert facts == (ProgrammeOpened(PROGRAMME), CohortOpened(PROGRAMME_ID, PROGRAMME.cohort))


@pytest.mark.parametrize(
    ("changed", "code", "pointer"),
    [
        ({"ends_on": date(2027, 1, 1)}, "ends_before_start", "/ends_on"),
        (
            {"starts_on": date(2026, 1, 1), "ends_on": date(2027, 1, 10)},
            "already_over",
            "/ends_on",
        ),
        ({"starts_on": date(2027, 1, 2)}, "cohort_outside", "/cohort/starts_on"),
        ({"languages": ("en", "en")}, "language_twice", "/languages"),
        ({"formats": (ONE, ONE)}, "format_twice", "/formats"),
        (
            {"formats": (replace(ONE, people_min=3),)},
            "people_range",
            "/formats/0/people_min",
        ),
        ({"formats": (replace(ONE, people_max=3),)}, "only_two", "/formats/0/people_max"),
        ({"formats": (replace(ONE, days=0),)}, "days", "/formats/0/days"),
        (
            {"formats": (ONE, replace(USUAL_TERMS[Format.SPRINT], days=2))},
            "days",
            "/formats/1/days",
        ),
        (
            {"matching": MatchingPolicy(weights={"looks": 5})},
            "unknown_weight",
            "/matching/weights",
        ),
        ({"matching": MatchingPolicy(weights={"topics": 0})}, "no_weight", "/matching/weights"),
        (
            {"reminders": ReminderPolicy(proposal_hours_after=(48.0, 168.0))},
            "reminder_too_late",
            "/reminders/proposal_hours_after",
        ),
        (
            {"objectives": (Objective("skill", "points", 2.0, 2.0, date(2027, 6, 1)),)},
            "no_change",
            "/objectives/0/target",
        ),
        (
            {"objectives": (Objective("skill", "points", 2.0, 3.0, date(2026, 6, 1)),)},
            "due_too_early",
            "/objectives/0/due",
        ),
        (
            {"objectives": (Objective("skill", "points", 2.0, 3.0, date(2027, 6, 1)),) * 2},
            "kpi_twice",
            "/objectives",
        ),
    ],
)
def test_terms_that_contradict_themselves_are_refused(
    changed: dict[str, Any], code: str, pointer: str
) -> None:
    assert refusal(opening(**changed)) == (code, pointer)


def test_a_pilot_only_programme_starts_with_a_pilot() -> None:
    command = replace(opening(pilot_only=True), cohort=replace(COHORT_TERMS, pilot=False))
    assert refusal(command) == ("pilot_only", "/cohort/pilot")


def test_a_cohort_ends_after_it_starts() -> None:
    command = replace(opening(), cohort=replace(COHORT_TERMS, ends_on=date(2027, 1, 1)))
    assert refusal(command) == ("ends_before_start", "/cohort/ends_on")


def test_a_cohort_takes_people_up_to_its_size() -> None:
    assert PROGRAMME.admit(enrolled=39, today=TODAY) == PROGRAMME.cohort
    with pytest.raises(Conflict, match="cohort_full"):
        PROGRAMME.admit(enrolled=40, today=TODAY)


def test_a_cohort_that_is_over_takes_nobody() -> None:
    assert PROGRAMME.admit(enrolled=0, today=date(2027, 6, 30)) == PROGRAMME.cohort
    with pytest.raises(Conflict, match="cohort_over"):
        PROGRAMME.admit(enrolled=0, today=date(2027, 7, 1))


def test_terms_are_set_anew_and_told_whole() -> None:
    terms = replace(PROGRAMME.terms, languages=("ru",))
    changed, fact = change_terms(PROGRAMME, terms, TODAY)
    assert changed.terms.languages == ("ru",)
    assert changed.cohorts == PROGRAMME.cohorts
    assert fact == ProgrammeChanged(changed)


def test_new_terms_obey_the_same_rules() -> None:
    with pytest.raises(Invalid) as refused:
        change_terms(PROGRAMME, replace(PROGRAMME.terms, ends_on=date(2027, 5, 1)), TODAY)
    # The cohort is no part of that request, so the pointer names the date that can be put right.
    assert (refused.value.code, refused.value.pointer) == ("cohort_outside", "/ends_on")


def test_a_closed_programme_takes_nobody_and_changes_no_more() -> None:
    closed, facts = close_programme(PROGRAMME)
    assert facts == (ProgrammeClosed(closed),)
    with pytest.raises(Conflict) as late:
        closed.admit(enrolled=0, today=TODAY)
    assert late.value.code == "programme_closed"
    with pytest.raises(Conflict):
        change_terms(closed, PROGRAMME.terms, TODAY)
    assert close_programme(closed) == (closed, ())
