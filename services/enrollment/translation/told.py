"""How a fact is told: its contract, its fields, and the name of its line in the log, if it has one."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from shared.contracts.base import Contract

Fields = dict[str, Any]


class Told(NamedTuple):
    """`event` is None for a copy of what a person said: that is no matter of the log."""

    model: type[Contract]
    fields_of: Callable[[Any], Fields]
    event: str | None = None


Telling = Mapping[type, Told]
