"""A programme from draft to closed: what is possible when, and what the others are told.

A draft is nobody's business but its lead's. It opens once the readiness questionnaire is answered; where the
score is low, only with a pilot. A closed programme stays as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.enrollment.domain.programmes.checks import check_cohort, check_terms
from services.enrollment.domain.programmes.cohorts import (
    Cohort,
    CohortClosed,
    CohortOpened,
    CohortPromoted,
    CohortTerms,
    Results,
)
from services.enrollment.domain.programmes.objectives import (
    Measurement,
    ObjectiveMeasured,
    with_measurement,
)
from services.enrollment.domain.programmes.readiness import (
    THRESHOLD,
    Answer,
    Readiness,
    answered,
    check_answered,
)
from services.enrollment.domain.programmes.terms import Terms
from shared.chassis.refusals import Conflict, NotFound

MOST_COHORTS = 100
"""Everybody reads all of them with the programme."""


class Stage(StrEnum):
    """How far a programme has come."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Programme:
    """A programme; an open one takes volunteers into its latest cohort."""

    programme_id: UUID
    terms: Terms
    cohorts: tuple[Cohort, ...]
    sponsor_id: UUID | None = None
    closed: bool = False
    draft: bool = False
    readiness: Readiness | None = None
    measurements: tuple[Measurement, ...] = ()
    version: int = 0
    """How often it was changed."""
    sponsor_left: bool = False

    @property
    def has_sponsor(self) -> bool:
        """Whether somebody who is in the directory answers for it."""
        return self.sponsor_id is not None and not self.sponsor_left

    @property
    def standing(self) -> Readiness | None:
        """The readiness as it counts today: a sponsor who left counts no more."""
        if self.readiness is None or not self.sponsor_left:
            return self.readiness
        return self.readiness.without_sponsor()

    @property
    def stage(self) -> Stage:
        """How far it has come."""
        if self.closed:
            return Stage.CLOSED
        return Stage.DRAFT if self.draft else Stage.OPEN

    @property
    def cohort(self) -> Cohort:
        """The intake of today."""
        return self.cohorts[-1]

    @property
    def pilot_only(self) -> bool:
        """Whether only pilots can be opened: until one is promoted, or the company is ready."""
        if any(cohort.promoted for cohort in self.cohorts):
            return False
        unready = self.standing is not None and self.standing.for_a_pilot_only
        return self.terms.pilot_only or unready

    def admit(self, *, enrolled: int, today: date, cohort_id: UUID | None = None) -> Cohort:
        """The cohort somebody joins, newcomers the newest. Raises Conflict where it takes nobody (any more)."""
        self.check_open()
        cohort = self._cohort(cohort_id) if cohort_id else self.cohort
        cohort.check_admits(enrolled=enrolled, today=today)
        return cohort

    def change(self, terms: Terms, today: date, first: CohortTerms | None = None) -> "Step":
        """Set all its terms anew; of a draft also its first cohort. Pairs keep what they agreed on."""
        self.check_not_closed()
        cohorts = self.cohorts
        if first is not None and not self.draft:
            raise Conflict(
                "cohort_opened", "Its first cohort has opened and stays as it is; open another one."
            )
        if first is not None:
            cohorts = (replace(self.cohort, terms=first),)
        check_terms(terms, cohorts, today, "" if first is None else "/cohort")
        if first is not None:
            check_cohort(first, terms, today, "/cohort")
        changed = replace(self, terms=terms, cohorts=cohorts)
        silent = self.draft or changed == self
        return changed, () if silent else (ProgrammeChanged(changed),)

    def answer(self, answers: Mapping[str, Answer], today: date) -> "Step":
        """Answer the readiness questionnaire, anew if it was answered before."""
        self.check_not_closed()
        readiness = answered(answers, has_sponsor=self.has_sponsor, today=today)
        if not self.draft:
            check_answered(readiness)
        changed = replace(self, readiness=readiness)
        return changed, self._told_if_pilots_differ(changed)

    def sponsored_by(self, sponsor_id: UUID) -> "Step":
        """Another executive answers for it, who is in the directory."""
        self.check_not_closed()
        changed = replace(self, sponsor_id=sponsor_id, sponsor_left=False)
        return changed, self._told_if_pilots_differ(changed)

    def see_sponsor(self, *, here: bool) -> "Step":
        """The sponsor is in the directory, or has left; seeing the same again changes nothing."""
        changed = replace(self, sponsor_left=not here)
        return changed, self._told_if_pilots_differ(changed)

    def open(self, today: date) -> "Step":
        """Let volunteers come. Opening again changes nothing. Raises a refusal with what is missing."""
        self.check_not_closed()
        if not self.draft:
            return self, ()
        check_answered(self.readiness)
        check_terms(self.terms, self.cohorts, today)
        check_cohort(self.cohort.terms, self.terms, today, "/cohort")
        self._check_pilot(self.cohort.terms)
        opened = replace(self, draft=False)
        return opened, (ProgrammeOpened(opened), CohortOpened(self.programme_id, self.cohort))

    def open_cohort(self, cohort: Cohort, today: date) -> "Step":
        """One more intake; newcomers join it from now on."""
        self.check_open()
        if len(self.cohorts) >= MOST_COHORTS:
            raise Conflict(
                "too_many_cohorts",
                f"A programme has at most {MOST_COHORTS} cohorts; begin another programme.",
            )
        check_cohort(cohort.terms, self.terms, today)
        self._check_pilot(cohort.terms)
        opened = replace(self, cohorts=(*self.cohorts, cohort))
        return opened, (CohortOpened(self.programme_id, cohort),)

    def promote(self, cohort_id: UUID, results: Results, today: date) -> "Step":
        """Decide that a pilot went well enough, on its results. Deciding it again changes nothing."""
        self.check_open()
        cohort = self._cohort(cohort_id)
        if cohort.promoted:
            return self, ()
        promoted = cohort.promote(results, today)
        changed = self._with(promoted)
        fact = CohortPromoted(self.programme_id, promoted)
        return changed, (fact, *self._told_if_pilots_differ(changed))

    def close_cohort(self, cohort_id: UUID) -> "Step":
        """Take nobody into this one any more. Closing it again changes nothing."""
        self.check_open()
        cohort = self._cohort(cohort_id)
        if cohort.closed:
            return self, ()
        closed = cohort.close()
        return self._with(closed), (CohortClosed(self.programme_id, closed),)

    def measure(self, measurement: Measurement, today: date) -> "Step":
        """Keep what a KPI was on a day; the same again changes nothing."""
        self.check_open()
        measured = with_measurement(self.measurements, measurement, self.terms.objectives, today)
        if measured == self.measurements:
            return self, ()
        fact = ObjectiveMeasured(self.programme_id, measurement)
        return replace(self, measurements=measured), (fact,)

    def close(self) -> "Step":
        """Take nobody any more; a draft is given up. Closing again changes nothing."""
        if self.closed:
            return self, ()
        closed = replace(self, closed=True)
        return closed, () if self.draft else (ProgrammeClosed(closed),)

    def check_version(self, seen: int | None) -> None:
        """Raises Conflict where somebody changed it since the caller saw this version; None is any."""
        if seen is not None and seen != self.version:
            raise Conflict(
                "programme_changed",
                "Another lead changed it meanwhile; GET it, and decide on what is there now.",
            )

    def check_open(self) -> None:
        """Raises Conflict where it is not open."""
        self.check_not_closed()
        if self.draft:
            raise Conflict(
                "programme_draft",
                "This programme is a draft: its lead answers the readiness questionnaire and opens it first.",
            )

    def check_not_closed(self) -> None:
        """Raises Conflict where it is closed."""
        if self.closed:
            raise Conflict(
                "programme_closed", "This programme is closed; look for one that is open."
            )

    def _check_pilot(self, cohort: CohortTerms) -> None:
        if cohort.pilot or not self.pilot_only:
            return
        score = self.standing.score if self.standing else None
        why = (
            f"its readiness is {score} of 100, below {THRESHOLD}"
            if self.standing and self.standing.for_a_pilot_only
            else "its terms say so"
        )
        raise Conflict(
            "pilot_only",
            f"Only a pilot can be opened, for {why}; open a pilot, and promote it by its results.",
        )

    def _told_if_pilots_differ(self, changed: "Programme") -> "Facts":
        differ = not self.draft and changed.pilot_only != self.pilot_only
        return (ProgrammeChanged(changed),) if differ else ()

    def _cohort(self, cohort_id: UUID) -> Cohort:
        found = next((one for one in self.cohorts if one.cohort_id == cohort_id), None)
        if found is None:
            raise NotFound("no_such_cohort", "The programme has no such cohort; check its id.")
        return found

    def _with(self, cohort: Cohort) -> "Programme":
        cohorts = (cohort if one.cohort_id == cohort.cohort_id else one for one in self.cohorts)
        return replace(self, cohorts=tuple(cohorts))


@dataclass(frozen=True, slots=True)
class ProgrammeOpened:
    """Fact: volunteers may come."""

    programme: Programme


@dataclass(frozen=True, slots=True)
class ProgrammeChanged:
    """Fact: from now on other terms hold."""

    programme: Programme


@dataclass(frozen=True, slots=True)
class ProgrammeClosed:
    """Fact: it takes nobody any more, and runs no round."""

    programme: Programme


Fact = (
    ProgrammeOpened
    | ProgrammeChanged
    | ProgrammeClosed
    | CohortOpened
    | CohortPromoted
    | CohortClosed
    | ObjectiveMeasured
)
Facts = tuple[Fact, ...]
Step = tuple[Programme, Facts]
"""The programme after it, and what to tell the others."""


def draft_programme(
    terms: Terms, cohort: CohortTerms, ids: tuple[UUID, UUID], today: date
) -> Programme:
    """Begin one; `ids` are for the programme and its first cohort. Raises Invalid."""
    programme_id, cohort_id = ids
    cohorts = (Cohort(cohort_id, cohort),)
    check_terms(terms, cohorts, today, "/cohort")
    check_cohort(cohort, terms, today, "/cohort")
    return Programme(programme_id, terms, cohorts, draft=True)
