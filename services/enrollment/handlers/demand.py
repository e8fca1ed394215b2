"""Which topics are wanted more than they are offered, and whom to invite."""

from dataclasses import replace
from uuid import UUID

from services.enrollment.domain.demand import Demand, Wish, highest_level, judge
from services.enrollment.domain.directory import Employee
from services.enrollment.domain.ports import Unit
from services.enrollment.domain.programmes import Direction, Programme, Stage
from services.enrollment.handlers.reading import read_programme


async def read_demand(unit: Unit, programme_id: UUID) -> list[Demand]:
    """By topic, what active volunteers want and offer."""
    await read_programme(unit, programme_id)
    return await unit.demands.of_programme(programme_id)


async def read_worth_inviting(
    unit: Unit, programme_id: UUID, topic: str, wish: Wish, page: tuple[str | None, int]
) -> list[Employee]:
    """Employees who could teach the topic to one who wants it; `page` is after whom, and how many."""
    programme = await read_programme(unit, programme_id)
    wanting = await unit.demands.levels_wanting(programme_id, topic)
    if not wanting:
        return []
    matching = programme.terms.matching
    if wish.level_max is None and matching.direction is Direction.UPWARDS:
        wish = replace(wish, level_max=highest_level(wanting, matching.level_gap))
    return await unit.demands.worth_inviting(programme_id, wish, *page)


async def judge_gaps(unit: Unit, programme: Programme) -> None:
    """Tell which topics began or ceased to be wanted more than they are offered."""
    before = await unit.demands.gaps(programme.programme_id)
    demand = await unit.demands.of_programme(programme.programme_id)
    now, facts = judge(before, demand, open_=programme.stage is Stage.OPEN)
    # Of a closed one always: who judges it at the same time, and read that it is open, has to begin anew.
    if facts or programme.closed:
        unit.demands.put(now)
    unit.publish(*facts)


async def judge_again(unit: Unit, programme_id: UUID) -> None:
    """The same when its time has come."""
    await judge_gaps(unit, await read_programme(unit, programme_id))
