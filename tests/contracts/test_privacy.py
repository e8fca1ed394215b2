"""Topics that keep everything carry ids, codes, numbers and dates: no text that a person could stand in."""

from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from pydantic import Field, create_model

from dev.contracts.schemas import Schema, open_view
from shared.contracts.base import Contract
from shared.contracts.catalogue import CATALOGUE, PAIR, Audience, EventType

PATTERNS_WITHOUT_ROOM_FOR_TEXT = {
    "^[a-z0-9][a-z0-9_.-]{0,63}$",  # Code
    "^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$",  # known(...)
    "^[a-z]{2}$",  # Language
    "^(<5|0|[1-9][0-9]*)$",  # FewOrCount
    "^[0-9a-f]{64}$",  # Sha256
}
FORMATS = {"uuid", "date", "date-time"}
TEXT_THAT_IS_NO_PERSONAL_DATA = {
    "obverse.enrollment.topic.changed.v1/label_en",  # names of subjects, written by the company
    "obverse.enrollment.topic.changed.v1/label_ru",
    "obverse.enrollment.volunteer.enrolled.v1/consent_version",
}

IMPERSONAL = [event for event in CATALOGUE.events if not event.topic.personal]


def free_texts(schema: Schema, at: str, root: Schema) -> Iterator[str]:
    """Where the schema has room for any text, as value or as key of a map."""
    if "$ref" in schema:
        yield from free_texts(root["$defs"][schema["$ref"].rsplit("/", 1)[1]], at, root)
    elif "anyOf" in schema:
        for part in schema["anyOf"]:
            yield from free_texts(part, at, root)
    elif schema.get("type") == "array":
        yield from free_texts(schema["items"], f"{at}/*", root)
    elif schema.get("type") == "object":
        yield from free_texts_in_fields(schema, at, root)
    elif schema.get("type") == "string":
        bounded = schema.get("pattern") in PATTERNS_WITHOUT_ROOM_FOR_TEXT
        if not bounded and schema.get("format") not in FORMATS:
            yield at
    elif schema.get("type") not in ("integer", "number", "boolean", "null"):
        yield at


def free_texts_in_fields(schema: Schema, at: str, root: Schema) -> Iterator[str]:
    for name, part in schema.get("properties", {}).items():
        yield from free_texts(part, f"{at}/{name}", root)
    for pattern, part in schema.get("patternProperties", {}).items():
        if pattern not in PATTERNS_WITHOUT_ROOM_FOR_TEXT:
            yield f"{at}/{pattern}"
        yield from free_texts(part, f"{at}/*", root)
    if "properties" not in schema and schema.get("additionalProperties") is not False:
        yield f"{at}/<any key>"


def texts_of(event: EventType) -> set[str]:
    schema = open_view(event)
    return set(free_texts(schema, event.name, schema))


def test_no_public_event_stands_on_a_topic_with_personal_data() -> None:
    public = [event for event in CATALOGUE.events if event.topic.audience is Audience.PUBLIC]

    assert public
    assert all(event in IMPERSONAL for event in public)


def test_the_allowed_texts_are_all_the_text_there_is() -> None:
    found = set().union(*(texts_of(event) for event in IMPERSONAL))

    assert found == TEXT_THAT_IS_NO_PERSONAL_DATA


@pytest.mark.parametrize("event", IMPERSONAL, ids=[event.name for event in IMPERSONAL])
def test_no_field_is_called_after_what_identifies_a_person(event: EventType) -> None:
    names = set(all_names(open_view(event)))
    if event.topic.audience is Audience.INTERNAL:
        names.discard("person_id")  # a random id; who it is stays in enrollment
    words = {word for name in names for word in name.split("_")}

    assert not words & {"name", "email", "mail", "phone", "address", "handle", "person", "staff"}
    assert not words & {"reason", "note", "notes", "comment", "text", "subject", "issuer"}


def all_names(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for part in schema.values():
            yield from all_names(part)


@pytest.mark.parametrize(
    "kind",
    [
        str,
        str | None,
        list[str],
        dict[str, int],
        Annotated[str, Field(max_length=40)],
        Annotated[str, Field(pattern="^.*$")],
        Any,
    ],
    ids=str,
)
def test_the_rule_finds_text_wherever_it_is_added(kind: Any) -> None:
    model = create_model("WithText", __base__=Contract, extra_field=(kind, ...))

    assert texts_of(EventType("obverse.x.y.happened.v1", model, PAIR, (), ()))
