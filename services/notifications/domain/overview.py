"""What a lead reads of the messages of a programme, and what is withheld.

Whether pairs plan and cancel sessions is what people do: it is shown over five or more people only, as in the
report. Who was proposed and paired the lead knows, since the lead releases the round.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.notifications.domain.reminders import Kind, State

FEWEST_PEOPLE = 5
_TELLS_WHAT_PAIRS_DO = frozenset({Kind.SESSION_REMINDER})


@dataclass(frozen=True, slots=True)
class Tally:
    """So many messages to so many people."""

    kind: Kind
    state: State
    messages: int
    people: int


def overview(tallies: Iterable[Tally]) -> Mapping[Kind, Mapping[State, int | None]]:
    """Messages by kind and state; None where a count is withheld. No total tells what it was."""
    counts: dict[Kind, dict[State, int | None]] = {kind: {} for kind in Kind}
    for tally in tallies:
        withheld = tally.kind in _TELLS_WHAT_PAIRS_DO and tally.people < FEWEST_PEOPLE
        counts[tally.kind][tally.state] = None if withheld else tally.messages
    return counts
