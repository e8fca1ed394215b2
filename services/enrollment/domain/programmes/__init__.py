"""Programmes, by subject: terms and their checks, readiness, cohorts, objectives, and the way through it all."""

from services.enrollment.domain.programmes.cohorts import (
    Cohort,
    CohortClosed,
    CohortOpened,
    CohortPromoted,
    CohortTerms,
    Promotion,
    Results,
)
from services.enrollment.domain.programmes.lifecycle import (
    Fact,
    Programme,
    ProgrammeChanged,
    ProgrammeClosed,
    ProgrammeOpened,
    Stage,
    Step,
    draft_programme,
)
from services.enrollment.domain.programmes.objectives import Measurement, ObjectiveMeasured
from services.enrollment.domain.programmes.readiness import Answer, Readiness
from services.enrollment.domain.programmes.terms import (
    USUAL_TERMS,
    USUAL_WEIGHTS,
    Closing,
    Direction,
    Format,
    FormatTerms,
    MatchingPolicy,
    Objective,
    ReminderPolicy,
    Terms,
)

__all__ = [
    "USUAL_TERMS",
    "USUAL_WEIGHTS",
    "Answer",
    "Closing",
    "Cohort",
    "CohortClosed",
    "CohortOpened",
    "CohortPromoted",
    "CohortTerms",
    "Direction",
    "Fact",
    "Format",
    "FormatTerms",
    "MatchingPolicy",
    "Measurement",
    "Objective",
    "ObjectiveMeasured",
    "Programme",
    "ProgrammeChanged",
    "ProgrammeClosed",
    "ProgrammeOpened",
    "Promotion",
    "Readiness",
    "ReminderPolicy",
    "Results",
    "Stage",
    "Step",
    "Terms",
    "draft_programme",
]
