"""The directory of the load: each time it is sent, some people of it sit somewhere else."""

import csv
import io
import random
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

STAFF_NUMBER, MOVES = "Staff Number", {"unit": "Unit", "site": "Site"}
"""What a move changes, by its name on the topics."""
MOVED_SHARE = 0.1

Places = Mapping[str, Mapping[str, str]]
"""By staff number: the unit and the site of each."""


class Directory:
    """A file of people that changes from one import to the next, always to units and sites that it names."""

    def __init__(self, file: Path, chance: random.Random) -> None:
        with file.open(encoding="utf-8", newline="") as source:
            rows = csv.DictReader(source)
            self._rows = list(rows)
            self._columns = list(rows.fieldnames or ())
        self._chance = chance
        self._choices = {
            column: sorted({row[column] for row in self._rows}) for column in MOVES.values()
        }

    @property
    def content(self) -> bytes:
        """The file as it is now."""
        return self._file(self._rows)

    @property
    def places(self) -> Places:
        """Where everybody sits by the file as it is now."""
        return {
            row[STAFF_NUMBER]: {name: row[column] for name, column in MOVES.items()}
            for row in self._rows
        }

    def move(self) -> None:
        """A tenth of the people get a unit and a site, by chance."""
        for row in self._rows:
            if self._chance.random() < MOVED_SHARE:
                self._move(row)

    def move_some(self, who: Collection[str], count: int) -> bytes:
        """So many of these staff numbers get a unit and a site; all of them at most.

        A file of these rows alone; empty where there is nobody to move.
        """
        asked = set(who)
        rows = [row for row in self._rows if row[STAFF_NUMBER] in asked]
        moved = self._chance.sample(rows, min(count, len(rows)))
        for row in moved:
            self._move(row)
        return self._file(moved) if moved else b""

    def _move(self, row: dict[str, str]) -> None:
        row |= {name: self._chance.choice(there) for name, there in self._choices.items()}

    def _file(self, rows: Iterable[Mapping[str, str]]) -> bytes:
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, self._columns)
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue().encode()
