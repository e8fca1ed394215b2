"""What ratings say of the weights: a suggestion to the lead, which is never applied by itself.

A part that was higher in pairs rated well than in pairs rated badly predicted something. The measure is the
difference of the two groups' means (J. Cohen, Statistical Power Analysis for the Behavioral Sciences, 2nd ed.,
1988, chapter 2, there divided by the deviation), in thousandths of the part's weight. The points are divided anew
so that their sum stays and no part is more than halved before, by largest remainders (M. L. Balinski, H. P. Young, Fair Representation, 1982).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.matching.domain.declines import FEW
from services.matching.domain.past import POOR
from services.matching.domain.rounds import HistoryEntry
from services.matching.domain.score import WHOLE

GOOD = 4
LEAST_PAIRS = 20
"""Pairs rated well or badly, below which nothing is suggested."""
LEAST_OF_EACH = 5


@dataclass(frozen=True, slots=True)
class Advice:
    """Weights that a lead may take over. `predicted`: per part, in thousandths, good pairs less bad ones."""

    pairs: int
    predicted: Mapping[str, int]
    weights: Mapping[str, int]


def advise(history: Sequence[HistoryEntry], weights: Mapping[str, int]) -> Advice | None:
    """The suggestion, or None where too few pairs were rated well or badly."""
    good = [entry.shares for entry in history if _rated(entry) == "well"]
    bad = [entry.shares for entry in history if _rated(entry) == "badly"]
    if len(good) + len(bad) < LEAST_PAIRS or min(len(good), len(bad)) < LEAST_OF_EACH:
        return None
    predicted = {part: _difference(part, good, bad) for part, own in weights.items() if own > 0}
    return Advice(len(good) + len(bad), predicted, _divided(weights, predicted))


def what_is_missing(history: Sequence[HistoryEntry]) -> str:
    """Why there is no suggestion, in words for the lead; how many pairs were rated is told from a few on only."""
    pairs = sum(_rated(entry) != "unknown" for entry in history)
    if pairs >= LEAST_PAIRS:
        return (
            f"Of the rated pairs too few were rated well or badly: {LEAST_PAIRS} are needed, and "
            f"{LEAST_OF_EACH} of either kind; ask again when more have rated."
        )
    told = str(pairs) if pairs >= FEW else f"fewer than {FEW}"
    return f"Not enough rated pairs yet: {told} of {LEAST_PAIRS}; ask again when more have rated."


def _rated(entry: HistoryEntry) -> str:
    """Well: at least 4 by all who rated; badly: 2 or less by one of them."""
    given = [one for one in (entry.rated_by_mentor, entry.rated_by_mentee) if one is not None]
    if not given or not entry.shares:
        return "unknown"
    if min(given) <= POOR:
        return "badly"
    return "well" if min(given) >= GOOD else "so so"


def _difference(
    part: str, good: Sequence[Mapping[str, int]], bad: Sequence[Mapping[str, int]]
) -> int:
    groups = [[shares[part] for shares in group if part in shares] for group in (good, bad)]
    if min(map(len, groups)) < LEAST_OF_EACH:
        return 0
    one, other = (sum(group) // len(group) for group in groups)
    return one - other


def _divided(weights: Mapping[str, int], predicted: Mapping[str, int]) -> Mapping[str, int]:
    """The same sum, each part grown or shrunk by what it predicted; a part without weight keeps none."""
    total = sum(weights[part] for part in predicted)
    pull = {
        part: weights[part] * (WHOLE + max(more, -WHOLE // 2)) for part, more in predicted.items()
    }
    whole = max(1, sum(pull.values()))
    new = {part: total * own // whole for part, own in pull.items()}
    by_rest = sorted(pull, key=lambda part: (-(total * pull[part] % whole), part))
    for part in by_rest[: total - sum(new.values())]:
        new[part] += 1
    return {part: new.get(part, 0) for part in weights}
