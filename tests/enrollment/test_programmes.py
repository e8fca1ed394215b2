"""What must be true of a programme at each step of its way, in words that say what to put right."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.enrollment.domain.programmes import (
    USUAL_TERMS,
    Answer,
    Attribute,
    AttributeRule,
    Closing,
    Cohort,
    CohortClosed,
    CohortOpened,
    CohortPromoted,
    Format,
    MatchingPolicy,
    Measurement,
    Objective,
    ObjectiveMeasured,
    Programme,
    ProgrammeChanged,
    ProgrammeClosed,
    ProgrammeOpened,
    Relation,
    ReminderPolicy,
    Results,
    Stage,
    draft_programme,
)
from shared.chassis.refusals import Conflict, Invalid, NotFound
from tests.enrollment.people import (
    ANSWERS,
    COHORT_ID,
    COHORT_TERMS,
    DRAFT,
    PERSON_ID,
    PROGRAMME,
    PROGRAMME_ID,
    READINESS,
    READY,
    TERMS,
    TODAY,
)

IDS = (PROGRAMME_ID, COHORT_ID)
ONE = USUAL_TERMS[Format.ONE_TO_ONE]
SKILL = Objective("skill", "points", 2.0, 3.0, date(2027, 6, 1))
LATER = replace(COHORT_TERMS, starts_on=date(2027, 7, 1), ends_on=date(2027, 12, 31), pilot=False)
RESULTS = Results(text="Nine of ten pairs met.", link="https://wiki.example/pilot")
# Half of 100 points: a pilot only.
DOUBTFUL = replace(READINESS, answers=dict.fromkeys(ANSWERS, Answer.PARTLY))


def rules(*rules: AttributeRule) -> MatchingPolicy:
    return MatchingPolicy(attribute_rules=rules)


def refusal(terms: dict[str, Any], cohort: Any = COHORT_TERMS) -> tuple[str, str]:
    with pytest.raises(Invalid) as refused:
        draft_programme(replace(TERMS, **terms), cohort, IDS, TODAY)
    return refused.value.code, refused.value.pointer


def open_with(**changed: Any) -> Programme:
    return replace(PROGRAMME, readiness=READINESS, **changed)


def test_a_programme_begins_as_a_draft() -> None:
    assert draft_programme(TERMS, COHORT_TERMS, IDS, TODAY) == DRAFT
    assert DRAFT.stage is Stage.DRAFT


def test_a_draft_opens_with_its_first_cohort_once_readiness_is_answered() -> None:
    ready, told = DRAFT.answer(ANSWERS, TODAY)
    assert (ready, told) == (READY, ())
    opened, facts = ready.open(TODAY)
    assert opened == open_with()
    assert opened.stage is Stage.OPEN
    assert facts == (ProgrammeOpened(opened), CohortOpened(PROGRAMME_ID, opened.cohort))
    assert opened.open(TODAY) == (opened, ())


def test_an_unanswered_questionnaire_is_told_question_by_question() -> None:
    with pytest.raises(Conflict) as nothing:
        DRAFT.open(TODAY)
    assert nothing.value.code == "readiness_unanswered"
    assert nothing.value.detail == (
        "Answer the readiness questionnaire first; these are missing: sponsor_named, "
        "leadership_open, time_budgeted, confidentiality_promised, voluntary, objectives_agreed."
    )
    some, _ = DRAFT.answer({"voluntary": Answer.YES, "leadership_open": Answer.NO}, TODAY)
    with pytest.raises(Conflict) as half:
        some.open(TODAY)
    assert half.value.detail.endswith(
        "sponsor_named, time_budgeted, confidentiality_promised, objectives_agreed."
    )


@pytest.mark.parametrize(
    ("changed", "score", "pilot_only"),
    [
        ({}, 80, False),
        ({"objectives_agreed": Answer.NO}, 70, False),
        ({"objectives_agreed": Answer.NO, "voluntary": Answer.PARTLY}, 65, True),
        ({"leadership_open": Answer.PARTLY}, 68, True),
        (dict.fromkeys(ANSWERS, Answer.NO), 0, True),
        (dict.fromkeys(ANSWERS, Answer.YES), 100, False),
    ],
)
def test_the_score_decides_whether_more_than_a_pilot_can_be_opened(
    changed: dict[str, Answer], score: int, pilot_only: bool
) -> None:
    draft = replace(DRAFT, sponsor_id=PERSON_ID)
    answered, _ = draft.answer(ANSWERS | changed, TODAY)
    assert answered.readiness
    assert (answered.readiness.score, answered.pilot_only) == (score, pilot_only)


def test_answers_to_an_older_questionnaire_do_not_count() -> None:
    old = replace(READY, readiness=replace(READINESS, version="2020-01"))
    with pytest.raises(Conflict, match="readiness_unanswered"):
        old.open(TODAY)


def test_a_sponsor_who_is_not_named_is_no_sponsor() -> None:
    with pytest.raises(Invalid) as refused:
        DRAFT.answer(ANSWERS | {"sponsor_named": Answer.YES}, TODAY)
    assert refused.value.pointer == "/answers/sponsor_named"
    with pytest.raises(Invalid, match="unknown_question"):
        DRAFT.answer({"weather_fine": Answer.YES}, TODAY)


def test_a_low_score_opens_a_pilot_and_nothing_else() -> None:
    opened, _ = replace(DRAFT, readiness=DOUBTFUL).open(TODAY)
    assert opened.pilot_only
    cohort = replace(DRAFT.cohort, terms=replace(COHORT_TERMS, pilot=False))
    with pytest.raises(Conflict) as refused:
        replace(DRAFT, readiness=DOUBTFUL, cohorts=(cohort,)).open(TODAY)
    assert (refused.value.code, "50 of 100, below 70" in refused.value.detail) == (
        "pilot_only",
        True,
    )


def test_an_open_programme_that_becomes_ready_tells_that_it_is_no_pilot_any_more() -> None:
    doubtful = open_with()
    doubtful = replace(doubtful, readiness=DOUBTFUL)
    ready, facts = doubtful.answer(ANSWERS, TODAY)
    assert facts == (ProgrammeChanged(ready),)
    assert ready.answer(ANSWERS, TODAY) == (ready, ())
    with pytest.raises(Conflict, match="readiness_unanswered"):
        ready.answer({}, TODAY)


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
            {"formats": (replace(ONE, closing=Closing.SAME_DAY),)},
            "closing",
            "/formats/0/closing",
        ),
        (
            {"matching": MatchingPolicy(weights={"looks": 5})},
            "unknown_weight",
            "/matching/weights",
        ),
        ({"matching": MatchingPolicy(weights={"topics": 0})}, "no_weight", "/matching/weights"),
        (
            {"matching": rules(AttributeRule(Attribute.UNIT, Relation.CONTAINS))},
            "contains_of_one",
            "/matching/attribute_rules/0/relation",
        ),
        (
            {"matching": rules(*2 * [AttributeRule(Attribute.UNIT, Relation.EQUAL)])},
            "attribute_rule_twice",
            "/matching/attribute_rules/1",
        ),
        (
            {"matching": rules(AttributeRule(Attribute.UNIT, Relation.EQUAL, 5))},
            "attributes_without_weight",
            "/matching/weights",
        ),
        (
            {
                "matching": rules(
                    AttributeRule(Attribute.SITE, Relation.DIFFERENT),
                    AttributeRule(Attribute.SITE, Relation.EQUAL),
                )
            },
            "attribute_rules_contradict",
            "/matching/attribute_rules/1",
        ),
        (
            {"matching": MatchingPolicy(level_gap=3, level_gap_max=2)},
            "level_range",
            "/matching/level_gap_max",
        ),
        (
            {"reminders": ReminderPolicy(proposal_hours_after=(48.0, 168.0))},
            "reminder_too_late",
            "/reminders/proposal_hours_after",
        ),
        (
            {"reminders": ReminderPolicy(quiet_from_minute=1320)},
            "quiet_hours",
            "/reminders/quiet_until_minute",
        ),
        (
            {"reminders": ReminderPolicy(quiet_from_minute=60, quiet_until_minute=60)},
            "quiet_hours",
            "/reminders/quiet_until_minute",
        ),
        (
            {"objectives": (replace(SKILL, target=2.0),)},
            "no_change",
            "/objectives/0/target",
        ),
        (
            {"objectives": (replace(SKILL, due=date(2026, 6, 1)),)},
            "due_too_early",
            "/objectives/0/due",
        ),
        ({"objectives": (SKILL, SKILL)}, "kpi_twice", "/objectives"),
    ],
)
def test_terms_that_contradict_themselves_are_refused(
    changed: dict[str, Any], code: str, pointer: str
) -> None:
    assert refusal(changed) == (code, pointer)


def test_rules_on_attributes_are_told_whole() -> None:
    matching = MatchingPolicy(
        weights={"topics": 40, "attributes": 10},
        need_floor=2,
        stable=True,
        attribute_rules=(
            AttributeRule(Attribute.UNIT, Relation.DIFFERENT),
            AttributeRule(Attribute.HOBBIES, Relation.CONTAINS, points=5),
        ),
    )
    programme, _ = PROGRAMME.change(replace(TERMS, matching=matching), TODAY)
    assert programme.terms.matching == matching


def test_a_pilot_only_programme_starts_with_a_pilot() -> None:
    cohort = replace(COHORT_TERMS, pilot=False)
    assert refusal({"pilot_only": True}, cohort) == ("pilot_only", "/cohort/pilot")


def test_a_cohort_ends_after_it_starts() -> None:
    cohort = replace(COHORT_TERMS, ends_on=date(2027, 1, 1))
    assert refusal({}, cohort) == ("ends_before_start", "/cohort/ends_on")


def test_a_pilot_is_small_and_any_other_cohort_as_large_as_it_comes() -> None:
    large = replace(COHORT_TERMS, size_cap=501)
    assert refusal({}, large) == ("pilot_too_large", "/cohort/size_cap")
    for fits in (replace(COHORT_TERMS, size_cap=500), replace(large, pilot=False)):
        changed, _ = DRAFT.change(TERMS, TODAY, fits)
        assert changed.cohort.terms == fits
    with pytest.raises(Invalid) as refused:
        PROGRAMME.open_cohort(Cohort(PERSON_ID, large), TODAY)
    assert (refused.value.code, refused.value.pointer) == ("pilot_too_large", "/size_cap")
    # What an earlier release let through goes on, and its terms can be changed.
    earlier = replace(PROGRAMME, cohorts=(Cohort(COHORT_ID, large),))
    changed, _ = earlier.change(replace(TERMS, title="Another"), TODAY)
    assert changed.cohort.terms.size_cap == 501


def test_a_first_cohort_that_is_over_cannot_be_drafted_or_opened() -> None:
    over = replace(COHORT_TERMS, starts_on=date(2027, 1, 1), ends_on=date(2027, 1, 10))
    assert refusal({}, over) == ("already_over", "/cohort/ends_on")
    with pytest.raises(Invalid) as refused:
        DRAFT.change(TERMS, TODAY, over)
    assert (refused.value.code, refused.value.pointer) == ("already_over", "/cohort/ends_on")
    with pytest.raises(Invalid) as late:
        READY.open(date(2027, 7, 1))
    assert late.value.code == "already_over"
    assert READY.open(date(2027, 6, 30))[0].stage is Stage.OPEN


def test_a_programme_has_so_many_cohorts_at_most() -> None:
    cohorts = tuple(Cohort(UUID(int=100 + number), LATER) for number in range(99))
    full, _ = replace(PROGRAMME, cohorts=cohorts).open_cohort(Cohort(COHORT_ID, LATER), TODAY)
    assert len(full.cohorts) == 100
    with pytest.raises(Conflict) as refused:
        full.open_cohort(Cohort(UUID(int=900), LATER), TODAY)
    assert refused.value.code == "too_many_cohorts"


def test_the_same_terms_again_are_not_told() -> None:
    assert PROGRAMME.change(TERMS, TODAY) == (PROGRAMME, ())


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
    changed, facts = PROGRAMME.change(terms, TODAY)
    assert changed.terms.languages == ("ru",)
    assert changed.cohorts == PROGRAMME.cohorts
    assert facts == (ProgrammeChanged(changed),)


def test_a_draft_changes_without_a_word_and_its_first_cohort_too() -> None:
    cohort = replace(COHORT_TERMS, size_cap=7)
    changed, facts = DRAFT.change(replace(TERMS, languages=("ru",)), TODAY, cohort)
    assert (changed.cohort.terms.size_cap, changed.cohort.cohort_id) == (7, COHORT_ID)
    assert facts == ()
    with pytest.raises(Conflict, match="cohort_opened"):
        PROGRAMME.change(TERMS, TODAY, cohort)


def test_new_terms_obey_the_same_rules() -> None:
    with pytest.raises(Invalid) as refused:
        PROGRAMME.change(replace(PROGRAMME.terms, ends_on=date(2027, 5, 1)), TODAY)
    # The cohort is no part of that request, so the pointer names the date that can be put right.
    assert (refused.value.code, refused.value.pointer) == ("cohort_outside", "/ends_on")


def test_newcomers_join_the_latest_cohort() -> None:
    cohort = Cohort(UUID(int=12), LATER)
    opened, facts = open_with().open_cohort(cohort, TODAY)
    assert facts == (CohortOpened(PROGRAMME_ID, cohort),)
    assert opened.admit(enrolled=0, today=TODAY) == cohort
    first = opened.cohorts[0]
    assert opened.admit(enrolled=0, today=TODAY, cohort_id=COHORT_ID) == first


@pytest.mark.parametrize(
    ("changed", "code", "pointer"),
    [
        ({"ends_on": date(2028, 1, 1)}, "cohort_outside", "/ends_on"),
        ({"ends_on": date(2027, 7, 1)}, "ends_before_start", "/ends_on"),
        (
            {"starts_on": date(2027, 1, 2), "ends_on": date(2027, 1, 10)},
            "already_over",
            "/ends_on",
        ),
    ],
)
def test_a_further_cohort_lies_ahead_and_within_its_programme(
    changed: dict[str, Any], code: str, pointer: str
) -> None:
    with pytest.raises(Invalid) as refused:
        open_with().open_cohort(Cohort(UUID(int=12), replace(LATER, **changed)), TODAY)
    assert (refused.value.code, refused.value.pointer) == (code, pointer)


def test_a_promoted_pilot_lets_its_programme_go_beyond_pilots() -> None:
    programme = open_with(terms=replace(TERMS, pilot_only=True))
    cohort = Cohort(UUID(int=12), LATER)
    with pytest.raises(Conflict) as early:
        programme.open_cohort(cohort, TODAY)
    assert (early.value.code, "its terms say so" in early.value.detail) == ("pilot_only", True)
    promoted, facts = programme.promote(COHORT_ID, RESULTS, TODAY)
    assert facts == (CohortPromoted(PROGRAMME_ID, promoted.cohort), ProgrammeChanged(promoted))
    assert not promoted.pilot_only
    assert promoted.promote(COHORT_ID, RESULTS, TODAY) == (promoted, ())
    assert promoted.open_cohort(cohort, TODAY)[0].cohort == cohort


@pytest.mark.parametrize(
    "results",
    [
        Results(),
        Results(text="It went well."),
        Results(link="https://wiki.example/pilot"),
    ],
)
def test_a_promotion_cites_what_the_pilot_brought(results: Results) -> None:
    with pytest.raises(Invalid, match="results_missing"):
        open_with().promote(COHORT_ID, results, TODAY)
    promoted, _ = open_with().promote(COHORT_ID, Results(progress_id=UUID(int=5)), TODAY)
    assert promoted.cohort.promoted


def test_only_a_pilot_of_the_programme_is_promoted() -> None:
    no_pilot = replace(PROGRAMME.cohort, terms=replace(COHORT_TERMS, pilot=False))
    with pytest.raises(Conflict, match="no_pilot"):
        open_with(cohorts=(no_pilot,)).promote(COHORT_ID, RESULTS, TODAY)
    with pytest.raises(NotFound, match="no_such_cohort"):
        open_with().promote(UUID(int=99), RESULTS, TODAY)


def test_a_closed_cohort_takes_nobody() -> None:
    closed, facts = open_with().close_cohort(COHORT_ID)
    assert facts == (CohortClosed(PROGRAMME_ID, closed.cohort),)
    assert closed.close_cohort(COHORT_ID) == (closed, ())
    with pytest.raises(Conflict, match="cohort_closed"):
        closed.admit(enrolled=0, today=TODAY)


def test_a_measured_value_is_kept_by_day_and_can_be_put_right() -> None:
    programme = open_with(terms=replace(TERMS, objectives=(SKILL,)))
    first = Measurement("skill", 2.5, TODAY)
    measured, facts = programme.measure(first, TODAY)
    assert facts == (ObjectiveMeasured(PROGRAMME_ID, first),)
    assert measured.measure(first, TODAY) == (measured, ())
    earlier = Measurement("skill", 2.1, date(2027, 1, 2))
    measured, _ = measured.measure(earlier, TODAY)
    right = replace(first, value=2.4)
    measured, facts = measured.measure(right, TODAY)
    assert measured.measurements == (earlier, right)
    assert facts == (ObjectiveMeasured(PROGRAMME_ID, right),)


def test_only_what_was_set_as_an_objective_is_measured_and_not_ahead_of_time() -> None:
    programme = open_with(terms=replace(TERMS, objectives=(SKILL,)))
    with pytest.raises(NotFound, match="no_such_objective"):
        programme.measure(Measurement("luck", 1.0, TODAY), TODAY)
    with pytest.raises(Invalid, match="measured_ahead"):
        programme.measure(Measurement("skill", 1.0, date(2027, 1, 13)), TODAY)


def test_a_closed_programme_refuses_everything() -> None:
    closed, facts = PROGRAMME.close()
    assert facts == (ProgrammeClosed(closed),)
    assert closed.close() == (closed, ())
    steps = (
        lambda: closed.admit(enrolled=0, today=TODAY),
        lambda: closed.change(TERMS, TODAY),
        lambda: closed.answer(ANSWERS, TODAY),
        lambda: closed.open(TODAY),
        lambda: closed.open_cohort(Cohort(UUID(int=12), LATER), TODAY),
        lambda: closed.promote(COHORT_ID, RESULTS, TODAY),
        lambda: closed.close_cohort(COHORT_ID),
        lambda: closed.measure(Measurement("skill", 1.0, TODAY), TODAY),
    )
    for step in steps:
        with pytest.raises(Conflict) as late:
            step()
        assert late.value.code == "programme_closed"


def test_a_draft_takes_nobody_and_can_be_given_up_without_a_word() -> None:
    steps = (
        lambda: DRAFT.admit(enrolled=0, today=TODAY),
        lambda: DRAFT.open_cohort(Cohort(UUID(int=12), LATER), TODAY),
        lambda: DRAFT.promote(COHORT_ID, RESULTS, TODAY),
        lambda: DRAFT.close_cohort(COHORT_ID),
        lambda: DRAFT.measure(Measurement("skill", 1.0, TODAY), TODAY),
    )
    for step in steps:
        with pytest.raises(Conflict) as early:
            step()
        assert early.value.code == "programme_draft"
    given_up, facts = DRAFT.close()
    assert (given_up.stage, facts) == (Stage.CLOSED, ())
