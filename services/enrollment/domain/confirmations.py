"""When a further cohort opens, the volunteers of earlier ones are asked whether they go on.

Whoever says nothing until the day is over is paused without end, and may come back at any time.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from services.enrollment.domain.volunteers import Volunteer
from shared.chassis.refusals import Conflict

WITHIN = timedelta(days=14)
"""So long volunteers may take to answer: a holiday of two weeks costs nobody their place."""


class State(StrEnum):
    """Where a confirmation stands."""

    OPEN = "open"
    GIVEN = "given"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Confirmation:
    """One question to one volunteer, when `cohort_id` opened. The day `due` is still in time."""

    confirmation_id: UUID
    volunteer_id: UUID
    person_id: UUID
    programme_id: UUID
    cohort_id: UUID
    due: date
    state: State = State.OPEN

    def give(self) -> "Step":
        """They go on. Raises Conflict where it is too late."""
        if self.state is State.LAPSED:
            raise Conflict(
                "confirmation_lapsed", "The day to confirm has passed and you are paused; resume."
            )
        if self.state is State.GIVEN:
            return self, ()
        given = replace(self, state=State.GIVEN)
        return given, (ConfirmationGiven(given),)

    def lapse(self) -> "Step":
        """Nobody answers it any more; once is enough."""
        if self.state is not State.OPEN:
            return self, ()
        lapsed = replace(self, state=State.LAPSED)
        return lapsed, (ConfirmationLapsed(lapsed),)


@dataclass(frozen=True, slots=True)
class ConfirmationRequested:
    """Fact: a volunteer is asked whether they go on."""

    confirmation: Confirmation


@dataclass(frozen=True, slots=True)
class ConfirmationGiven:
    """Fact: they go on."""

    confirmation: Confirmation


@dataclass(frozen=True, slots=True)
class ConfirmationLapsed:
    """Fact: they did not answer in time, or left before, or are asked anew."""

    confirmation: Confirmation


Fact = ConfirmationRequested | ConfirmationGiven | ConfirmationLapsed
Step = tuple[Confirmation, tuple[Fact, ...]]
"""The confirmation after it, and what to tell the others."""


def request(volunteer: Volunteer, cohort_id: UUID, confirmation_id: UUID, today: date) -> Step:
    """Ask a volunteer, now that this cohort is open."""
    confirmation = Confirmation(
        confirmation_id,
        volunteer.volunteer_id,
        volunteer.person_id,
        volunteer.programme_id,
        cohort_id,
        today + WITHIN,
    )
    return confirmation, (ConfirmationRequested(confirmation),)
