"""Hard rules in words. What is private has one text, whatever stands behind it."""

from services.matching.texts.phrases import name_of, say

_ATTRIBUTE = "attribute_"


def rule(code: str, language: str) -> str:
    """What a reason code says, as the end of a sentence."""
    if code.startswith(_ATTRIBUTE):
        return say(language, "rule.attribute", **attribute(code, language))
    return say(language, f"rule.{code}")


def attribute(code: str, language: str) -> dict[str, str]:
    """The attribute and the relation of a programme's own rule, by its code."""
    attribute_, _, relation = code.removeprefix(_ATTRIBUTE).rpartition("_")
    return {
        "attribute": name_of(language, "attribute", attribute_),
        "relation": name_of(language, "relation", relation),
    }
