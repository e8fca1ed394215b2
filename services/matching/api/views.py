"""What is answered of pairs, and what all answers share."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.matching.domain.candidates import Side
from services.matching.domain.pairs import Ending, Pair, PairState
from services.matching.handlers.pairs import Caller


class View(BaseModel):
    """Base of what is answered."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class SlotView(View):
    """A weekly window in UTC; weekday 0 is Monday, start_minute counts from midnight."""

    weekday: int
    start_minute: int
    minutes: int


class PairView(View):
    """A pair as the lead sees it: who is paired, and nothing of what they do."""

    id: UUID
    mentor_id: UUID
    mentee_id: UUID
    state: PairState
    format: str
    group_id: UUID | None
    until: date | None
    ending: Ending | None


class PairDetails(PairView):
    """What the two of a pair may know of it."""

    programme_id: UUID
    cohort_id: UUID
    topics: tuple[str, ...]
    hobby: str | None
    slots: tuple[SlotView, ...]
    starts_at: datetime | None
    """When a sprint starts, UTC."""
    expires_at: datetime


class OwnPairView(PairDetails):
    """A proposal or pair as one of its two sides sees it. What the other side answered is not told."""

    side: Side
    accepted: bool
    """The caller's own answer."""

    @classmethod
    def of(cls, pair: Pair, caller: Caller) -> "OwnPairView":
        """The caller's view."""
        side = pair.side_of(caller.volunteer_ids)
        details = PairDetails.model_validate(pair).model_dump()
        return cls(**details, side=side, accepted=side in pair.accepted)


class OwnPairsView(View):
    """The caller's own, the newest first."""

    items: list[OwnPairView]

    @classmethod
    def of(cls, them: Sequence[Pair], caller: Caller) -> "OwnPairsView":
        """The caller's view of each."""
        return cls(items=[OwnPairView.of(pair, caller) for pair in them])


class PairsView(View):
    """A page; ask for what is `after` the last one's id until it is empty."""

    items: list[PairView]
