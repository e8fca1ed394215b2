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
    LogEvent("question.asked", "info", "A lead asks why two are a pair of a round, or why not."),
    LogEvent(
        "question.answered", "info", "A worker has solved the round again; the answer is there."
    ),
    LogEvent(
        "question.failed",
        "warning",
        "A question about a round got no answer; `reason` says why.",
        "As for round.failed; asking again tries again. pool_gone: nothing, the round is too old.",
    ),
    LogEvent(
        "question.lease_lost",
        "warning",
        "This worker stopped answering a question because another one holds it.",
        "Nothing for a single one; if it repeats, look whether workers stall for longer than 15 s.",
    ),
    LogEvent(
        "pool.not_kept",
        "warning",
        "The pool of a round is not kept, so nobody can ask questions about it; `reason` says why.",
        "erased_meanwhile: nothing. too_large: smaller cohorts can be asked about.",
    ),
    LogEvent("proposal.made", "info", "Two volunteers are asked."),
    LogEvent("proposal.accepted", "info", "One side said yes."),
    LogEvent("proposal.declined", "info", "One side said no; both are free again."),
    LogEvent("proposal.expired", "info", "Not both sides answered in time; both are free again."),
    LogEvent("proposal.voided", "info", "Overtaken by a change; both are free again."),
    LogEvent("pair.formed", "info", "Both sides said yes."),
    LogEvent("pair.ended", "info", "A pair is over; both are free again."),
)
