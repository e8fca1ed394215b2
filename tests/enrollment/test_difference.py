"""What a further file changes: who joins, moves, has another number, or has left."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrollment.app import build
from services.enrollment.domain.directory import Layout
from services.enrollment.domain.directory_file import read_directory, survey
from services.enrollment.settings import Settings
from services.enrollment.translation import DirectoryMapping
from tests.enrollment.conftest import DIRECTORY, MAPPING, House
from tests.enrollment.test_api import code
from tests.enrollment.test_import import employees

HEADER, *ROWS = DIRECTORY.splitlines()
TOP, MIA, ANNA, BEN = ROWS


def file(*rows: str) -> str:
    return "\n".join((HEADER, *rows)) + "\n"


async def test_who_is_not_in_a_whole_file_has_left(house: House) -> None:
    await house.furnish()
    report = await house.feeder.bring(file(TOP, MIA, ANNA))
    assert (report["joined"], report["changed"], report["left"]) == (0, 0, 1)
    assert report["leavers"] == ["S4"]
    assert set(await employees(house)) == {"S1", "S2", "S3"}


async def test_a_part_of_the_directory_lets_nobody_leave(house: House) -> None:
    await house.furnish()
    report = await house.feeder.bring(file(ANNA.replace("Sales", "Service")), "?scope=part")
    assert (report["changed"], report["left"]) == (1, 0)
    assert set(await employees(house)) == {"S1", "S2", "S3", "S4"}


async def test_where_a_row_is_bad_nobody_leaves_since_it_may_be_theirs(house: House) -> None:
    await house.furnish()
    report = await house.feeder.bring(
        file(TOP, MIA, ANNA, "S4,nobody,3,S2,Ben,Sales"), "?mode=skip_bad"
    )
    assert (report["bad_total"], report["left"], report["leavers_kept"]) == (1, 0, 1)
    assert set(await employees(house)) == {"S1", "S2", "S3", "S4"}


async def test_that_a_third_has_left_must_be_said(house: House) -> None:
    await house.furnish()
    refused = await house.feeder.send_file(file(TOP, MIA).encode())
    assert code(refused) == (409, "too_many_leave")
    assert "2 of 4 employees are not in this file" in refused.json()["detail"]
    assert set(await employees(house)) == {"S1", "S2", "S3", "S4"}
    report = await house.feeder.bring(file(TOP, MIA), "?scope=shrunk")
    assert report["left"] == 2
    assert set(await employees(house)) == {"S1", "S2"}


async def test_how_many_may_have_left_is_a_setting(house: House) -> None:
    await house.furnish()
    house.service.api.state.most_leavers_percent = 24
    refused = await house.feeder.send_file(file(TOP, MIA, ANNA).encode())
    assert code(refused) == (409, "too_many_leave")
    assert "1 of 4 employees are not in this file, more than 24 %." in refused.json()["detail"]
    house.service.api.state.most_leavers_percent = 25
    assert (await house.feeder.bring(file(TOP, MIA, ANNA)))["left"] == 1


async def test_the_setting_is_30_by_default_and_reaches_the_import(house: House) -> None:
    assert house.service.api.state.most_leavers_percent == 30
    settings = house.service.foundation.settings
    assert isinstance(settings, Settings)
    other = build(settings.model_copy(update={"most_leavers_percent": 55}))
    assert other.api.state.most_leavers_percent == 55
    other.databases[0].client.close()


async def test_a_leavers_volunteer_is_withdrawn_by_the_system(house: House) -> None:
    await house.furnish()
    programme = await house.programme()
    said = await house.enrol("anna", programme)
    await house.enrol("ben", programme)
    await house.forget_told()
    await house.feeder.bring(file(TOP, MIA, BEN))
    (left,) = await house.told("volunteer.withdrawn")
    assert left["volunteer_id"] == said["volunteer_id"]
    statuses = [one["status"] for one in await house.told("candidate.changed")]
    assert statuses == ["withdrawn"]


async def test_the_same_person_under_a_new_number_keeps_their_id_and_is_no_double(
    house: House,
) -> None:
    await house.furnish()
    before = await employees(house)
    report = await house.feeder.bring(file(TOP, MIA, ANNA, BEN.replace("S4", "X9")))
    counts = [report[name] for name in ("joined", "changed", "renumbered", "left")]
    assert counts == [0, 0, 1, 0]
    after = await employees(house)
    assert set(after) == {"S1", "S2", "S3", "X9"}
    assert after["X9"]["person_id"] == before["S4"]["person_id"]
    programme = await house.programme()
    await house.enrol("ben", programme)


async def test_who_left_and_comes_back_under_another_number_is_known_again(house: House) -> None:
    await house.furnish()
    me = await house.person("ben").put("/me")
    await house.feeder.bring(file(TOP, MIA, ANNA))
    await house.feeder.bring(file(TOP, MIA, ANNA, BEN.replace("S4", "X9")))
    assert (await house.person("ben").get("/me"))["person_id"] == me["person_id"]
    await house.enrol("ben", await house.programme())


async def test_a_lead_who_is_imported_later_may_say_yes_too(house: House) -> None:
    programme = await house.open_programme(house.person("ben", "lead"))
    await house.furnish()
    await house.enrol("ben", programme)


async def test_of_a_thousand_five_percent_change_and_the_report_says_which(house: House) -> None:
    """Of 1,000: 20 move to another unit, 15 leave, 15 join, and one of the leavers had said yes."""
    await house.feeder.put("/directory/mapping", MAPPING)
    people = [
        f"P{n},p{n}@corp.example,{1 + n % 9},P0,Person {n},Unit {n % 7}" for n in range(1, 1000)
    ]
    boss = "P0,p0@corp.example,9,,Boss,Board"
    first = await house.feeder.bring(file(boss, *people))
    assert [first[name] for name in ("joined", "changed", "left")] == [1000, 0, 0]
    said = await house.enrol("p985", await house.programme())
    moved = [row.rsplit(",", 1)[0] + ",Elsewhere" for row in people[:20]]
    joined = [f"J{n},j{n}@corp.example,2,P0,Joiner {n},Unit 1" for n in range(15)]
    second = await house.feeder.bring(file(boss, *moved, *people[20:984], *joined))
    counts = [second[name] for name in ("joined", "changed", "renumbered", "left")]
    assert counts == [15, 20, 0, 15]
    assert second["leavers"] == sorted(f"P{n}" for n in range(985, 1000))
    (left,) = await house.told("volunteer.withdrawn")
    assert left["volunteer_id"] == said["volunteer_id"]
    again = await house.feeder.bring(file(boss, *moved, *people[20:984], *joined))
    assert [again[name] for name in ("joined", "changed", "renumbered", "left")] == [0, 0, 0, 0]


async def test_managers_may_be_named_by_address(house: House) -> None:
    await house.feeder.put("/directory/mapping", MAPPING | {"manager_by": "email"})
    rows = [
        TOP,
        MIA.replace("S1", "TOP@corp.example"),
        ANNA.replace("S2", "mia@corp.example"),
        BEN.replace("S2", "nobody@corp.example"),
    ]
    report = await house.feeder.bring(file(*rows))
    assert report["unknown_managers"] == [{"line": 5, "id": "nobody@corp.example"}]
    here = await employees(house)
    assert [here[number]["manager"] for number in ("S2", "S3")] == ["S1", "S2"]
    late = await house.feeder.bring(
        file("S7,new@corp.example,2,mia@corp.example,New,Sales"), "?scope=part"
    )
    assert late["unknown_managers"] == []
    assert (await employees(house))["S7"]["manager"] == "S2"


async def test_a_dotted_line_belongs_to_the_line_of_managers(house: House) -> None:
    columns = MAPPING["columns"] | {"dotted": "Also reports to"}
    await house.feeder.put("/directory/mapping", {"columns": columns})
    rows = [f"{TOP},", f"{MIA},", f"{ANNA},", f"{BEN},S3; S9"]
    report = await house.feeder.bring("\n".join((f"{HEADER},Also reports to", *rows)) + "\n")
    assert report["unknown_managers"] == [{"line": 5, "id": "S9"}]
    here = await employees(house)
    await house.enrol("ben", await house.programme())
    (candidate,) = await house.told("candidate.changed")
    ids = [str(here[number]["person_id"]) for number in ("S2", "S1", "S3")]
    assert candidate["managers"] == ids
    assert candidate["direct_managers"] == [ids[0], ids[2]]
    assert candidate["near_managers"] == [ids[0], ids[2], ids[1]]


LAYOUT: Layout = DirectoryMapping.model_validate(MAPPING | {"manager_by": "email"}).layout()


@given(st.integers(0, 2**32), st.integers(1, 30))
def test_a_survey_says_of_a_file_what_its_rows_say(seed: int, people: int) -> None:
    chance = random.Random(seed)
    emails = [f"p{n}@corp.example" for n in range(people)]
    bosses = [chance.choice(["", "x@corp.example", *emails]) for _ in emails]
    rows = [
        f"S{n},{email},3,{boss},N,U"
        for n, (email, boss) in enumerate(zip(emails, bosses, strict=True))
    ]
    content = file(*rows).encode()
    known = survey(iter([content]), LAYOUT)
    assert known.staff_numbers == {f"S{n}" for n in range(people)}
    assert known.by_email == {email: f"S{n}" for n, email in enumerate(emails)}
    expected = ["x@corp.example"] if "x@corp.example" in bosses else []
    assert [one.id for one in known.report.unknown_managers] == expected
    assert known.report.good == len(list(read_directory(iter([content]), LAYOUT)))


@pytest.mark.parametrize("cell", ["S1;S2", "S1, S2", "S1 | S2"])
def test_several_dotted_lines_stand_in_one_cell(cell: str) -> None:
    layout = DirectoryMapping.model_validate(
        {"columns": MAPPING["columns"] | {"dotted": "Also"}, "delimiter": "\t"}
    ).layout()
    header = HEADER.replace(",", "\t") + "\tAlso"
    row = BEN.replace(",", "\t") + f"\t{cell}"
    (found,) = read_directory(iter([f"{header}\n{row}\n".encode()]), layout)
    assert getattr(found, "employee").dotted == ("S1", "S2")  # noqa: B009 - a row or a bad cell
