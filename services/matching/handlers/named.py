"""What a lead names in a request, looked up in one place: a round of a programme, a cohort that is paired."""

from uuid import UUID

from services.matching.domain import errors
from services.matching.domain.ports import Unit
from services.matching.domain.rounds import Round
from services.matching.domain.terms import Terms


async def round_of(unit: Unit, programme_id: UUID, round_id: UUID) -> Round:
    """A round of this programme; raises NotFound for one of another, as for one that nobody knows."""
    round_ = await unit.rounds.get(round_id)
    if round_ is None or round_.programme_id != programme_id:
        raise errors.round_unknown()
    return round_


async def terms_of_open(unit: Unit, programme_id: UUID, cohort_id: UUID) -> Terms:
    """The terms by which a cohort is paired. Raises NotFound, or Conflict where it or the programme is closed."""
    programme = await unit.programmes.get(programme_id)
    if programme is None or programme.terms is None:
        raise errors.programme_unknown()
    if cohort_id not in programme.cohorts:
        raise errors.cohort_unknown()
    shut = programme.shut(cohort_id)
    if shut is not None:
        raise errors.shut(shut)
    return programme.terms


async def terms_to_propose_by(unit: Unit, programme_id: UUID, cohort_id: UUID) -> Terms:
    """The same, for what makes proposals: a pair of an ended programme would have no day. Raises Conflict, too."""
    terms = await terms_of_open(unit, programme_id, cohort_id)
    if terms.ends_on < unit.now.date():
        raise errors.programme_over()
    return terms
