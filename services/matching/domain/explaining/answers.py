"""What is said to a question about a round."""

from dataclasses import dataclass

from services.matching.domain.explaining.advice import Advice
from services.matching.domain.explaining.prices import WhyNot


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the two: why two are a pair or not, or what would help all who are left."""

    why_not: WhyNot | None = None
    advice: Advice | None = None
