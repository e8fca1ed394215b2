"""Doubts in figures: how many of a kind, and how they were answered. What people fear is told of five and more only.

They are counted in fives, rounded down: an exact count would let two reports of different days tell of a single new
doubt. There is no total: beside the kinds that are shown it would tell of those that are not.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from services.reporting.projections.domain.material import Concern, Talks

CODES = ("losing_authority", "fear_of_harm", "used_to_being_in_charge", "other")
OUTCOMES = ("open", "kept", "broken", "changed")
ENOUGH = 5
"""From so many on a kind is shown, and in steps of so many."""


@dataclass(frozen=True, slots=True)
class Told:
    """A value, and how many doubts or acts stand behind what it tells."""

    value: int | float | None
    behind: int


def of_concerns(concerns: Sequence[Concern]) -> dict[tuple[str, ...], Told]:
    """By kind. A kind that this version does not know appears when there are five of it."""
    found: dict[tuple[str, ...], Told] = {}
    for code in (*CODES, *sorted({concern.code for concern in concerns} - set(CODES))):
        of_code = [concern for concern in concerns if concern.code == code]
        if code in CODES or len(of_code) >= ENOUGH:
            found |= {("concerns", code, name): told for name, told in _of_code(of_code)}
    return found


def of_talks(talks: Talks) -> dict[tuple[str, ...], Told]:
    """Conversations and compromises."""
    dialogues = {state: talks.dialogues.get(state, 0) for state in ("planned", "held")}
    compromises = {outcome: talks.compromises.get(outcome, 0) for outcome in OUTCOMES}
    return {
        **{("dialogues", state): Told(count, count) for state, count in dialogues.items()},
        **{("compromises", outcome): Told(count, count) for outcome, count in compromises.items()},
    }


def _of_code(concerns: Sequence[Concern]) -> Iterable[tuple[str, Told]]:
    raised = len(concerns)
    days = [one.days_to_answer for one in concerns if one.days_to_answer is not None]
    answered, waiting = _in_fives(len(days)), _in_fives(raised - len(days))
    # Of parts that are both below five there is nothing to tell.
    counted = answered + waiting
    percent = round(100 * answered / counted) if counted else None
    yield "raised", Told(_in_fives(raised), raised)
    yield "answered_percent", Told(percent, counted)
    yield "days_to_answer_median", Told(float(median(days)) if days else None, len(days))


def _in_fives(count: int) -> int:
    return count - count % ENOUGH
