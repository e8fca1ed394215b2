"""Doubts in figures: how many of a kind, and how they were answered. What people fear is told of five and more only.

There is no total: beside the kinds that are shown it would tell of those that are not.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from services.reporting.projections.domain.material import Concern, Talks

CODES = ("losing_authority", "fear_of_harm", "used_to_being_in_charge", "other")
OUTCOMES = ("open", "kept", "broken", "changed")
ENOUGH = 5


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
    answered = len(days)
    # The share tells of both parts, and each may be a handful.
    parts = [part for part in (answered, raised - answered) if part]
    percent = round(100 * answered / raised) if raised else None
    yield "raised", Told(raised, raised)
    yield "answered_percent", Told(percent, min(parts, default=0))
    yield "days_to_answer_median", Told(float(median(days)) if days else None, answered)
