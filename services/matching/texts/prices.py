"""Why not that one, in words."""

from services.matching.domain.candidates import Side
from services.matching.domain.explaining.prices import Verdict, WhyNot
from services.matching.domain.explaining.solving import Levels
from services.matching.texts.phrases import name_of, say
from services.matching.texts.rules import rule


def sentences(answer: WhyNot, language: str) -> tuple[str, ...]:
    """The answer, a sentence each: the rule, or what changes one to one on each level and who falls out of the round."""
    if answer.verdict is Verdict.MATCHED and answer.format is not None:
        name = name_of(language, "format", answer.format)
        return (say(language, "price.matched_in", name=name),)
    if answer.verdict is Verdict.MATCHED:
        return (say(language, "price.matched"),)
    if answer.reason is not None:
        return (say(language, "price.forbidden", what=rule(answer.reason, language)),)
    told = _levels(answer, language)
    if answer.recomposed:
        told.append(say(language, "price.recomposed"))
    fall = sum(one.side is Side.MENTEE for one in answer.falls_out)
    return (*(told or [say(language, "price.free")]), say(language, "falls_out", count=fall))


def _levels(answer: WhyNot, language: str) -> list[str]:
    if answer.before is None or answer.after is None:
        return []
    told = []
    for level in ("served", "least", "total", "squares"):
        before, after = _value(answer.before, level), _value(answer.after, level)
        if before != after:
            lost = (after < before) is not (level == "squares")
            case = "lost" if lost else "gained"
            told.append(say(language, f"price.{level}.{case}", before=before, after=after))
    return told


def _value(levels: Levels, level: str) -> int:
    # Without any pair there is no least score; it then stands for 0 points.
    return getattr(levels, level) or 0
