"""Doubts in the report: five and more of a kind, or nothing; and nothing that gives the rest away."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.projections.domain.doubts import CODES
from services.reporting.projections.domain.figures import Path, figures
from services.reporting.projections.domain.material import Concern, Material, Talks
from services.reporting.projections.domain.suppression import Reader, shown_to
from services.reporting.projections.translation import CHANGES
from shared.contracts.base import Contract
from tests.reporting.projections import events as e
from tests.reporting.projections.folded import FoldedProjections
from tests.reporting.projections.test_suppression import CELLS, material_of

NOBODY = material_of(dict.fromkeys(CELLS, 0))
BOTH = (Reader.LEAD, Reader.SPONSOR)


def read(material: Material, reader: Reader, *place: str) -> Mapping[str, object]:
    shown = shown_to(reader, figures(material))
    return {
        ".".join(path[1:]): value for path, value in shown.items() if path[: len(place)] == place
    }


def doubts(code: str, answered: int, waiting: int = 0) -> tuple[Concern, ...]:
    return (Concern(code, 3),) * answered + (Concern(code, None),) * waiting


async def test_a_doubt_counts_once_with_the_days_of_its_last_answer() -> None:
    facts: list[Contract] = [e.opened()]
    for number, days in enumerate((1, 2, 3, 9, 9)):
        facts += [
            e.concern(number, "raised"),
            e.concern(number, "answered", days=30),
            e.concern(number, "raised"),
            e.concern(number, "answered", days=days),
        ]
    facts += [e.concern(0, "closed")]
    folded = FoldedProjections()
    for event in e.numbered(facts):
        folded.apply(CHANGES[type(event.data)](event))
    material = await folded.material(e.PROGRAMME)
    assert material is not None
    assert read(material, Reader.LEAD, "concerns", "fear_of_harm") == {
        "fear_of_harm.raised": 5,
        "fear_of_harm.answered_percent": 100,
        "fear_of_harm.days_to_answer_median": 3.0,
    }


@pytest.mark.parametrize("reader", BOTH)
@pytest.mark.parametrize(
    ("answered", "waiting", "expected"),
    [
        (0, 0, ("hidden", "hidden", "hidden")),
        (4, 0, ("hidden", "hidden", "hidden")),
        (5, 0, (5, 100, 3.0)),
        (0, 5, (5, 0, "hidden")),
        (5, 1, (5, 100, 3.0)),
        (4, 5, (5, 0, "hidden")),
        (4, 4, (5, "hidden", "hidden")),
        (9, 0, (5, 100, 3.0)),
        (10, 0, (10, 100, 3.0)),
        (5, 15, (20, 25, 3.0)),
        (14, 6, (20, 67, 3.0)),
    ],
)
def test_counts_below_five_are_hidden_from_everybody(
    reader: Reader, answered: int, waiting: int, expected: tuple[object, ...]
) -> None:
    material = replace(NOBODY, concerns=doubts("other", answered, waiting))
    assert tuple(read(material, reader, "concerns", "other").values()) == expected


@given(st.sampled_from(BOTH), st.integers(1, 8), st.integers(0, 4), st.integers(1, 4))
def test_one_doubt_more_within_a_step_of_five_is_seen_in_no_report(
    reader: Reader, step: int, answered: int, more: int
) -> None:
    def report(answered: int, waiting: int) -> Mapping[Path, object]:
        concerns = doubts("other", answered, waiting)
        return shown_to(reader, figures(replace(NOBODY, concerns=concerns)))

    fives = 5 * step
    assert report(fives, 0) == report(fives, more)
    assert report(fives + answered, 0) == report(fives + 4, 0)


@given(st.dictionaries(st.sampled_from(CODES), st.integers(0, 12)), st.sampled_from(CODES))
def test_how_many_stand_behind_a_hidden_kind_changes_nothing_else(
    sizes: dict[str, int], code: str
) -> None:
    def report(few: int) -> Mapping[Path, object]:
        counts = {**sizes, code: few}
        concerns = tuple(c for name, count in counts.items() for c in doubts(name, count))
        return shown_to(Reader.LEAD, figures(replace(NOBODY, concerns=concerns)))

    assert report(0) == report(1) == report(4)


def test_a_kind_of_a_later_version_appears_with_five() -> None:
    few = replace(NOBODY, concerns=doubts("too_old", 4))
    many = replace(NOBODY, concerns=doubts("too_old", 5))
    assert read(few, Reader.LEAD, "concerns", "too_old") == {}
    assert read(many, Reader.LEAD, "concerns", "too_old")["too_old.raised"] == 5


@pytest.mark.parametrize("reader", BOTH)
def test_conversations_and_compromises_are_counted_from_five_on(reader: Reader) -> None:
    talks = Talks({"planned": 1, "held": 6}, {"open": 5, "kept": 7, "broken": 2})
    material = replace(NOBODY, talks=talks)
    assert read(material, reader, "dialogues") == {"planned": "hidden", "held": 6}
    assert read(material, reader, "compromises") == {
        "open": 5,
        "kept": 7,
        "broken": "hidden",
        "changed": "hidden",
    }
