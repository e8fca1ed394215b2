"""What the topics tell us, as commands: each replaces or adds one part of what is known."""

from dataclasses import dataclass
from uuid import UUID

from services.notifications.domain.notices import Notice
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
)


@dataclass(frozen=True, slots=True)
class PolicySet:
    """A programme reminds like this from now on; what is planned already stays."""

    programme_id: UUID
    policy: Policy


@dataclass(frozen=True, slots=True)
class TopicLabelled:
    """What a topic is called."""

    code: str
    labels: TopicLabels


@dataclass(frozen=True, slots=True)
class StandingChanged:
    """A volunteer takes part, pauses or has left."""

    volunteer_id: UUID
    standing: Standing


@dataclass(frozen=True, slots=True)
class PersonTold:
    """Which volunteers a person is."""

    person_id: UUID
    volunteer_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class ContactTold:
    """How to reach a person from now on."""

    contact: Contact


@dataclass(frozen=True, slots=True)
class NoticeGiven:
    """Somebody is to be told something that is about no pair."""

    notice: Notice


@dataclass(frozen=True, slots=True)
class PairNews:
    """What every news of a pair says."""

    pair_id: UUID
    programme_id: UUID


@dataclass(frozen=True, slots=True)
class Proposed(PairNews):
    """Two volunteers were asked."""

    volunteers: dict[Side, UUID]
    proposal: Proposal


@dataclass(frozen=True, slots=True)
class Answered(PairNews):
    """One side said yes."""

    side: Side


@dataclass(frozen=True, slots=True)
class ProposalClosed(PairNews):
    """Declined, expired or voided: nobody is to answer any more."""


@dataclass(frozen=True, slots=True)
class Formed(PairNews):
    """Both said yes."""

    volunteers: dict[Side, UUID]
    formation: Formation


@dataclass(frozen=True, slots=True)
class Ended(PairNews):
    """The pair is over."""


@dataclass(frozen=True, slots=True)
class SessionPlanned(PairNews):
    """The pair wants to meet."""

    session: Session


@dataclass(frozen=True, slots=True)
class SessionOver(PairNews):
    """A session was cancelled or held."""

    session_id: UUID
    state: SessionState


News = (
    PolicySet
    | TopicLabelled
    | StandingChanged
    | PersonTold
    | ContactTold
    | NoticeGiven
    | Proposed
    | Answered
    | ProposalClosed
    | Formed
    | Ended
    | SessionPlanned
    | SessionOver
)
