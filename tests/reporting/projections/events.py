"""Events as other services publish them, short to write and with ids that can be read."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from shared.contracts.base import Contract
from shared.contracts.catalogue import CATALOGUE
from shared.contracts.enrollment import v1 as enrollment
from shared.contracts.envelope import Envelope, Event
from shared.contracts.matching import v1 as matching
from shared.contracts.notifications import v1 as notifications
from shared.contracts.reporting import v1 as journal

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PROGRAMME = UUID(int=1)
COHORT = UUID(int=2)


def mentor(number: int) -> UUID:
    return UUID(int=1_000 + number)


def mentee(number: int) -> UUID:
    return UUID(int=2_000 + number)


def pair(number: int) -> UUID:
    return UUID(int=3_000 + number)


def session(number: int) -> UUID:
    return UUID(int=4_000 + number)


def event(data: Contract, *, minute: int = 0, sequence: int = 1) -> Event[Any]:
    at = START + timedelta(minutes=minute)
    envelope = Envelope(
        id=UUID(int=9_000_000 + minute * 100 + sequence),
        type=CATALOGUE.by_model[type(data)].name,
        source="/obverse/test",
        time=at,
        sequence=sequence,
        correlationid=UUID(int=7),
    )
    return Event(envelope, data)


def objective(kpi: str, baseline: float, target: float) -> enrollment.Objective:
    return enrollment.Objective(
        kpi=kpi, unit="percent", baseline=baseline, target=target, due=date(2026, 12, 1)
    )


def opened(
    programme: UUID = PROGRAMME, objectives: Sequence[enrollment.Objective] = ()
) -> enrollment.ProgrammeOpened:
    return enrollment.ProgrammeOpened(
        programme_id=programme,
        starts_on=date(2026, 3, 1),
        ends_on=date(2026, 12, 31),
        languages=["en"],
        formats=[],
        matching=enrollment.MatchingPolicy(level_gap=2, common_slot_minutes=30, weights={}),
        reminders=enrollment.ReminderPolicy(
            session_hours_before=[24], proposal_hours_after=[48], proposal_expires_hours=168
        ),
        objectives=list(objectives),
        pilot_only=False,
    )


def cohort_opened() -> enrollment.CohortOpened:
    return enrollment.CohortOpened(
        programme_id=PROGRAMME,
        cohort_id=COHORT,
        pilot=True,
        starts_on=date(2026, 3, 1),
        ends_on=date(2026, 9, 30),
        size_cap=100,
    )


def cohort_promoted() -> enrollment.CohortPromoted:
    return enrollment.CohortPromoted(programme_id=PROGRAMME, cohort_id=COHORT, progress_id=None)


def cohort_closed() -> enrollment.CohortClosed:
    return enrollment.CohortClosed(programme_id=PROGRAMME, cohort_id=COHORT)


def measured(kpi: str, value: float, measured_on: date) -> enrollment.ObjectiveMeasured:
    return enrollment.ObjectiveMeasured(
        programme_id=PROGRAMME, kpi=kpi, value=value, measured_on=measured_on
    )


def gap_opened(topic: str) -> enrollment.GapOpened:
    return enrollment.GapOpened(programme_id=PROGRAMME, topic=topic)


def gap_closed(topic: str) -> enrollment.GapClosed:
    return enrollment.GapClosed(programme_id=PROGRAMME, topic=topic)


def enrolled(who: UUID, *roles: str) -> enrollment.VolunteerEnrolled:
    return enrollment.VolunteerEnrolled(
        volunteer_id=who,
        programme_id=PROGRAMME,
        cohort_id=COHORT,
        roles=list(roles),
        consent_version="1",
    )


def paused(who: UUID, *roles: str) -> enrollment.VolunteerPaused:
    return enrollment.VolunteerPaused(
        volunteer_id=who, programme_id=PROGRAMME, cohort_id=COHORT, roles=list(roles), until=None
    )


def resumed(who: UUID, *roles: str) -> enrollment.VolunteerResumed:
    return enrollment.VolunteerResumed(
        volunteer_id=who, programme_id=PROGRAMME, cohort_id=COHORT, roles=list(roles)
    )


def erased(who: UUID, *roles: str) -> enrollment.VolunteerErased:
    return enrollment.VolunteerErased(
        volunteer_id=who, programme_id=PROGRAMME, cohort_id=COHORT, roles=list(roles)
    )


def withdrawn(who: UUID, *roles: str) -> enrollment.VolunteerWithdrawn:
    return enrollment.VolunteerWithdrawn(
        volunteer_id=who, programme_id=PROGRAMME, cohort_id=COHORT, roles=list(roles)
    )


def made(number: int, *people: UUID) -> matching.ProposalMade:
    mentor_id, mentee_id = people or (mentor(number), mentee(number))
    return matching.ProposalMade(
        pair_id=pair(number),
        programme_id=PROGRAMME,
        cohort_id=COHORT,
        round_id=UUID(int=5_000),
        mentor_id=mentor_id,
        mentee_id=mentee_id,
        format="one_to_one",
        topics=["crm"],
        hobby=None,
        slots=[],
        score={},
        expires_at=START + timedelta(days=7),
    )


def answered(number: int, how: str, side: str = "") -> Contract:
    belongs: dict[str, Any] = {
        "pair_id": pair(number),
        "programme_id": PROGRAMME,
        "cohort_id": COHORT,
    }
    match how:
        case "accepted":
            return matching.ProposalAccepted(**belongs, side=side)
        case "declined":
            return matching.ProposalDeclined(**belongs, side=side)
        case "expired":
            return matching.ProposalExpired(**belongs)
        case _:
            return matching.ProposalVoided(**belongs)


def formed(number: int, *people: UUID) -> matching.PairFormed:
    mentor_id, mentee_id = people or (mentor(number), mentee(number))
    return matching.PairFormed(
        pair_id=pair(number),
        programme_id=PROGRAMME,
        cohort_id=COHORT,
        mentor_id=mentor_id,
        mentee_id=mentee_id,
        format="one_to_one",
        group_id=None,
        until=date(2026, 6, 1),
    )


def ended(number: int, outcome: str = "completed") -> matching.PairEnded:
    return matching.PairEnded(
        pair_id=pair(number),
        programme_id=PROGRAMME,
        cohort_id=COHORT,
        mentor_id=mentor(number),
        mentee_id=mentee(number),
        outcome=outcome,
    )


def round_completed(number: int = 0, **unmatched: str) -> matching.RoundCompleted:
    return matching.RoundCompleted(
        round_id=UUID(int=5_000 + number),
        programme_id=PROGRAMME,
        cohort_id=COHORT,
        mentors="30",
        mentees="20",
        matched="15",
        unmatched=unmatched,
        input_hash="0" * 64,
        policy_hash="1" * 64,
    )


def planned(of_pair: int, number: int) -> journal.SessionPlanned:
    return journal.SessionPlanned(
        pair_id=pair(of_pair),
        programme_id=PROGRAMME,
        session_id=session(number),
        starts_at=START + timedelta(days=3),
        minutes=60,
    )


def cancelled(of_pair: int, number: int) -> journal.SessionCancelled:
    return journal.SessionCancelled(
        pair_id=pair(of_pair), programme_id=PROGRAMME, session_id=session(number)
    )


def held(
    of_pair: int, number: int, *, minutes: int = 60, mood: int | None = None, days: float = 1
) -> journal.SessionHeld:
    return journal.SessionHeld(
        pair_id=pair(of_pair),
        programme_id=PROGRAMME,
        session_id=session(number),
        held_at=START + timedelta(days=days),
        minutes=minutes,
        topics=["crm"],
        mood=mood,
    )


def delivery(number: int, kind: str, outcome: str) -> Contract:
    models: dict[str, type[notifications.DeliveryFact]] = {
        "sent": notifications.DeliverySent,
        "failed": notifications.DeliveryFailed,
        "suppressed": notifications.DeliverySuppressed,
        "unknown": notifications.DeliveryUnknown,
    }
    return models[outcome](
        delivery_id=UUID(int=6_000 + number), programme_id=PROGRAMME, kind=kind, channel="mail"
    )


def concern(number: int, fact: str, code: str = "fear_of_harm", days: int = 0) -> Contract:
    """Raised, answered after so many days, or closed."""
    ids: dict[str, Any] = {
        "concern_id": UUID(int=8_000 + number),
        "programme_id": PROGRAMME,
        "code": code,
    }
    asked_on = START.date()
    answered_on = asked_on + timedelta(days=days)
    if fact == "raised":
        return enrollment.ConcernRaised(**ids, asked_on=asked_on)
    if fact == "closed":
        return enrollment.ConcernClosed(**ids, closed_on=answered_on)
    return enrollment.ConcernAnswered(
        **ids,
        asked_on=asked_on,
        answered_on=answered_on,
        cases=1,
        progress_ids=[],
        kpis=[],
        taste_sprint=False,
    )


def dialogue(number: int, fact: str) -> Contract:
    """Planned or held."""
    ids = {"dialogue_id": UUID(int=8_500 + number), "programme_id": PROGRAMME}
    if fact == "planned":
        return enrollment.DialoguePlanned(**ids, planned_for=date(2026, 4, 1))
    return enrollment.DialogueHeld(**ids, held_on=date(2026, 4, 1))


def compromise(number: int, of_dialogue: int, outcome: str | None = None) -> Contract:
    """Agreed on, or reviewed with an outcome."""
    ids: dict[str, Any] = {
        "dialogue_id": UUID(int=8_500 + of_dialogue),
        "programme_id": PROGRAMME,
        "compromise_id": UUID(int=8_700 + number),
        "owner": "lead",
    }
    if outcome is None:
        return enrollment.CompromiseAgreed(**ids, due=date(2026, 5, 1))
    return enrollment.CompromiseReviewed(**ids, outcome=outcome, reviewed_on=date(2026, 5, 2))


def invitation(number: int, answer: str | None = None) -> Contract:
    """Issued, or answered so."""
    ids: dict[str, Any] = {
        "request_id": UUID(int=8_800 + number),
        "programme_id": PROGRAMME,
        "person_id": UUID(int=9_100 + number),
    }
    if answer is None:
        return enrollment.InvitationIssued(**ids, topic="crm")
    return enrollment.InvitationAnswered(**ids, answer=answer)


def confirmation(number: int, fact: str) -> Contract:
    """Requested, given or lapsed."""
    ids: dict[str, Any] = {
        "request_id": UUID(int=8_900 + number),
        "programme_id": PROGRAMME,
        "person_id": UUID(int=9_100 + number),
        "volunteer_id": mentor(number),
        "cohort_id": COHORT,
    }
    match fact:
        case "requested":
            return enrollment.ConfirmationRequested(**ids, due=date(2026, 4, 1))
        case "given":
            return enrollment.ConfirmationGiven(**ids)
        case _:
            return enrollment.ConfirmationLapsed(**ids)


def key_of(data: Any) -> tuple[str, UUID]:
    """Topic and key: what the order holds within."""
    topic = CATALOGUE.by_model[type(data)].topic
    return topic.name, getattr(data, topic.key)


def numbered(facts: Iterable[Contract]) -> list[Event[Any]]:
    """The facts as events, dense per key, a minute apart."""
    last: dict[tuple[str, UUID], int] = {}
    events = []
    for minute, fact in enumerate(facts):
        sequence = last.get(key_of(fact), 0) + 1
        last[key_of(fact)] = sequence
        events.append(event(fact, minute=minute, sequence=sequence))
    return events
