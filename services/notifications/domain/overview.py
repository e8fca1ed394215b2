"""What a lead reads of the messages of a programme.

Whether pairs plan and cancel sessions is what people do. As many reminders as sessions go out, so they are left out
here: the report counts them under the rules that it has for sessions. Who was proposed and paired the lead knows,
since the lead releases the round. Messages about doubts would tell how many doubts there are, which the report does
from five on; whether a reply was read is nobody's matter.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.notifications.domain.reminders import IN_PERSON, Kind, State

_NOT_COUNTED_HERE = frozenset({Kind.SESSION_REMINDER}) | IN_PERSON


@dataclass(frozen=True, slots=True)
class Tally:
    """So many messages."""

    kind: Kind
    state: State
    messages: int


def overview(tallies: Iterable[Tally]) -> Mapping[Kind, Mapping[State, int]]:
    """Messages by kind and state, for each kind that a lead may read."""
    counts: dict[Kind, dict[State, int]] = {
        kind: {} for kind in Kind if kind not in _NOT_COUNTED_HERE
    }
    for tally in tallies:
        if tally.kind in counts:
            counts[tally.kind][tally.state] = tally.messages
    return counts
