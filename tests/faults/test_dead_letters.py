"""I7 on dead letters, name by name: histories typed by hand."""

from collections.abc import Sequence
from dataclasses import replace

from dev.faults.checker import Kind, consumption, dead_letters
from dev.faults.history import Fault, History, Letter
from tests.faults.made_up import NOON, batch, event

TOPIC = "obverse.matching.pair.v1"
PLACE = f"{TOPIC}:0:9"


def thrown(offset: int = 9, reason: str | None = "not_json", *services: str) -> Fault:
    detail = {"topic": TOPIC, "partition": 0, "offset": offset, "kind": "a kind"}
    if reason is not None:
        detail |= {"reason": reason, "services": list(services or ("reporting",))}
    return Fault(NOON, "poison", TOPIC, detail=detail)


def kept(reason: str = "not_json", place: str = PLACE, group: str = "reporting-journal") -> Letter:
    return Letter(group.partition("-")[0], group, place, reason)


def judged(faults: Sequence[Fault], *letters: Letter) -> list[tuple[str, Kind, tuple[str, ...]]]:
    history = History(faults=faults, letters=letters)
    return [(one.invariant, one.kind, one.ids) for one in dead_letters.as_injected(history)]


def test_what_was_thrown_in_is_kept_once_by_each_group() -> None:
    both = thrown(9, "not_json", "reporting", "reporting", "enrollment")
    letters = [kept(), kept(group="reporting-projections"), kept(group="enrollment")]
    assert judged([both], *letters) == []
    assert judged([both], *letters[1:]) == [("I7", Kind.LOST, (PLACE,))]


def test_what_is_kept_and_was_not_thrown_in_is_broken() -> None:
    elsewhere = f"{TOPIC}:0:10"
    assert judged([thrown()], kept(), kept(place=elsewhere)) == [("I7", Kind.BROKEN, (elsewhere,))]
    assert judged([], kept("killed_process")) == [("I7", Kind.BROKEN, (PLACE,))]


def test_a_wrong_reason_is_both() -> None:
    assert judged([thrown()], kept("not_utf8")) == [
        ("I7", Kind.LOST, (PLACE,)),
        ("I7", Kind.BROKEN, (PLACE,)),
    ]


def test_three_deaths_may_come_before_the_reason() -> None:
    assert judged([thrown()], kept("killed_process")) == []


def test_what_is_to_be_passed_over_is_no_letter() -> None:
    assert judged([thrown(reason=None)]) == []
    assert judged([thrown(reason=None)], kept()) == [("I7", Kind.BROKEN, (PLACE,))]


def test_nothing_is_said_where_nobody_listed_them() -> None:
    assert list(dead_letters.as_injected(History(faults=[thrown()]))) == []


def test_a_copy_that_was_thrown_in_is_no_second_fact() -> None:
    told = [event("pair.ended", "p0", offset=number, id_="e0") for number in range(3)]
    copies = [replace(one, headers={**one.headers, "x-injected": "1"}) for one in told]
    group = "reporting-projections"
    right = [batch("reporting-1", group, TOPIC, 0, 2, applied=1, duplicate=2)]
    wrong = [batch("reporting-1", group, TOPIC, 0, 2, applied=2, duplicate=1)]
    assert list(consumption.once(History(records=copies, lines=right))) == []
    (found,) = consumption.once(History(records=copies, lines=wrong))
    assert (found.invariant, found.kind) == ("I3", Kind.DOUBLED)
