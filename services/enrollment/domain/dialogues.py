"""An open conversation about doubts: positions, fears, and compromises that are followed up."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from shared.chassis.refusals import Conflict, Invalid, NotFound


class Owner(StrEnum):
    """Who has to keep a compromise; a part, never a name."""

    LEAD = "lead"
    SPONSOR = "sponsor"
    PARTICIPANT = "participant"


class Outcome(StrEnum):
    """What became of a compromise. A changed one has another in its place."""

    KEPT = "kept"
    BROKEN = "broken"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Compromise:
    """Something that somebody does by a day."""

    compromise_id: UUID
    text: str = field(repr=False)
    owner: Owner
    due: date
    outcome: Outcome | None = None
    reviewed_on: date | None = None

    def overdue(self, today: date) -> bool:
        """Whether its day is over and nobody has looked."""
        return self.outcome is None and self.due < today


@dataclass(frozen=True, slots=True)
class Plan:
    """When, about what, and between whom, where the lead notes that down."""

    planned_for: date
    agenda: tuple[str, ...] = field(repr=False)
    participants: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Minutes:
    """What was said; who said it is not written down."""

    held_on: date
    positions: tuple[str, ...] = field(repr=False)
    fears: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A conversation from its plan to the last compromise."""

    dialogue_id: UUID
    programme_id: UUID
    plan: Plan
    minutes: Minutes | None = None
    compromises: tuple[Compromise, ...] = ()

    def move(self, plan: Plan, today: date) -> "Step":
        """Another plan. Raises Conflict once it was held."""
        self._not_held()
        if plan == self.plan:
            return self, ()
        return planned(replace(self, plan=plan), today)

    def hold(self, minutes: Minutes, agreed: Sequence[Compromise], today: date) -> "Step":
        """It took place, with these compromises."""
        self._not_held()
        if minutes.held_on > today + timedelta(days=1):  # their day may have begun before ours
            raise Invalid("held_ahead", "Report it once it was held.", "/held_on")
        for position, compromise in enumerate(agreed):
            if compromise.due < minutes.held_on:
                raise _due_too_early(f"/compromises/{position}/due")
        held = replace(self, minutes=minutes, compromises=tuple(agreed))
        told = (CompromiseAgreed(held, compromise) for compromise in agreed)
        return held, (DialogueHeld(held), *told)

    def review(
        self, compromise_id: UUID, outcome: Outcome, instead: Compromise | None, today: date
    ) -> "Step":
        """Say what became of a compromise; one that is changed needs the one in its place."""
        found = next((c for c in self.compromises if c.compromise_id == compromise_id), None)
        if found is None:
            raise NotFound("no_such_compromise", "The conversation has no such compromise.")
        if found.outcome:
            raise Conflict("already_reviewed", "It was reviewed; agree on a new one instead.")
        if (outcome is Outcome.CHANGED) != (instead is not None):
            raise Invalid(
                "instead_and_outcome",
                "Say what holds instead where it is changed, and only there.",
                "/instead",
            )
        if instead and instead.due < today:
            raise _due_too_early("/instead/due")
        done = replace(found, outcome=outcome, reviewed_on=today)
        kept = tuple(done if c is found else c for c in self.compromises)
        new = (instead,) if instead else ()
        reviewed = replace(self, compromises=(*kept, *new))
        told = (CompromiseAgreed(reviewed, compromise) for compromise in new)
        return reviewed, (CompromiseReviewed(reviewed, done), *told)

    def _not_held(self) -> None:
        if self.minutes:
            raise Conflict("already_held", "It was held; plan another conversation.")


@dataclass(frozen=True, slots=True)
class DialoguePlanned:
    """Fact: it will be held, or on another day than before."""

    dialogue: Dialogue


@dataclass(frozen=True, slots=True)
class DialogueHeld:
    """Fact: it took place."""

    dialogue: Dialogue


@dataclass(frozen=True, slots=True)
class CompromiseAgreed:
    """Fact: somebody does something by a day."""

    dialogue: Dialogue
    compromise: Compromise


@dataclass(frozen=True, slots=True)
class CompromiseReviewed:
    """Fact: what became of it is known."""

    dialogue: Dialogue
    compromise: Compromise


Fact = DialoguePlanned | DialogueHeld | CompromiseAgreed | CompromiseReviewed
Step = tuple[Dialogue, tuple[Fact, ...]]
"""The conversation after it, and what to tell the others."""


def planned(dialogue: Dialogue, today: date) -> Step:
    """With its plan. Raises Invalid for a day that is over."""
    if dialogue.plan.planned_for < today - timedelta(days=1):
        raise Invalid("plan_over", "Plan it for today or later.", "/planned_for")
    return dialogue, (DialoguePlanned(dialogue),)


def _due_too_early(pointer: str) -> Invalid:
    return Invalid("due_too_early", "A compromise is due later than it is agreed on.", pointer)
