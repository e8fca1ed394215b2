"""JSON Schemas of the events' data, draft 2020-12, in two views.

The open view is what a reader accepts: fields it does not know are no error. The closed view is what we
write: nothing beyond the known fields. Files hold the open view; the closed one is derived from it.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from shared.contracts.catalogue import EventType

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _WithoutFieldTitles(GenerateJsonSchema):
    """A title that only repeats the field's name is noise."""

    def field_title_should_be_set(self, schema: object) -> bool:
        del schema
        return False


def open_view(event: EventType) -> Schema:
    """What a reader of this event accepts."""
    schema = event.model.model_json_schema(schema_generator=_WithoutFieldTitles)
    head = {"$schema": DIALECT, "$id": f"urn:obverse:schema:{event.name}"}
    return {**head, **_refusing_other_keys(schema)}


def closed_view(schema: Schema) -> Schema:
    """What a writer of this event writes: the same without room for other fields."""

    def close(part: Schema) -> Schema:
        return {**part, "additionalProperties": False} if "properties" in part else part

    return _rewritten(schema, close)


def shared_schemas(models: Iterable[type[BaseModel]]) -> dict[str, Schema]:
    """The open view of all models side by side, as the components of one document."""
    _, definitions = models_json_schema(
        [(model, "validation") for model in models],
        ref_template="#/components/schemas/{model}",
        schema_generator=_WithoutFieldTitles,
    )
    return {
        name: _refusing_other_keys(schema) for name, schema in definitions.get("$defs", {}).items()
    }


def _refusing_other_keys(schema: Schema) -> Schema:
    """Say of maps with codes as keys what pydantic does and leaves out: other keys are refused."""

    def refuse(part: Schema) -> Schema:
        is_map = "patternProperties" in part and "properties" not in part
        return {**part, "additionalProperties": False} if is_map else part

    return _rewritten(schema, refuse)


_NAMED = ("properties", "patternProperties", "$defs")


def _rewritten(schema: Schema, change: Callable[[Schema], Schema]) -> Schema:
    """The schema with `change` applied to each schema in it; names of fields are left alone."""
    inner: Schema = {}
    for keyword, value in schema.items():
        if keyword in _NAMED:
            inner[keyword] = {name: _rewritten(part, change) for name, part in value.items()}
        elif keyword == "anyOf":
            inner[keyword] = [_rewritten(part, change) for part in value]
        elif keyword in ("items", "additionalProperties") and isinstance(value, Mapping):
            inner[keyword] = _rewritten(dict(value), change)
        else:
            inner[keyword] = value
    return change(inner)
