"""The use cases: one async function and one unit of work each."""

from services.enrollment.handlers import (
    cohorts,
    demand,
    directory,
    people,
    programmes,
    reading,
    topics,
    volunteers,
)

__all__ = [
    "cohorts",
    "demand",
    "directory",
    "people",
    "programmes",
    "reading",
    "topics",
    "volunteers",
]
