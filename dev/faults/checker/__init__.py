"""Judges what a run left behind by the invariants I1 to I13 of docs/guarantees.md, from public outputs only."""

from dev.faults.checker import (
    consumption,
    dead_letters,
    drain,
    effects,
    fences,
    mails,
    pairing,
    privacy,
    promises,
    reports,
    stores,
    topics,
)
from dev.faults.checker.findings import Check, Finding, Kind, shown
from dev.faults.history import History

__all__ = ["CHECKS", "Finding", "Kind", "judge", "shown"]

CHECKS: tuple[Check, ...] = (
    promises.kept,  # I1
    promises.introduced,  # I1
    stores.agree,  # I1
    effects.traced,  # I2
    effects.single,  # I3
    consumption.once,  # I3
    topics.order,  # I4
    pairing.capacity,  # I5
    pairing.rules,  # I5
    reports.counted_once,  # I5
    reports.equal,  # I6
    consumption.accounted,  # I7
    consumption.letters,  # I7
    dead_letters.as_injected,  # I7
    topics.places,  # I8
    drain.drained,  # I8, I13
    mails.right,  # I9
    mails.none_forgotten,  # I9
    fences.grow,  # I10
    consumption.one_line,  # I11
    privacy.kept_private,  # I12
)


def judge(history: History) -> list[Finding]:
    """All findings, by invariant; none where the promise was kept."""
    findings = [finding for check in CHECKS for finding in check(history)]
    return sorted(findings, key=lambda one: (int(one.invariant[1:]), one.kind))
