"""A concern: a doubt of somebody in the company, heard by the lead, and answered with evidence.

It is confidential, which ties it to its writer, or anonymous: then nothing of the writer is kept, and a reference
that only they have opens the answer. Days are kept, never hours.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.enrollment.domain.programmes import Format, Programme
from shared.chassis.refusals import Conflict, Invalid


class Doubt(StrEnum):
    """What somebody fears or finds hard."""

    LOSING_AUTHORITY = "losing_authority"
    FEAR_OF_HARM = "fear_of_harm"
    USED_TO_BEING_IN_CHARGE = "used_to_being_in_charge"
    OTHER = "other"


class State(StrEnum):
    """Raised waits for the lead, answered for its writer; closed is over."""

    RAISED = "raised"
    ANSWERED = "answered"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an answer stands on: links to cases, published progress, objectives of the programme."""

    cases: tuple[str, ...] = ()
    progress_ids: tuple[UUID, ...] = ()
    kpis: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the lead says to it; `taste_sprint` offers one sprint, to try before believing."""

    text: str = field(repr=False)
    evidence: Evidence
    taste_sprint: bool
    given_on: date


@dataclass(frozen=True, slots=True)
class Turn:
    """A question, and its answer once there is one."""

    text: str = field(repr=False)
    asked_on: date
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Concern:
    """A doubt with all that was said about it. `writer` is None where it is anonymous, else `reference_hash` is."""

    concern_id: UUID
    programme_id: UUID
    code: Doubt
    turns: tuple[Turn, ...]
    writer: UUID | None = None
    reference_hash: str | None = field(default=None, repr=False)
    tasting_since: date | None = None
    closed_on: date | None = None

    @property
    def state(self) -> State:
        """Whose turn it is."""
        if self.closed_on:
            return State.CLOSED
        return State.ANSWERED if self.turns[-1].answer else State.RAISED

    @property
    def taste_offered(self) -> bool:
        """Whether any answer offers a sprint."""
        return any(turn.answer and turn.answer.taste_sprint for turn in self.turns)

    def answer(self, answer: Answer, programme: Programme) -> "Step":
        """The lead's answer. Raises Conflict, or Invalid for what is no evidence."""
        self._still_open()
        if self.state is State.ANSWERED:
            raise Conflict(
                "already_answered", "It has its answer; its writer may ask again or close it."
            )
        _check_evidence(answer.evidence, {goal.kpi for goal in programme.terms.objectives})
        allowed = {terms.format for terms in programme.terms.formats}
        if answer.taste_sprint and Format.SPRINT not in allowed:
            raise Invalid(
                "no_sprint",
                "This programme has no sprints; allow the format first, or offer none.",
                "/taste_sprint",
            )
        last = replace(self.turns[-1], answer=answer)
        answered = replace(self, turns=(*self.turns[:-1], last))
        return answered, (ConcernAnswered(answered),)

    def ask_again(self, text: str, today: date) -> "Step":
        """The answer does not do yet. Raises Conflict where there is none."""
        self._still_open()
        if self.state is State.RAISED:
            raise Conflict("not_answered", "The lead has not answered yet; wait for the answer.")
        asked = replace(self, turns=(*self.turns, Turn(text, today)))
        return asked, (ConcernRaised(asked),)

    def taste(self, today: date) -> "Step":
        """Take the sprint that an answer offers; once is enough."""
        self._still_open()
        if not self.taste_offered:
            raise Conflict("no_taste_offered", "No answer offers a sprint; ask the lead for one.")
        return (self if self.tasting_since else replace(self, tasting_since=today)), ()

    def close(self, today: date) -> "Step":
        """Nothing more to ask, with or without an answer. Closing again changes nothing."""
        if self.closed_on:
            return self, ()
        closed = replace(self, closed_on=today)
        return closed, (ConcernClosed(closed),)

    def _still_open(self) -> None:
        if self.closed_on:
            raise Conflict("concern_closed", "This concern is closed; raise a new one.")


@dataclass(frozen=True, slots=True)
class ConcernRaised:
    """Fact: there is a question for the lead."""

    concern: Concern


@dataclass(frozen=True, slots=True)
class ConcernAnswered:
    """Fact: the last question has its answer."""

    concern: Concern


@dataclass(frozen=True, slots=True)
class ConcernClosed:
    """Fact: its writer has nothing more to ask."""

    concern: Concern


@dataclass(frozen=True, slots=True)
class ReplyReady:
    """Fact: a person has an answer to read. It does not say to what."""

    request_id: UUID
    programme_id: UUID
    person_id: UUID


Fact = ConcernRaised | ConcernAnswered | ConcernClosed
Step = tuple[Concern, tuple[Fact, ...]]
"""The concern after it, and what to tell the others."""


def raise_concern(concern: Concern, programme: Programme) -> Step:
    """A new one. Raises Conflict where nobody is there to answer it."""
    programme.check_open()
    return concern, (ConcernRaised(concern),)


def hash_of(reference: str) -> str:
    """What is kept of a reference. It is long and random, so its hash can neither be guessed nor reversed."""
    return hashlib.sha256(reference.encode()).hexdigest()


def _check_evidence(evidence: Evidence, kpis: Collection[str]) -> None:
    if not (evidence.cases or evidence.progress_ids or evidence.kpis):
        raise Invalid(
            "no_evidence",
            "Answer with evidence: a link to a case, a published progress or an objective.",
            "/cases",
        )
    for position, kpi in enumerate(evidence.kpis):
        if kpi not in kpis:
            raise Invalid(
                "unknown_kpi",
                "The programme has no objective with this KPI; GET it to see which it has.",
                f"/kpis/{position}",
            )
