"""Who may import whom: the contracts of pyproject.toml hold, and each of them can fail."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINTER = Path(sys.executable).parent / "lint-imports"


def lint(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINTER, "--no-cache", *options], cwd=root, capture_output=True, text=True, check=False
    )


def contract_ids() -> list[str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return [contract["id"] for contract in settings["tool"]["importlinter"]["contracts"]]


def test_every_import_contract_holds() -> None:
    answer = lint(ROOT)
    assert answer.returncode == 0, answer.stdout[-3000:] + answer.stderr


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code alone, to break it."""
    root = tmp_path_factory.mktemp("copy")
    for folder in ("services", "shared", "dev"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


MATCHING = "services/matching"
VIOLATIONS = [
    ("layers", f"{MATCHING}/domain/__init__.py", "import services.matching.handlers"),
    ("layers", f"{MATCHING}/handlers/__init__.py", "import services.matching.store"),
    ("layers", f"{MATCHING}/consumers.py", "import services.matching.schedules"),
    ("layers", f"{MATCHING}/another_room.py", ""),
    ("layers", "services/reporting/journal/domain/__init__.py", "import services.reporting.journal.store"),
    ("handlers", f"{MATCHING}/handlers/__init__.py", "import services.matching.translation"),
    ("reporting", "services/reporting/journal/store.py", "import services.reporting.projections"),
    ("reporting", "services/reporting/projections/store.py", "import services.reporting.journal"),
    ("services", f"{MATCHING}/domain/__init__.py", "import services.enrollment.domain"),
    ("domain", f"{MATCHING}/domain/__init__.py", "import fastapi"),
    ("domain", f"{MATCHING}/domain/__init__.py", "import shared.chassis.transactions"),
    ("database", f"{MATCHING}/handlers/__init__.py", "import pymongo"),
    ("broker", f"{MATCHING}/consumers.py", "import faststream"),
    ("contracts", f"{MATCHING}/handlers/__init__.py", "import shared.contracts.base"),
    ("solver", f"{MATCHING}/domain/__init__.py", "import numpy"),
    ("proof", f"{MATCHING}/solver/proof/__init__.py", "import services.matching.solver.table"),
    ("shared", "shared/chassis/clock.py", "import services.matching"),
    ("published", "shared/contracts/base.py", "import shared.chassis.clock"),
    ("dev", f"{MATCHING}/domain/__init__.py", "import dev.local.parts"),
]  # fmt: skip


@pytest.mark.parametrize(("contract", "path", "line"), VIOLATIONS)
def test_a_contract_finds_what_breaks_it(copy: Path, contract: str, path: str, line: str) -> None:
    file = copy / path
    before = file.read_text(encoding="utf-8") if file.exists() else None
    file.write_text(f"{before or ''}\n{line}\n", encoding="utf-8")
    answer = lint(copy, "--contract", contract)
    if before is None:
        file.unlink()
    else:
        file.write_text(before, encoding="utf-8")
    assert answer.returncode == 1
    assert "0 kept, 1 broken" in answer.stdout


def test_every_contract_is_seen_to_fail() -> None:
    assert {contract for contract, _, _ in VIOLATIONS} == set(contract_ids())
