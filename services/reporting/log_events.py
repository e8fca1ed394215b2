"""The log events of reporting; names here are a promise to whoever watches the logs."""

from shared.chassis.log_events import LogEvent

LOG_EVENTS = (
    LogEvent("journal.opened", "info", "The pair `pair_id` may plan and report sessions."),
    LogEvent("journal.closed", "info", "The pair `pair_id` ended; it may report what was before."),
    LogEvent("session.planned", "info", "A pair planned a session."),
    LogEvent("session.cancelled", "info", "A pair cancelled a planned session."),
    LogEvent("session.held", "info", "A pair reported a session; a second report writes no line."),
    LogEvent("feedback.given", "info", "One side of the pair `pair_id` said what it thinks of it."),
)
