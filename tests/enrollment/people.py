"""A programme and its people, ready made for tests of the rules."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from services.enrollment.domain.people import Caller, Identity
from services.enrollment.domain.programmes import (
    USUAL_TERMS,
    Answer,
    Cohort,
    CohortTerms,
    Format,
    MatchingPolicy,
    Programme,
    Readiness,
    ReminderPolicy,
    Terms,
)
from services.enrollment.domain.programmes.readiness import QUESTIONNAIRE, VERSION
from services.enrollment.domain.volunteers import (
    Consent,
    Need,
    Offer,
    Profile,
    Role,
    Slot,
    Standing,
    Status,
    Volunteer,
)

TODAY = date(2027, 1, 11)
PROGRAMME_ID, COHORT_ID = UUID(int=10), UUID(int=11)
VOLUNTEER_ID, PERSON_ID, BOSS_ID = UUID(int=20), UUID(int=21), UUID(int=22)
TOPICS = frozenset({"crm", "social_media", "analytics"})

TERMS = Terms(
    title="Reverse mentoring 2027",
    starts_on=date(2027, 1, 1),
    ends_on=date(2027, 12, 31),
    languages=("en", "ru"),
    formats=(USUAL_TERMS[Format.ONE_TO_ONE], USUAL_TERMS[Format.SPRINT]),
    matching=MatchingPolicy(),
    reminders=ReminderPolicy(),
    objectives=(),
    pilot_only=False,
)
COHORT_TERMS = CohortTerms(date(2027, 1, 1), date(2027, 6, 30), size_cap=40, pilot=True)
PROGRAMME = Programme(PROGRAMME_ID, TERMS, (Cohort(COHORT_ID, COHORT_TERMS),))
CALLER = Caller(Identity("https://id.example", "anna"), "anna@corp.example", PERSON_ID)

PROFILE = Profile(
    roles=(Role.MENTEE, Role.MENTOR),
    offers=(Offer("social_media", 4),),
    needs=(Need("crm", 1, 0),),
    formats=("one_to_one",),
    hours_per_month=4.0,
    capacity=2,
    slots=(Slot(1, 600, 120),),
    time_zone="Europe/London",
    languages=("en",),
    hobbies=("chess",),
    motivation=5,
    openness=4,
)
VOLUNTEER = Volunteer(
    VOLUNTEER_ID,
    PERSON_ID,
    PROGRAMME_ID,
    COHORT_ID,
    Status.ACTIVE,
    PROFILE,
    Consent("2026-11", date(2027, 1, 11), "en"),
    Standing(3, "Sales", "Leeds", (BOSS_ID,), managers_complete=True),
)

# What a lead answers whose company is ready, but has no sponsor.
ANSWERS = {question.code: Answer.YES for question in QUESTIONNAIRE} | {"sponsor_named": Answer.NO}
READINESS = Readiness(VERSION, TODAY, ANSWERS)
DRAFT = replace(PROGRAMME, draft=True)
READY = replace(DRAFT, readiness=READINESS)
