"""A past to compare with: a repository of its own that holds the contracts of today."""

import shutil
from pathlib import Path

import pytest

from tests.contracts.releasing import git

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def past(tmp_path: Path) -> Path:
    """A repository with all that the generator reads and writes, yet without a commit."""
    for folder in ("docs", "shared/contracts/examples", "shared/contracts/schemas"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    git(tmp_path, "init", "--quiet")
    return tmp_path
