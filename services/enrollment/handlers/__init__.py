"""The use cases: one async function and one unit of work each."""

from services.enrollment.handlers import directory, people, programmes, volunteers

__all__ = ["directory", "people", "programmes", "volunteers"]
