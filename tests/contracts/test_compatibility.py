"""What may change inside a major version, and what is found when something else does."""

from typing import Annotated, Any

import pytest
from pydantic import Field, create_model

from dev.contracts.compatibility import incompatibilities
from dev.contracts.schemas import Schema, closed_view, open_view
from shared.contracts.base import Code, Contract, Id, Moment, known
from shared.contracts.catalogue import CATALOGUE, PAIR, EventType

Kind = Annotated[str, known("mail", "chat")]
FIELDS: dict[str, Any] = {
    "pair_id": (Id, ...),
    "at": (Moment, ...),
    "kind": (Kind, ...),
    "topics": (list[Code], ...),
    "score": (dict[Code, int], ...),
    "roles": (dict[str, list[str]], ...),
    "mood": (Annotated[int, Field(ge=1, le=5)] | None, None),
    "hours": (float, ...),
}


class Slot(Contract):
    """A part."""

    weekday: int


class LongerSlot(Slot):
    """A part with one more optional field."""

    note_code: Code | None = None


class OtherSlot(Contract):
    """A part whose field got another name."""

    day: int


def schema(**changes: Any) -> Schema:
    fields = {name: kind for name, kind in {**FIELDS, **changes}.items() if kind is not None}
    model = create_model("Happened", __base__=Contract, **fields)
    return open_view(EventType("obverse.x.y.happened.v1", model, PAIR, (), ()))


BEFORE = schema(slots=(list[Slot], ...))


def found(**changes: Any) -> list[str]:
    return incompatibilities(BEFORE, schema(**{"slots": (list[Slot], ...), **changes}))


def test_the_same_contract_is_compatible() -> None:
    assert found() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"added": (int | None, None)},
        {"added": (int, 0)},
        {"slots": (list[LongerSlot], ...)},
        {"kind": (Annotated[str, known("mail", "chat", "push")], ...)},
        {"hours": (Annotated[float, Field(description="now described")], ...)},
    ],
    ids=["optional", "default", "optional in a part", "known value", "description"],
)
def test_an_addition_that_readers_may_ignore_is_compatible(changes: dict[str, Any]) -> None:
    assert found(**changes) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"topics": None}, "/topics is gone"),
        ({"mood": None}, "/mood is gone"),
        ({"hours": None, "duration": (float, ...)}, "/hours is gone"),
        ({"slots": (list[OtherSlot], ...)}, "/slots/*/weekday is gone"),
        ({"kind": (Annotated[str, known("mail")], ...)}, "/kind = chat is gone"),
        ({"added": (int, ...)}, "old messages are refused: /added may be missing"),
        ({"hours": (float, 0.0)}, "old readers refuse: /hours may be missing"),
        ({"hours": (int, ...)}, "old messages are refused: /hours: number for integer"),
        ({"hours": (float | None, ...)}, "old readers refuse: /hours: null for number"),
        ({"pair_id": (Code, ...)}, "old messages are refused: /pair_id: pattern"),
        ({"at": (Code, ...)}, "old readers refuse: /at: format"),
        ({"topics": (Code, ...)}, "old readers refuse: /topics: string for array"),
        ({"topics": (list[Id], ...)}, "old readers refuse: /topics/*: pattern"),
        ({"score": (dict[Code, float], ...)}, "old readers refuse: /score/*: number for integer"),
        ({"score": (dict[str, int], ...)}, "old readers refuse: /score: other keys"),
        ({"roles": (dict[str, int], ...)}, "old readers refuse: /roles/*: integer for array"),
        (
            {"mood": (Annotated[int, Field(ge=1, le=10)] | None, None)},
            "old readers refuse: /mood: maximum",
        ),
        (
            {"mood": (Annotated[int, Field(ge=2, le=5)] | None, None)},
            "old messages are refused: /mood: minimum",
        ),
    ],
)
def test_anything_else_is_found(changes: dict[str, Any], problem: str) -> None:
    assert problem in found(**changes)


def test_both_views_are_needed_because_a_writer_is_closed_and_a_reader_open() -> None:
    closed = closed_view(BEFORE)

    assert closed["additionalProperties"] is False
    assert closed["$defs"]["Slot"]["additionalProperties"] is False
    assert "additionalProperties" not in BEFORE


@pytest.mark.parametrize("event", CATALOGUE.events, ids=[event.name for event in CATALOGUE.events])
def test_every_contract_of_the_catalogue_is_compatible_with_itself(event: EventType) -> None:
    assert incompatibilities(open_view(event), open_view(event)) == []
