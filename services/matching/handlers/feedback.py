"""What pairs say of themselves: it is kept with the pair, for the next rounds and for advice on the weights."""

from uuid import UUID

from services.matching.domain import errors
from services.matching.domain.candidates import Side
from services.matching.domain.pairs import Pair, PairState
from services.matching.domain.ports import Unit
from services.matching.domain.ratings import history_of, is_poor, rated
from services.matching.domain.weight_advice import Advice, advise, what_is_missing
from services.matching.handlers.pairs import keep


async def learn_rating(unit: Unit, pair_id: UUID, side: Side, rating: int) -> None:
    """One side rated their pair; the last rating counts.

    Pairs are formed here before anybody can rate them, so one that is not known is of a time before a restore.
    """
    pair = await unit.pairs.get(pair_id)
    if pair is None:
        return
    now = rated(pair, side, rating)
    if now == pair:
        return
    unit.pairs.put(now)
    if is_poor(rating):
        await _void_a_repetition(unit, now)


async def read_advice(unit: Unit, programme_id: UUID) -> Advice:
    """Weights that the ratings of this programme's pairs suggest; Conflict where they are too few."""
    programme = await unit.programmes.get(programme_id)
    if programme is None or programme.terms is None:
        raise errors.programme_unknown()
    history = history_of(await unit.pairs.rated_in(programme_id))
    advice = advise(history, programme.terms.weights)
    if advice is None:
        raise errors.too_few_ratings(what_is_missing(history))
    return advice


async def _void_a_repetition(unit: Unit, poor: Pair) -> None:
    """The two may have been asked again meanwhile, because both wished it."""
    two = {party.person_id for party in poor.parties}
    # A round that asks them at this very moment looks again.
    unit.candidates.claim(two, by=poor.id)
    for pair in await unit.pairs.of_people(two):
        same = {party.person_id for party in pair.parties} == two
        if same and pair.state is PairState.PROPOSED:
            keep(unit, pair.void())
