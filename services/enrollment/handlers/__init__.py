"""The use cases: one async function and one unit of work each."""

from services.enrollment.handlers import (
    cohorts,
    directory,
    people,
    programmes,
    topics,
    volunteers,
)

__all__ = ["cohorts", "directory", "people", "programmes", "topics", "volunteers"]
