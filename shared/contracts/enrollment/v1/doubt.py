"""Doubts about a programme, and the conversations that they lead to: codes, dates and ids, never words."""

from datetime import date
from typing import Annotated

from pydantic import Field

from shared.contracts.base import Code, Contract, Id, known

Doubt = Annotated[
    str, known("losing_authority", "fear_of_harm", "used_to_being_in_charge", "other")
]


class ConcernFact(Contract):
    """What every fact about a concern says; never whose it is."""

    concern_id: Id
    programme_id: Id
    code: Doubt


class ConcernRaised(ConcernFact):
    """Somebody has a doubt; told again when they ask again."""

    asked_on: Annotated[date, Field(description="the day of this question")]


class ConcernAnswered(ConcernFact):
    """The lead answered, with evidence."""

    asked_on: Annotated[date, Field(description="the day of the question that is answered")]
    answered_on: date
    cases: Annotated[int, Field(ge=0, description="cases that the answer points to")]
    progress_ids: Annotated[list[Id], Field(description="progress of the programme as evidence")]
    kpis: Annotated[list[Code], Field(description="objectives of the programme as evidence")]
    taste_sprint: Annotated[bool, Field(description="one sprint to try is offered")]


class ConcernClosed(ConcernFact):
    """Its writer has nothing more to ask."""

    closed_on: date


class DialogueFact(Contract):
    """What every fact about an open conversation says; never who takes part."""

    dialogue_id: Id
    programme_id: Id


class DialoguePlanned(DialogueFact):
    """An open conversation will be held; told again when it is moved."""

    planned_for: date


class DialogueHeld(DialogueFact):
    """It took place."""

    held_on: date


class CompromiseFact(DialogueFact):
    """What every fact about a compromise says."""

    compromise_id: Id
    owner: Annotated[str, known("lead", "sponsor", "participant")]


class CompromiseAgreed(CompromiseFact):
    """Somebody will do something by a day."""

    due: date


class CompromiseReviewed(CompromiseFact):
    """Whether it was done was looked at."""

    outcome: Annotated[str, known("kept", "broken", "changed")]
    reviewed_on: date
