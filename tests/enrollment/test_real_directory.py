"""A real directory, imported and imported again with 5 % changed; one that is made up where there is none.

What must come out is computed from the changes that are made here, never from what the service says.
"""

import csv
import io
import random
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dev.demo.company import write_company
from services.enrollment.domain.directory import Layout
from services.enrollment.handlers.difference import Scope
from services.enrollment.handlers.directory import ImportOrder, import_directory
from services.enrollment.store import ImportTurn, Unit
from services.enrollment.translation import DirectoryMapping
from shared.chassis.leases import Leases
from tests.enrollment.conftest import YES, House
from tests.enrollment.test_staging import Killed, dies_at, watched

NUMBER, EMAIL, UNIT, MANAGER = (
    "Staff Number",
    "Work Email",
    "Unit",
    "Line Manager Staff Number",
)
Rows = dict[str, dict[str, str]]


@pytest.fixture(scope="session")
def company(real_directory: Path | None, tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """Good rows of the directory, by staff number."""
    path = real_directory
    if path is None:
        path = tmp_path_factory.mktemp("company") / "company.csv"
        write_company(path, people=2_600, seed=11)
    with path.open(encoding="utf-8-sig", newline="") as source:
        rows = {row[NUMBER]: row for row in csv.DictReader(source) if row[NUMBER] and row[EMAIL]}
    # Of several with one address the import takes one; here none of them counts.
    addresses = Counter(row[EMAIL].lower() for row in rows.values())
    return {number: row for number, row in rows.items() if addresses[row[EMAIL].lower()] == 1}


@pytest.fixture(scope="session")
def layout(project: Path) -> Layout:
    text = (project / "mappings" / "directory.toml").read_text(encoding="utf-8")
    return DirectoryMapping.model_validate(tomllib.loads(text)).layout()


@dataclass(frozen=True)
class Changes:
    """A list of changes: who moves to another unit or manager, who leaves, who joins."""

    moved: dict[str, str]
    led: dict[str, str]
    left: list[str]
    joined: dict[str, dict[str, str]]

    def done_to(self, rows: Rows) -> Rows:
        """The rows with these changes."""
        after = {number: dict(row) for number, row in rows.items() if number not in self.left}
        for number, unit in self.moved.items():
            after[number][UNIT] = unit
        for number, boss in self.led.items():
            after[number][MANAGER] = boss
        return after | self.joined


def changes_of(rows: Rows, seed: int) -> Changes:
    """5 % of the directory: half of it moves, a quarter leaves, and as many join."""
    chance = random.Random(seed)
    bosses = {row[MANAGER] for row in rows.values()}
    quarter = len(rows) // 80
    chosen = chance.sample(sorted(rows.keys() - bosses), 3 * quarter)
    moved = dict.fromkeys(chosen[:quarter], "A unit that is new")
    some_boss = sorted(bosses & rows.keys())
    led = {
        number: next(boss for boss in some_boss if boss != rows[number][MANAGER])
        for number in chosen[quarter : 2 * quarter]
    }
    model = next(iter(rows.values()))
    joined = {
        f"NEW{n}": model | {NUMBER: f"NEW{n}", EMAIL: f"new{n}@joiners.example"}
        for n in range(quarter)
    }
    return Changes(moved, led, sorted(chosen[2 * quarter :]), joined)


def text_of(rows: Rows) -> bytes:
    to = io.StringIO(newline="")
    writer = csv.DictWriter(to, fieldnames=list(next(iter(rows.values()))))
    writer.writeheader()
    writer.writerows(rows.values())
    return to.getvalue().encode()


def bring(house: House, layout: Layout, rows: Rows) -> Any:
    def read() -> Iterator[bytes]:
        return iter([text_of(rows)])

    turn = ImportTurn(Leases(house.database), "enrollment-here-1-abc")
    order = ImportOrder(read, layout, skip_bad=False, scope=Scope.FULL)
    return import_directory(order, house.work, turn)


def plain(text: str) -> str:
    return " ".join(text.split())


def said(rows: Rows) -> dict[str, tuple[str, str, str]]:
    """Address, unit and manager by staff number, as the file has them."""
    return {
        plain(number): (row[EMAIL].lower(), plain(row[UNIT]), plain(row[MANAGER]))
        for number, row in rows.items()
    }


async def shown(house: House) -> dict[str, tuple[str, str, str]]:
    """The same, as the database has them."""
    here = await house.directory()
    return {number: (row["email"], row["unit"], row["manager"]) for number, row in here.items()}


async def test_five_percent_of_a_real_directory_change_and_a_death_in_the_middle_is_not_seen(
    house: House, company: Rows, layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await bring(house, layout, company)
    assert (first.bad_total, first.joined, first.left) == (0, len(company), 0)
    assert await shown(house) == said(company)
    ids = {number: row["person_id"] for number, row in (await house.directory()).items()}
    changes = changes_of(company, seed=5)
    after = changes.done_to(company)
    programme = await house.programme()
    leaver, mover = changes.left[0], next(iter(changes.moved))
    volunteers = {}
    for number in (leaver, mover):
        person = house.person(number, email=company[number][EMAIL].lower())
        said_yes = await person.post(f"/programmes/{programme}/volunteers", YES)
        volunteers[number] = said_yes["volunteer_id"]
    await house.forget_told()

    async def look() -> tuple[Any, ...]:
        return await view(house, [*changes.moved, *changes.left, *changes.joined])

    before = await look()
    async with watched(look) as views:
        dies_at(monkeypatch, "directory.chunk_stored", 2)
        with pytest.raises(Killed):
            await bring(house, layout, after)
        assert await shown(house) == said(company)
        report = await bring(house, layout, after)
        new = await look()
        views.add(new)
    assert views == {before, new}

    quarter = len(company) // 80
    assert (report.joined, report.changed, report.left) == (quarter, 2 * quarter, quarter)
    assert report.leavers == changes.left
    assert await shown(house) == said(after)
    here = await house.directory()
    assert all(here[number]["person_id"] == ids[number] for number in here.keys() & ids.keys())
    (left,) = await house.told("volunteer.withdrawn")
    assert left["volunteer_id"] == volunteers[leaver]
    told = {one["volunteer_id"]: one for one in await house.told("candidate.changed")}
    assert told[volunteers[mover]]["unit"] == "A unit that is new"
    again = await bring(house, layout, after)
    assert (again.joined, again.changed, again.left) == (0, 0, 0)


async def view(house: House, numbers: list[str]) -> tuple[Any, ...]:
    """What a query sees of these: outside any transaction."""
    found = await house.service.databases[0].transactions.read(
        lambda tx: Unit(tx).employees.by_staff_numbers(numbers)
    )
    return tuple((number, one.unit) for number, one in sorted(found.items()))
