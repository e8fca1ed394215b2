"""The use cases: one async function and one unit of work each."""

from services.enrollment.handlers import (
    cohorts,
    confirmations,
    demand,
    dialogues,
    directory,
    doubts,
    invitations,
    people,
    programmes,
    provisioning,
    reading,
    topics,
    volunteers,
)

__all__ = [
    "cohorts",
    "confirmations",
    "demand",
    "dialogues",
    "directory",
    "doubts",
    "invitations",
    "people",
    "programmes",
    "provisioning",
    "reading",
    "topics",
    "volunteers",
]
