"""Texts by their name, in the form that a number asks for.

A language has one file; a name is its place there (`part.hobbies`). Which form a number takes is CLDR's rule, by
Babel: 1, 21 and 31 are alike in Russian, 2 and 12 are not.
"""

import tomllib
from pathlib import Path
from typing import Any

from babel import Locale

LANGUAGES = ("en", "ru")

_HERE = Path(__file__).parent
_TEXTS: dict[str, dict[str, Any]] = {
    language: tomllib.loads((_HERE / f"{language}.toml").read_text("utf-8"))
    for language in LANGUAGES
}
_LOCALES = {language: Locale(language) for language in LANGUAGES}


def say(language: str, name: str, /, **values: object) -> str:
    """The text of this name with the values put in; `count` decides the form. Raises KeyError without a text."""
    found: Any = _TEXTS[language]
    for step in name.split("."):
        found = found[step]
    if isinstance(found, dict):
        found = found[_form(language, found, values["count"])]
    return str(found).format(**values)


def name_of(language: str, list_: str, code: str) -> str:
    """What a code of a list of names is called; a code of a later release is shown as it is."""
    return str(_TEXTS[language][list_].get(code, code))


def language_name(language: str, code: str) -> str:
    """What a working language is called, in this one; its code where nobody knows a name."""
    return str(_LOCALES[language].languages.get(code, code))


def _form(language: str, forms: dict[str, str], count: Any) -> str:
    if count == 0 and "zero" in forms:
        return "zero"
    return str(_LOCALES[language].plural_form(count))
