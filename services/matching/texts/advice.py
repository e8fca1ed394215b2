"""What would help, in words."""

from services.matching.domain.explaining.advice import Gain, Left
from services.matching.domain.explaining.relaxing import Kind, Relaxation
from services.matching.texts.phrases import language_name, name_of, say
from services.matching.texts.rules import attribute, rule


def gain(found: Gain, language: str) -> str:
    """A relaxation of the round and what it brings: "Allow a gap of 1 level: 3 more are matched."."""
    return say(
        language, "gain.round", what=relaxation(found.relaxation, language), count=found.more
    )


def left(one: Left, language: str) -> tuple[str, str]:
    """Why somebody has no partner, and what would bring one."""
    reason = rule(one.reason, language)
    reason = reason[:1].upper() + reason[1:]
    if one.relaxation is None:
        return reason, say(language, "gain.person.no")
    what = relaxation(one.relaxation, language)
    return reason, say(language, "gain.person.yes", what=what)


def relaxation(one: Relaxation, language: str) -> str:
    """What would be relaxed, without a full stop."""
    whose = "round" if one.who is None else "person"
    values: dict[str, object] = {}
    if one.kind is Kind.LANGUAGE:
        values["name"] = language_name(language, one.value)
    elif one.kind is Kind.FORMAT:
        values["name"] = name_of(language, "format", one.value)
    elif one.kind is Kind.ATTRIBUTE:
        values |= attribute(one.value, language)
    elif one.value:
        values["count"] = int(one.value)
    return say(language, f"relax.{whose}.{one.kind}", **values)
