"""What a programme is played on: an HR directory and how it is laid out, given or made up."""

import tomllib
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from dev.demo.company import write_company
from dev.demo.volunteers import read_employees
from dev.local.platform import ROOT
from services.enrollment.translation import DirectoryMapping
from shared.chassis.refusals import Refusal

DEFAULT_MAPPING = ROOT / "mappings" / "directory.toml"

DirectoryOption = Annotated[
    Path | None, typer.Option(help="An HR directory as CSV; a company is made up without one.")
]
MappingOption = Annotated[Path, typer.Option(help="How the directory is laid out.")]
PeopleOption = Annotated[int, typer.Option(help="Size of the made-up company.", min=50)]
SeedOption = Annotated[int, typer.Option(help="The same seed tells the same story.")]


class Unusable(Exception):
    """What was given cannot be played on; the message says why."""


def read_mapping(path: Path) -> DirectoryMapping:
    """The mapping in a file. Raises Unusable."""
    try:
        return DirectoryMapping.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise Unusable(f"the mapping {path} cannot be read: {error.strerror}") from error
    except (ValueError, ValidationError) as error:
        raise Unusable(f"the mapping {path} is not usable: {error}") from error


def check_directory(path: Path | None, mapping: DirectoryMapping) -> None:
    """Raises Unusable when a directory is named and cannot be read as the mapping lays it out."""
    if path is None:
        return
    if not path.is_file():
        raise Unusable(f"{path} is no file; name a CSV file: DIRECTORY=people.csv")
    try:
        read_employees(path, mapping.layout())
    except Refusal as refusal:
        raise Unusable(f"{path} cannot be read: {refusal.detail}") from refusal


def make_up_company(folder: Path, *, people: int, seed: int) -> Path:
    """Write the directory of a company that does not exist; returns the file."""
    path = folder / "company.csv"
    write_company(path, people=people, seed=seed)
    return path
