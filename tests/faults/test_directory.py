"""The directory that the load feeds: the same people each time, some of them elsewhere."""

import csv
import io
import random
from pathlib import Path

import pytest

from dev.demo.company import HEADERS, write_company
from dev.faults.directory import Directory

PEOPLE = 300


@pytest.fixture
def directory(tmp_path: Path) -> Directory:
    file = tmp_path / "company.csv"
    write_company(file, people=PEOPLE, seed=1)
    return Directory(file, random.Random(1))


def rows(directory: Directory) -> dict[str, dict[str, str]]:
    return rows_of(directory.content)


def rows_of(content: bytes) -> dict[str, dict[str, str]]:
    text = io.StringIO(content.decode(), newline="")
    return {row["Staff Number"]: row for row in csv.DictReader(text)}


def test_unmoved_it_is_the_file(directory: Directory, tmp_path: Path) -> None:
    assert directory.content == (tmp_path / "company.csv").read_bytes()


def test_a_move_changes_unit_and_site_of_some_and_nothing_else(directory: Directory) -> None:
    before = rows(directory)
    directory.move()
    after = rows(directory)

    assert list(after) == list(before)
    moved = [who for who in before if before[who] != after[who]]
    assert 10 < len(moved) < 60  # a tenth is 30
    for who in moved:
        differing = {name for name in HEADERS if before[who][name] != after[who][name]}
        assert differing <= {"Unit", "Site"}
        assert after[who]["Unit"] in {row["Unit"] for row in before.values()}


def test_places_are_those_of_the_file_as_it_is_now(directory: Directory) -> None:
    directory.move()
    assert directory.places == {
        who: {"unit": row["Unit"], "site": row["Site"]} for who, row in rows(directory).items()
    }


def test_some_of_those_asked_for_move_and_the_file_tells_of_them_alone(
    directory: Directory,
) -> None:
    before = rows(directory)
    asked = [f"E{number:05}" for number in range(1, 101)]
    told = rows_of(directory.move_some(asked, 20))

    assert len(told) == 20
    assert told.keys() < set(asked)
    after = rows(directory)
    assert {who: after[who] for who in told} == told
    assert {who for who in before if before[who] != after[who]} <= told.keys()
    assert sum(before[who] != after[who] for who in told) > 10  # who draws their own place stays


def test_no_more_can_move_than_there_are_and_nobody_makes_no_file(directory: Directory) -> None:
    assert rows_of(directory.move_some(["E00001", "E00002"], 50)).keys() == {"E00001", "E00002"}
    assert directory.move_some([], 50) == b""
    assert directory.move_some(["E00001"], 0) == b""
