"""Enrollment's events, major version 1: programmes, cohorts, topics, volunteers and who they are."""

from shared.contracts.enrollment.v1.person import (
    ContactChanged,
    PrincipalChanged,
)
from shared.contracts.enrollment.v1.programme import (
    CohortOpened,
    FormatTerms,
    MatchingPolicy,
    Objective,
    ProgrammeChanged,
    ProgrammeClosed,
    ProgrammeOpened,
    ProgrammeTerms,
    ReminderPolicy,
    TopicChanged,
)
from shared.contracts.enrollment.v1.volunteer import (
    CandidateChanged,
    Need,
    Offer,
    VolunteerEnrolled,
    VolunteerErased,
    VolunteerFact,
    VolunteerPaused,
    VolunteerResumed,
    VolunteerWithdrawn,
    WeeklySlot,
)

__all__ = [
    "CandidateChanged",
    "CohortOpened",
    "ContactChanged",
    "FormatTerms",
    "MatchingPolicy",
    "Need",
    "Objective",
    "Offer",
    "PrincipalChanged",
    "ProgrammeChanged",
    "ProgrammeClosed",
    "ProgrammeOpened",
    "ProgrammeTerms",
    "ReminderPolicy",
    "TopicChanged",
    "VolunteerEnrolled",
    "VolunteerErased",
    "VolunteerFact",
    "VolunteerPaused",
    "VolunteerResumed",
    "VolunteerWithdrawn",
    "WeeklySlot",
]
