"""What must be true of a programme's terms; every refusal says what to put right."""

from collections.abc import Sequence
from datetime import date

from services.enrollment.domain.programmes.cohorts import MOST_IN_A_PILOT, Cohort, CohortTerms
from services.enrollment.domain.programmes.terms import (
    MORE_WEIGHTS,
    SEVERAL,
    USUAL_WEIGHTS,
    AttributeRule,
    Closing,
    Format,
    FormatTerms,
    MatchingPolicy,
    Relation,
    ReminderPolicy,
    Terms,
)
from shared.chassis.refusals import Invalid


def check_terms(terms: Terms, cohorts: Sequence[Cohort], today: date, of_cohort: str = "") -> None:
    """Raises Invalid. `of_cohort` is where the request tells of the cohort; "" where it is there already."""
    _check_dates(terms, today)
    for cohort in cohorts:
        _check_inside(cohort.terms, terms, of_cohort)
    _check_formats(terms.formats)
    _check_matching(terms.matching)
    _check_reminders(terms.reminders)
    _check_objectives(terms)
    if len(set(terms.languages)) < len(terms.languages):
        raise Invalid("language_twice", "Name each language once.", "/languages")
    if terms.pilot_only and not cohorts[0].terms.pilot:
        raise Invalid(
            "pilot_only",
            "A pilot-only programme starts with a pilot; say so.",
            f"{of_cohort}/pilot" if of_cohort else "/pilot_only",
        )


def check_cohort(cohort: CohortTerms, terms: Terms, today: date, of_cohort: str = "") -> None:
    """An intake that is to take people. Raises Invalid; `of_cohort` as above."""
    if cohort.ends_on < today:
        raise Invalid(
            "already_over",
            "This cohort has ended already; give later dates.",
            f"{of_cohort}/ends_on",
        )
    if cohort.pilot and cohort.size_cap > MOST_IN_A_PILOT:
        raise Invalid(
            "pilot_too_large",
            f"A pilot starts small, with at most {MOST_IN_A_PILOT} people; take fewer, or no pilot.",
            f"{of_cohort}/size_cap",
        )
    _check_inside(cohort, terms, of_cohort)


def _check_dates(terms: Terms, today: date) -> None:
    if terms.ends_on <= terms.starts_on:
        raise Invalid("ends_before_start", "A programme ends after its first day.", "/ends_on")
    if terms.ends_on < today:
        raise Invalid(
            "already_over", "This programme has ended already; give later dates.", "/ends_on"
        )


def _check_inside(cohort: CohortTerms, terms: Terms, of_cohort: str) -> None:
    if cohort.ends_on <= cohort.starts_on:
        raise Invalid(
            "ends_before_start", "A cohort ends after its first day.", f"{of_cohort}/ends_on"
        )
    if cohort.starts_on < terms.starts_on or cohort.ends_on > terms.ends_on:
        side = "starts_on" if cohort.starts_on < terms.starts_on else "ends_on"
        raise Invalid(
            "cohort_outside",
            "The cohort lies within the dates of the programme; let them include "
            f"{cohort.starts_on} to {cohort.ends_on}.",
            f"{of_cohort}/{side}",
        )


def _check_formats(formats: Sequence[FormatTerms]) -> None:
    names = [terms.format for terms in formats]
    if len(set(names)) < len(names):
        raise Invalid("format_twice", "Name each format once, with its limits.", "/formats")
    for position, terms in enumerate(formats):
        pointer = f"/formats/{position}"
        if terms.people_min > terms.people_max:
            raise Invalid(
                "people_range", "people_min is at most people_max.", f"{pointer}/people_min"
            )
        if terms.format is not Format.GROUP and terms.people_max > 2:
            raise Invalid("only_two", "Only a group has more than two.", f"{pointer}/people_max")
        if (terms.days == 0) != (terms.format is Format.SPRINT):
            raise Invalid("days", "A sprint has 0 days, any other format more.", f"{pointer}/days")
        if (terms.closing is Closing.SAME_DAY) != (terms.format is Format.SPRINT):
            raise Invalid(
                "closing",
                "A sprint closes on the same day, any other format on its last day or by its goals.",
                f"{pointer}/closing",
            )


def _check_matching(policy: MatchingPolicy) -> None:
    parts = (*USUAL_WEIGHTS, *MORE_WEIGHTS)
    if set(policy.weights) - set(parts):
        raise Invalid(
            "unknown_weight",
            f"The score has the parts {', '.join(parts)}; weigh only these.",
            "/matching/weights",
        )
    if not any(policy.weights.values()):
        raise Invalid(
            "no_weight", "Give at least one part of the score a weight.", "/matching/weights"
        )
    if policy.level_gap_max is not None and policy.level_gap_max < policy.level_gap:
        raise Invalid(
            "level_range", "level_gap is at most level_gap_max.", "/matching/level_gap_max"
        )
    _check_attribute_rules(policy)


def _check_attribute_rules(policy: MatchingPolicy) -> None:
    told = set()
    for position, rule in enumerate(policy.attribute_rules):
        pointer = f"/matching/attribute_rules/{position}"
        if rule.relation is Relation.CONTAINS and rule.attribute not in SEVERAL:
            raise Invalid(
                "contains_of_one",
                f"Only {', '.join(sorted(SEVERAL))} have several values; say equal or different.",
                f"{pointer}/relation",
            )
        if (rule.attribute, rule.relation) in told:
            raise Invalid("attribute_rule_twice", "Name each attribute and relation once.", pointer)
        if rule.points is not None and not policy.weights.get("attributes"):
            raise Invalid(
                "attributes_without_weight",
                "Rules with points count by the weight of the part attributes; give it one.",
                "/matching/weights",
            )
        told.add((rule.attribute, rule.relation))
    _check_contradiction(policy.attribute_rules)


def _check_contradiction(rules: Sequence[AttributeRule]) -> None:
    """Nobody can be both the same and different: where both are hard rules nobody would be paired."""
    hard = [rule for rule in rules if rule.points is None]
    different = {rule.attribute for rule in hard if rule.relation is Relation.DIFFERENT}
    for position, rule in enumerate(rules):
        is_hard = rule.points is None and rule.relation is not Relation.DIFFERENT
        if is_hard and rule.attribute in different:
            raise Invalid(
                "attribute_rules_contradict",
                f"Nobody can keep both hard rules on {rule.attribute}; take one out.",
                f"/matching/attribute_rules/{position}",
            )


def _check_reminders(policy: ReminderPolicy) -> None:
    late = [
        hours for hours in policy.proposal_hours_after if hours >= policy.proposal_expires_hours
    ]
    if late:
        raise Invalid(
            "reminder_too_late",
            "Remind of a proposal before it expires.",
            "/reminders/proposal_hours_after",
        )
    quiet = (policy.quiet_from_minute, policy.quiet_until_minute)
    if (None in quiet and quiet != (None, None)) or (None not in quiet and len(set(quiet)) == 1):
        raise Invalid(
            "quiet_hours",
            "Quiet hours have a beginning and another end; name both, or none.",
            "/reminders/quiet_until_minute",
        )


def _check_objectives(terms: Terms) -> None:
    kpis = [objective.kpi for objective in terms.objectives]
    if len(set(kpis)) < len(kpis):
        raise Invalid("kpi_twice", "Give each KPI one objective.", "/objectives")
    for position, objective in enumerate(terms.objectives):
        if objective.baseline == objective.target:
            raise Invalid(
                "no_change", "A target differs from its baseline.", f"/objectives/{position}/target"
            )
        if objective.due < terms.starts_on:
            raise Invalid(
                "due_too_early",
                "An objective is due after the programme starts.",
                f"/objectives/{position}/due",
            )
