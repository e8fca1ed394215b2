"""What somebody is to be told or asked in person. Internal."""

from datetime import date
from typing import Annotated

from shared.contracts.base import Code, Contract, Id, known


class RequestFact(Contract):
    """What every fact about a request says: which one, on behalf of which programme, to whom."""

    request_id: Id
    programme_id: Id
    person_id: Id


class ReplyReady(RequestFact):
    """Something that a person asked has an answer, which they read with their own token."""


class InvitationIssued(RequestFact):
    """A lead asks an employee to take part."""

    topic: Code | None = None


class InvitationAnswered(RequestFact):
    """The invited said what they think of it; closed: the programme did, or they left. Accepting makes no volunteer."""

    answer: Annotated[str, known("accepted", "declined", "later", "closed")]


class ConfirmationFact(RequestFact):
    """What every fact about a confirmation says; `cohort_id` is the further cohort that opened."""

    volunteer_id: Id
    cohort_id: Id


class ConfirmationRequested(ConfirmationFact):
    """A further cohort opened: a volunteer of an earlier one is asked whether they go on."""

    due: date


class ConfirmationGiven(ConfirmationFact):
    """They go on."""


class ConfirmationLapsed(ConfirmationFact):
    """Not given on the day it was due, or they left before, or are asked anew."""
