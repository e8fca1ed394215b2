"""What somebody is to be told or asked in person. Internal."""

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
    """The invited said what they think of it; accepting makes no volunteer."""

    answer: Annotated[str, known("accepted", "declined", "later")]
