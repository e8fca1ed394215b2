"""Fields of a file that nobody reads: mostly a known one, misspelt. Each is named with the known one nearest to it."""

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from services.matching.solver.files.bad_input import Flaw

Shape = Mapping[str, "Shape | None"]
"""The fields of an object by name, with those of the objects that a field holds, where it holds any."""


def shape_of(fields: Mapping[str, FieldInfo]) -> Shape:
    """The shape of what a model reads."""
    return {name: _inner(field.annotation) for name, field in fields.items()}


def strays(told: Any, shape: Shape, line: int | None = None, within: str = "") -> Iterator[Flaw]:
    """The flaws of an object of the file, and of the objects in it. What is no object is checked by others."""
    if not isinstance(told, dict):
        return
    for name, value in told.items():
        if name not in shape:
            yield unread(within + name, shape, line)
        elif (inner := shape[name]) is not None:
            several = isinstance(value, list)
            for place, one in enumerate(value if several else [value]):
                below = f"{within}{name}.{place}." if several else f"{within}{name}."
                yield from strays(one, inner, line, below)


def unread(where: str, known: Collection[str], line: int | None = None) -> Flaw:
    """A field that nobody reads; `where` is its way through the objects, with dots."""
    (near,) = get_close_matches(where.rpartition(".")[2], sorted(known), n=1, cutoff=0)
    return Flaw(line, f"unknown_field, the nearest known one is {near}", where)


def _inner(annotation: Any) -> Shape | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return shape_of(annotation.model_fields)
    return next(filter(None, map(_inner, get_args(annotation))), None)
