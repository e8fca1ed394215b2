"""Whether a contract may replace the released one inside its major version.

Asked twice, of two views: does today's reader (open) accept what was written then (closed), and does the
reader of then accept what is written today? One view for both would refuse every added optional field.
"""

from collections.abc import Iterator
from typing import Any

from dev.contracts.schemas import Schema, closed_view

_AT_LEAST = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_AT_MOST = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_EQUAL = ("pattern", "format", "const", "enum", "multipleOf", "uniqueItems")


def incompatibilities(old: Schema, new: Schema) -> list[str]:
    """What a subscriber of the old contract would trip over in the new one; both are open views.

    Schemas that refer to themselves are not supported: no event is a tree.
    """
    was, now = _inlined(old, old), _inlined(new, new)
    return [
        *(f"{at} is gone" for at in _gone(was, now, "")),
        *(f"old messages are refused: {text}" for text in _refused(now, closed_view(was), "")),
        *(f"old readers refuse: {text}" for text in _refused(was, closed_view(now), "")),
    ]


def _inlined(schema: Any, root: Schema) -> Any:
    """The schema with every `$ref` replaced by what it refers to."""
    if isinstance(schema, list):
        return [_inlined(part, root) for part in schema]
    if not isinstance(schema, dict):
        return schema
    target: Any = root
    for step in schema.get("$ref", "#").split("/")[1:]:
        target = target[step]
    found = _inlined(target, root) if "$ref" in schema else {}
    rest = {key: value for key, value in schema.items() if key not in ("$ref", "$defs")}
    return {**found, **{key: _inlined(value, root) for key, value in rest.items()}}


def _gone(old: Schema, new: Schema, at: str) -> Iterator[str]:
    """Fields and known values that the new schema does not name any more.

    Neither breaks a tolerant reader at once, but the next one could give the name another meaning.
    """
    for name, part in old.get("properties", {}).items():
        if name in new.get("properties", {}):
            yield from _gone(part, new["properties"][name], f"{at}/{name}")
        else:
            yield f"{at}/{name}"
    for value in old.get("x-known-values", ()):
        if value not in new.get("x-known-values", ()):
            yield f"{at} = {value}"
    others = _parts(new)
    for place, part in _parts(old).items():
        if place in others:
            yield from _gone(part, others[place], f"{at}/*")


def _parts(schema: Schema) -> dict[str, Schema]:
    """The schemas of items, of values of a map and of alternatives, each by its place."""
    parts = {keyword: schema.get(keyword) for keyword in ("items", "additionalProperties")}
    parts |= schema.get("patternProperties", {})
    parts |= {f"anyOf {place}": part for place, part in enumerate(schema.get("anyOf", ()))}
    return {place: part for place, part in parts.items() if isinstance(part, dict)}


def _refused(reader: Schema, writer: Schema, at: str) -> Iterator[str]:
    """What of the writer's messages the reader would refuse; it may name too much, never too little."""
    if "anyOf" in reader or "anyOf" in writer:
        for written in writer.get("anyOf", [writer]):
            answers = [list(_refused(read, written, at)) for read in reader.get("anyOf", [reader])]
            if all(answers):
                yield from min(answers, key=len)
        return
    if not _type_fits(reader.get("type"), writer.get("type")):
        yield f"{at}: {writer.get('type')} for {reader.get('type')}"
        return
    yield from (f"{at}: {keyword}" for keyword in _limits_broken(reader, writer))
    if "items" in reader:
        yield from _refused(reader["items"], writer.get("items", {}), f"{at}/*")
    yield from _fields_refused(reader, writer, at)
    yield from _maps_refused(reader, writer, at)


def _type_fits(reader: str | None, writer: str | None) -> bool:
    return reader in (None, writer) or (reader, writer) == ("number", "integer")


def _limits_broken(reader: Schema, writer: Schema) -> Iterator[str]:
    for keyword in (*_AT_LEAST, *_AT_MOST, *_EQUAL):
        if keyword not in reader:
            continue
        allowed, written = reader[keyword], writer.get(keyword)
        fits = written is not None and (
            (keyword in _AT_LEAST and written >= allowed)
            or (keyword in _AT_MOST and written <= allowed)
            or (keyword in _EQUAL and written == allowed)
        )
        if not fits:
            yield keyword


def _fields_refused(reader: Schema, writer: Schema, at: str) -> Iterator[str]:
    known, written = reader.get("properties", {}), writer.get("properties", {})
    for name in reader.get("required", ()):
        if name not in writer.get("required", ()):
            yield f"{at}/{name} may be missing"
    for name in known:
        if name in written:
            yield from _refused(known[name], written[name], f"{at}/{name}")


def _maps_refused(reader: Schema, writer: Schema, at: str) -> Iterator[str]:
    """Maps: the same patterns of keys, values that fit; a closed reader takes no other key."""
    known, written = reader.get("patternProperties", {}), writer.get("patternProperties", {})
    for pattern in {*known, *written}:
        if pattern in known and pattern in written:
            yield from _refused(known[pattern], written[pattern], f"{at}/*")
        else:
            yield f"{at}: other keys"
    values, others = reader.get("additionalProperties"), writer.get("additionalProperties")
    if isinstance(values, dict):
        if isinstance(others, dict):
            yield from _refused(values, others, f"{at}/*")
        else:
            yield f"{at}: other values"
