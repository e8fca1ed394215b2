"""The directory comes in: once, whole or in part, and volunteers show what changed."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, NoReturn

import pytest
from pymongo.errors import AutoReconnect, WTimeoutError

from services.enrollment.domain.directory_file import survey
from services.enrollment.handlers import staging
from services.enrollment.handlers.directory import ImportOrder, import_directory
from services.enrollment.store import ImportTurn
from services.enrollment.translation import DirectoryMapping
from shared.chassis.leases import Leases
from shared.chassis.refusals import Conflict
from tests.enrollment.conftest import DIRECTORY, MAPPING, House
from tests.enrollment.test_api import code
from tests.support.waiting import until

PROCESS = "enrollment-here-1-abc"
LAYOUT = DirectoryMapping.model_validate(MAPPING).layout()
BAD = DIRECTORY + "S5,nobody,3,S9,Bad Row,Sales\n"


async def employees(house: House) -> dict[str, Any]:
    return await house.directory()


def turn(house: House) -> ImportTurn:
    return ImportTurn(Leases(house.database), PROCESS)


async def test_a_directory_comes_in_and_is_reported(house: House) -> None:
    await house.feeder.put("/directory/mapping", MAPPING)
    report = await house.feeder.bring(
        DIRECTORY.replace("ben@corp.example,3,S2", "b@c.example,3,S9")
    )
    assert report == {
        "rows": 4,
        "good": 4,
        "bad_total": 0,
        "bad": [],
        "unknown_managers": [{"line": 5, "id": "S9"}],
        "loops": [],
        "applied": True,
        "joined": 4,
        "changed": 0,
        "renumbered": 0,
        "left": 0,
        "leavers": [],
        "leavers_kept": 0,
    }
    assert await house.feeder.get("/directory") == {"employees": 4}


async def test_the_same_file_twice_makes_no_doubles(house: House) -> None:
    await house.furnish()
    before = await employees(house)
    again = await house.feeder.bring(DIRECTORY)
    assert (again["joined"], again["changed"]) == (0, 0)
    assert await employees(house) == before


async def test_who_is_known_keeps_their_id_when_their_row_changes(house: House) -> None:
    await house.furnish()
    before = await employees(house)
    again = await house.feeder.bring(DIRECTORY.replace("ben@corp.example", "benjamin@corp.example"))
    assert (again["joined"], again["changed"]) == (0, 1)
    ben = (await employees(house))["S4"]
    assert ben["email"] == "benjamin@corp.example"
    assert ben["person_id"] == before["S4"]["person_id"]


async def test_all_or_nothing_stores_nothing_of_a_file_with_a_bad_row(house: House) -> None:
    await house.feeder.put("/directory/mapping", MAPPING)
    report = await house.feeder.bring(BAD)
    assert report["bad"] == [{"line": 6, "column": "Work Email", "code": "bad_email"}]
    assert report["applied"] is False
    assert await employees(house) == {}


async def test_skip_bad_stores_the_good_rows(house: House) -> None:
    await house.feeder.put("/directory/mapping", MAPPING)
    report = await house.feeder.bring(BAD, "?mode=skip_bad")
    assert (report["applied"], report["joined"], report["bad_total"]) == (True, 4, 1)
    assert set(await employees(house)) == {"S1", "S2", "S3", "S4"}


async def test_a_dry_run_stores_nothing(house: House) -> None:
    await house.feeder.put("/directory/mapping", MAPPING)
    report = await house.feeder.bring(DIRECTORY, "?dry_run=true")
    assert (report["good"], report["applied"]) == (4, False)
    assert await employees(house) == {}


async def test_a_known_manager_need_not_be_in_the_file(house: House) -> None:
    await house.furnish()
    header = DIRECTORY.splitlines()[0]
    row = f"{header}\nS7,new@corp.example,2,S2,New,Sales\n"
    report = await house.feeder.bring(row, "?scope=part")
    assert report["unknown_managers"] == []


async def test_without_a_mapping_nothing_is_guessed(house: House) -> None:
    refused = await house.feeder.send_file(DIRECTORY.encode())
    assert code(refused) == (409, "no_mapping")


async def test_a_mapping_with_unknown_or_missing_columns_is_refused(house: House) -> None:
    for columns in ({"staff_number": "No"}, MAPPING["columns"] | {"salary": "Salary"}):
        refused = await house.feeder.send("PUT", "/directory/mapping", json={"columns": columns})
        assert refused.status_code == 422


async def test_a_grade_may_be_called_anything(house: House) -> None:
    mapping = MAPPING | {"level_scale": {"$G.7": 5, "Sp/AD3": 8}}
    answered = await house.feeder.put("/directory/mapping", mapping)
    assert answered["level_scale"] == {"$G.7": 5, "Sp/AD3": 8}
    await house.feeder.bring("Staff Number,Work Email,Level\nS1,a@corp.example,$g.7\n")
    assert (await employees(house))["S1"]["level"] == 5


async def test_only_the_directory_role_feeds_it(house: House) -> None:
    await house.furnish()
    refused = await house.person("lea", "lead").send_file(DIRECTORY.encode())
    assert code(refused) == (403, "role_missing")
    assert "the role directory" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("content", "answer"),
    [
        (b"", (422, "empty_file")),
        (b"PK\x03\x04workbook", (422, "not_text")),
        (DIRECTORY.encode("cp1251"), (422, "wrong_encoding")),
        (b"Staff Number,Work Email,Level\n", (422, "no_rows")),
    ],
)
async def test_what_is_no_directory_is_refused_as_a_whole(
    house: House, content: bytes, answer: tuple[int, str]
) -> None:
    await house.feeder.put("/directory/mapping", MAPPING)
    assert code(await house.feeder.send_file(content)) == answer
    assert await employees(house) == {}


async def test_a_file_is_taken_as_a_stream(house: House) -> None:
    async def slowly() -> AsyncIterator[bytes]:
        for byte in DIRECTORY.encode():
            yield bytes([byte])

    await house.feeder.put("/directory/mapping", MAPPING)
    assert (await house.feeder.send_file(slowly())).json()["joined"] == 4


async def test_two_imports_at_once_go_one_after_the_other(house: House) -> None:
    await house.feeder.put("/directory/mapping", MAPPING)
    reports = await asyncio.gather(*(house.feeder.bring(DIRECTORY) for _ in range(3)))
    assert sorted(report["joined"] for report in reports) == [0, 0, 4]
    assert len(await employees(house)) == 4


async def test_an_import_that_was_overtaken_writes_no_more(house: House) -> None:
    slow, fast = turn(house), turn(house)
    old = await slow.take()
    await slow.give_back(old)
    await fast.take()
    mine = staging.Order(old, survey(iter([DIRECTORY.encode()]), LAYOUT))
    with pytest.raises(Conflict, match="import_overtaken"):
        await house.work(lambda unit: staging.stage(unit, [], 0, mine))


def order(content: str = DIRECTORY) -> ImportOrder:
    return ImportOrder(lambda: iter([content.encode()]), LAYOUT)


async def away(_: object) -> NoReturn:
    raise AutoReconnect("no database")


async def test_a_caller_hears_that_an_import_failed_before_its_turn_is_given_back(
    house: House,
) -> None:
    """With no primary that took as long again; found by the fault harness as a 503 after 5 s."""
    back = asyncio.Event()

    class Slow(ImportTurn):
        async def give_back(self, fence: int) -> None:
            await back.wait()
            await super().give_back(fence)

    with pytest.raises(AutoReconnect):
        await import_directory(order(), away, Slow(Leases(house.database), PROCESS))
    assert await turn(house).take_if_free() is None
    back.set()
    await until(lambda: turn(house).take_if_free(), "the turn is free")


async def test_a_turn_of_which_nobody_knows_whether_it_was_taken_is_let_go(house: House) -> None:
    class Unsure(Leases):
        async def take(self, name: str, *, owner: str, seconds: float) -> int | None:
            await super().take(name, owner=owner, seconds=seconds)
            raise WTimeoutError("no majority in time", 64)

    with pytest.raises(WTimeoutError):
        await ImportTurn(Unsure(house.database), PROCESS).take()
    await until(lambda: turn(house).take_if_free(), "the turn is free")


async def enrolled(house: House) -> None:
    await house.furnish()
    await house.enrol("anna", await house.programme())
    await house.forget_told()


async def test_a_volunteer_whose_manager_changed_is_told_to_matching_again(house: House) -> None:
    await enrolled(house)
    await house.feeder.bring(DIRECTORY.replace("anna@corp.example,3,S2", "anna@corp.example,3,S1"))
    assert await house.told_types() == ["candidate.changed"]
    (candidate,) = await house.told()
    assert len(candidate["managers"]) == 1


async def test_a_change_further_up_the_line_is_told_too(house: House) -> None:
    await enrolled(house)
    await house.feeder.bring(DIRECTORY.replace("mia@corp.example,7,S1", "mia@corp.example,7,S9"))
    (candidate,) = await house.told()
    assert (len(candidate["managers"]), candidate["managers_complete"]) == (1, False)


async def test_a_loop_cuts_the_line(house: House) -> None:
    await enrolled(house)
    report = await house.feeder.bring(
        DIRECTORY.replace("mia@corp.example,7,S1", "mia@corp.example,7,S3")
    )
    assert report["loops"] == [["S2", "S3"]]
    (candidate,) = await house.told()
    assert (len(candidate["managers"]), candidate["managers_complete"]) == (1, False)


async def test_a_volunteer_with_a_new_address_has_a_new_contact(house: House) -> None:
    await enrolled(house)
    await house.feeder.bring(DIRECTORY.replace("anna@corp.example", "a.yolkina@corp.example"))
    assert await house.told_types() == ["contact.changed"]
    (contact,) = await house.told()
    assert contact["email"] == "a.yolkina@corp.example"


async def test_whoever_takes_no_part_is_told_to_nobody(house: House) -> None:
    await enrolled(house)
    await house.feeder.bring(DIRECTORY.replace("Ben Low,Sales", "Ben High,Board"))
    assert await house.told() == []
