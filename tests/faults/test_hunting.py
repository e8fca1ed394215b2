"""Every mutant is provoked, and the detection table says who was caught and who got away."""

from pathlib import Path
from typing import Any

import pytest

from dev.faults.checker import Finding, Kind
from dev.faults.cluster import FaultCluster
from dev.faults.hunting import LATE, PROVOCATIONS, Catch, hunt, table
from dev.faults.mutants import MUTANTS
from dev.local.processes import NotReady


def test_every_mutant_has_its_provocation() -> None:
    assert list(PROVOCATIONS) == list(MUTANTS)


def test_the_table_names_who_got_away() -> None:
    lost = Finding("I1", Kind.LOST, "gone", ("e1",))
    catches = [
        Catch("w1", 61.4, ["I1", "I8"], [lost]),
        Catch("two_relays", 30.0, [], []),
        Catch("pod_clock", 40.0, ["I13", LATE], []),  # bad in another way than it breaks
    ]
    assert [line.split() for line in table(catches)] == [
        ["w1", "caught", "61", "s", "I1", "I8"],
        ["two_relays", "GOT", "AWAY", "30", "s"],
        ["pod_clock", "GOT", "AWAY", "40", "s", "I13", "not", "drained"],
    ]


def test_each_mutant_shows_in_an_invariant_that_there_is() -> None:
    names = {f"I{number}" for number in range(1, 14)}
    assert all(mutant.shows_in and mutant.shows_in <= names for mutant in MUTANTS.values())


class HalfACluster(FaultCluster):
    """Its run ends in the middle: of what was acknowledged, nothing was written down."""

    async def renew(self, folder: Path, *_: Any) -> None:
        """Not even made."""
        acknowledged = '{"id": "c1", "at": 1, "path": "/", "command": "accept", "outcome": "ok"}\n'
        (folder / "journal.jsonl").write_text(acknowledged)
        raise NotReady("mongod 3 answers: not so after 60 seconds")


async def test_a_hunt_that_was_not_finished_proves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dev.faults.hunting.FOLDER", tmp_path)
    lines: list[str] = []

    catch = await hunt("w1", HalfACluster(tmp_path), lines.append)

    assert (catch.caught, catch.by, catch.findings) == (False, ["not finished"], [])
    assert lines == ["  mongod 3 answers: not so after 60 seconds"]
