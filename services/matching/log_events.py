"""The names that matching logs: each is a promise to whoever watches."""

from shared.chassis.log_events import LogEvent

LOG_EVENTS = (
    LogEvent("round.requested", "info", "A lead asked for a round; a worker will take it up."),
    LogEvent("round.started", "info", "A worker solves the round under this fence."),
    LogEvent("round.progress", "info", "The solver is at this step of the round."),
    LogEvent("round.completed", "info", "The round is over and its proposals are made."),
    LogEvent("round.drafted", "info", "The round is solved; its draft waits for the lead."),
    LogEvent("round.compared", "info", "A shadow round is solved; nobody is asked."),
    LogEvent(
        "round.discarded", "info", "The draft of the round is gone, or a rematch found nobody."
    ),
    LogEvent(
        "round.failed",
        "error",
        "The round gave no pairs; `reason` says why.",
        "solver_timeout: raise OBVERSE_SOLVER_SECONDS. worker_died, solver_died: look for a lack of memory. "
        "Then let the lead start another round.",
    ),
    LogEvent(
        "round.lease_lost",
        "warning",
        "This worker stopped solving a round because another one holds it, or it is over.",
        "Nothing for a single one; if it repeats, look whether workers stall for longer than 15 s.",
    ),
    LogEvent("proposal.made", "info", "Two volunteers are asked."),
    LogEvent("proposal.accepted", "info", "One side said yes."),
    LogEvent("proposal.declined", "info", "One side said no; both are free again."),
    LogEvent("proposal.expired", "info", "Not both sides answered in time; both are free again."),
    LogEvent("proposal.voided", "info", "Overtaken by a change; both are free again."),
    LogEvent("pair.formed", "info", "Both sides said yes."),
    LogEvent("pair.ended", "info", "A pair is over; both are free again."),
)
