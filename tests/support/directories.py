"""The default mapping of the project, read as an operator would give it."""

import tomllib
from pathlib import Path

from services.enrollment.translation import DirectoryMapping

MAPPING = Path(__file__).parents[2] / "mappings" / "directory.toml"


def default_mapping() -> DirectoryMapping:
    """mappings/directory.toml."""
    return DirectoryMapping.model_validate(tomllib.loads(MAPPING.read_text(encoding="utf-8")))
