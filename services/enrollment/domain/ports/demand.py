"""Topics of a programme as they are wanted and offered, and who could offer more."""

from typing import Protocol
from uuid import UUID

from services.enrollment.domain.demand import Demand, Gaps, Wish
from services.enrollment.domain.directory import Employee


class Demands(Protocol):
    """What active volunteers want and offer."""

    async def of_programme(self, programme_id: UUID) -> list[Demand]:
        """By topic, those that anybody wants or offers."""

    async def levels_wanting(self, programme_id: UUID, topic: str) -> list[int]:
        """The levels of those who want it."""

    async def worth_inviting(
        self, programme_id: UUID, wish: Wish, after: str | None, limit: int
    ) -> list[Employee]:
        """Employees whom nobody has heard of in the programme, by staff number."""

    async def gaps(self, programme_id: UUID) -> Gaps:
        """What was told of it last."""

    def put(self, gaps: Gaps) -> None:
        """What is told of it now."""
