"""A volunteer looks at what stands between them and a pair."""

from services.enrollment.domain.ports import Unit
from services.enrollment.domain.self_checks import Check, Surroundings, self_checks
from services.enrollment.handlers.own import Own, read_own
from services.enrollment.handlers.reading import read_programme

LOOKED_AT = 2_000
"""Others who are compared with; whoever fits none of so many is right to think again."""


async def check_oneself(unit: Unit, own: Own) -> tuple[Check, ...]:
    """All findings."""
    volunteer = await read_own(unit, own)
    volunteer.check_still_here()
    programme = await read_programme(unit, volunteer.programme_id)
    others = await unit.volunteers.active_in(volunteer.cohort_id, LOOKED_AT)
    topics = {topic.topic for topic in await unit.topics.all() if not topic.retired}
    minutes = programme.terms.matching.common_slot_minutes
    return self_checks(volunteer, Surroundings(others, topics, minutes, unit.today))
