"""What is told to people about no pair, and what makes it moot: contracts of others as notices."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid5

from services.notifications.domain.news import NoticeGiven
from services.notifications.domain.notices import Notice, Withdrawal, morning_of
from services.notifications.domain.pairs import Origin
from services.notifications.domain.reminders import NAMESPACE, Kind
from shared.contracts.base import Contract
from shared.contracts.enrollment import v1 as enrollment
from shared.contracts.envelope import Envelope, Event

A_DAY = timedelta(days=1)


def origin(envelope: Envelope) -> Origin:
    """The way on from this event: what it sets off is caused by it."""
    return Origin(envelope.correlation_id, envelope.id, envelope.traceparent)


def withdrawal(event: Event[Any]) -> Withdrawal:
    """Which notice an event makes moot, and why."""
    return _WITHDRAWN_BY[type(event.data)](event.data)


def _doubted(data: enrollment.ConcernRaised, envelope: Envelope) -> NoticeGiven:
    return _notice(envelope.id, Kind.CONCERN_RAISED, data.programme_id, envelope)


def _replied(data: enrollment.ReplyReady, envelope: Envelope) -> NoticeGiven:
    kind, reader = Kind.REPLY_READY, data.person_id
    return _notice(envelope.id, kind, data.programme_id, envelope, person_id=reader)


def _invited(data: enrollment.InvitationIssued, envelope: Envelope) -> NoticeGiven:
    about = {"person_id": data.person_id, "topic": data.topic}
    return _notice(data.request_id, Kind.INVITATION, data.programme_id, envelope, **about)


def _to_confirm(data: enrollment.ConfirmationRequested, envelope: Envelope) -> NoticeGiven:
    about = {"person_id": data.person_id, "answer_by": data.due}
    return _notice(data.request_id, Kind.CONFIRMATION, data.programme_id, envelope, **about)


def _gap(data: enrollment.GapOpened, envelope: Envelope) -> NoticeGiven:
    # On the next morning: while people enrol, many a gap closes within the day.
    about = {"topic": data.topic, "not_before": morning_of(envelope.time.date() + A_DAY)}
    return _notice(
        gap_id(data.programme_id, data.topic), Kind.GAP_OPENED, data.programme_id, envelope, **about
    )


def _conversation(data: enrollment.DialoguePlanned, envelope: Envelope) -> NoticeGiven:
    day = data.planned_for
    about = {"answer_by": day, "not_before": morning_of(day - A_DAY)}
    return _notice(data.dialogue_id, Kind.DIALOGUE_AHEAD, data.programme_id, envelope, **about)


def _compromise(data: enrollment.CompromiseAgreed, envelope: Envelope) -> NoticeGiven:
    about = {"answer_by": data.due, "not_before": morning_of(data.due - A_DAY)}
    return _notice(data.compromise_id, Kind.COMPROMISE_DUE, data.programme_id, envelope, **about)


def _notice(
    id_: UUID, kind: Kind, programme_id: UUID, envelope: Envelope, **about: Any
) -> NoticeGiven:
    """One that can be withdrawn lies under the id of what it is about."""
    person_id = about.pop("person_id", None)
    notice = Notice(id_, kind, programme_id, person_id, envelope.time, origin(envelope), **about)
    return NoticeGiven(notice)


def gap_id(programme_id: UUID, topic: str) -> UUID:
    """The id of the notice on a gap: there is one at a time for a topic of a programme."""
    return uuid5(NAMESPACE, f"gap/{programme_id}/{topic}")


def _answered(kind: Kind) -> Callable[[enrollment.RequestFact], Withdrawal]:
    return lambda data: Withdrawal(
        data.request_id, kind, data.programme_id, data.person_id, "answered"
    )


def _gap_closed(data: enrollment.GapClosed) -> Withdrawal:
    return Withdrawal(
        gap_id(data.programme_id, data.topic),
        Kind.GAP_OPENED,
        data.programme_id,
        None,
        "gap_closed",
    )


def _conversation_is(how: str) -> Callable[[enrollment.DialogueFact], Withdrawal]:
    return lambda data: Withdrawal(
        data.dialogue_id, Kind.DIALOGUE_AHEAD, data.programme_id, None, how
    )


def _reviewed(data: enrollment.CompromiseReviewed) -> Withdrawal:
    kind = Kind.COMPROMISE_DUE
    return Withdrawal(data.compromise_id, kind, data.programme_id, None, "reviewed")


GIVING: Mapping[type[Contract], Callable[[Any, Envelope], NoticeGiven]] = MappingProxyType(
    {
        enrollment.ConcernRaised: _doubted,
        enrollment.ReplyReady: _replied,
        enrollment.InvitationIssued: _invited,
        enrollment.ConfirmationRequested: _to_confirm,
        enrollment.GapOpened: _gap,
        enrollment.DialoguePlanned: _conversation,
        enrollment.CompromiseAgreed: _compromise,
    }
)
"""The notice that an event asks for."""
_WITHDRAWN_BY: Mapping[type[Contract], Callable[[Any], Withdrawal]] = MappingProxyType(
    {
        enrollment.InvitationAnswered: _answered(Kind.INVITATION),
        enrollment.ConfirmationGiven: _answered(Kind.CONFIRMATION),
        enrollment.ConfirmationLapsed: _answered(Kind.CONFIRMATION),
        enrollment.GapClosed: _gap_closed,
        enrollment.DialoguePlanned: _conversation_is("moved"),
        enrollment.DialogueHeld: _conversation_is("held"),
        enrollment.CompromiseReviewed: _reviewed,
    }
)
WITHDRAWING = tuple(_WITHDRAWN_BY)
"""The contracts that make a notice moot. One that stands in `GIVING`, too, puts another in its place."""
