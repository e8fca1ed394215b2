"""The use cases: one async function and one unit of work each."""

from services.enrollment.handlers import (
    avoidance,
    cohorts,
    confirmations,
    demand,
    dialogues,
    directory,
    doubts,
    invitations,
    leads,
    people,
    programmes,
    provisioning,
    reading,
    self_checks,
    topics,
    volunteers,
)

__all__ = [
    "avoidance",
    "cohorts",
    "confirmations",
    "demand",
    "dialogues",
    "directory",
    "doubts",
    "invitations",
    "leads",
    "people",
    "programmes",
    "provisioning",
    "reading",
    "self_checks",
    "topics",
    "volunteers",
]
