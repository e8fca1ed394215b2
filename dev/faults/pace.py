"""How much is asked of the platform while it is broken."""

from dataclasses import dataclass

from dev.demo.volunteers import MENTORS

MENTORS_TO_MOVE = 840  # more than find a mentee


@dataclass(frozen=True)
class Pace:
    """Commands of people, and people whom the directory moves, each per second."""

    commands: float = 10.0
    moves: float = 0.0

    @property
    def mentors(self) -> int:
        """How many may enrol as mentors: the more take part, the more a file of the directory can move."""
        return MENTORS_TO_MOVE if self.moves else MENTORS

    @property
    def rounds_every(self) -> float:
        """Seconds: each round is a process of its own for a while, and looks at all who take part."""
        return 30.0 if self.moves else 10.0
