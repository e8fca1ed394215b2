"""What the formats need after the proposal: sprints close by themselves, and groups that became too small end."""

from dataclasses import replace

from services.matching.domain.groups import dissolved
from services.matching.domain.pairs import Ending
from services.matching.domain.ports import Unit
from services.matching.handlers.pairs import AT_ONCE, keep


async def close_sprints(unit: Unit) -> int:
    """Sprints that had their hours are completed, and both are free at once; returns how many."""
    over = await unit.pairs.run_out(AT_ONCE)
    for pair in over:
        keep(unit, pair.end(Ending.COMPLETED))
    return len(over)


async def look_at_groups(unit: Unit) -> int:
    """Groups that became too small end; returns how many pairs were looked at that made one smaller.

    A pair is looked at once. Whoever decides on another one of the same group meanwhile decides first or last, since
    what is dissolved is written.
    """
    shrinking = await unit.pairs.shrinking(AT_ONCE)
    for pair in shrinking:
        unit.pairs.put(replace(pair, counted_out=True))
    for group_id in sorted({pair.group_id for pair in shrinking if pair.group_id is not None}):
        for step in dissolved(await unit.pairs.in_group(group_id)):
            keep(unit, step)
    return len(shrinking)
