"""The list of log events: a name that stands here is a promise to whoever watches the logs.

A service has its own table beside its rooms; `join` makes one of several. `action` is the first thing to do.
"""

from dataclasses import dataclass
from typing import Literal

Level = Literal["debug", "info", "warning", "error"]
NOTHING = "Nothing; this is how it should be."


@dataclass(frozen=True, slots=True)
class LogEvent:
    """One name, the level it is logged at, what it means, and what to do first."""

    name: str
    level: Level
    meaning: str
    action: str = NOTHING


def join(*tables: tuple[LogEvent, ...]) -> dict[str, LogEvent]:
    """All events by name. Raises ValueError where a name stands twice."""
    joined: dict[str, LogEvent] = {}
    for event in (event for table in tables for event in table):
        if event.name in joined:
            raise ValueError(f"the log event {event.name} is listed twice")
        joined[event.name] = event
    return joined


# fmt: off
CHASSIS_EVENTS = (
    LogEvent("auth.keys_refreshed", "info", "The identity provider's public keys were read again."),
    LogEvent("auth.keys_unavailable", "error", "The identity provider's public keys cannot be read; new keys are not trusted meanwhile.", "Check OBVERSE_AUTH_JWKS_URL or OBVERSE_AUTH_JWKS_FILE and the way there."),
    LogEvent("auth.refused", "info", "A request came without a good token or without the right; `code` says which.", "Nothing for single ones; many from one place are worth a look."),
    LogEvent("dead_letter.discarded", "warning", "An operator gave a dead letter up."),
    LogEvent("dead_letter.redriven", "info", "An operator sent a dead letter to its consumer."),
    LogEvent("http.failed", "error", "A request met an error that nobody foresaw; the caller got a 500.", "Follow correlation_id; `exception` says where. It is a bug: report it."),
    LogEvent("http.request", "info", "One request was answered; route, status and milliseconds."),
    LogEvent("http.unavailable", "warning", "A request was answered 503: the database is away or the outbox is over its limit.", "See /readyz and the outbox_depth metric."),
    LogEvent("index.building", "warning", "Indexes take long to build; the service goes on without them, and reads slower meanwhile.", "Nothing, if answers are fast enough; see the page on upgrading for how far it is."),
    LogEvent("index.dropped", "info", "An index that no process of this service declares any more was dropped."),
    LogEvent("index.kept", "info", "An index that this release does not declare stays, for a process of another release lives."),
    LogEvent("index.lifetime_changed", "info", "A retention period was changed; rows that are older vanish within minutes."),
    LogEvent("intake.assigned", "info", "Partitions were assigned to this process."),
    LogEvent("intake.batch_applied", "info", "A batch took effect; its offsets are committed next."),
    LogEvent("intake.commit_failed", "warning", "Offsets were not committed after their batch took effect; it may come again, which is harmless.", "Watch intake_lag; is the broker up?"),
    LogEvent("intake.keys_waiting_long", "error", "Keys have waited over 5 minutes for a gap or for a dead letter.", "dead-letters list; mend the cause; redrive or discard."),
    LogEvent("intake.message_dead_lettered", "error", "A message cannot be processed; it is kept, and its key waits.", "dead-letters show; mend the cause; redrive or discard."),
    LogEvent("intake.message_waiting", "warning", "A message waits for an earlier one of its key.", "If it lasts over 5 minutes: list the dead letters, redrive or discard."),
    LogEvent("intake.offset_lost", "error", "The committed offset is not on the broker any more; the service stops.", "Do not reset in haste: see the runbook, lost offsets."),
    LogEvent("intake.paused", "warning", "Database or broker trouble: the intake waits and tries again.", "See /readyz; nothing is lost meanwhile."),
    LogEvent("intake.revoked", "info", "Partitions were given up."),
    LogEvent("library.message", "warning", "A library said something; `logger` is the library, `message` its words, `repeated` how often it said the like since its last line: one in ten seconds is written.", "Read `message`; mostly a broken connection that is being mended."),
    LogEvent("migration.began", "info", "Documents of an older shape are being brought to the newest."),
    LogEvent("migration.ended", "info", "A migration has run to its end."),
    LogEvent("migration.failed", "error", "A migration met a document that it cannot bring to the new shape; the service works on, and the same stretch is tried again each minute.", "Read `exception`: it is a bug. Roll back if there are readers that need the new shape."),
    LogEvent("migration.reopened", "warning", "A process of an older release lives, or lived meanwhile; migrations that it does not know will run once more when it is gone.", "End the rollback or the upgrade: all processes on one release."),
    LogEvent("migration.waiting", "info", "A migration begins when no process of an older release lives.", "End the upgrade: restart the processes that run the older release."),
    LogEvent("person.erased", "info", "All that a database held on a person was erased; `documents` says how many were changed."),
    LogEvent("relay.batch_sent", "info", "Events of the outbox were confirmed by the broker, and are marked."),
    LogEvent("relay.lease_lost", "warning", "Another process publishes now."),
    LogEvent("relay.lease_taken", "info", "This process publishes from now on; `fence` grew."),
    LogEvent("relay.publish_failed", "warning", "The broker did not confirm; the rows stay and are sent again.", "See whether the broker is up; watch outbox_oldest_seconds."),
    LogEvent("schedule.failed", "error", "A tick ended with an error; the next one tries again.", "Read `exception`; if it repeats it is a bug."),
    LogEvent("service.failed", "error", "A part ended with an error that it cannot mend; the process ends.", "Read `exception`; the orchestrator starts it again. If it repeats, roll back."),
    LogEvent("leases.orphans_ended", "warning", "A process died, or hung, while it had a lease; the lease was ended, so that whoever waits for it goes on.", "Look why: a kill, memory, a node that hangs."),
    LogEvent("transactions.orphans_ended", "warning", "A process died, or hung, in the middle of a transaction; it was ended so that others can go on.", "Look why: a kill, memory, a node that hangs."),
    LogEvent("service.figures", "info", "What alarms look at, once a minute: what is not ready, what waits in each database, how far each group is behind."),
    LogEvent("service.misconfigured", "error", "The service must not run like this; it ends with code 78. `problems` says all of it.", "Set right what `problems` names, and start it again."),
    LogEvent("service.ready", "info", "Database and broker answer; subscriptions are there."),
    LogEvent("service.started", "info", "The process runs and answers HTTP."),
    LogEvent("service.stopped", "info", "Everything is closed; the process ends with code 0."),
    LogEvent("service.stopping", "info", "SIGTERM or stop(): no new work is taken."),
    LogEvent("service.waiting", "warning", "Database or broker does not answer yet; the service tries on. `on` says which.", "See whether it is up and reachable from here."),
)
# fmt: on
