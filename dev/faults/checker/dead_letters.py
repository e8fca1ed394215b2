"""I7 name by name: the dead letters that are open in the end are those that were thrown in, and no others."""

from collections import Counter
from collections.abc import Iterator, Mapping

from dev.faults.checker.findings import Finding, Kind, found
from dev.faults.history import History
from shared.chassis.intake import KILLED

Name = tuple[str, str, str]  # service, place, reason


def as_injected(history: History) -> Iterator[Finding]:
    """I7: what must be a dead letter is one, at its place, for its reason, with each group; nothing else is."""
    if history.letters is None:
        return
    wanted = _wanted(history)
    kept = Counter((one.service, one.place, one.reason) for one in history.letters)
    missing, others = wanted - kept, kept - wanted
    for name in list(others):
        if name[2] == KILLED:  # three deaths came before anybody could say what is wrong with it
            for same in [one for one in missing if one[:2] == name[:2]]:
                paired = min(missing[same], others[name])
                missing[same] -= paired
                others[name] -= paired
    for (service, place, reason), count in (+missing).items():
        what = f"{service} keeps {count} dead letters too few of what was thrown in as {reason}"
        yield from found("I7", Kind.LOST, what, [place])
    for (service, place, reason), count in (+others).items():
        what = f"{service} keeps {count} dead letters for {reason} that nobody wanted there"
        yield from found("I7", Kind.BROKEN, what, [place])


def _wanted(history: History) -> Counter[Name]:
    """What was thrown in to stay a dead letter: `services` names a service once for each group that reads it."""
    wanted: Counter[Name] = Counter()
    for fault in history.faults:
        if fault.place is not None and isinstance(fault.detail, Mapping):
            reason = str(fault.detail.get("reason", ""))
            for service in fault.detail.get("services", []) if reason else ():
                wanted[str(service), fault.place, reason] += 1
    return wanted
