"""What the checker says: which invariant is broken, in which way, and by whom."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from dev.faults.history import History

IDS_AT_MOST = 50


class Kind(StrEnum):
    """The ways in which a run can be bad.

    LOST is acknowledged and nowhere, or passed over by a consumer for good. UNSEEN is still under way after
    the drain: in an outbox, ahead of a consumer's offset, or held behind a dead letter.
    """

    LOST = "lost"
    UNSEEN = "unseen"
    DOUBLED = "doubled"
    REORDERED = "reordered"
    GHOST = "ghost"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as promised; `ids` are those of events, commands, mails or places."""

    invariant: str
    kind: Kind
    what: str
    ids: tuple[str, ...]


Check = Callable[[History], Iterator[Finding]]


def found(invariant: str, kind: Kind, what: str, ids: Iterable[str]) -> Iterator[Finding]:
    """A finding where there are ids, else nothing."""
    named = tuple(dict.fromkeys(ids))
    if named:
        yield Finding(invariant, kind, what, named)


def shown(finding: Finding) -> str:
    """The finding as a line; of many ids the first ones."""
    more = len(finding.ids) - IDS_AT_MOST
    rest = f" and {more} more" if more > 0 else ""
    ids = ", ".join(finding.ids[:IDS_AT_MOST])
    return f"{finding.invariant} {finding.kind}: {finding.what}: {ids}{rest}"
