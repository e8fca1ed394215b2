"""What a request body may hold. A service builds its bodies from these, so that no route forgets a check."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema, to_json

# Characters that change how the text around them is read, and so how a name looks: Trojan Source (2021).
_BIDI_CONTROLS = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
_LINE_SEPARATORS = frozenset("\u2028\u2029")
_EMAIL = re.compile(
    r"[^\s@\"(),:;<>\[\]\\]{1,64}@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}"
)


class Body(BaseModel):
    """Base of every request body: frozen, no unknown field, and types as JSON has them.

    "5" is no number and 5 is no date. The types are written as usual (UUID, date, int, enums, tuples).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """FastAPI hands over parsed JSON, for which pydantic's strict rules do not know that a date is text;
        so it is judged as JSON text by those rules, and what came out is taken.
        """
        schema = handler(source)

        def as_json(value: Any, build: Callable[[Any], Self]) -> Self:
            if isinstance(value, dict):
                strict = cls.model_validate_json(to_json(value), strict=True)
                value = {name: getattr(strict, name) for name in strict.model_fields_set}
            return build(value)

        by_python = core_schema.no_info_wrap_validator_function(as_json, schema)
        return core_schema.json_or_python_schema(json_schema=schema, python_schema=by_python)


@dataclass(frozen=True, slots=True)
class Text:
    """Text for people, as `Annotated[str, Text(200)]`: any script, NFC, trimmed, no control characters.

    `lines` allows line breaks.
    """

    at_most: int
    at_least: int = 1
    lines: bool = False

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Check after the type itself; the lengths stand in the OpenAPI document."""
        limited = handler(Annotated[source, Field(max_length=self.at_most * 4)])
        return core_schema.no_info_after_validator_function(
            self._checked,
            limited,
            metadata={
                "pydantic_js_updates": {"minLength": self.at_least, "maxLength": self.at_most}
            },
        )

    def _checked(self, text: str) -> str:
        text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").strip()
        refused = _refused(text.replace("\n", "") if self.lines else text)
        if refused:
            raise PydanticCustomError(refused, "This character is not allowed here")
        if len(text) > self.at_most:
            raise PydanticCustomError("string_too_long", "This text is too long")
        if len(text) < self.at_least:
            raise PydanticCustomError("string_too_short", "This text is too short")
        return text


def _refused(text: str) -> Any:
    for character in text:
        if character in _BIDI_CONTROLS:
            return "text_bidi_control"
        if character in _LINE_SEPARATORS or unicodedata.category(character) == "Cc":
            return "text_control_character"
        if unicodedata.category(character) == "Cs":
            return "text_surrogate"
    return None


def _email(text: str) -> str:
    name, _, domain = text.rpartition("@")
    address = f"{name}@{domain.lower()}"
    if len(address) > 254 or not _EMAIL.fullmatch(address):
        raise PydanticCustomError("email", "This is not an e-mail address")
    return address


_time_zones = cache(available_timezones)


def _time_zone(text: str) -> str:
    if text not in _time_zones():
        raise PydanticCustomError("time_zone", "This is not a time zone of the IANA list")
    return text


EmailText = Annotated[str, Text(254), AfterValidator(_email)]
"""An e-mail address; its domain in lower case."""

TimeZoneName = Annotated[str, Text(64), AfterValidator(_time_zone)]
"""A name of the IANA list, as Europe/Berlin."""

TopicCode = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]
"""A code of a list that a programme may edit: topic, hobby, unit group."""

LanguageCode = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
"""ISO 639-1."""
