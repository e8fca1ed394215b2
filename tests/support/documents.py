"""What a reader of an OpenAPI document needs."""

from collections.abc import Mapping
from typing import Any


def bodies_without_example(document: Mapping[str, Any]) -> list[str]:
    """The routes whose JSON body shows neither an example nor one for each field that it needs."""
    return [
        f"{method.upper()} {path}"
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if (body := operation.get("requestBody", {}).get("content", {}).get("application/json"))
        and not _shows_an_example(document, body["schema"])
    ]


def _shows_an_example(document: Mapping[str, Any], schema: Mapping[str, Any]) -> bool:
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    fields = schema["properties"]
    needed = schema.get("required") or fields
    return "example" in schema or all("examples" in fields[name] for name in needed)
