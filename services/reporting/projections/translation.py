"""From the published language to changes of our documents: what each event sets, and nothing it does not say.

Times are those of the events; a replay on another day gives equal documents.
"""

from collections.abc import Callable, Mapping
from typing import Any

from services.reporting.projections.domain.documents import Change, Collection
from services.reporting.projections.domain.material import Side
from shared.contracts.base import Contract
from shared.contracts.enrollment import v1 as enrollment
from shared.contracts.envelope import Event
from shared.contracts.matching import v1 as matching
from shared.contracts.notifications import v1 as notifications
from shared.contracts.reporting import v1 as journal

ToChange = Callable[[Event[Any]], Change]


def programme_terms(event: Event[enrollment.ProgrammeTerms]) -> Change:
    """Opened or changed: the terms as they are now."""
    data = event.data
    fields = {
        "starts_on": data.starts_on.isoformat(),
        "ends_on": data.ends_on.isoformat(),
        "pilot_only": data.pilot_only,
        "objectives": [one.model_dump(mode="json") for one in data.objectives],
    }
    return Change(Collection.PROGRAMMES, data.programme_id, fields)


def programme_closed(event: Event[enrollment.ProgrammeClosed]) -> Change:
    """Takes nobody any more."""
    return Change(Collection.PROGRAMMES, event.data.programme_id, {"closed": True})


def cohort_opened(event: Event[enrollment.CohortOpened]) -> Change:
    """One more intake."""
    data = event.data
    fields = {
        "programme_id": data.programme_id,
        "pilot": data.pilot,
        "starts_on": data.starts_on.isoformat(),
        "ends_on": data.ends_on.isoformat(),
        "size_cap": data.size_cap,
    }
    return Change(Collection.COHORTS, data.cohort_id, fields)


def cohort_promoted(event: Event[enrollment.CohortPromoted]) -> Change:
    """A pilot proved itself."""
    return Change(Collection.COHORTS, event.data.cohort_id, {"promoted": True})


def cohort_closed(event: Event[enrollment.CohortClosed]) -> Change:
    """One intake takes nobody any more."""
    return Change(Collection.COHORTS, event.data.cohort_id, {"closed": True})


def objective_measured(event: Event[enrollment.ObjectiveMeasured]) -> Change:
    """What a KPI was on a day; the last word on a day counts."""
    data = event.data
    fields = {
        "programme_id": data.programme_id,
        "kpi": data.kpi,
        "measured_on": data.measured_on.isoformat(),
        "value": data.value,
    }
    key = f"{data.programme_id}:{data.kpi}:{data.measured_on}"
    return Change(Collection.MEASUREMENTS, key, fields)


def gap_is(*, open_: bool) -> ToChange:
    """Whether a topic is wanted more than it is offered."""

    def change(event: Event[enrollment.GapFact]) -> Change:
        data = event.data
        fields = {"programme_id": data.programme_id, "topic": data.topic, "open": open_}
        return Change(Collection.GAPS, f"{data.programme_id}:{data.topic}", fields)

    return change


def volunteer_is(status: str) -> ToChange:
    """Every fact about a volunteer says all that is kept."""

    def change(event: Event[enrollment.VolunteerFact]) -> Change:
        data = event.data
        fields = {
            "programme_id": data.programme_id,
            "cohort_id": data.cohort_id,
            "roles": list(data.roles),
            "status": status,
        }
        return Change(Collection.VOLUNTEERS, data.volunteer_id, fields)

    return change


def proposal_made(event: Event[matching.ProposalMade]) -> Change:
    """Two volunteers are asked."""
    data = event.data
    people = {"proposal.mentor_id": data.mentor_id, "proposal.mentee_id": data.mentee_id}
    return _pairing(data, people)


def proposal_accepted(event: Event[matching.ProposalAccepted]) -> Change:
    """One side said yes; a side that this version does not know is no yes of the two it knows."""
    data = event.data
    known = data.side in set(Side)
    return _pairing(data, {f"proposal.accepted.{data.side}": True} if known else {})


def proposal_closed(how: str) -> ToChange:
    """Nothing comes of it."""
    return lambda event: _pairing(event.data, {"proposal.closed_as": how})


def pair_formed(event: Event[matching.PairFormed]) -> Change:
    """Both said yes."""
    data = event.data
    people = {"pair.mentor_id": data.mentor_id, "pair.mentee_id": data.mentee_id}
    return _pairing(data, {**people, "pair.formed_at": event.envelope.time})


def pair_ended(event: Event[matching.PairEnded]) -> Change:
    """It is over."""
    data = event.data
    people = {"pair.mentor_id": data.mentor_id, "pair.mentee_id": data.mentee_id}
    return _pairing(data, {**people, "pair.outcome": data.outcome})


def round_completed(event: Event[matching.RoundCompleted]) -> Change:
    """One run of matching; reasons are a list, since a code may hold a dot."""
    data = event.data
    reasons = [{"reason": reason, "count": few} for reason, few in sorted(data.unmatched.items())]
    fields = {
        "programme_id": data.programme_id,
        "completed_at": event.envelope.time,
        "mentors": data.mentors,
        "mentees": data.mentees,
        "matched": data.matched,
        "unmatched": reasons,
    }
    return Change(Collection.ROUNDS, data.round_id, fields)


def session_planned(event: Event[journal.SessionPlanned]) -> Change:
    """The pair wants to meet."""
    return _session(event.data, {"state": "planned"})


def session_cancelled(event: Event[journal.SessionCancelled]) -> Change:
    """It will not take place."""
    return _session(event.data, {"state": "cancelled"})


def session_held(event: Event[journal.SessionHeld]) -> Change:
    """The pair met."""
    data = event.data
    fields = {"held_at": data.held_at, "minutes": data.minutes, "mood": data.mood}
    return _session(data, {"state": "held", **fields})


def delivery_is(outcome: str) -> ToChange:
    """What became of a message so far."""

    def change(event: Event[notifications.DeliveryFact]) -> Change:
        data = event.data
        fields = {"programme_id": data.programme_id, "kind": data.kind, "outcome": outcome}
        return Change(Collection.DELIVERIES, data.delivery_id, fields)

    return change


def concern_raised(event: Event[enrollment.ConcernRaised]) -> Change:
    """A doubt waits for the lead, for the first time or again."""
    return _concern(event.data, {"state": "raised"})


def concern_answered(event: Event[enrollment.ConcernAnswered]) -> Change:
    """The lead answered; of several answers the last one's days count."""
    data = event.data
    days = (data.answered_on - data.asked_on).days
    return _concern(data, {"state": "answered", "days_to_answer": days})


def concern_closed(event: Event[enrollment.ConcernClosed]) -> Change:
    """Its writer has nothing more to ask."""
    return _concern(event.data, {"state": "closed"})


def dialogue_is(state: str) -> ToChange:
    """How far an open conversation came."""

    def change(event: Event[enrollment.DialogueFact]) -> Change:
        fields = {"programme_id": event.data.programme_id, "state": state}
        return Change(Collection.DIALOGUES, event.data.dialogue_id, fields)

    return change


def compromise_agreed(event: Event[enrollment.CompromiseAgreed]) -> Change:
    """Somebody will do something."""
    return _compromise(event.data, "open")


def compromise_reviewed(event: Event[enrollment.CompromiseReviewed]) -> Change:
    """What became of it."""
    return _compromise(event.data, event.data.outcome)


def invitation_issued(event: Event[enrollment.InvitationIssued]) -> Change:
    """Somebody is asked; by whom and who it is, is not kept."""
    return _asked(Collection.INVITATIONS, event.data, "waiting")


def invitation_answered(event: Event[enrollment.InvitationAnswered]) -> Change:
    """What they said; the last word counts. One that nobody waits for any more has expired."""
    answer = event.data.answer
    return _asked(Collection.INVITATIONS, event.data, "expired" if answer == "closed" else answer)


def confirmation_is(state: str) -> ToChange:
    """Whether somebody goes on in a further cohort."""
    return lambda event: _asked(Collection.CONFIRMATIONS, event.data, state)


def _asked(collection: Collection, data: enrollment.RequestFact, state: str) -> Change:
    fields = {"programme_id": data.programme_id, "state": state}
    return Change(collection, data.request_id, fields)


def _concern(data: enrollment.ConcernFact, fields: dict[str, Any]) -> Change:
    belongs = {"programme_id": data.programme_id, "code": data.code}
    return Change(Collection.CONCERNS, data.concern_id, {**belongs, **fields})


def _compromise(data: enrollment.CompromiseFact, outcome: str) -> Change:
    fields = {"programme_id": data.programme_id, "outcome": outcome}
    return Change(Collection.COMPROMISES, data.compromise_id, fields)


def _pairing(
    data: matching.ProposalFact | matching.PairFormed | matching.PairEnded, fields: dict[str, Any]
) -> Change:
    belongs = {"programme_id": data.programme_id, "cohort_id": data.cohort_id}
    return Change(Collection.PAIRINGS, data.pair_id, {**belongs, **fields})


def _session(data: journal.SessionFact, fields: dict[str, Any]) -> Change:
    # In a group each pair has the session under the same id.
    key = f"{data.pair_id}:{data.session_id}"
    belongs = {"programme_id": data.programme_id, "pair_id": data.pair_id}
    return Change(Collection.SESSIONS, key, {**belongs, **fields})


CHANGES: Mapping[type[Contract], ToChange] = {
    enrollment.ProgrammeOpened: programme_terms,
    enrollment.ProgrammeChanged: programme_terms,
    enrollment.ProgrammeClosed: programme_closed,
    enrollment.CohortOpened: cohort_opened,
    enrollment.CohortPromoted: cohort_promoted,
    enrollment.CohortClosed: cohort_closed,
    enrollment.ObjectiveMeasured: objective_measured,
    enrollment.GapOpened: gap_is(open_=True),
    enrollment.GapClosed: gap_is(open_=False),
    enrollment.VolunteerEnrolled: volunteer_is("active"),
    enrollment.VolunteerPaused: volunteer_is("paused"),
    enrollment.VolunteerResumed: volunteer_is("active"),
    enrollment.VolunteerWithdrawn: volunteer_is("withdrawn"),
    enrollment.VolunteerErased: volunteer_is("erased"),
    enrollment.ConcernRaised: concern_raised,
    enrollment.ConcernAnswered: concern_answered,
    enrollment.ConcernClosed: concern_closed,
    enrollment.DialoguePlanned: dialogue_is("planned"),
    enrollment.DialogueHeld: dialogue_is("held"),
    enrollment.CompromiseAgreed: compromise_agreed,
    enrollment.CompromiseReviewed: compromise_reviewed,
    enrollment.InvitationIssued: invitation_issued,
    enrollment.InvitationAnswered: invitation_answered,
    enrollment.ConfirmationRequested: confirmation_is("waiting"),
    enrollment.ConfirmationGiven: confirmation_is("given"),
    enrollment.ConfirmationLapsed: confirmation_is("lapsed"),
    matching.RoundCompleted: round_completed,
    matching.ProposalMade: proposal_made,
    matching.ProposalAccepted: proposal_accepted,
    matching.ProposalDeclined: proposal_closed("declined"),
    matching.ProposalExpired: proposal_closed("expired"),
    matching.ProposalVoided: proposal_closed("voided"),
    matching.PairFormed: pair_formed,
    matching.PairEnded: pair_ended,
    journal.SessionPlanned: session_planned,
    journal.SessionCancelled: session_cancelled,
    journal.SessionHeld: session_held,
    notifications.DeliverySent: delivery_is("sent"),
    notifications.DeliveryFailed: delivery_is("failed"),
    notifications.DeliverySuppressed: delivery_is("suppressed"),
    notifications.DeliveryUnknown: delivery_is("unknown"),
}
