"""Filters of RFC 7644, 3.4.2.2, as far as identity providers use them: `eq`, `and`, `or` and parentheses."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from services.enrollment.domain.scim.names import CORE, ENTERPRISE, bad_filter

LONGEST = 2_000
DEEPEST = 10

Value = str | bool | int | float | None


@dataclass(frozen=True, slots=True)
class Equal:
    """An attribute, in lower case, has a value."""

    attribute: str
    value: Value


@dataclass(frozen=True, slots=True)
class Both:
    """Each of them holds."""

    left: "Filter"
    right: "Filter"


@dataclass(frozen=True, slots=True)
class Either:
    """One of them holds."""

    left: "Filter"
    right: "Filter"


Filter = Equal | Both | Either

TEXTS = {
    "id": "id",
    "username": "email",
    "emails": "email",
    "emails.value": "email",
    "externalid": "external_id",
    f"{ENTERPRISE}:employeeNumber".lower(): "staff_number",
}
"""Attributes that users are found by, and what they are in a row."""
CONSTANTS = {"emails.type": "work", "emails.primary": True}
"""What is the same for every user."""

_TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[()\[\]]|[^\s()\[\]"]+)')
_OPERATORS = frozenset(("eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "pr"))


def filter_of(text: str) -> Filter:
    """The filter that a text says. Raises Invalid (invalidFilter) where it is none, or one we do not know."""
    if len(text) > LONGEST:
        raise bad_filter(f"Send a filter of at most {LONGEST} characters.")
    reading = _Reading(list(_tokens(text)))
    found = reading.alternatives("", DEEPEST)
    if reading.next is not None:
        raise bad_filter("The filter goes on where its end was expected.")
    return found


def user_filter(text: str) -> Filter:
    """A filter over users. Raises Invalid (invalidFilter) for attributes that nobody is found by."""
    found = filter_of(text)
    _check(found)
    return found


def _check(found: Filter) -> None:
    if not isinstance(found, Equal):
        _check(found.left)
        _check(found.right)
        return
    name, value = found.attribute, found.value
    if name == "active" and isinstance(value, bool):
        return
    if name in CONSTANTS or (name in TEXTS and isinstance(value, str)):
        return
    raise bad_filter(
        "Users are found by id, userName, externalId, emails.value or employeeNumber eq a text, and by active eq "
        "true or false."
    )


def _tokens(text: str) -> Iterator[str]:
    place, end = 0, len(text.rstrip())
    while place < end:
        token = _TOKEN.match(text, place)
        if token is None:
            raise bad_filter("A text in the filter has no closing quote.")
        yield token[1]
        place = token.end()


class _Reading:
    """Recursive descent; `and` binds closer than `or`, as RFC 7644 has it."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._place = 0

    @property
    def next(self) -> str | None:
        """The token that comes."""
        return self._tokens[self._place] if self._place < len(self._tokens) else None

    def alternatives(self, prefix: str, depth: int) -> Filter:
        """One or several, one of which has to hold."""
        found = self._conjunction(prefix, depth)
        while self._comes("or"):
            found = Either(found, self._conjunction(prefix, depth))
        return found

    def _conjunction(self, prefix: str, depth: int) -> Filter:
        found = self._single(prefix, depth)
        while self._comes("and"):
            found = Both(found, self._single(prefix, depth))
        return found

    def _single(self, prefix: str, depth: int) -> Filter:
        if depth == 0:
            raise bad_filter(f"Nest a filter at most {DEEPEST} deep.")
        if self._comes("("):
            found = self.alternatives(prefix, depth - 1)
            self._expect(")")
            return found
        name = self._take()
        if name.lower() == "not" or not re.fullmatch(r"[A-Za-z$][\w$.:-]*", name):
            raise bad_filter("An attribute was expected; known are eq, and, or and parentheses.")
        path = prefix + _plain(name)
        if not prefix and self._comes("["):
            found = self.alternatives(f"{path}.", depth - 1)
            self._expect("]")
            return found
        operator = self._take().lower()
        if operator != "eq":
            known = "is not supported here" if operator in _OPERATORS else "is no operator"
            raise bad_filter(f"After an attribute comes eq; what came {known}.")
        return Equal(path, self._value())

    def _value(self) -> Value:
        token = self._take()
        try:
            value = json.loads(token if token[0] == '"' else token.lower())
        except ValueError:
            raise bad_filter(
                "A value is a text in quotes, a number, true, false or null."
            ) from None
        if isinstance(value, dict | list):
            raise bad_filter("A value is a text in quotes, a number, true, false or null.")
        if isinstance(value, str) and any("\ud800" <= letter <= "\udfff" for letter in value):
            raise bad_filter("A text in the filter holds half a character.")
        return value  # type: ignore[no-any-return]

    def _comes(self, word: str) -> bool:
        if self.next is None or self.next.lower() != word:
            return False
        self._place += 1
        return True

    def _expect(self, word: str) -> None:
        if not self._comes(word):
            raise bad_filter(f"A {word} is missing in the filter.")

    def _take(self) -> str:
        if self.next is None:
            raise bad_filter("The filter ends too early.")
        self._place += 1
        return self._tokens[self._place - 1]


def _plain(name: str) -> str:
    return name.lower().removeprefix(f"{CORE}:".lower())
