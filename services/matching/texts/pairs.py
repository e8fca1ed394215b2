"""Why two were paired, in words."""

from services.matching.domain.explaining.parts import PairReasons, Reason
from services.matching.texts.phrases import say


def lines(why: PairReasons, language: str) -> tuple[str, ...]:
    """A line per part, with a heading before those of each side and of the programme."""
    told: list[str] = []
    before = None
    for reason in why.reasons:
        if reason.whose is not before:
            told.append(say(language, f"whose.{reason.whose}"))
            before = reason.whose
        told.append(_line(reason, language))
    return tuple(told)


def _line(reason: Reason, language: str) -> str:
    behind = reason.behind
    name = f"part.{reason.part}" + (f".{behind.case}" if behind.case else "")
    return say(
        language,
        "line.part",
        title=say(language, f"title.{reason.part}"),
        points=say(language, "points", points=reason.points, count=reason.most),
        what=say(language, name, count=behind.count, names=", ".join(behind.names)),
    )
