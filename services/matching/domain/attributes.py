"""What a programme can compare two volunteers by, each attribute as a set of values.

Nothing known is the empty set: it equals nothing, differs from all, and holds nothing.
"""

from collections.abc import Callable, Mapping

from services.matching.domain.candidates import Candidate, Side
from services.matching.domain.terms import AttributeRule

Values = frozenset[str]


def values(candidate: Candidate, attribute: str, side: Side) -> Values | None:
    """The values of an attribute; None where this version does not know it."""
    read = _ATTRIBUTES.get(attribute)
    return None if read is None else frozenset(value for value in read(candidate, side) if value)


def stand(relation: str, mentor: Values, mentee: Values) -> bool:
    """Whether the values stand to each other like that; never in a relation of a later version."""
    match relation:
        case "equal":
            return bool(mentor) and mentor == mentee
        case "different":
            return not mentor & mentee
        case "contains":
            return bool(mentee) and mentor >= mentee
        case _:
            return False


def holds(rule: AttributeRule, mentor: Candidate, mentee: Candidate) -> bool:
    """Whether the rule is kept. One that this version cannot read is not: better no pair than a wrong one."""
    one = values(mentor, rule.attribute, Side.MENTOR)
    other = values(mentee, rule.attribute, Side.MENTEE)
    return one is not None and other is not None and stand(rule.relation, one, other)


def _topics(candidate: Candidate, side: Side) -> tuple[str, ...]:
    if side is Side.MENTOR:
        return tuple(offer.topic for offer in candidate.offers)
    return tuple(need.topic for need in candidate.needs)


_ATTRIBUTES: Mapping[str, Callable[[Candidate, Side], tuple[str, ...]]] = {
    "unit": lambda candidate, _: (candidate.unit,),
    "site": lambda candidate, _: (candidate.site,),
    "level": lambda candidate, _: (str(candidate.level),),
    "time_zone": lambda candidate, _: (candidate.time_zone,),
    "languages": lambda candidate, _: candidate.languages,
    "hobbies": lambda candidate, _: candidate.hobbies,
    "topics": _topics,
}
