"""Reporting's events, major version 1: what pairs plan, report and answer in the journal."""

from typing import Annotated

from pydantic import Field

from shared.contracts.base import Code, Contract, Id, Moment, Side, known

Minutes = Annotated[int, Field(ge=5, le=480)]


class SessionFact(Contract):
    """What every fact about a session says."""

    pair_id: Id
    programme_id: Id
    session_id: Id


class SessionPlanned(SessionFact):
    """The pair wants to meet."""

    starts_at: Moment
    minutes: Minutes


class SessionCancelled(SessionFact):
    """A planned session does not take place."""


class SessionHeld(SessionFact):
    """The pair met."""

    held_at: Moment
    minutes: Minutes
    topics: list[Code]
    mood: Annotated[int, Field(ge=1, le=5)] | None


class AnswerGiven(Contract):
    """One side of a pair said what they think of it, or said it anew; what they wrote stays in the journal."""

    pair_id: Id
    programme_id: Id
    side: Side
    kind: Annotated[str, known("baseline", "pulse", "feedback")]
    scores: Annotated[
        dict[Code, int], Field(description="feedback has one, rating: from 1, the worst, to 5")
    ]
