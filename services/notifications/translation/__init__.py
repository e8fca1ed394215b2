"""The published language: contracts of others as news, our facts as contracts."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from services.notifications.domain import news
from services.notifications.domain.pairs import (
    Contact,
    Formation,
    Policy,
    Proposal,
    Session,
    SessionState,
    Side,
    Standing,
    TopicLabels,
    Window,
)
from services.notifications.domain.quiet import Quiet
from services.notifications.domain.reminders import State
from services.notifications.domain.sending import Settled
from services.notifications.translation.notices import GIVING, origin
from shared.contracts.base import Contract
from shared.contracts.enrollment import v1 as enrollment
from shared.contracts.envelope import Envelope, Event
from shared.contracts.matching import v1 as matching
from shared.contracts.notifications import v1 as notifications
from shared.contracts.reporting import v1 as reporting

CHANNEL = "mail"

_TOLD: Mapping[State, type[notifications.DeliveryFact]] = MappingProxyType(
    {
        State.SENT: notifications.DeliverySent,
        State.FAILED: notifications.DeliveryFailed,
        State.SUPPRESSED: notifications.DeliverySuppressed,
        State.UNKNOWN: notifications.DeliveryUnknown,
    }
)


def outgoing(fact: Settled) -> tuple[Contract, str]:
    """The event that tells a fact, and its key."""
    contract = _TOLD[fact.state](
        delivery_id=fact.reminder_id,
        programme_id=fact.programme_id,
        kind=fact.kind,
        channel=CHANNEL,
    )
    return contract, str(fact.reminder_id)


def incoming(event: Event[Any]) -> news.News:
    """What an event tells us."""
    return _READERS[type(event.data)](event.data, event.envelope)


def _policy(data: enrollment.ProgrammeTerms, _: Envelope) -> news.News:
    terms = data.reminders
    since, until = terms.quiet_from_minute, terms.quiet_until_minute
    quiet = None if since is None or until is None else Quiet(since, until)
    policy = Policy(tuple(terms.session_hours_before), tuple(terms.proposal_hours_after), quiet)
    return news.PolicySet(data.programme_id, policy)


def _labels(data: enrollment.TopicChanged, _: Envelope) -> news.News:
    return news.TopicLabelled(data.topic, TopicLabels(data.label_en, data.label_ru))


def _standing(standing: Standing) -> "Reader":
    def read(data: enrollment.VolunteerFact, _: Envelope) -> news.News:
        return news.StandingChanged(data.volunteer_id, standing)

    return read


def _person(data: enrollment.PrincipalChanged, _: Envelope) -> news.News:
    return news.PersonTold(data.person_id, tuple(data.volunteer_ids))


def _contact(data: enrollment.ContactChanged, _: Envelope) -> news.News:
    contact = Contact(data.person_id, data.name, data.email, data.locale, data.time_zone)
    return news.ContactTold(contact)


def _proposed(data: matching.ProposalMade, envelope: Envelope) -> news.News:
    windows = (Window(slot.weekday, slot.start_minute, slot.minutes) for slot in data.slots)
    proposal = Proposal(
        made_at=envelope.time,
        expires_at=data.expires_at,
        topics=tuple(data.topics),
        hobby=data.hobby,
        windows=tuple(windows),
        origin=origin(envelope),
    )
    return news.Proposed(data.pair_id, data.programme_id, _volunteers(data), proposal)


def _answered(data: matching.ProposalAccepted, _: Envelope) -> news.News:
    return news.Answered(data.pair_id, data.programme_id, Side(data.side))


def _closed(data: matching.ProposalFact, _: Envelope) -> news.News:
    return news.ProposalClosed(data.pair_id, data.programme_id)


def _formed(data: matching.PairFormed, envelope: Envelope) -> news.News:
    formation = Formation(data.until, origin(envelope))
    return news.Formed(data.pair_id, data.programme_id, _volunteers(data), formation)


def _ended(data: matching.PairEnded, _: Envelope) -> news.News:
    return news.Ended(data.pair_id, data.programme_id)


def _session(data: reporting.SessionPlanned, envelope: Envelope) -> news.News:
    state, trail = SessionState.PLANNED, origin(envelope)
    session = Session(data.session_id, data.starts_at, data.minutes, state, trail)
    return news.SessionPlanned(data.pair_id, data.programme_id, session)


def _session_over(state: SessionState) -> "Reader":
    def read(data: reporting.SessionFact, _: Envelope) -> news.News:
        return news.SessionOver(data.pair_id, data.programme_id, data.session_id, state)

    return read


def _volunteers(data: matching.ProposalMade | matching.PairFormed) -> dict[Side, Any]:
    return {Side.MENTOR: data.mentor_id, Side.MENTEE: data.mentee_id}


Reader = Callable[[Any, Envelope], news.News]

_READERS: Mapping[type[Contract], Reader] = MappingProxyType(
    {
        enrollment.ProgrammeOpened: _policy,
        enrollment.ProgrammeChanged: _policy,
        enrollment.TopicChanged: _labels,
        enrollment.VolunteerEnrolled: _standing(Standing.ACTIVE),
        enrollment.VolunteerPaused: _standing(Standing.PAUSED),
        enrollment.VolunteerResumed: _standing(Standing.ACTIVE),
        enrollment.VolunteerWithdrawn: _standing(Standing.WITHDRAWN),
        enrollment.VolunteerErased: _standing(Standing.ERASED),
        enrollment.PrincipalChanged: _person,
        enrollment.ContactChanged: _contact,
        **GIVING,
        matching.ProposalMade: _proposed,
        matching.ProposalAccepted: _answered,
        matching.ProposalDeclined: _closed,
        matching.ProposalExpired: _closed,
        matching.ProposalVoided: _closed,
        matching.PairFormed: _formed,
        matching.PairEnded: _ended,
        reporting.SessionPlanned: _session,
        reporting.SessionCancelled: _session_over(SessionState.CANCELLED),
        reporting.SessionHeld: _session_over(SessionState.HELD),
    }
)
READ = tuple(_READERS)
"""The contracts that notifications reads."""
