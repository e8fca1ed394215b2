"""The log events of notifications. Every line names the reminder; none names a person or an address."""

from shared.chassis.log_events import LogEvent

LOG_EVENTS = (
    LogEvent("reminder.scheduled", "info", "A reminder has its row, its due time and its id."),
    LogEvent("delivery.sent", "info", "The mail server took the mail."),
    LogEvent(
        "delivery.retried",
        "warning",
        "The mail server was away, said not now, or gave no answer; it is tried again later.",
        "`reason` is its code. If it lasts: is OBVERSE_SMTP_HOST up, are the credentials right?",
    ),
    LogEvent(
        "delivery.repeated",
        "warning",
        "A mail is sent again that may have arrived, with the same Message-ID (RFC 1047).",
        "Nothing for single ones; many mean that workers die or the mail server breaks lines.",
    ),
    LogEvent(
        "delivery.failed",
        "warning",
        "The mail server refused the mail for good, or 24 hours were not enough.",
        "`reason` is its code. After two refusals an address gets no more mail: correct it.",
    ),
    LogEvent(
        "delivery.suppressed",
        "info",
        "Not sent on purpose: cancelled, answered, ended, paused, too late; `reason` says which.",
    ),
    LogEvent(
        "delivery.unknown",
        "warning",
        "Nobody knows whether the mail arrived, and it is not sent again.",
        "Nothing for single ones; many mean that workers die or the mail server breaks lines.",
    ),
    LogEvent(
        "delivery.overtaken",
        "warning",
        "A worker came back after its claim had ended; what it found out was not recorded.",
        "If it repeats: OBVERSE_MAIL_LEASE_SECONDS is too short for this mail server.",
    ),
    LogEvent(
        "delivery.record_delayed",
        "warning",
        "A mail was handed over and the database is away: recording it is tried again.",
        "See /readyz; if it lasts longer than the claim, the mail may go out twice.",
    ),
)
