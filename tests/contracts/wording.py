"""Messages drawn from the published schemas, for property tests: whatever they allow may arrive."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

Strategy = st.SearchStrategy[Any]

MOMENTS = st.integers(0, 7_258_118_400_000).map(
    lambda milliseconds: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
)
"""From 1970 to 2200."""


def messages(schema: dict[str, Any], root: dict[str, Any] | None = None) -> Strategy:
    """JSON values that a schema of ours allows."""
    root = root or schema
    if "$ref" in schema:
        return messages(root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root)
    if "anyOf" in schema:
        return st.one_of(*(messages(part, root) for part in schema["anyOf"]))
    if schema["type"] == "object":
        return _objects(schema, root)
    if schema["type"] == "array":
        return st.lists(messages(schema["items"], root), max_size=4)
    return _SIMPLE[schema["type"]](schema)


def _objects(schema: dict[str, Any], root: dict[str, Any]) -> Strategy:
    if "patternProperties" in schema:
        ((pattern, values),) = schema["patternProperties"].items()
        return st.dictionaries(_matching(pattern), messages(values, root), max_size=4)
    if "additionalProperties" in schema and "properties" not in schema:
        values = messages(schema["additionalProperties"], root)
        return st.dictionaries(st.text(max_size=20), values, max_size=4)
    fields = {name: messages(part, root) for name, part in schema["properties"].items()}
    required = {name: fields.pop(name) for name in schema.get("required", ())}
    return st.fixed_dictionaries(required, optional=fields)


def _texts(schema: dict[str, Any]) -> Strategy:
    match schema.get("format"):
        case "uuid":
            return st.uuids().map(str)
        case "date":
            return st.dates(date(1970, 1, 1), date(2200, 1, 1)).map(date.isoformat)
        case "date-time":
            return MOMENTS.map(lambda moment: moment.isoformat().replace("+00:00", "Z"))
    if "pattern" in schema:
        today = st.sampled_from(schema.get("x-known-values", ["a"]))
        tomorrow = _matching(schema["pattern"])
        return st.one_of(today, tomorrow) if "x-known-values" in schema else tomorrow
    return st.text(max_size=min(schema.get("maxLength", 40), 40))


def _matching(pattern: str) -> Strategy:
    # Python's `$` also matches before a last newline, the `$` of a schema does not
    return st.from_regex(pattern.removesuffix("$") + r"\Z")


def _bounds(schema: dict[str, Any], step: float) -> tuple[Any, Any]:
    low, high = schema.get("minimum"), schema.get("maximum")
    if "exclusiveMinimum" in schema:
        low = schema["exclusiveMinimum"] + step
    if "exclusiveMaximum" in schema:
        high = schema["exclusiveMaximum"] - step
    return low, high


def _integers(schema: dict[str, Any]) -> Strategy:
    low, high = _bounds(schema, step=1)
    return st.integers(-(2**53) if low is None else low, high)


def _floats(schema: dict[str, Any]) -> Strategy:
    low, high = _bounds(schema, step=0.001)
    return st.floats(low, high, allow_nan=False, allow_infinity=False)


_SIMPLE: dict[str, Callable[[dict[str, Any]], Strategy]] = {
    "string": _texts,
    "integer": _integers,
    "number": _floats,
    "boolean": lambda _: st.booleans(),
    "null": lambda _: st.none(),
}
