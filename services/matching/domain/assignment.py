"""The port to the solver, and the order that makes its answer independent of how the pool was written."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

Pairing = tuple[UUID, UUID]
"""Mentor and mentee, as volunteer ids."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Whom to pair: allowed pairs only, each with its points.

    `places` bounds the pairs of a volunteer, of both roles together; a mentee gets one at most.
    """

    mentors: tuple[UUID, ...]
    mentees: tuple[UUID, ...]
    places: Mapping[UUID, int]
    points: Mapping[Pairing, int]


Assign = Callable[[Problem], tuple[Pairing, ...]]
"""As many matched mentees as can be, and among those answers the most points."""


def rank(round_id: UUID, volunteer_id: UUID) -> str:
    """A place in the order of one round that nobody can choose and every machine finds again."""
    return hashlib.sha256(f"{round_id}:{volunteer_id}".encode()).hexdigest()
