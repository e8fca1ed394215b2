"""Rows of the directory: what is good, what is bad and where, and who reports to whom."""
# ruff: noqa: RUF001 - names of the world are meant to be in their own letters

from dataclasses import replace
from uuid import UUID

import pytest

from services.enrollment.domain.directory import Employee, find_loops, lines_above, reporting_line
from services.enrollment.domain.directory_file import BadCell, Row, UnknownManager
from tests.enrollment.files import LAYOUT, csv, employees, findings, names, rows

GOOD = "S2,boss@corp.example,8,,Boss,Board"
ONE, TWO, THREE = UUID(int=1), UUID(int=2), UUID(int=3)


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("S1,anna@corp.example,3,,Anna", "", "ragged_row"),
        ("S1,anna@corp.example,3,,Anna,Sales,more", "", "ragged_row"),
        (",anna@corp.example,3,,Anna,Sales", "Staff Number", "empty"),
        ("S1,,3,,Anna,Sales", "Work Email", "empty"),
        ("S1,anna,3,,Anna,Sales", "Work Email", "bad_email"),
        ("S1,anna@corp,3,,Anna,Sales", "Work Email", "bad_email"),
        ("S1,a@b.example c@d.example,3,,Anna,Sales", "Work Email", "bad_email"),
        ('S1,"a@b.example\r\nBcc: x@y.example",3,,Anna,Sales', "Work Email", "bad_email"),
        ("S1,anna@corp.example,,,Anna,Sales", "Level", "empty"),
        ("S1,anna@corp.example,0,,Anna,Sales", "Level", "bad_level"),
        ("S1,anna@corp.example,21,,Anna,Sales", "Level", "bad_level"),
        ("S1,anna@corp.example,G7,,Anna,Sales", "Level", "bad_level"),
        ("S1,anna@corp.example,3,,An\0na,Sales", "Name", "control_character"),
        ("S1,anna@corp.example,3,,\u202eannA,Sales", "Name", "control_character"),
        ("S1,anna@corp.example,3,,Ann\ufffd,Sales", "Name", "lost_character"),
        (f"S1,anna@corp.example,3,,{'A' * 201},Sales", "Name", "too_long"),
    ],
)
def test_a_bad_row_is_told_by_line_column_and_code(row: str, column: str, code: str) -> None:
    found = findings(csv(GOOD, row))
    assert found.bad == [BadCell(3, column, code)]
    assert (found.rows, found.good, found.bad_total) == (2, 1, 1)


def test_only_number_address_and_level_are_required() -> None:
    assert rows(csv("S1,anna@corp.example,3,,,")) == [
        Row(2, Employee("S1", "anna@corp.example", 3, ""))
    ]


def test_a_staff_number_twice_is_bad_the_second_time() -> None:
    found = findings(csv(GOOD, "S2,other@corp.example,3,,Other,Sales"))
    assert found.bad == [BadCell(3, "Staff Number", "staff_number_twice")]


def test_an_address_twice_is_bad_in_any_case() -> None:
    found = findings(csv(GOOD, "S3,BOSS@Corp.example,3,,Other,Sales"))
    assert found.bad == [BadCell(3, "Work Email", "email_twice")]


@pytest.mark.parametrize("name", ["=1+1", "+44 20", "-Anna", "@anna", "=cmd|'/c calc'!A0"])
def test_a_cell_that_looks_like_a_formula_is_text(name: str) -> None:
    assert names(csv(f"S1,anna@corp.example,3,,{name},Sales")) == [name]


def test_line_breaks_in_a_name_become_spaces_so_that_no_mail_header_ends_there() -> None:
    data = csv('S1,anna@corp.example,3,,"Anna\r\nBcc: all@corp.example",Sales')
    assert names(data) == ["Anna Bcc: all@corp.example"]


def test_names_of_the_world_are_kept_composed() -> None:
    data = csv(
        "S1,anna@corp.example,3,,Zoe\u0308 O\u2019Brien,Sales",
        "S2,b@corp.example,1,,می\u200cخواهم,X",
    )
    assert names(data) == ["Zo\u00eb O\u2019Brien", "می\u200cخواهم"]


def test_a_level_comes_from_a_scale_of_grades() -> None:
    layout = replace(LAYOUT, level_scale={"G7": 5, "SCS 1": 7})
    data = csv("S1,a@corp.example,g7,,,", "S2,b@corp.example,scs  1,,,", "S3,c@corp.example,5,,,")
    assert [employee.level for employee in employees(data, layout)] == [5, 7]
    assert rows(data, layout)[2] == BadCell(4, "Level", "bad_level")


def test_zone_and_language_are_checked_where_they_are_given() -> None:
    columns = {**LAYOUT.columns, "time_zone": "Zone", "language": "Tongue"}
    layout = replace(LAYOUT, columns=columns)
    header = "Staff Number,Work Email,Level,Line Manager Staff Number,Zone,Tongue\n"
    data = csv(
        "S1,a@corp.example,3,,Europe/Berlin,ru-RU",
        "S2,b@corp.example,3,,Mars/Base,en",
        "S3,c@corp.example,3,,,English",
        header=header,
    )
    (first,) = employees(data, layout)
    assert (first.time_zone, first.language) == ("Europe/Berlin", "ru")
    assert rows(data, layout)[1:] == [
        BadCell(3, "Zone", "unknown_time_zone"),
        BadCell(4, "Tongue", "bad_language"),
    ]


def test_unknown_managers_are_reported_and_accepted() -> None:
    found = findings(csv(GOOD, "S1,a@corp.example,3,S9,,", "S3,c@corp.example,3,S9,,"))
    assert (found.good, found.unknown_managers) == (
        3,
        [UnknownManager(3, "S9")],
    )


def test_loops_are_reported_and_accepted() -> None:
    found = findings(
        csv(
            "S3,c@corp.example,3,S1,,",
            "S1,a@corp.example,3,S2,,",
            "S2,b@corp.example,3,S3,,",
            "S4,d@corp.example,3,S4,,",
            "S5,e@corp.example,3,S1,,",
        )
    )
    assert (found.good, found.loops) == (5, [["S1", "S2", "S3"], ["S4"]])


def test_a_long_line_of_managers_is_no_loop() -> None:
    assert find_loops({f"S{n}": f"S{n + 1}" for n in range(10_000)}) == []


def somebody(number: str, manager: str | None, person: UUID) -> Employee:
    return Employee(number, f"{number}@corp.example", 3, manager, person_id=person)


def test_the_line_of_managers_ends_at_the_top() -> None:
    known = {"B": somebody("B", "T", TWO), "T": somebody("T", "", THREE)}
    assert reporting_line(somebody("A", "B", ONE), known) == ((TWO, THREE), True)


def test_an_unknown_manager_cuts_the_line() -> None:
    known = {"B": somebody("B", "X", TWO)}
    assert reporting_line(somebody("A", "B", ONE), known) == ((TWO,), False)


def test_a_loop_cuts_the_line() -> None:
    known = {"A": somebody("A", "B", ONE), "B": somebody("B", "A", TWO)}
    assert reporting_line(known["A"], known) == ((TWO,), False)


def test_those_above_by_whatever_line_stand_at_their_least_number_of_steps() -> None:
    """A reports to B and, dotted, to C; B to T; C, dotted, to D; D to T; T to nobody. X is not known."""
    people = {name: UUID(int=number) for number, name in enumerate("ABCDT", 1)}
    b, c = somebody("B", "T", people["B"]), somebody("C", None, people["C"])
    known = {
        "B": b,
        "C": replace(c, dotted=("D",)),
        "D": somebody("D", "T", people["D"]),
        "T": somebody("T", "", people["T"]),
    }
    own = replace(somebody("A", "B", people["A"]), dotted=("C", "X"))

    assert lines_above(own, known) == [[people["B"], people["C"]], [people["T"], people["D"]]]
    assert lines_above(known["T"], known) == []


def test_a_loop_of_dotted_lines_ends() -> None:
    one, two = somebody("A", "B", ONE), replace(somebody("B", None, TWO), dotted=("A",))

    assert lines_above(one, {"A": one, "B": two}) == [[TWO]]


def test_a_file_that_does_not_tell_managers_leaves_the_line_open() -> None:
    assert reporting_line(somebody("A", None, ONE), {}) == ((), False)
