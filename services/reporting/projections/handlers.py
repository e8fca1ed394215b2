"""The projections' use cases: fold an event in, read a report."""

from dataclasses import dataclass
from uuid import UUID

from services.reporting.projections.domain import errors
from services.reporting.projections.domain.documents import Change
from services.reporting.projections.domain.figures import figures
from services.reporting.projections.domain.material import Objective, Programme
from services.reporting.projections.domain.ports import Unit
from services.reporting.projections.domain.suppression import Reader, Shown, shown_to


@dataclass(frozen=True, slots=True)
class Report:
    """A programme's figures as one reader may read them, by path."""

    programme: Programme
    reader: Reader
    shown: dict[tuple[str, ...], Shown]
    objectives: tuple[Objective, ...] = ()
    gaps: tuple[str, ...] = ()


async def fold_in(unit: Unit, change: Change) -> None:
    """Keep what an event says."""
    unit.projections.apply(change)


async def read_report(unit: Unit, programme_id: UUID, reader: Reader) -> Report:
    """The report on a programme. Raises NotFound."""
    material = await unit.projections.material(programme_id)
    if material is None:
        raise errors.no_such_programme()
    shown = dict(shown_to(reader, figures(material)))
    return Report(material.programme, reader, shown, material.objectives, material.gaps)
