"""The catalogue: every event and topic of Obverse as one table.

Schemas, AsyncAPI documents, topic creation and the event table of the documents are generated from here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from shared.contracts.base import Contract
from shared.contracts.enrollment import v1 as enrollment
from shared.contracts.matching import v1 as matching
from shared.contracts.notifications import v1 as notifications
from shared.contracts.reporting import v1 as reporting

PARTITIONS = 6

DAY_MS = 24 * 3600 * 1000
FORGOTTEN_AFTER_MS = DAY_MS
"""A value of a personal topic that a newer one or a tombstone has overtaken is compacted away within this time
and one round of the log cleaner. Source: Kafka's `max.compaction.lag.ms` (KIP-354)."""
TOMBSTONES_LAST_MS = 30 * DAY_MS
"""So long a consumer that was away, or was set up anew, still learns that somebody was erased."""


class Audience(StrEnum):
    """Who may read a topic."""

    PUBLIC = "public"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Topic:
    """A Kafka topic. A `state` topic is compacted, any other keeps everything."""

    name: str
    owner: str
    audience: Audience
    key: str
    state: bool = False
    personal: bool = False
    partitions: int = PARTITIONS

    def settings(self) -> dict[str, str]:
        """Kafka's topic settings, without replication, which is a matter of the place."""
        policy = {"cleanup.policy": "compact"} if self.state else {"retention.ms": "-1"}
        return {**policy, **self._forgetting(), "max.message.bytes": str(1024 * 1024)}

    def _forgetting(self) -> dict[str, str]:
        if not self.personal:
            return {}
        return {
            "max.compaction.lag.ms": str(FORGOTTEN_AFTER_MS),
            "delete.retention.ms": str(TOMBSTONES_LAST_MS),
        }


@dataclass(frozen=True, slots=True)
class EventType:
    """One event: its `ce_type`, its contract, its topic and who reads it."""

    name: str
    model: type[Contract]
    topic: Topic
    consumers: tuple[str, ...]
    capabilities: tuple[int, ...]


class Catalogue:
    """Look-ups over the table; each model and each type stands in it once."""

    def __init__(self, events: Iterable[EventType]) -> None:
        self.events = tuple(events)
        self.by_type: Mapping[str, EventType] = MappingProxyType(
            {event.name: event for event in self.events}
        )
        self.by_model: Mapping[type[Contract], EventType] = MappingProxyType(
            {event.model: event for event in self.events}
        )
        self.topics: Mapping[str, Topic] = MappingProxyType(
            {event.topic.name: event.topic for event in self.events}
        )
        if not len(self.by_type) == len(self.by_model) == len(self.events):
            raise ValueError("a type or a model stands in the catalogue twice")


def _public(name: str, key: str, *, state: bool = False) -> Topic:
    owner = name.split(".", maxsplit=1)[0]
    return Topic(f"obverse.{name}.v1", owner, Audience.PUBLIC, key, state)


def _internal(name: str, key: str, *, state: bool = False, personal: bool = False) -> Topic:
    owner = name.split(".", maxsplit=1)[0]
    return Topic(f"obverse-internal.{name}.v1", owner, Audience.INTERNAL, key, state, personal)


PROGRAMME = _public("enrollment.programme", "programme_id")
TOPIC = _public("enrollment.topic", "topic", state=True)
VOLUNTEER = _public("enrollment.volunteer", "volunteer_id")
CANDIDATE = _internal("enrollment.candidate", "volunteer_id", state=True, personal=True)
PRINCIPAL = _internal("enrollment.principal", "person_id", state=True, personal=True)
CONTACT = _internal("enrollment.contact", "person_id", state=True, personal=True)
REQUEST = _internal("enrollment.request", "request_id")
CONCERN = _internal("enrollment.concern", "concern_id")
DIALOGUE = _internal("enrollment.dialogue", "dialogue_id")
ROUND = _public("matching.round", "round_id")
PROPOSAL = _internal("matching.proposal", "pair_id")
PAIR = _public("matching.pair", "pair_id")
JOURNAL = _internal("reporting.journal", "pair_id")
DELIVERY = _internal("notifications.delivery", "delivery_id")

_E, _M, _N, _R = "enrollment", "matching", "notifications", "reporting"

# fmt: off
CATALOGUE = Catalogue(
    EventType(name, model, topic, consumers, capabilities)
    for name, model, topic, consumers, capabilities in (
        ("obverse.enrollment.programme.opened.v1", enrollment.ProgrammeOpened, PROGRAMME, (_M, _N, _R), (1, 2, 6, 7, 8, 9, 10)),
        ("obverse.enrollment.programme.changed.v1", enrollment.ProgrammeChanged, PROGRAMME, (_M, _N, _R), (1, 2, 6, 7, 8, 9, 10)),
        ("obverse.enrollment.programme.closed.v1", enrollment.ProgrammeClosed, PROGRAMME, (_M, _R), (1,)),
        ("obverse.enrollment.cohort.opened.v1", enrollment.CohortOpened, PROGRAMME, (_M, _R), (4,)),
        ("obverse.enrollment.cohort.promoted.v1", enrollment.CohortPromoted, PROGRAMME, (_R,), (4,)),
        ("obverse.enrollment.cohort.closed.v1", enrollment.CohortClosed, PROGRAMME, (_M, _R), (4,)),
        ("obverse.enrollment.objective.measured.v1", enrollment.ObjectiveMeasured, PROGRAMME, (_R,), (2, 36)),
        ("obverse.enrollment.gap.opened.v1", enrollment.GapOpened, PROGRAMME, (_N, _R), (14,)),
        ("obverse.enrollment.gap.closed.v1", enrollment.GapClosed, PROGRAMME, (_N, _R), (14,)),
        ("obverse.enrollment.topic.changed.v1", enrollment.TopicChanged, TOPIC, (_N,), (11,)),
        ("obverse.enrollment.volunteer.enrolled.v1", enrollment.VolunteerEnrolled, VOLUNTEER, (_N, _R), (13, 26)),
        ("obverse.enrollment.volunteer.paused.v1", enrollment.VolunteerPaused, VOLUNTEER, (_N, _R), (13, 26)),
        ("obverse.enrollment.volunteer.resumed.v1", enrollment.VolunteerResumed, VOLUNTEER, (_N, _R), (13, 26)),
        ("obverse.enrollment.volunteer.withdrawn.v1", enrollment.VolunteerWithdrawn, VOLUNTEER, (_N, _R), (13, 26)),
        ("obverse.enrollment.volunteer.erased.v1", enrollment.VolunteerErased, VOLUNTEER, (_N, _R), (5, 13, 26)),
        ("obverse.enrollment.candidate.changed.v1", enrollment.CandidateChanged, CANDIDATE, (_M,), (10, 14, 15, 16, 17, 35)),
        ("obverse.enrollment.principal.changed.v1", enrollment.PrincipalChanged, PRINCIPAL, (_M, _N, _R), (5,)),
        ("obverse.enrollment.contact.changed.v1", enrollment.ContactChanged, CONTACT, (_N,), (20,)),
        ("obverse.enrollment.invitation.issued.v1", enrollment.InvitationIssued, REQUEST, (_N, _R), (13, 20, 26)),
        ("obverse.enrollment.invitation.answered.v1", enrollment.InvitationAnswered, REQUEST, (_N, _R), (13, 20, 26)),
        ("obverse.enrollment.confirmation.requested.v1", enrollment.ConfirmationRequested, REQUEST, (_N, _R), (13, 20, 26)),
        ("obverse.enrollment.confirmation.given.v1", enrollment.ConfirmationGiven, REQUEST, (_N, _R), (13, 20, 26)),
        ("obverse.enrollment.confirmation.lapsed.v1", enrollment.ConfirmationLapsed, REQUEST, (_N, _R), (13, 20, 26)),
        ("obverse.enrollment.reply.ready.v1", enrollment.ReplyReady, REQUEST, (_N,), (32,)),
        ("obverse.enrollment.concern.raised.v1", enrollment.ConcernRaised, CONCERN, (_N, _R), (31, 32, 33)),
        ("obverse.enrollment.concern.answered.v1", enrollment.ConcernAnswered, CONCERN, (_R,), (31, 32, 33, 35)),
        ("obverse.enrollment.concern.closed.v1", enrollment.ConcernClosed, CONCERN, (_R,), (31, 32, 33)),
        ("obverse.enrollment.dialogue.planned.v1", enrollment.DialoguePlanned, DIALOGUE, (_N, _R), (34,)),
        ("obverse.enrollment.dialogue.held.v1", enrollment.DialogueHeld, DIALOGUE, (_N, _R), (34,)),
        ("obverse.enrollment.compromise.agreed.v1", enrollment.CompromiseAgreed, DIALOGUE, (_N, _R), (34,)),
        ("obverse.enrollment.compromise.reviewed.v1", enrollment.CompromiseReviewed, DIALOGUE, (_N, _R), (34,)),
        ("obverse.matching.round.completed.v1", matching.RoundCompleted, ROUND, (_R,), (14, 17)),
        ("obverse.matching.proposal.made.v1", matching.ProposalMade, PROPOSAL, (_N, _R), (16, 17, 19, 20)),
        ("obverse.matching.proposal.accepted.v1", matching.ProposalAccepted, PROPOSAL, (_N, _R), (17,)),
        ("obverse.matching.proposal.declined.v1", matching.ProposalDeclined, PROPOSAL, (_N, _R), (17,)),
        ("obverse.matching.proposal.expired.v1", matching.ProposalExpired, PROPOSAL, (_N, _R), (17,)),
        ("obverse.matching.proposal.voided.v1", matching.ProposalVoided, PROPOSAL, (_N, _R), (17,)),
        ("obverse.matching.pair.formed.v1", matching.PairFormed, PAIR, (_E, _N, _R), (6, 7, 8, 9, 17)),
        ("obverse.matching.pair.ended.v1", matching.PairEnded, PAIR, (_E, _N, _R), (6, 7, 8, 9, 13)),
        ("obverse.reporting.session.planned.v1", reporting.SessionPlanned, JOURNAL, (_N, _R), (7, 8, 9, 20, 25)),
        ("obverse.reporting.session.cancelled.v1", reporting.SessionCancelled, JOURNAL, (_N, _R), (7, 8, 9, 20, 25)),
        ("obverse.reporting.session.held.v1", reporting.SessionHeld, JOURNAL, (_N, _R), (7, 8, 9, 20, 25)),
        ("obverse.reporting.answer.given.v1", reporting.AnswerGiven, JOURNAL, (_M,), (27, 36)),
        ("obverse.notifications.delivery.sent.v1", notifications.DeliverySent, DELIVERY, (_R,), (20, 26)),
        ("obverse.notifications.delivery.failed.v1", notifications.DeliveryFailed, DELIVERY, (_R,), (20, 26)),
        ("obverse.notifications.delivery.suppressed.v1", notifications.DeliverySuppressed, DELIVERY, (_R,), (20, 26)),
        ("obverse.notifications.delivery.unknown.v1", notifications.DeliveryUnknown, DELIVERY, (_R,), (20, 26)),
    )
)
# fmt: on
