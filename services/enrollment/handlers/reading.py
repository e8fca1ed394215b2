"""A programme that must be there; many use cases begin with it."""

from uuid import UUID

from services.enrollment.domain.ports import Unit
from services.enrollment.domain.programmes import Programme
from shared.chassis.refusals import NotFound


async def read_programme(unit: Unit, programme_id: UUID) -> Programme:
    """The programme, whoever asks."""
    programme = await unit.programmes.get(programme_id)
    if programme is None:
        raise NotFound("no_such_programme", "There is no such programme; check its id.")
    return programme
