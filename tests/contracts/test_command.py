"""`python -m dev.contracts`: writes, or checks and says what differs and what would break a subscriber."""

from pathlib import Path

import pytest

from dev.contracts.__main__ import main
from tests.contracts.releasing import release, replace

SCHEMA = Path("shared/contracts/schemas/obverse.matching.pair.ended.v1.json")


def test_a_check_of_an_up_to_date_tree_is_good(
    past: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--check"], past) == 0
    assert capsys.readouterr().out.splitlines() == [
        "compatibility: no release tag yet, so nothing to keep; contracts freeze with the first"
    ]


def test_a_check_names_what_differs_and_changes_nothing(
    past: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (past / SCHEMA).write_text("{}\n")

    assert main(["--check"], past) == 1
    assert f"differs from the catalogue: {SCHEMA}" in capsys.readouterr().out
    assert (past / SCHEMA).read_text() == "{}\n"


def test_without_check_it_is_written(past: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (past / SCHEMA).unlink()

    assert main([], past) == 0
    assert f"written: {SCHEMA}" in capsys.readouterr().out
    assert main(["--check"], past) == 0


def test_a_broken_release_fails_the_check(past: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replace(past / SCHEMA, '"outcome"', '"result"')
    release(past)

    assert main([], past) == 1
    assert "breaks v0.1.0: obverse.matching.pair.ended.v1: /result is gone" in (
        capsys.readouterr().out
    )
    assert main(["--check"], past) == 1


def test_a_kept_release_passes_the_check(past: Path, capsys: pytest.CaptureFixture[str]) -> None:
    release(past)

    assert main(["--check"], past) == 0
    assert capsys.readouterr().out == "compatibility: every contract of v0.1.0 still holds\n"
