"""Who may read which figure: progress without surveillance.

- What people do or feel is shown only where five or more people stand behind it, to anybody.
- The lead reads the numbers of volunteers, proposals, pairs and mails as they are, having released the rounds.
- The sponsor reads one to four as "<5", and nothing that serves the lead's own work.
- A figure with whose help a withheld one could be computed (a total, or what equals one) is withheld too.

So what is withheld never decides how anything else reads: whatever number stands behind a "<5", the whole
report is the same. That is the property that the tests check.
"""

from collections.abc import Mapping
from enum import StrEnum

from services.reporting.projections.domain.figures import FEW, Figure, Figures, Path

PEOPLE_AT_LEAST = 5
HIDDEN = "hidden"

Shown = int | float | str | None


class Reader(StrEnum):
    """For whom a report is made."""

    LEAD = "lead"
    SPONSOR = "sponsor"


def shown_to(reader: Reader, figures: Figures) -> Mapping[Path, Shown]:
    """Every figure as this reader may read it: a number, None, "<5" or "hidden"."""
    return {path: _shown(path, figures, reader) for path in figures}


def _shown(path: Path, figures: Figures, reader: Reader) -> Shown:
    figure = figures[path]
    betrayed = any(_is_withheld(part, figures, reader) for part in figure.betrays)
    return HIDDEN if betrayed else _by_itself(figure, reader)


def _is_withheld(path: Path, figures: Figures, reader: Reader) -> bool:
    return _shown(path, figures, reader) in (FEW, HIDDEN)


def _by_itself(figure: Figure, reader: Reader) -> Shown:
    value = figure.value
    if figure.doing and figure.people < PEOPLE_AT_LEAST:
        return HIDDEN
    if reader is Reader.LEAD:
        return value
    if figure.lead_only:
        return HIDDEN
    if isinstance(value, int) and 0 < value < PEOPLE_AT_LEAST:
        return FEW
    return value
