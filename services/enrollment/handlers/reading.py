"""A programme that must be there; many use cases begin with it."""

from collections.abc import Collection
from uuid import UUID

from services.enrollment.domain.ports import Unit
from services.enrollment.domain.programmes import Programme
from shared.chassis.refusals import NotFound


async def read_programme(unit: Unit, programme_id: UUID) -> Programme:
    """The programme, whoever asks."""
    programme = await unit.programmes.get(programme_id)
    if programme is None:
        raise _unknown()
    return programme


async def show_programme(unit: Unit, programme_id: UUID, own: Collection[UUID] = ()) -> Programme:
    """The programme, for somebody who prepares `own`; others see no draft, nor that there is one."""
    programme = await read_programme(unit, programme_id)
    if programme.draft and programme_id not in own:
        raise _unknown()
    return programme


def _unknown() -> NotFound:
    return NotFound("no_such_programme", "There is no such programme; check its id.")
