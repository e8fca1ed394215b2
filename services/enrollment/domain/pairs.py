"""What a volunteer sees of the pairs that matching formed for them."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair of a mentor and a mentee; `until` is None where only its end was told."""

    pair_id: UUID
    mentor_id: UUID
    mentee_id: UUID
    format: str = ""
    until: date | None = None
    running: bool = True
