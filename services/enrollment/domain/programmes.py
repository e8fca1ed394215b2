"""A programme, its first cohort, and what must be true before it opens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from services.enrollment.domain.people import Caller
from shared.chassis.refusals import Conflict, Invalid


class Format(StrEnum):
    """How a pair works together."""

    ONE_TO_ONE = "one_to_one"
    GROUP = "group"
    PARTNERSHIP = "partnership"
    SPRINT = "sprint"


@dataclass(frozen=True, slots=True)
class FormatTerms:
    """One allowed format: how many people, how many days (0 = the same day), days between sessions."""

    format: Format
    people_min: int
    people_max: int
    days: int
    cadence_days: int


USUAL_TERMS: Mapping[Format, FormatTerms] = MappingProxyType(
    {
        terms.format: terms
        for terms in (
            FormatTerms(Format.ONE_TO_ONE, 2, 2, 90, 14),
            FormatTerms(Format.GROUP, 3, 8, 90, 14),
            FormatTerms(Format.PARTNERSHIP, 2, 2, 180, 21),
            FormatTerms(Format.SPRINT, 2, 2, 0, 0),
        )
    }
)
USUAL_WEIGHTS: Mapping[str, int] = MappingProxyType(
    {
        "topics": 45,
        "scarcity": 15,
        "availability": 15,
        "hobbies": 10,
        "motivation": 10,
        "distance": 5,
    }
)
"""The parts of the score; matching adds up points of these."""


@dataclass(frozen=True, slots=True)
class MatchingPolicy:
    """What a round must obey (levels between the two, minutes in common a week) and prefer."""

    level_gap: int = 2
    common_slot_minutes: int = 30
    weights: Mapping[str, int] = field(default_factory=lambda: dict(USUAL_WEIGHTS))


@dataclass(frozen=True, slots=True)
class ReminderPolicy:
    """When people are told, in hours."""

    session_hours_before: tuple[float, ...] = (24.0,)
    proposal_hours_after: tuple[float, ...] = (48.0,)
    proposal_expires_hours: float = 168.0


@dataclass(frozen=True, slots=True)
class Objective:
    """A KPI with where it stands, where it should go and until when."""

    kpi: str
    unit: str
    baseline: float
    target: float
    due: date


@dataclass(frozen=True, slots=True)
class Terms:
    """What a lead decides before a programme opens."""

    title: str
    starts_on: date
    ends_on: date
    languages: tuple[str, ...]
    formats: tuple[FormatTerms, ...]
    matching: MatchingPolicy
    reminders: ReminderPolicy
    objectives: tuple[Objective, ...]
    pilot_only: bool


@dataclass(frozen=True, slots=True)
class CohortTerms:
    """What a lead decides about one intake."""

    starts_on: date
    ends_on: date
    size_cap: int
    pilot: bool


@dataclass(frozen=True, slots=True)
class Cohort:
    """One intake."""

    cohort_id: UUID
    terms: CohortTerms


@dataclass(frozen=True, slots=True)
class OpenProgramme:
    """A lead's wish to open a programme with its first cohort."""

    caller: Caller
    terms: Terms
    cohort: CohortTerms
    sponsor_staff_number: str | None


@dataclass(frozen=True, slots=True)
class Programme:
    """A programme takes volunteers into its latest cohort."""

    programme_id: UUID
    terms: Terms
    cohorts: tuple[Cohort, ...]
    sponsor_id: UUID | None = None
    closed: bool = False

    @property
    def cohort(self) -> Cohort:
        """The intake of today."""
        return self.cohorts[-1]

    def admit(self, *, enrolled: int, today: date) -> Cohort:
        """The cohort a newcomer joins. Raises Conflict where it takes nobody any more."""
        if self.closed:
            raise _closed()
        if self.cohort.terms.ends_on < today:
            raise Conflict("cohort_over", "This cohort has ended; wait for the next one to open.")
        if enrolled >= self.cohort.terms.size_cap:
            raise Conflict(
                "cohort_full", "This cohort is full; ask the programme lead for a place."
            )
        return self.cohort


@dataclass(frozen=True, slots=True)
class ProgrammeOpened:
    """Fact: volunteers may come, into this first cohort."""

    programme: Programme


@dataclass(frozen=True, slots=True)
class ProgrammeChanged:
    """Fact: from now on other terms hold."""

    programme: Programme


@dataclass(frozen=True, slots=True)
class ProgrammeClosed:
    """Fact: it takes nobody any more, and runs no round."""

    programme: Programme


@dataclass(frozen=True, slots=True)
class CohortOpened:
    """Fact: one intake is open."""

    programme_id: UUID
    cohort: Cohort


Opening = tuple[Programme, tuple[ProgrammeOpened, CohortOpened]]
"""The programme, and what to tell the others."""


def open_programme(command: OpenProgramme, ids: tuple[UUID, UUID], today: date) -> Opening:
    """Open it; `ids` are for the programme and its first cohort.

    Raises Invalid with what to put right first.
    """
    terms = command.terms
    _check_terms(terms, command.cohort, today)
    programme_id, cohort_id = ids
    cohort = Cohort(cohort_id, command.cohort)
    programme = Programme(programme_id, terms, (cohort,))
    return programme, (ProgrammeOpened(programme), CohortOpened(programme_id, cohort))


def change_terms(
    programme: Programme, terms: Terms, today: date
) -> tuple[Programme, ProgrammeChanged]:
    """Set all its terms anew; pairs that run keep what they agreed on. Raises Invalid or Conflict."""
    if programme.closed:
        raise _closed()
    _check_terms(terms, programme.cohort.terms, today, "")
    changed = replace(programme, terms=terms)
    return changed, ProgrammeChanged(changed)


def close_programme(programme: Programme) -> tuple[Programme, tuple[ProgrammeClosed, ...]]:
    """Take nobody any more. Closing again changes nothing."""
    if programme.closed:
        return programme, ()
    closed = replace(programme, closed=True)
    return closed, (ProgrammeClosed(closed),)


def _closed() -> Conflict:
    return Conflict("programme_closed", "This programme is closed; look for one that is open.")


def _check_terms(
    terms: Terms, cohort: CohortTerms, today: date, of_cohort: str = "/cohort"
) -> None:
    """`of_cohort` is where the request tells of the cohort; "" where it is there already."""
    _check_dates(terms, cohort, today, of_cohort)
    _check_formats(terms.formats)
    _check_matching(terms.matching)
    _check_reminders(terms.reminders)
    _check_objectives(terms)
    if len(set(terms.languages)) < len(terms.languages):
        raise Invalid("language_twice", "Name each language once.", "/languages")
    if terms.pilot_only and not cohort.pilot:
        raise Invalid(
            "pilot_only",
            "A pilot-only programme starts with a pilot; say so.",
            f"{of_cohort}/pilot" if of_cohort else "/pilot_only",
        )


def _check_dates(terms: Terms, cohort: CohortTerms, today: date, of_cohort: str) -> None:
    if terms.ends_on <= terms.starts_on:
        raise Invalid("ends_before_start", "A programme ends after its first day.", "/ends_on")
    if terms.ends_on < today:
        raise Invalid(
            "already_over", "This programme has ended already; give later dates.", "/ends_on"
        )
    if cohort.ends_on <= cohort.starts_on:
        raise Invalid("ends_before_start", "A cohort ends after its first day.", "/cohort/ends_on")
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


def _check_matching(policy: MatchingPolicy) -> None:
    unknown = set(policy.weights) - set(USUAL_WEIGHTS)
    if unknown:
        raise Invalid(
            "unknown_weight",
            f"The score has the parts {', '.join(USUAL_WEIGHTS)}; weigh only these.",
            "/matching/weights",
        )
    if not any(policy.weights.values()):
        raise Invalid(
            "no_weight", "Give at least one part of the score a weight.", "/matching/weights"
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
