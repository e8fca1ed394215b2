"""`python -m services.enrollment import`: what it answers, and with which exit code."""
# ruff: noqa: RUF001 - names of the world are meant to be in their own letters

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services.enrollment.__main__ import app
from tests.enrollment.conftest import DIRECTORY, House

MAPPING = """
[columns]
staff_number = "Staff Number"
email = "Work Email"
level = "Level"
manager = "Line Manager Staff Number"
name = "Name"
unit = "Unit"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("OBVERSE_MONGO_URL", "OBVERSE_KAFKA_BOOTSTRAP_SERVERS"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "mapping.toml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "directory.csv").write_text(DIRECTORY, encoding="utf-8")
    return tmp_path


def run(folder: Path, *options: str, file: str = "directory.csv") -> Result:
    mapping = str(folder / "mapping.toml")
    command = ["import", str(folder / file), "--mapping", mapping, *options]
    return CliRunner().invoke(app, command)


def test_a_dry_run_needs_neither_broker_nor_database(folder: Path) -> None:
    report = folder / "report.json"
    result = run(folder, "--dry-run", "--report", str(report))
    assert result.exit_code == 0
    assert "4 rows, 4 good, 0 bad" in result.stdout
    found = json.loads(report.read_text(encoding="utf-8"))
    assert (found["rows"], found["good"], found["bad"], found["applied"]) == (4, 4, [], False)


def test_bad_rows_are_reported_and_still_exit_0(folder: Path) -> None:
    (folder / "bad.csv").write_text(
        DIRECTORY + "S5,nobody,3,S9,Bad,Sales\nS6,x@corp.example,3,S9,,\n", encoding="utf-8"
    )
    report = folder / "report.json"
    result = run(folder, "--dry-run", "--report", str(report), file="bad.csv")
    assert result.exit_code == 0
    found = json.loads(report.read_text(encoding="utf-8"))
    assert found["bad"] == [{"line": 6, "column": "Work Email", "code": "bad_email"}]
    assert found["unknown_managers"] == [{"line": 7, "id": "S9"}]


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04", "Имя\nАнна\n".encode("cp1251")])
def test_what_cannot_be_read_exits_1_in_words(folder: Path, content: bytes | None) -> None:
    if content is not None:
        (folder / "other.csv").write_bytes(content)
    result = run(folder, "--dry-run", file="other.csv")
    assert result.exit_code == 1
    assert result.stderr.strip() != ""


@pytest.mark.parametrize("content", [None, "columns = 3", "[columns", "[columns]\nsalary = 'x'"])
def test_a_mapping_that_is_none_is_wrong_usage(folder: Path, content: str | None) -> None:
    (folder / "mapping.toml").unlink()
    if content is not None:
        (folder / "mapping.toml").write_text(content, encoding="utf-8")
    assert run(folder, "--dry-run").exit_code == 2


def test_a_report_that_cannot_be_written_is_said(folder: Path) -> None:
    result = run(folder, "--dry-run", "--report", str(folder / "no" / "report.json"))
    assert result.exit_code == 1
    assert "check the paths" in result.stderr


def test_no_file_is_wrong_usage() -> None:
    assert CliRunner().invoke(app, ["import", "--dry-run"]).exit_code == 2


def test_without_settings_nothing_is_stored_and_all_problems_are_said(folder: Path) -> None:
    result = run(folder)
    assert result.exit_code == 78
    assert "OBVERSE_MONGO_URL" in result.stderr


async def test_an_import_lands_in_the_database_of_the_service(
    house: House, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = house.service.foundation.settings
    for name, value in {
        "ENVIRONMENT": "test",
        "MONGO_URL": settings.mongo_url,
        "MONGO_DATABASE": settings.mongo_database,
        "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9",
        "AUTH_ISSUER": settings.auth_issuer,
        "AUTH_JWKS_FILE": str(settings.auth_jwks_file),
    }.items():
        monkeypatch.setenv(f"OBVERSE_{name}", value)
    result = await asyncio.to_thread(run, folder, "--by", "olga")
    assert result.exit_code == 0, result.output
    (entry,) = await house.database["audit"].find({}).to_list(None)
    assert (entry["by"], entry["action"]) == ("olga", "directory.imported")
    again = await asyncio.to_thread(run, folder)
    assert (again.exit_code, "0 new, 0 changed" in again.stdout) == (0, True)
    assert await house.database["audit"].count_documents({"action": "directory.imported"}) == 2
    assert "4 new, 0 changed" in result.stdout
    assert set(await house.directory()) == {"S1", "S2", "S3", "S4"}

    without_ben = "".join(line for line in DIRECTORY.splitlines(True) if not line.startswith("S4"))
    (folder / "smaller.csv").write_text(without_ben, encoding="utf-8")
    monkeypatch.setenv("OBVERSE_MOST_LEAVERS_PERCENT", "24")
    held_back = await asyncio.to_thread(run, folder, file="smaller.csv")
    assert held_back.exit_code == 1
    assert "too_many_leave: 1 of 4 employees" in held_back.stderr


def test_the_default_mapping_reads_a_file_with_its_headers(project: Path, tmp_path: Path) -> None:
    (tmp_path / "hr.csv").write_text(
        "Staff Number,Work Email,Grade,Level,Job Title,Unit,Line Manager Staff Number\n"
        "A1,a1@corp.example,G7,5,Head,Policy,\n",
        encoding="utf-8",
    )
    mapping = project / "mappings" / "directory.toml"
    result = CliRunner().invoke(
        app, ["import", str(tmp_path / "hr.csv"), "--mapping", str(mapping), "--dry-run"]
    )
    assert (result.exit_code, result.stdout.split(";")[0]) == (
        0,
        "1 rows, 1 good, 0 bad, 0 unknown managers, 0 loops",
    )
