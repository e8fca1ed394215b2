"""Where kills struck: by the class that the harness knew, else by the last place that the process passed."""

from collections import Counter

from dev.faults.history import Fault, History
from shared.chassis.passages import PASSAGES

INSIDE, APPLIED, SENT, REBALANCE, OTHER = CLASSES = (
    "inside_transaction",
    "between_commit_and_offset",
    "between_send_and_mark",
    "rebalance",
    "other",
)
AIMED_AT = CLASSES[:-1]
"""Too few of one of these leave a run without a verdict."""

CLASS_OF = {
    "transaction.begun": INSIDE,
    "transaction.written": INSIDE,
    "waiting.kept": INSIDE,
    "waiting.released": INSIDE,
    "dead_letter.kept": INSIDE,
    "intake.applied": APPLIED,
    "relay.sent": SENT,
    "rebalance.revoked": REBALANCE,
    "rebalance.assigned": REBALANCE,
}
KILLS = frozenset({"kill", "crash"})


def kills(history: History) -> list[Fault]:
    """Every time a process was ended without a word."""
    return [fault for fault in history.faults if fault.fault in KILLS]


def landed(history: History) -> Counter[str]:
    """How many kills there were of each class; each class is named."""
    counts = Counter(dict.fromkeys(CLASSES, 0))
    counts.update(_class_of(history, kill) for kill in kills(history))
    return counts


def reached(history: History) -> list[str]:
    """The named places that any process passed, in the order of the table."""
    passed = {passing.passage for passing in history.passings}
    return [name for name in PASSAGES if name in passed]


def _class_of(history: History, kill: Fault) -> str:
    if kill.landed:
        return kill.landed if kill.landed in CLASSES else OTHER
    before = [p for p in history.passings if p.pid == kill.pid and p.at <= kill.at]
    last = max(before, key=lambda passing: passing.at, default=None)
    return CLASS_OF.get(last.passage, OTHER) if last else OTHER
