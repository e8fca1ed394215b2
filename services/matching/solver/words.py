"""Sets of codes as bits, 64 to a word: what one set has in common with many is counted at once."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

WORD = 64
Columns = NDArray[Any] | slice
EVERYBODY = slice(None)


@dataclass(frozen=True, slots=True)
class Words:
    """The sets of `len(sizes)` people. Of their values only those that others have, too, get a bit."""

    bits: dict[str, int]
    words: NDArray[np.uint64]
    sizes: NDArray[np.int32]

    @classmethod
    def of(cls, sets: Sequence[Collection[str]], others: Collection[str]) -> "Words":
        """The bits of these sets; `others` are the values that will be asked for."""
        places: dict[str, list[int]] = defaultdict(list)
        for column, values in enumerate(sets):
            for value in values:
                places[value].append(column)
        bits = {value: bit for bit, value in enumerate(sorted(set(others) & set(places)))}
        words = np.zeros((-(-len(bits) // WORD), len(sets)), np.uint64)
        for value, bit in bits.items():
            words[bit // WORD, places[value]] |= np.uint64(1 << bit % WORD)
        return cls(bits, words, np.array([len(values) for values in sets], np.int32))

    def common(self, values: Collection[str], columns: Columns = EVERYBODY) -> NDArray[np.uint16]:
        """How many of these values each of the people has."""
        masks: dict[int, int] = defaultdict(int)
        for value in values:
            if (bit := self.bits.get(value)) is not None:
                masks[bit // WORD] |= 1 << bit % WORD
        found = np.zeros(len(self.sizes[columns]), np.uint16)
        for word, mask in masks.items():
            found += np.bitwise_count(self.words[word, columns] & np.uint64(mask))
        return found
