"""The log events of enrollment; names here are a promise to whoever watches the logs."""

from services.enrollment.domain.ports import Fact
from services.enrollment.domain.programmes import CohortOpened, ProgrammeOpened
from services.enrollment.domain.volunteers import (
    VolunteerEnrolled,
    VolunteerPaused,
    VolunteerResumed,
    VolunteerWithdrawn,
)
from shared.chassis.log_events import LogEvent

LOG_EVENTS = (
    LogEvent("programme.opened", "info", "A lead opened a programme; `key` is its id."),
    LogEvent("cohort.opened", "info", "The programme `key` takes volunteers into a new cohort."),
    LogEvent("volunteer.enrolled", "info", "An employee said yes; `key` is the volunteer's id."),
    LogEvent("volunteer.paused", "info", "The volunteer `key` is away for a while."),
    LogEvent("volunteer.resumed", "info", "The volunteer `key` is back."),
    LogEvent("volunteer.withdrawn", "info", "The volunteer `key` left; nobody is asked why."),
    LogEvent("pair.noted", "info", "A pair of matching was taken over into a volunteer's view."),
    LogEvent("topics.seeded", "info", "Topics of the article were put in; `topics` says how many."),
    LogEvent("directory.imported", "info", "A directory was stored; counts of rows, new, changed."),
)

_NAMES: dict[type, str] = {
    ProgrammeOpened: "programme.opened",
    CohortOpened: "cohort.opened",
    VolunteerEnrolled: "volunteer.enrolled",
    VolunteerPaused: "volunteer.paused",
    VolunteerResumed: "volunteer.resumed",
    VolunteerWithdrawn: "volunteer.withdrawn",
}


def name_of(fact: Fact) -> str | None:
    """Its line in the log; None for what only copies a person's data to the other services."""
    return _NAMES.get(type(fact))
