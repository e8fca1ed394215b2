"""Intakes of a programme: when they run, how many they take, and how a pilot becomes more than a pilot."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from shared.chassis.refusals import Conflict, Invalid

MOST_IN_A_PILOT = 500
"""A pilot starts small: so many that its lead still sees what goes wrong, and promotes it by what it brought."""


@dataclass(frozen=True, slots=True)
class CohortTerms:
    """What a lead decides about one intake."""

    starts_on: date
    ends_on: date
    size_cap: int
    pilot: bool


@dataclass(frozen=True, slots=True)
class Results:
    """What a pilot brought: a published progress, or words and a link to where it can be read."""

    progress_id: UUID | None = None
    text: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Promotion:
    """The decision that a pilot went well enough, and on what it rests."""

    decided_on: date
    results: Results


@dataclass(frozen=True, slots=True)
class Cohort:
    """One intake."""

    cohort_id: UUID
    terms: CohortTerms
    closed: bool = False
    promotion: Promotion | None = None

    @property
    def promoted(self) -> bool:
        """Whether it was a pilot and proved itself."""
        return self.promotion is not None

    def check_admits(self, *, enrolled: int, today: date) -> None:
        """Raises Conflict where it takes nobody any more."""
        if self.closed:
            raise Conflict("cohort_closed", "This cohort is closed; wait for the next one to open.")
        if self.terms.ends_on < today:
            raise Conflict("cohort_over", "This cohort has ended; wait for the next one to open.")
        if enrolled >= self.terms.size_cap:
            raise Conflict(
                "cohort_full", "This cohort is full; ask the programme lead for a place."
            )

    def promote(self, results: Results, today: date) -> "Cohort":
        """Decide that the pilot went well enough. Raises Conflict or Invalid."""
        if not self.terms.pilot:
            raise Conflict("no_pilot", "Only a pilot is promoted; this cohort is none.")
        if results.progress_id is None and not (results.text and results.link):
            raise Invalid(
                "results_missing",
                "Cite what the pilot brought: a progress_id, or a text and a link.",
                "/progress_id",
            )
        return replace(self, promotion=Promotion(today, results))

    def close(self) -> "Cohort":
        """Take nobody any more."""
        return replace(self, closed=True)


@dataclass(frozen=True, slots=True)
class CohortOpened:
    """Fact: one intake is open."""

    programme_id: UUID
    cohort: Cohort


@dataclass(frozen=True, slots=True)
class CohortPromoted:
    """Fact: a pilot proved itself."""

    programme_id: UUID
    cohort: Cohort


@dataclass(frozen=True, slots=True)
class CohortClosed:
    """Fact: one intake takes nobody any more."""

    programme_id: UUID
    cohort: Cohort
