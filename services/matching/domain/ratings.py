"""What the two of a pair said of it, as rounds and the advice on weights take it in."""

from collections.abc import Iterable
from dataclasses import replace

from services.matching.domain.candidates import Side
from services.matching.domain.pairs import Pair
from services.matching.domain.past import POOR
from services.matching.domain.rounds import HistoryEntry


def rated(pair: Pair, side: Side, rating: int) -> Pair:
    """The pair with what this side says of it now, from 1 to 5."""
    if side is Side.MENTOR:
        return replace(pair, rated_by_mentor=rating)
    return replace(pair, rated_by_mentee=rating)


def is_poor(rating: int) -> bool:
    """Whether the two are not to be paired again."""
    return rating <= POOR


def history_of(pairs: Iterable[Pair]) -> tuple[HistoryEntry, ...]:
    """The pairs that somebody rated, by person.

    One that nobody rated says no more than that its two are not to meet again, which `Records.met` has.
    """
    return tuple(
        HistoryEntry(
            pair.mentor.person_id,
            pair.mentee.person_id,
            pair.rated_by_mentor,
            pair.rated_by_mentee,
            pair.shares,
        )
        for pair in pairs
        if pair.rated_by_mentor is not None or pair.rated_by_mentee is not None
    )
