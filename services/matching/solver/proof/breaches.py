"""What a check found wrong."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MOST_OF_A_CODE = 20
"""So many breaches of one code are named by one check; the others are counted."""


@dataclass(frozen=True, slots=True)
class Breach:
    """A stable code, and what it is about: ids, numbers, a rule."""

    code: str
    about: str = ""

    def __str__(self) -> str:
        return f"{self.code}: {self.about}" if self.about else self.code


def breaches(code: str, places: Iterable[str]) -> Iterator[Breach]:
    """A breach for each of the first places, and one that counts the others."""
    more = 0
    for count, about in enumerate(places):
        if count < MOST_OF_A_CODE:
            yield Breach(code, about)
        else:
            more += 1
    if more:
        yield Breach(code, f"{more} more")
