"""What an executive can show a junior of the company, as far as their places in it tell.

Strategy and leadership are seen the better the higher the mentee stands above, four levels being full; another
country is told by another time zone; finance, customers and technology by the words of the mentee's unit.
"""

import re
from collections.abc import Mapping

from services.matching.domain.candidates import Candidate

LEVELS_ENOUGH = 4
BY_LEVEL = frozenset({"strategy", "leadership"})
ABROAD = "international"
BY_UNIT: Mapping[str, tuple[str, ...]] = {
    "finance": ("financ", "account", "treasury", "tax", "audit", "финанс", "бухгалт", "казнач"),
    "customers": ("sale", "customer", "client", "market", "service", "продаж", "клиент", "маркет"),
    "technology": ("it", "tech", "digital", "data", "software", "engineer", "ит", "техн", "цифр"),
}
"""How the words of a unit begin; words of two letters are whole."""
KNOWN = BY_LEVEL | {ABROAD} | set(BY_UNIT)


def wishes(mentor: Candidate) -> frozenset[str]:
    """What the mentor would like to see, of what can be told."""
    return frozenset(mentor.exposure) & KNOWN


def of_unit(unit: str) -> frozenset[str]:
    """What can be seen in a unit, by its name."""
    words = re.findall(r"\w+", unit.casefold())
    return frozenset(
        what
        for what, stems in BY_UNIT.items()
        if any(_begins(word, stem) for word in words for stem in stems)
    )


def shown(mentor: Candidate, mentee: Candidate) -> tuple[int, int]:
    """The share of the mentor's wishes that this mentee fulfils; half where nothing is wished."""
    wanted = wishes(mentor)
    if not wanted:
        return 1, 2
    above = max(0, min(mentee.level - mentor.level, LEVELS_ENOUGH))
    seen = len(wanted & of_unit(mentee.unit))
    seen += ABROAD in wanted and mentor.time_zone != mentee.time_zone
    reached = above * len(wanted & BY_LEVEL) + LEVELS_ENOUGH * seen
    return reached, LEVELS_ENOUGH * len(wanted)


def _begins(word: str, stem: str) -> bool:
    return word == stem or (len(stem) > 2 and word.startswith(stem))
