"""I9: no reminder before its time, none forgotten, one Message-ID each, a second copy only with its log line."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime

from dev.faults.checker.findings import Finding, Kind, found
from dev.faults.checker.folded import State, fold
from dev.faults.checker.reminders import Occasion, gaps_told, occasions
from dev.faults.checker.under_way import is_behind
from dev.faults.history import History, Mail

GROUP = "notifications"
SECONDS_TO_PLAN = 120.0
"""A reminder due that soon after its event may have been overtaken by a later one before it was planned."""
SECONDS_TO_SETTLE = 30.0


def right(history: History) -> Iterator[Finding]:
    """I9, from the mails that were accepted."""
    state = fold(history)
    called_for = occasions(history, state) | gaps_told(history)
    by_id: dict[str, list[Mail]] = defaultdict(list)
    for mail in history.mails:
        by_id[mail.reminder_id].append(mail)
    for id_, mails in by_id.items():
        occasion = called_for.get(id_)
        if occasion is None:
            yield from found("I9", Kind.GHOST, "a mail about nothing", [mails[0].message_id])
            continue
        early = [mail.message_id for mail in mails if _is_early(mail, occasion)]
        yield from found("I9", Kind.BROKEN, f"a {occasion.kind} came before its time", early)
        names = {mail.message_id for mail in mails}
        if len(names) > 1:
            yield from found("I9", Kind.BROKEN, "one reminder has two Message-IDs", names)
    yield from _copies(history, by_id, called_for)
    yield from _told(history, state, by_id)


def none_forgotten(history: History) -> Iterator[Finding]:
    """I9, from the topics: what was due has its outcome told."""
    state = fold(history)
    called_for = occasions(history, state)
    waiting = {
        str(entry["delivery_id"])
        for entries in history.reads.get("deliveries", {}).values()
        for entry in entries
        if entry["outcome"] == "waiting"
    }
    for id_ in _overdue(history, called_for):
        if id_ not in state.deliveries:
            occasion = called_for[id_]
            moving = id_ in waiting or _is_moving(history)
            kind = Kind.UNSEEN if moving else Kind.LOST
            what = f"a {occasion.kind} was due and nothing became of it"
            yield from found("I9", kind, what, [f"{id_} about {occasion.about}"])


def _is_early(mail: Mail, occasion: Occasion) -> bool:
    """Both are told in milliseconds."""
    return occasion.due is not None and mail.at < occasion.due.timestamp() - 0.001


def _copies(
    history: History, by_id: dict[str, list[Mail]], called_for: dict[str, Occasion]
) -> Iterator[Finding]:
    repeated = Counter(
        str(line.fields.get("reminder_id"))
        for line in history.lines
        if line.event == "delivery.repeated"
    )
    for id_, mails in by_id.items():
        occasion = called_for.get(id_)
        allowed = repeated[id_] if occasion is None or occasion.repeats else 0
        ids = [mail.message_id for mail in mails] if len(mails) > 1 + allowed else []
        what = f"accepted {len(mails)} times, {allowed} of them with a line as a repetition"
        yield from found("I9", Kind.DOUBLED, what, ids)


def _told(history: History, state: State, by_id: dict[str, list[Mail]]) -> Iterator[Finding]:
    kind = Kind.UNSEEN if _is_moving(history) else Kind.LOST
    untold = [mails[0].message_id for id_, mails in by_id.items() if id_ not in state.deliveries]
    yield from found("I9", kind, "a mail was accepted and nobody was told", untold)
    for id_, event in state.deliveries.items():
        if event.type == "delivery.sent" and id_ not in by_id:
            yield from found("I9", Kind.LOST, "told as sent, and no mail was accepted", [id_])
        elif event.type in ("delivery.failed", "delivery.suppressed") and id_ in by_id:
            what = f"told as {event.type.partition('.')[2]}, and the mail was accepted"
            yield from found("I9", Kind.BROKEN, what, [id_])


def _overdue(history: History, called_for: dict[str, Occasion]) -> Iterator[str]:
    """What must have its outcome by now; of several about one thing the last that was due stands for all."""
    judged = history.phases.get("drained")
    if judged is None:
        return
    late = datetime.fromtimestamp(judged - SECONDS_TO_SETTLE, UTC)
    last: dict[tuple[str, str, str], datetime] = {}
    for one in called_for.values():
        if one.due and one.due <= late:
            name = (one.kind, one.about, one.volunteer)
            last[name] = max(one.due, last.get(name, one.due))
    for id_, one in called_for.items():
        if one.due is None:
            if one.known <= late:
                yield id_
        elif one.due <= late:
            ahead = (one.due - one.known).total_seconds() > SECONDS_TO_PLAN
            final = one.due == last[one.kind, one.about, one.volunteer]
            if ahead or (final and one.kind == "session_reminder"):
                yield id_


def _is_moving(history: History) -> bool:
    return is_behind(history, GROUP) or bool(history.outboxes.get(GROUP))
