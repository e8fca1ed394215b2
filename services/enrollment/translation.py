"""The published language: facts of the domain as contracts, contracts of matching as what we keep."""

from uuid import UUID

from services.enrollment.domain.pairs import Pair
from services.enrollment.domain.people import ContactChanged, Person, PrincipalChanged
from services.enrollment.domain.ports import Fact
from services.enrollment.domain.programmes import Cohort, CohortOpened, Programme, ProgrammeOpened
from services.enrollment.domain.topics import Topic, TopicChanged
from services.enrollment.domain.volunteers import (
    CandidateChanged,
    Volunteer,
    VolunteerEnrolled,
    VolunteerPaused,
    VolunteerResumed,
    VolunteerWithdrawn,
)
from shared.contracts.base import Contract
from shared.contracts.enrollment import v1
from shared.contracts.matching.v1 import PairEnded, PairFormed


def outgoing(fact: Fact) -> tuple[Contract, str]:
    """The event that tells a fact, and its key."""
    match fact:
        case ProgrammeOpened(programme):
            return _programme(programme), str(programme.programme_id)
        case CohortOpened(programme_id, cohort):
            return _cohort(programme_id, cohort), str(programme_id)
        case TopicChanged(topic):
            return _topic(topic), topic.topic
        case PrincipalChanged(person):
            return _principal(person), str(person.person_id)
        case ContactChanged(person):
            return _contact(person), str(person.person_id)
        case CandidateChanged(volunteer):
            return _candidate(volunteer), str(volunteer.volunteer_id)
        case _:
            return _volunteer(fact), str(fact.volunteer.volunteer_id)


def pair_formed(data: PairFormed) -> Pair:
    """A pair that runs."""
    return Pair(data.pair_id, data.mentor_id, data.mentee_id, data.format, data.until)


def pair_ended(data: PairEnded) -> Pair:
    """A pair that is over."""
    return Pair(data.pair_id, data.mentor_id, data.mentee_id, running=False)


def _programme(programme: Programme) -> v1.ProgrammeOpened:
    terms, matching = programme.terms, programme.terms.matching
    return v1.ProgrammeOpened(
        programme_id=programme.programme_id,
        starts_on=terms.starts_on,
        ends_on=terms.ends_on,
        languages=list(terms.languages),
        formats=[
            v1.FormatTerms(
                format=each.format,
                people_min=each.people_min,
                people_max=each.people_max,
                days=each.days,
                cadence_days=each.cadence_days,
            )
            for each in terms.formats
        ],
        matching=v1.MatchingPolicy(
            level_gap=matching.level_gap,
            common_slot_minutes=matching.common_slot_minutes,
            weights=dict(matching.weights),
        ),
        reminders=v1.ReminderPolicy(
            session_hours_before=list(terms.reminders.session_hours_before),
            proposal_hours_after=list(terms.reminders.proposal_hours_after),
            proposal_expires_hours=terms.reminders.proposal_expires_hours,
        ),
        objectives=[
            v1.Objective(
                kpi=each.kpi,
                unit=each.unit,
                baseline=each.baseline,
                target=each.target,
                due=each.due,
            )
            for each in terms.objectives
        ],
        pilot_only=terms.pilot_only,
    )


def _cohort(programme_id: UUID, cohort: Cohort) -> v1.CohortOpened:
    return v1.CohortOpened(
        programme_id=programme_id,
        cohort_id=cohort.cohort_id,
        pilot=cohort.pilot,
        starts_on=cohort.starts_on,
        ends_on=cohort.ends_on,
        size_cap=cohort.size_cap,
    )


def _topic(topic: Topic) -> v1.TopicChanged:
    return v1.TopicChanged(
        topic=topic.topic,
        parent=topic.parent,
        label_en=topic.label_en,
        label_ru=topic.label_ru,
        retired=topic.retired,
    )


def _principal(person: Person) -> v1.PrincipalChanged:
    issuer, subject = person.identity or ("", "")
    return v1.PrincipalChanged(
        person_id=person.person_id,
        issuer=issuer,
        subject=subject,
        roles={programme: list(roles) for programme, roles in person.roles.items()},
        volunteer_ids=list(person.volunteer_ids),
    )


def _contact(person: Person) -> v1.ContactChanged:
    return v1.ContactChanged(
        person_id=person.person_id,
        name=person.name,
        email=person.email or "",
        locale=person.locale,
        time_zone=person.time_zone,
    )


def _volunteer(
    fact: VolunteerEnrolled | VolunteerPaused | VolunteerResumed | VolunteerWithdrawn,
) -> Contract:
    volunteer = fact.volunteer
    ids = {
        "volunteer_id": volunteer.volunteer_id,
        "programme_id": volunteer.programme_id,
        "cohort_id": volunteer.cohort_id,
        "roles": list(volunteer.profile.roles),
    }
    match fact:
        case VolunteerEnrolled():
            version = volunteer.consent.version
            return v1.VolunteerEnrolled.model_validate({**ids, "consent_version": version})
        case VolunteerPaused():
            return v1.VolunteerPaused.model_validate({**ids, "until": volunteer.paused_until})
        case VolunteerResumed():
            return v1.VolunteerResumed.model_validate(ids)
        case VolunteerWithdrawn():
            return v1.VolunteerWithdrawn.model_validate(ids)


def _candidate(volunteer: Volunteer) -> v1.CandidateChanged:
    profile, standing = volunteer.profile, volunteer.standing
    return v1.CandidateChanged(
        volunteer_id=volunteer.volunteer_id,
        person_id=volunteer.person_id,
        programme_id=volunteer.programme_id,
        cohort_id=volunteer.cohort_id,
        status=volunteer.status,
        roles=list(profile.roles),
        offers=[v1.Offer(topic=one.topic, proficiency=one.proficiency) for one in profile.offers],
        needs=[
            v1.Need(topic=one.topic, priority=one.priority, level=one.level)
            for one in profile.needs
        ],
        formats=list(profile.formats),
        hours_per_month=profile.hours_per_month,
        capacity=profile.capacity,
        slots=[
            v1.WeeklySlot(weekday=one.weekday, start_minute=one.start_minute, minutes=one.minutes)
            for one in profile.slots
        ],
        time_zone=profile.time_zone,
        languages=list(profile.languages),
        hobbies=list(profile.hobbies),
        motivation=profile.motivation,
        openness=profile.openness,
        unit=standing.unit,
        site=standing.site,
        level=standing.level,
        managers=list(standing.managers),
        managers_complete=standing.managers_complete,
        avoid=[],
    )
