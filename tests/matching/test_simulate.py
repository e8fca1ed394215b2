"""`python -m services.matching simulate` and `verify`: what they read, write and answer, and with which exit code."""

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from typer.testing import CliRunner

from services.matching.__main__ import app
from services.matching.solver.files.__main__ import main
from services.matching.solver.report import schema

EXAMPLES = Path(__file__).parents[2] / "services" / "matching" / "examples"
POOL, POLICY = EXAMPLES / "pool.jsonl", EXAMPLES / "policy.json"


class Ran(NamedTuple):
    """How a command ended, and what it said."""

    exit_code: int
    stdout: str


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("OBVERSE_MONGO_URL", "OBVERSE_KAFKA_BOOTSTRAP_SERVERS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "report.json"


def run(command: str, *paths: Path) -> Ran:
    """The child process' own work, in this one: most questions need no process of their own."""
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(io.StringIO()):
        code = main(command, *map(str, paths))
    return Ran(code, said.getvalue())


def simulate(pool: Path, out: Path, policy: Path = POLICY) -> Ran:
    return run("simulate", pool, policy, out)


def verify(pool: Path, report: Path, policy: Path = POLICY) -> Ran:
    return run("verify", pool, policy, report)


def a_pool(folder: Path, *lines: Any) -> Path:
    path = folder / "pool.jsonl"
    text = (line if isinstance(line, str) else json.dumps(line) for line in lines)
    path.write_text("\n".join(text) + "\n", encoding="utf-8")
    return path


def volunteer(number: int, role: str, **but: Any) -> dict[str, Any]:
    morning = {"weekday": 0, "start_minute": 540, "minutes": 120}
    usual = {
        "volunteer_id": an_id(number),
        "roles": [role],
        "slots": [morning],
        "languages": ["en"],
        "offers": [{"topic": "ai", "proficiency": 4}] if role == "mentor" else [],
        "needs": [{"topic": "ai", "priority": 1, "level": 1}] if role == "mentee" else [],
        "level": 2 if role == "mentor" else 7,
    }
    return {"kind": "volunteer", "data": usual | but}


def an_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def pairs_of(out: Path) -> list[tuple[str, str]]:
    report = json.loads(out.read_text(encoding="utf-8"))
    return [(one["mentor_id"], one["mentee_id"]) for one in report["pairs"]]


def test_the_example_gives_a_report_that_is_all_right(out: Path) -> None:
    policy = ["--policy", str(POLICY)]
    made = CliRunner().invoke(app, ["simulate", str(POOL), *policy, "--out", str(out)])
    assert (made.exit_code, made.stdout.split(",")[0]) == (0, "7 pairs")
    report = json.loads(out.read_text(encoding="utf-8"))
    assert {"pairs", "unmatched", "objective", "certificate", "seconds"} <= report.keys()
    assert report["pairs"][0].keys() >= {"mentor_id", "mentee_id", "format", "score", "parts"}
    assert all(one["score"] == sum(one["parts"].values()) for one in report["pairs"])
    assert report["unmatched"][0].keys() >= {"person_id", "reason"}
    checked = CliRunner().invoke(app, ["verify", str(POOL), str(out), *policy])
    assert (checked.exit_code, checked.stdout.splitlines()) == (
        0,
        [
            "sprint: gap told, not proven: served 0, least 0, total 0, cost 0, marks 0",
            "group: gap told, not proven: served 0, least 0, total 0, marks 0",
            "all right",
        ],
    )
    changed = {**report, "seconds": 0, "objective": {**report["objective"], "least": 1}}
    out.write_text(json.dumps(changed), encoding="utf-8")
    assert CliRunner().invoke(app, ["verify", str(POOL), str(out), *policy]).exit_code == 1


def test_the_example_shows_a_sprint_a_group_and_pairs_one_to_one(out: Path) -> None:
    simulate(POOL, out)
    report = json.loads(out.read_text(encoding="utf-8"))
    sprint, *group = (one for one in report["pairs"] if one["format"] != "one_to_one")
    assert (sprint["format"], sprint["starts_at"]) == ("sprint", "2026-03-04T13:00:00Z")
    assert [(one["format"], one["mentor_id"][-2:], one["mentee_id"][-2:]) for one in group] == [
        ("group", "31", "32"),
        ("group", "31", "33"),
    ]
    assert len({one["group_id"] for one in group}) == 1
    assert [(one["format"], one["pairs"]) for one in report["stages"]] == [
        ("sprint", 1),
        ("group", 2),
    ]
    assert (report["objective"]["served"], report["figures"]["matched"]) == (5, 7)


@pytest.mark.parametrize(
    ("command", "steps"),
    [
        ("simulate", {"sprint": 1, "group": 1, "rules": 5, "optimum": 5}),
        ("verify", {"scores": 8, "reference": 40}),
    ],
)
def test_every_step_is_told_to_its_end(out: Path, command: str, steps: dict[str, int]) -> None:
    simulate(POOL, out)
    told = io.StringIO()
    with redirect_stdout(io.StringIO()), redirect_stderr(told):
        main(command, *map(str, (POOL, POLICY, out)))
    lines = [json.loads(line) for line in told.getvalue().splitlines()]
    assert {one["step"]: (one["done"], one["total"]) for one in lines} == {
        step: (total, total) for step, total in steps.items()
    }


def test_the_order_of_the_lines_changes_nothing(out: Path) -> None:
    simulate(POOL, out)
    straight = json.loads(out.read_text(encoding="utf-8"))
    lines = POOL.read_text(encoding="utf-8").splitlines()
    simulate(a_pool(out.parent, *lines[::-1]), out)
    turned = json.loads(out.read_text(encoding="utf-8"))
    assert {**straight, "seconds": 0} == {**turned, "seconds": 0}


def test_a_report_that_was_changed_exits_1_and_names_the_breach(out: Path) -> None:
    simulate(POOL, out)
    report = json.loads(out.read_text(encoding="utf-8"))
    report["objective"]["total"] += 1
    out.write_text(json.dumps(report), encoding="utf-8")
    checked = verify(POOL, out)
    assert checked.exit_code == 1
    assert checked.stdout.startswith("objective: total: ")
    assert checked.stdout.endswith("1 breaches\n")


def test_a_profile_counts_more_than_what_the_volunteer_says(out: Path) -> None:
    boss = {"person_id": an_id(1), "level": 9}
    people = volunteer(1, "mentor"), volunteer(2, "mentee")
    simulate(a_pool(out.parent, *people), out)
    assert pairs_of(out) == [(an_id(1), an_id(2))]
    simulate(a_pool(out.parent, *people, {"kind": "profile", "data": boss}), out)
    assert pairs_of(out) == []


def test_who_declined_or_met_is_not_paired_again_unless_both_wish_it(out: Path) -> None:
    people = volunteer(1, "mentor"), volunteer(2, "mentee")
    two = {"mentor_person_id": an_id(1), "mentee_person_id": an_id(2)}
    pin = {"kind": "pin", "data": {"mentor_id": an_id(1), "mentee_id": an_id(2), "by": "both"}}
    for past in (two, two | {"declined": True}):
        earlier = {"kind": "history", "data": past}
        simulate(a_pool(out.parent, *people, earlier), out)
        assert pairs_of(out) == []
        simulate(a_pool(out.parent, *people, earlier, pin), out)
        assert pairs_of(out) == [(an_id(1), an_id(2))]


def test_whoever_waited_longer_comes_first(out: Path) -> None:
    people = volunteer(1, "mentor"), volunteer(2, "mentee"), volunteer(3, "mentee", waited=1)
    simulate(a_pool(out.parent, *people), out)
    assert pairs_of(out) == [(an_id(1), an_id(3))]


def test_bad_lines_are_named_with_number_and_code_and_nothing_is_written(out: Path) -> None:
    pool = a_pool(
        out.parent,
        volunteer(1, "mentor"),
        "no json",
        {"kind": "wish", "data": {}},
        {"kind": "pin"},
        volunteer(2, "mentee", motivation=6),
        "",
        volunteer(1, "mentor"),
        {"kind": "pin", "data": {"mentor_id": an_id(1), "mentee_id": an_id(9)}},
        {"kind": "history", "data": {"mentor_person_id": an_id(1)}},
    )
    result = simulate(pool, out)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "pool.jsonl: line 2: not_a_json_object",
        "pool.jsonl: line 3: kind: unknown_kind",
        "pool.jsonl: line 4: data: missing",
        "pool.jsonl: line 5: motivation: less_than_equal",
        "pool.jsonl: line 7: volunteer_id: given_twice",
        "pool.jsonl: line 8: mentee_id: unknown_volunteer",
        "pool.jsonl: line 9: mentee_person_id: missing",
    ]
    assert [path.name for path in out.parent.iterdir()] == ["pool.jsonl"]


def test_a_report_from_before_stays_where_the_next_one_fails(out: Path) -> None:
    out.write_text("earlier", encoding="utf-8")
    assert simulate(a_pool(out.parent, "no json"), out).exit_code == 1
    assert out.read_text(encoding="utf-8") == "earlier"


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        ("[]", "policy.json: the file: not_a_json_object"),
        ('{"level_gap": -1}', "policy.json: the file: matching.level_gap: greater_than_equal"),
        ('{"formats": 3}', "policy.json: the file: formats: list_type"),
    ],
)
def test_a_policy_that_is_none_exits_1(out: Path, policy: str, told: str) -> None:
    path = out.parent / "policy.json"
    path.write_text(policy, encoding="utf-8")
    result = simulate(POOL, out, path)
    assert (result.exit_code, result.stdout) == (1, told + "\n")


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        ({"level_gab": 1}, "level_gab: unknown_field, the nearest known one is level_gap"),
        (
            {"weights": {"topic": 9}},
            "weights.topic: unknown_field, the nearest known one is topics",
        ),
        (
            {"formats": ["one_to_one", {"format": "group", "people": 3, "people_min": 3}]},
            "formats.1.people: unknown_field, the nearest known one is people_min",
        ),
        (
            {"attribute_rules": [{"attribute": "site", "relation": "equal", "point": 5}]},
            "attribute_rules.0.point: unknown_field, the nearest known one is points",
        ),
    ],
)
def test_a_misspelt_field_of_a_policy_is_named_with_the_nearest_known_one(
    out: Path, policy: dict[str, Any], told: str
) -> None:
    path = out.parent / "policy.json"
    path.write_text(json.dumps(policy), encoding="utf-8")
    result = simulate(POOL, out, path)
    assert (result.exit_code, result.stdout) == (1, f"policy.json: the file: {told}\n")


def test_a_misspelt_field_of_a_pool_is_named_with_the_nearest_known_one(out: Path) -> None:
    pool = a_pool(
        out.parent,
        volunteer(1, "mentor", langauges=["de"]),
        volunteer(2, "mentee", needs=[{"topic": "ai", "priority": 1, "level": 1, "levels": 2}]),
        {"kind": "profile", "data": {"person_id": an_id(1), "manager": []}},
        {"kind": "pin", "data": {"mentor_id": an_id(1), "mentee_id": an_id(2), "bye": "lead"}},
    )
    result = simulate(pool, out)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "pool.jsonl: line 1: langauges: unknown_field, the nearest known one is languages",
        "pool.jsonl: line 2: needs.0.levels: unknown_field, the nearest known one is level",
        "pool.jsonl: line 3: manager: unknown_field, the nearest known one is managers",
        "pool.jsonl: line 4: bye: unknown_field, the nearest known one is by",
    ]


def test_a_file_that_is_not_there_exits_1(out: Path) -> None:
    assert simulate(out.parent / "none.jsonl", out).exit_code == 1
    assert simulate(POOL, out.parent / "nowhere" / "report.json").exit_code == 1
    assert verify(POOL, out).exit_code == 1


def test_a_report_that_is_none_exits_1(out: Path) -> None:
    out.write_text("{}", encoding="utf-8")
    result = verify(POOL, out)
    assert (result.exit_code, "report.json: the file: pairs: missing" in result.stdout) == (1, True)


@pytest.mark.parametrize("command", [["simulate"], ["simulate", str(POOL)], ["verify", str(POOL)]])
def test_what_is_called_wrongly_exits_2(command: list[str]) -> None:
    assert CliRunner().invoke(app, command).exit_code == 2


@pytest.mark.parametrize("command", ["simulate", "verify"])
def test_help_says_what_it_does(command: str) -> None:
    result = CliRunner().invoke(app, [command, "--help"])
    assert result.exit_code == 0
    assert "--policy" in result.stdout


def test_the_schema_of_the_report_stands_beside_the_examples() -> None:
    text = (EXAMPLES / "report.schema.json").read_text(encoding="utf-8")
    assert json.loads(text) == schema()
