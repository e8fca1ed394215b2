"""Rules on attributes for one mentee and all mentors, the same as `domain/attributes.holds`."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.attributes import values
from services.matching.domain.candidates import Profile, Side
from services.matching.domain.terms import AttributeRule
from services.matching.solver.words import Words


class Attributes:
    """The attributes that a programme's rules compare."""

    def __init__(
        self, rules: Sequence[AttributeRule], mentors: Sequence[Profile], mentees: Sequence[Profile]
    ) -> None:
        self._nobody = np.zeros(len(mentors), bool)
        self._words: dict[str, Words] = {}
        for attribute in {rule.attribute for rule in rules}:
            theirs = [values(one.candidate, attribute, Side.MENTOR) for one in mentors]
            asked = [values(one.candidate, attribute, Side.MENTEE) or () for one in mentees]
            if None not in theirs:
                wanted = {value for own in asked for value in own}
                self._words[attribute] = Words.of([one or () for one in theirs], wanted)
        # Many mentees have the same unit or languages; of long lists of topics more are not worth the memory.
        self._kept = lru_cache(maxsize=64)(self._holds)

    def holds(self, rule: AttributeRule, mentee: Profile) -> NDArray[np.bool_]:
        """With which mentors the rule is kept."""
        own = values(mentee.candidate, rule.attribute, Side.MENTEE)
        words = self._words.get(rule.attribute)
        if own is None or words is None:
            return self._nobody
        return self._kept(rule.attribute, rule.relation, own)

    def _holds(self, attribute: str, relation: str, own: frozenset[str]) -> NDArray[np.bool_]:
        words = self._words[attribute]
        common = words.common(own)
        kept = self._nobody
        match relation:
            case "equal":
                kept = (common == len(own)) & (words.sizes == len(own)) & bool(own)
            case "different":
                kept = common == 0
            case "contains":
                kept = (common == len(own)) & bool(own)
        return kept
