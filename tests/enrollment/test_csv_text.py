"""Files as they come: every encoding, delimiter and line end is understood or refused in words."""

import tracemalloc
from collections.abc import Iterator
from dataclasses import replace

import pytest

from services.enrollment.domain.csv_text import Unreadable
from services.enrollment.domain.directory import Layout
from services.enrollment.domain.directory_file import BadCell, examine
from tests.enrollment.files import HEADER, LAYOUT, csv, employees, findings, names, rows

ANNA = "S1,anna@corp.example,3,S2,Анна Ёлкина,Sales"
BOSS = "S2,boss@corp.example,8,,Zoë Müller,Board"


def refusal(data: bytes, layout: Layout = LAYOUT) -> str:
    with pytest.raises(Unreadable) as refused:
        rows(data, layout)
    assert refused.value.detail.endswith(".")
    return refused.value.code


def test_a_utf8_file_is_read_as_it_is() -> None:
    assert names(csv(ANNA, BOSS)) == ["Анна Ёлкина", "Zoë Müller"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_byte_order_mark_names_the_encoding(encoding: str) -> None:
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    assert names(mark + csv(ANNA).decode().encode(encoding)) == ["Анна Ёлкина"]


def test_cp1251_is_refused_in_words_that_say_what_to_do() -> None:
    data = csv(ANNA).decode().encode("cp1251")
    with pytest.raises(Unreadable) as refused:
        rows(data)
    assert refused.value.code == "wrong_encoding"
    assert 'encoding = "cp1251"' in refused.value.detail


def test_cp1251_is_read_where_the_mapping_says_so() -> None:
    data = csv(ANNA).decode().encode("cp1251")
    assert names(data, replace(LAYOUT, encoding="cp1251")) == ["Анна Ёлкина"]


def test_a_utf8_file_is_never_garbled_by_a_mapping_that_names_another_encoding() -> None:
    assert refusal(csv(ANNA), replace(LAYOUT, encoding="cp1251")) == "encoding_contradicts"


def test_plain_ascii_fits_any_encoding_of_the_mapping() -> None:
    data = csv("S1,anna@corp.example,3,,Anna,Sales")
    assert names(data, replace(LAYOUT, encoding="cp1251")) == ["Anna"]


def test_utf16_without_a_mark_is_refused() -> None:
    assert refusal(csv(ANNA).decode().encode("utf-16-le")) == "not_text"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_out(delimiter: str) -> None:
    data = csv(ANNA, BOSS).decode().replace(",", delimiter).encode()
    assert names(data) == ["Анна Ёлкина", "Zoë Müller"]


def test_crlf_ends_a_line_too() -> None:
    assert names(csv(ANNA, BOSS).replace(b"\n", b"\r\n")) == ["Анна Ёлкина", "Zoë Müller"]


def test_a_last_line_needs_no_end() -> None:
    assert names(csv(ANNA, BOSS)[:-1]) == ["Анна Ёлкина", "Zoë Müller"]


def test_quoted_newlines_and_delimiters_belong_to_their_cell() -> None:
    data = csv('S1,anna@corp.example,3,,"Anna\nvan Dam, PhD","Sales ""West"""', BOSS)
    assert [row.line for row in rows(data)] == [2, 4]
    anna = employees(data)[0]
    assert (anna.name, anna.unit) == ("Anna van Dam, PhD", 'Sales "West"')


def test_blank_lines_are_no_rows() -> None:
    assert findings(csv(ANNA, "", "  ,,,,,", BOSS)).rows == 2


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"\n\n", "header_missing"),
        (HEADER.encode(), "no_rows"),
        (b"PK\x03\x04\x14\x00\x06\x00\x08\x00xl/workbook.xml", "not_text"),
        (b"\x1f\x8b\x08\x00directory.csv", "not_text"),
        (bytes(range(256)) * 4, "not_text"),
        (b"S1,anna@corp.example,3,,Anna,Sales\n", "header_missing"),
    ],
)
def test_what_is_no_directory_is_refused(data: bytes, code: str) -> None:
    assert refusal(data) == code


def test_a_missing_column_is_named() -> None:
    with pytest.raises(Unreadable) as refused:
        rows(b"Staff Number,Level\nS1,3\n")
    assert refused.value.code == "header_missing"
    assert "Work Email" in refused.value.detail


def test_a_doubled_column_is_refused() -> None:
    assert refusal(csv(ANNA, header="Staff Number,Work Email,Level,Name,name,Unit\n")) == (
        "header_doubled"
    )


def test_doubled_columns_that_nobody_reads_do_not_matter() -> None:
    data = b"Staff Number,Work Email,Level,Note,Note\nS1,anna@corp.example,3,x,y\n"
    assert findings(data).good == 1


def test_headers_are_found_in_any_case_and_order() -> None:
    data = b"level;WORK  EMAIL;staff number\n3;anna@corp.example;S1\n"
    assert employees(data)[0].email == "anna@corp.example"


def test_broken_quotes_are_one_bad_row_and_the_next_is_read() -> None:
    data = csv('S1,"anna"@corp.example,3,,Anna,Sales', BOSS)
    assert rows(data)[0] == BadCell(2, "", "broken_quotes")
    assert names(data) == ["Zoë Müller"]


def test_a_quote_that_never_closes_is_reported_where_it_began() -> None:
    data = csv('S1,anna@corp.example,3,,"Anna,Sales', *(f"X{n},,,,," for n in range(30_000)))
    assert rows(data)[0] == BadCell(2, "", "broken_quotes")


def test_a_line_of_1_gib_is_a_bad_row_in_bounded_memory() -> None:
    def sparse() -> Iterator[bytes]:
        yield HEADER.encode()
        for _ in range(16 * 1024):
            yield b"x" * (64 * 1024)
        yield b"\n" + BOSS.encode() + b"\n"

    tracemalloc.start()
    found = examine(sparse(), LAYOUT)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (found.rows, found.good) == (2, 1)
    assert found.bad == [BadCell(2, "", "line_too_long")]
    assert peak < 16 * 1024 * 1024


def test_a_row_of_endless_quoted_lines_is_bounded_too() -> None:
    cell = '"' + "y" * 60_000 + '\n",'
    data = csv(cell * 40, BOSS)
    assert rows(data)[0] == BadCell(2, "", "line_too_long")
