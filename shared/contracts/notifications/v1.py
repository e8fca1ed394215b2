"""Notifications' events, major version 1: what became of a message to a person."""

from typing import Annotated

from shared.contracts.base import Contract, Id, known


class DeliveryFact(Contract):
    """What every fact about a delivery says; never to whom."""

    delivery_id: Id
    programme_id: Id
    kind: Annotated[
        str,
        known(
            "proposal",
            "proposal_reminder",
            "introduction",
            "session_reminder",
            "concern_raised",
            "reply_ready",
            "invitation",
            "confirmation",
        ),
    ]
    channel: Annotated[str, known("mail")]


class DeliverySent(DeliveryFact):
    """The mail server took it."""


class DeliveryFailed(DeliveryFact):
    """The mail server refused it for good, or time ran out."""


class DeliverySuppressed(DeliveryFact):
    """Not sent on purpose: cancelled, overtaken, or the address bounced before."""


class DeliveryUnknown(DeliveryFact):
    """The connection broke after the message was handed over (RFC 1047)."""
