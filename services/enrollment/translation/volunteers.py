"""Facts about volunteers, and what matching tells of their pairs."""

from dataclasses import asdict

from services.enrollment.domain import volunteers
from services.enrollment.domain.pairs import Pair
from services.enrollment.translation.told import Fields, Telling, Told
from shared.contracts.enrollment import v1
from shared.contracts.matching.v1 import PairEnded, PairFormed


def pair_formed(data: PairFormed) -> Pair:
    """A pair that runs."""
    return Pair(data.pair_id, data.mentor_id, data.mentee_id, data.format, data.until)


def pair_ended(data: PairEnded) -> Pair:
    """A pair that is over."""
    return Pair(data.pair_id, data.mentor_id, data.mentee_id, running=False)


def _volunteer(fact: volunteers.Fact) -> Fields:
    volunteer = fact.volunteer
    return {
        "volunteer_id": volunteer.volunteer_id,
        "programme_id": volunteer.programme_id,
        "cohort_id": volunteer.cohort_id,
        "roles": volunteer.profile.roles,
        "consent_version": volunteer.consent.version,
        "until": volunteer.paused_until,
    }


def _candidate(fact: volunteers.CandidateChanged) -> Fields:
    volunteer = fact.volunteer
    return {
        **_volunteer(fact),
        **asdict(volunteer.profile),
        **asdict(volunteer.standing),
        "person_id": volunteer.person_id,
        "status": volunteer.status,
        "has_task": volunteer.profile.has_task,
        "avoid": volunteer.avoided,
        "until": volunteer.profile.available_until,
    }


TELLING: Telling = {
    volunteers.VolunteerEnrolled: Told(v1.VolunteerEnrolled, _volunteer, "volunteer.enrolled"),
    volunteers.VolunteerPaused: Told(v1.VolunteerPaused, _volunteer, "volunteer.paused"),
    volunteers.VolunteerResumed: Told(v1.VolunteerResumed, _volunteer, "volunteer.resumed"),
    volunteers.VolunteerWithdrawn: Told(v1.VolunteerWithdrawn, _volunteer, "volunteer.withdrawn"),
    volunteers.VolunteerErased: Told(v1.VolunteerErased, _volunteer, "volunteer.erased"),
    volunteers.CandidateChanged: Told(v1.CandidateChanged, _candidate),
}
