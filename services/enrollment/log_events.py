"""The log events of enrollment; names here are a promise to whoever watches the logs."""

from shared.chassis.log_events import LogEvent

LOG_EVENTS = (
    LogEvent("programme.opened", "info", "A lead opened a programme."),
    LogEvent("programme.changed", "info", "A lead set the terms of a programme anew."),
    LogEvent("programme.closed", "info", "A programme takes nobody any more."),
    LogEvent("cohort.opened", "info", "A programme takes volunteers into a new cohort."),
    LogEvent("cohort.promoted", "info", "A lead decided that a pilot went well enough."),
    LogEvent("cohort.closed", "info", "A cohort takes nobody any more."),
    LogEvent("objective.measured", "info", "A lead entered what a KPI was on a day."),
    LogEvent("gap.opened", "info", "More is wanted of a topic than its mentors can give."),
    LogEvent("gap.closed", "info", "The mentors of a topic can give what is wanted of it again."),
    LogEvent(
        "topic.changed", "info", "A topic of the tree is new, or was changed, retired or restored."
    ),
    LogEvent("volunteer.enrolled", "info", "An employee said yes."),
    LogEvent("volunteer.paused", "info", "A volunteer is away for a while."),
    LogEvent("volunteer.resumed", "info", "A volunteer is back."),
    LogEvent("volunteer.withdrawn", "info", "A volunteer left; nobody is asked why."),
    LogEvent("volunteer.erased", "info", "Nothing is kept of a volunteer any more, on their wish."),
    LogEvent("concern.raised", "info", "Somebody has a doubt, or asks again; nothing says who."),
    LogEvent("concern.answered", "info", "A lead answered a doubt with evidence."),
    LogEvent("concern.closed", "info", "Whoever had a doubt has nothing more to ask."),
    LogEvent("dialogue.planned", "info", "An open conversation was planned, or moved."),
    LogEvent("dialogue.held", "info", "An open conversation was held."),
    LogEvent("compromise.agreed", "info", "A compromise was agreed on, with a part and a day."),
    LogEvent("compromise.reviewed", "info", "What became of a compromise was looked at."),
    LogEvent("invitation.issued", "info", "A lead asked an employee to take part."),
    LogEvent("invitation.answered", "info", "An invited person accepted, declined or put it off."),
    LogEvent(
        "confirmation.requested",
        "info",
        "A volunteer is asked whether they go on with a new cohort.",
    ),
    LogEvent("confirmation.given", "info", "A volunteer goes on."),
    LogEvent("confirmation.lapsed", "info", "A volunteer did not confirm in time, or left before."),
    LogEvent("pair.noted", "info", "A pair of matching was taken over into a volunteer's view."),
    LogEvent("topics.seeded", "info", "Topics of the article were put in; `topics` says how many."),
    LogEvent(
        "employee.provisioned",
        "info",
        "The identity provider made or changed a user; `state` is active, inactive or deleted.",
    ),
    LogEvent(
        "directory.taken_back",
        "info",
        "An import was cut short and not sent again for a day; nobody saw it. Send the file again.",
    ),
    LogEvent(
        "directory.imported", "info", "A directory was stored; counts of rows, new, changed, left."
    ),
)
