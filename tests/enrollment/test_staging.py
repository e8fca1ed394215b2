"""An import is seen as a whole or not at all: killed anywhere, sent again, and written into meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.enrollment.domain.scim.names import ENTERPRISE
from services.enrollment.handlers import directory as handlers
from services.enrollment.handlers import settling
from services.enrollment.handlers.difference import Scope
from services.enrollment.handlers.directory import ImportOrder, import_directory
from services.enrollment.store import ImportTurn, Unit
from services.enrollment.translation import DirectoryMapping
from shared.chassis import passages
from shared.chassis.leases import Leases
from tests.enrollment.conftest import DIRECTORY, MAPPING, House
from tests.enrollment.test_difference import ANNA, BEN, MIA, TOP, file
from tests.enrollment.test_erasure import erase
from tests.enrollment.test_scim import ZOE, change, find, good

LAYOUT = DirectoryMapping.model_validate(MAPPING).layout()
NEXT = file(
    TOP,
    MIA.replace("Sales", "Service"),
    ANNA.replace("Sales", "Legal"),
    "S5,eve@corp.example,4,S2,Eve,Sales",
)
"""Mia and Anna move, Ben leaves, Eve joins."""
BEFORE = {"S1": "Board", "S2": "Sales", "S3": "Sales", "S4": "Sales"}
AFTER = {"S1": "Board", "S2": "Service", "S3": "Legal", "S5": "Sales"}


class Killed(BaseException):
    """As SIGKILL, for a coroutine."""


@pytest.fixture(autouse=True)
def _small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handlers, "ROWS_AT_ONCE", 2)
    monkeypatch.setattr(settling, "VOLUNTEERS_AT_ONCE", 1)


def turn(house: House) -> ImportTurn:
    return ImportTurn(Leases(house.database), "enrollment-here-1-abc")


def bring(house: House, text: str, scope: Scope = Scope.FULL, *, skip_bad: bool = False) -> Any:
    order = ImportOrder(lambda: iter([text.encode()]), LAYOUT, skip_bad, scope=scope)
    return import_directory(order, house.work, turn(house))


def dies_at(monkeypatch: pytest.MonkeyPatch, place: str, times: int = 1) -> None:
    """The process ends when it comes to this place for the n-th time."""
    left = iter(range(times - 1))

    def hook(name: str) -> None:
        if name == place and next(left, None) is None:
            monkeypatch.setattr(passages, "hook", None)
            raise Killed

    monkeypatch.setattr(passages, "hook", hook)


async def killed(house: House, text: str) -> None:
    """An import that dies, and whose turn is over since."""
    with pytest.raises(Killed):
        await bring(house, text)
    await house.database["leases"].delete_many({"_id": "directory.import"})


async def seen(house: House) -> dict[str, str]:
    """Units by staff number, as a query sees them: outside any transaction."""
    numbers = ["S1", "S2", "S3", "S4", "S5", "S6", "X4", "X2"]
    found = await house.service.databases[0].transactions.read(
        lambda tx: Unit(tx).employees.by_staff_numbers(numbers)
    )
    return {number: employee.unit for number, employee in sorted(found.items())}


async def tick(house: House, name: str) -> None:
    (schedule,) = [each for each in house.service.schedules if each.name == name]
    await schedule.tick()


async def long_ago(house: House, field: str, of: str = "state") -> None:
    """As if this field of what is noted of the directory had been written two days ago."""
    update = {"$set": {field: datetime.now(UTC) - timedelta(days=2)}}
    await house.database["directory"].update_one({"_id": of}, update)


async def change_unit(house: House, person: str, unit: str) -> None:
    (found,) = await find(house, f'userName eq "{person}@corp.example"')
    department = {"op": "replace", "path": f"{ENTERPRISE}:department", "value": unit}
    await change(house, found["id"], department)


@asynccontextmanager
async def watched(
    look: Callable[[], Awaitable[tuple[Any, ...]]],
) -> AsyncIterator[set[tuple[Any, ...]]]:
    """All that a reader saw who looked all the time."""
    views: set[tuple[Any, ...]] = set()

    async def keep_looking() -> None:
        while True:
            views.add(await look())

    reader = asyncio.create_task(keep_looking())
    try:
        yield views
    finally:
        reader.cancel()
        await asyncio.wait([reader])
    assert reader.cancelled()


async def test_a_reader_sees_the_old_directory_or_the_new_one_and_never_a_mixture(
    house: House,
) -> None:
    await house.furnish()

    async def look() -> tuple[Any, ...]:
        return tuple((await seen(house)).items())

    async with watched(look) as views:
        report = await bring(house, NEXT)
        views.add(await look())
    assert views == {tuple(BEFORE.items()), tuple(AFTER.items())}
    assert (report.joined, report.changed, report.left) == (1, 2, 1)


@pytest.mark.parametrize("chunk", [1, 2])
async def test_killed_after_a_chunk_nobody_sees_it_and_the_same_file_goes_on(
    house: House, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    await house.furnish()
    dies_at(monkeypatch, "directory.chunk_stored", chunk)
    await killed(house, NEXT)
    assert await seen(house) == BEFORE
    state = await house.database["directory"].find_one({"_id": "state"}) or {}
    assert state["staged"]["done"] == 2 * chunk
    stored = await house.database["employees"].find({"from": 2}).to_list(None)
    report = await bring(house, NEXT)
    assert (report.joined, report.changed, report.left) == (1, 2, 1)
    assert report.leavers == ["S4"]
    assert await seen(house) == AFTER
    # What was staged before is what is seen now: nothing was staged twice, not even the ids of newcomers.
    here = await house.directory()
    assert all(here[row["number"]] == row for row in stored)


async def test_killed_anywhere_and_sent_again_it_comes_to_the_same_as_in_one_go(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before and after each commit, until it goes through; and what is told is told once."""
    await house.furnish()
    programme = await house.programme()
    await house.enrol("anna", programme)
    ben = await house.enrol("ben", programme)
    await house.forget_told()
    deaths = 0
    for place in ("transaction.written", "transaction.committed"):
        for times in range(1, 40):
            dies_at(monkeypatch, place, times)
            try:
                await bring(house, NEXT if place.endswith("written") else DIRECTORY)
            except Killed:
                deaths += 1
                assert await seen(house) in (BEFORE, AFTER)
                await house.database["leases"].delete_many({"_id": "directory.import"})
            else:
                break
            finally:
                monkeypatch.setattr(passages, "hook", None)
        if place.endswith("written"):
            assert await seen(house) == AFTER
            await tick(house, "settle directory")
            units = [one["unit"] for one in await house.told("candidate.changed")]
            assert sorted(units) == ["Legal", "Sales"]
            (left,) = await house.told("volunteer.withdrawn")
            assert left["volunteer_id"] == ben["volunteer_id"]
    assert deaths > 20
    assert await seen(house) == BEFORE


async def test_another_file_takes_back_what_was_staged_of_the_first(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.furnish()
    dies_at(monkeypatch, "directory.chunk_stored", 2)
    await killed(house, NEXT)
    report = await bring(house, file(TOP, MIA, ANNA, BEN.replace("Sales", "Legal")))
    assert (report.joined, report.changed, report.left) == (0, 1, 0)
    assert await seen(house) == BEFORE | {"S4": "Legal"}


async def test_the_same_file_taken_otherwise_is_another_import(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.furnish()
    dies_at(monkeypatch, "directory.chunk_stored", 2)
    await killed(house, NEXT)
    report = await bring(house, NEXT, Scope.PART)
    assert (report.joined, report.changed, report.left) == (1, 2, 0)
    assert await seen(house) == AFTER | {"S4": "Sales"}


async def test_what_is_not_sent_again_for_a_day_is_taken_back_and_leaves_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.furnish()
    before = await house.database["employees"].find({}).to_list(None)
    dies_at(monkeypatch, "transaction.written", 10)  # chunks and leavers are staged
    await killed(house, NEXT)
    await tick(house, "purge directory")
    assert await house.database["employees"].count_documents({"from": 2}) == 3
    assert await house.database["employees"].count_documents({"until": 2}) == 3
    await long_ago(house, "staged.at")
    fence = await turn(house).take()
    await tick(house, "purge directory")
    assert await house.database["employees"].count_documents({"from": 2}) == 3
    await turn(house).give_back(fence)
    await tick(house, "purge directory")
    assert await house.database["employees"].find({}).to_list(None) == before
    state = await house.database["directory"].find_one({"_id": "state"}) or {}
    assert "staged" not in state
    assert (await bring(house, NEXT)).joined == 1


async def test_rows_of_before_go_minutes_after_the_switch(house: House) -> None:
    await house.furnish()
    await bring(house, NEXT)
    await tick(house, "purge directory")
    assert len(await house.directory(version=1)) == 4
    await long_ago(house, "since", of="seen")
    await tick(house, "purge directory")
    assert await house.database["employees"].count_documents({}) == 4
    assert await seen(house) == AFTER


async def test_rows_of_before_go_also_where_a_file_comes_each_minute(house: House) -> None:
    await house.furnish()
    await bring(house, NEXT)
    await tick(house, "purge directory")
    await bring(house, NEXT.replace("Sales", "Legal"))
    assert await house.database["employees"].count_documents({"until": 2}) == 3
    await long_ago(house, "since", of="seen")
    await tick(house, "purge directory")
    ended = house.database["employees"].find({"until": {"$ne": None}})
    assert {row["until"] async for row in ended} == {3}
    await long_ago(house, "since", of="seen")
    await tick(house, "purge directory")
    assert await house.database["employees"].count_documents({"until": {"$ne": None}}) == 0


async def test_a_file_reads_no_more_of_the_directory_after_many_others_than_after_one(
    house: House,
) -> None:
    """However many rows of the same people have ended and are not removed yet."""

    async def examined(number: int) -> int:
        moved = [person.replace("Sales", f"Unit {number}") for person in (MIA, BEN, ANNA)]
        await house.database.command({"profile": 2})
        await bring(house, file(*moved), Scope.PART)
        await house.database.command({"profile": 0})
        of_it = {"ns": f"{house.database.name}.employees", "docsExamined": {"$gt": 0}}
        looked = await house.database["system.profile"].find(of_it).to_list(None)
        await house.database.drop_collection("system.profile")
        return sum(row["docsExamined"] for row in looked)

    await examined(1)
    second, *_, twelfth = [await examined(number) for number in range(2, 13)]
    assert 0 < twelfth <= second


async def test_settling_goes_on_where_it_was_cut_short(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.furnish()
    programme = await house.programme()
    for person in ("anna", "ben", "mia"):
        await house.enrol(person, programme)
    await house.forget_told()
    dies_at(monkeypatch, "directory.page_settled", 2)
    await killed(house, DIRECTORY.replace("Sales", "Legal"))
    assert len(await house.told("candidate.changed")) == 2
    dies_at(monkeypatch, "directory.page_settled", 1)
    with pytest.raises(Killed):
        await tick(house, "settle directory")
    assert len(await house.told("candidate.changed")) == 3
    await tick(house, "settle directory")
    await tick(house, "settle directory")
    told = await house.told("candidate.changed")
    assert [one["unit"] for one in told] == ["Legal", "Legal", "Legal"]
    assert len({one["volunteer_id"] for one in told}) == 3


async def test_killed_between_switch_and_settling_the_tick_tells_what_follows(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.furnish()
    ben = await house.enrol("ben", await house.programme())
    await house.forget_told()
    dies_at(monkeypatch, "directory.switched")
    await killed(house, NEXT)
    assert await seen(house) == AFTER
    assert await house.told() == []
    await tick(house, "settle directory")
    (left,) = await house.told("volunteer.withdrawn")
    assert left["volunteer_id"] == ben["volunteer_id"]


async def test_the_tick_leaves_settling_to_an_import_that_has_its_turn(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.furnish()
    await house.enrol("ben", await house.programme())
    await house.forget_told()
    dies_at(monkeypatch, "directory.switched")
    await killed(house, NEXT)
    fence = await turn(house).take()
    await tick(house, "settle directory")
    assert await house.told() == []
    await turn(house).give_back(fence)
    await tick(house, "settle directory")
    assert len(await house.told("volunteer.withdrawn")) == 1


@pytest.mark.parametrize("chunk", [1, 2])
async def test_what_the_provider_changes_while_a_file_is_staged_is_not_lost(
    house: House, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    """Before a row of the file is staged, and after: Mia is in the first chunk, Anna and Ben in the second."""
    await house.furnish()
    text = NEXT + BEN.replace("Sales", "Archive") + "\nS7,zoe@corp.example,4,S2,Zoe,Archive\n"
    dies_at(monkeypatch, "directory.chunk_stored", chunk)
    await killed(house, text)
    await change_unit(house, "mia", "Board")
    await change_unit(house, "anna", "Board")
    (ben,) = await find(house, 'userName eq "ben@corp.example"')
    await good(house, "DELETE", f"/Users/{ben['id']}")
    zoe = await good(house, "POST", "/Users", ZOE)
    assert await seen(house) == {"S1": "Board", "S2": "Board", "S3": "Board"}
    report = await bring(house, text)
    assert (report.joined, report.changed, report.left) == (1, 0, 0)
    here = await house.directory()
    assert {number: row["unit"] for number, row in here.items()} == {
        "S1": "Board",
        "S2": "Board",
        "S3": "Board",
        "S5": "Sales",
        "S7": "Sales",
    }
    assert str(here["S7"]["person_id"]) == zoe["id"]
    # The next file is the whole truth again.
    await bring(house, text)
    assert (await seen(house))["S3"] == "Legal"


async def test_whom_the_provider_made_meanwhile_is_no_leaver_of_the_file(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.furnish()
    dies_at(monkeypatch, "directory.chunk_stored", 1)
    await killed(house, DIRECTORY)
    await good(house, "POST", "/Users", ZOE)
    assert (await bring(house, DIRECTORY)).left == 0
    assert set(await house.directory()) == {"S1", "S2", "S3", "S4", "S7"}


async def test_a_number_that_the_provider_changes_meanwhile_counts_for_managers_of_the_file_too(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.furnish()
    text = file(TOP, MIA, ANNA.replace("Sales", "Legal"), BEN)
    dies_at(monkeypatch, "directory.chunk_stored", 1)
    await killed(house, text)
    (mia,) = await find(house, 'userName eq "mia@corp.example"')
    number = {"op": "replace", "path": f"{ENTERPRISE}:employeeNumber", "value": "X2"}
    await change(house, mia["id"], number)
    await bring(house, text)
    here = await house.directory()
    assert set(here) == {"S1", "S3", "S4", "X2"}
    assert [here[one]["manager"] for one in ("S3", "S4")] == ["X2", "X2"]
    assert here["S3"]["unit"] == "Legal"


async def test_a_user_set_inactive_meanwhile_stays_so_and_one_of_the_file_comes_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.furnish()
    (anna,) = await find(house, 'userName eq "anna@corp.example"')
    (ben,) = await find(house, 'userName eq "ben@corp.example"')
    inactive = {"op": "replace", "path": "active", "value": False}
    await change(
        house, anna["id"], inactive, {"op": "add", "path": "externalId", "value": "okta-3"}
    )
    dies_at(monkeypatch, "directory.switched", 1)
    await killed(house, DIRECTORY)
    (again,) = await find(house, 'userName eq "anna@corp.example"')
    assert (again["id"], again["active"], again["externalId"]) == (anna["id"], True, "okta-3")
    text = DIRECTORY.replace("Ben Low", "Ben High")
    dies_at(monkeypatch, "directory.chunk_stored", 2)
    await killed(house, text)
    await change(house, ben["id"], inactive)
    await bring(house, text)
    (ben,) = await find(house, 'userName eq "ben@corp.example"')
    assert ben["active"] is False
    assert set(await house.directory()) == {"S1", "S2", "S3"}


async def test_a_returning_user_is_inactive_until_the_switch(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.furnish()
    (ben,) = await find(house, 'userName eq "ben@corp.example"')
    await change(house, ben["id"], {"op": "replace", "path": "active", "value": False})
    dies_at(monkeypatch, "directory.chunk_stored", 2)
    await killed(house, DIRECTORY)
    found = await find(house, 'userName eq "ben@corp.example"')
    assert [(one["id"], one["active"]) for one in found] == [(ben["id"], False)]
    await bring(house, DIRECTORY)
    found = await find(house, 'userName eq "ben@corp.example"')
    assert [(one["id"], one["active"]) for one in found] == [(ben["id"], True)]
    assert (await good(house, "GET", "/Users"))["totalResults"] == 4


async def test_a_part_that_renumbers_somebody_takes_their_reports_along(house: House) -> None:
    await house.furnish()
    (mia,) = await find(house, 'userName eq "mia@corp.example"')
    await change(house, mia["id"], {"op": "add", "path": "externalId", "value": "okta-2"})
    await house.enrol("anna", await house.programme())
    await house.forget_told()
    report = await bring(house, file(MIA.replace("S2", "X2"), BEN.replace("S2", "S1")), Scope.PART)
    assert (report.joined, report.changed, report.renumbered) == (0, 1, 1)
    here = await house.directory()
    assert {number: row["manager"] for number, row in here.items()} == {
        "S1": "",
        "X2": "S1",
        "S3": "X2",
        "S4": "S1",
    }
    (again,) = await find(house, 'externalId eq "okta-2"')
    assert (again["id"], again[ENTERPRISE]["employeeNumber"]) == (mia["id"], "X2")
    # For Anna nothing changed: her manager is who she was.
    assert await house.told("candidate.changed") == []


async def test_two_renumbered_bosses_of_one_report_are_both_followed(house: House) -> None:
    columns = MAPPING["columns"] | {"dotted": "Also reports to"}
    layout = DirectoryMapping.model_validate({"columns": columns}).layout()
    head = file().strip() + ",Also reports to"

    async def take(scope: Scope, *rows: str) -> None:
        text = "\n".join((head, *rows)) + "\n"
        order = ImportOrder(lambda: iter([text.encode()]), layout, scope=scope)
        await import_directory(order, house.work, turn(house))

    await take(Scope.FULL, f"{TOP},", f"{MIA},", f"{ANNA},", f"{BEN},S3; S1")
    await take(
        Scope.PART,
        f"{TOP.replace('S1', 'X1')},",
        f"{MIA.replace('S2', 'X2').replace('S1', 'X1')},",
        f"{ANNA.replace('S3', 'X3').replace('S2', 'X2')},",
    )
    ben = (await house.directory())["S4"]
    assert (ben["manager"], ben["dotted"]) == ("X2", ["X3", "X1"])


async def test_skipped_rows_keep_their_meaning_when_sent_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.furnish()
    text = file(TOP, MIA, ANNA.replace("Sales", "Legal"), "S4,nobody,3,S2,Ben,Sales")
    dies_at(monkeypatch, "directory.chunk_stored", 1)
    with pytest.raises(Killed):
        await bring(house, text, skip_bad=True)
    report = await bring(house, text, skip_bad=True)
    assert (report.bad_total, report.changed, report.left, report.leavers_kept) == (1, 1, 0, 1)
    assert await seen(house) == BEFORE | {"S3": "Legal"}


async def test_rows_from_before_there_were_versions_are_read_and_replaced(house: House) -> None:
    """As the last release has stored them: the number is the key, and nothing says a version."""
    await house.furnish()
    rows = await house.database["employees"].find({}).to_list(None)
    await house.database["employees"].delete_many({})
    for row in rows:
        old = {name: row[name] for name in row if name not in ("number", "from", "kind", "was")}
        await house.database["employees"].insert_one(old | {"_id": row["number"]})
    await house.database["directory"].delete_one({"_id": "state"})
    assert await seen(house) == BEFORE
    await change_unit(house, "anna", "Board")
    report = await bring(house, NEXT)
    assert (report.joined, report.changed, report.left) == (1, 2, 1)
    assert await seen(house) == AFTER
    ids = {row["number"]: row["person_id"] for row in rows}
    here = await house.directory()
    assert {number: row["person_id"] for number, row in here.items() if number in ids} == {
        number: ids[number] for number in ("S1", "S2", "S3")
    }


async def test_an_erased_person_is_not_brought_back_by_what_was_staged(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.furnish()
    before = (await house.directory())["S3"]["person_id"]
    dies_at(monkeypatch, "directory.chunk_stored", 2)
    with pytest.raises(Killed):
        await bring(house, NEXT, Scope.SHRUNK)
    await erase(house, str(before))
    await bring(house, NEXT, Scope.SHRUNK)
    assert await house.database["employees"].count_documents({"person_id": before}) == 0
    assert set(await house.directory()) == {"S1", "S2", "S5"}
