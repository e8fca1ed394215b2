"""What is checked: the pool as numbers, and the answer as cells of it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from services.matching.solver.proof.scores import Scores
from services.matching.solver.proof.sheet import Numbers

Cell = tuple[int, int]
"""A mentor and a mentee, by their places in the sides."""


@dataclass(frozen=True)
class Case:
    """A pool and an answer to it.

    `scores` is [mentors, mentees]; `worth` is [mentees]; `places` is [mentors]. `shared` has for each person
    in both roles the places as mentor and as mentee and the pairs that they may have in all, in the order of
    the certificate. `pins` are the pairs that had to be kept.
    """

    scores: Scores
    worth: Numbers
    places: Numbers
    shared: tuple[tuple[int, int, int], ...]
    pins: tuple[Cell, ...]
    pairs: tuple[Cell, ...]

    @cached_property
    def loads(self) -> Numbers:
        """How many pairs each mentor has."""
        return np.bincount([mentor for mentor, _ in self.pairs], minlength=len(self.places))

    @cached_property
    def pinned_loads(self) -> Numbers:
        """How many of them are pins."""
        return np.bincount([mentor for mentor, _ in self.pins], minlength=len(self.places))

    @cached_property
    def pinned(self) -> NDArray[np.bool_]:
        """Which mentees have a pin."""
        mask = np.zeros(len(self.worth), np.bool_)
        mask[[mentee for _, mentee in self.pins]] = True
        return mask

    @cached_property
    def served(self) -> int:
        """The sum of the worth of all matched mentees."""
        return sum(int(self.worth[mentee]) for _, mentee in self.pairs)

    @cached_property
    def least(self) -> int | None:
        """The least score of a pair."""
        return min((int(self.scores[cell]) for cell in self.pairs), default=None)

    @cached_property
    def total(self) -> int:
        """The sum of all scores."""
        return sum(int(self.scores[cell]) for cell in self.pairs)

    @cached_property
    def squares(self) -> int:
        """The sum of the squared loads."""
        return sum(int(load) ** 2 for load in self.loads)

    @cached_property
    def most_squares(self) -> int:
        """A number that the squares of no answer exceed."""
        mentees = len(self.worth)
        return mentees * min(mentees, int(self.places.max(initial=0)))
