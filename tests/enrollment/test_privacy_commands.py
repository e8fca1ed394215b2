"""The operator's commands on a person end with a code that a script can go by."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services.enrollment.__main__ import app

PERSON = "01a223ca-d297-73b8-9ac6-e65c5bd30dd4"
NOWHERE = [
    f"--url={name}=http://127.0.0.1:9"
    for name in ("enrollment", "matching", "notifications", "reporting")
]


@pytest.fixture
def token(tmp_path: Path) -> Path:
    path = tmp_path / "ops.token"
    path.write_text("a-token\n", "utf-8")
    return path


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_a_service_that_does_not_answer_leaves_an_incomplete_proof_and_code_1(
    tmp_path: Path, token: Path
) -> None:
    proof = tmp_path / "proof.json"

    said = run("erase", PERSON, "--by", "anna", "--proof", proof, "--token-file", token, *NOWHERE)

    assert said.exit_code == 1
    assert "enrollment cannot be reached: ConnectError; run it again" in said.output
    told = json.loads(proof.read_text("utf-8"))
    assert (told["person_id"], told["complete"], told["services"]) == (PERSON, False, {})
    assert "proven_at" not in told


def test_an_erasure_that_was_begun_goes_on_with_its_proof_alone(
    tmp_path: Path, token: Path
) -> None:
    proof = tmp_path / "proof.json"
    proof.write_text(json.dumps({"person_id": PERSON}), "utf-8")

    said = run("erase", "--by", "anna", "--proof", proof, "--token-file", token, *NOWHERE)

    assert said.output.splitlines()[0] == f"person {PERSON}"


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["erase", PERSON], id="nothing said"),
        pytest.param(["erase", "E-0007"], id="no id"),
        pytest.param(["erase-again", "--by", "anna"], id="no service named"),
        pytest.param(["export", PERSON, *NOWHERE[:2]], id="two services missing"),
    ],
)
def test_wrong_usage_ends_with_code_2(words: list[str], token: Path, tmp_path: Path) -> None:
    more = ["--out", tmp_path / "x.json"] if words[0] == "export" else []

    assert run(*words, "--token-file", token, *more).exit_code == 2


def test_whom_it_is_about_has_to_be_said(tmp_path: Path, token: Path) -> None:
    proof = tmp_path / "proof.json"

    said = run("erase", "--by", "anna", "--proof", proof, "--token-file", token, *NOWHERE)

    assert said.exit_code == 2
    assert not proof.exists()


def test_a_token_is_read_from_a_file_and_never_shown(tmp_path: Path, token: Path) -> None:
    out = tmp_path / "out.json"

    said = run("export", PERSON, "--out", out, "--token-file", token, *NOWHERE)
    lost = run("export", PERSON, "--out", out, "--token-file", tmp_path / "lost", *NOWHERE)

    assert (said.exit_code, lost.exit_code) == (1, 1)
    assert "a-token" not in said.output
    assert "the token file" in lost.output
    assert not out.exists()
