"""What somebody is to be told or asked in person. Internal."""

from shared.contracts.base import Contract, Id


class ReplyReady(Contract):
    """Something that a person asked has an answer, which they read with their own token."""

    request_id: Id
    programme_id: Id
    person_id: Id
