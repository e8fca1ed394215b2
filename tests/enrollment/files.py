"""Directory files as tests write them."""

from collections.abc import Iterator

from services.enrollment.domain.directory import Employee, Layout
from services.enrollment.domain.directory_file import BadCell, ImportReport, Row, examine
from services.enrollment.domain.directory_file import read_directory as read

LAYOUT = Layout(
    {
        "staff_number": "Staff Number",
        "email": "Work Email",
        "level": "Level",
        "manager": "Line Manager Staff Number",
        "name": "Name",
        "unit": "Unit",
    }
)
HEADER = "Staff Number,Work Email,Level,Line Manager Staff Number,Name,Unit\n"


def csv(*rows: str, header: str = HEADER) -> bytes:
    return (header + "".join(f"{row}\n" for row in rows)).encode()


def in_bites(data: bytes, size: int = 7) -> Iterator[bytes]:
    """The file as a slow network gives it."""
    yield from (data[start : start + size] for start in range(0, len(data), size))


def rows(data: bytes, layout: Layout = LAYOUT) -> list[Row | BadCell]:
    return list(read(in_bites(data), layout))


def findings(data: bytes, layout: Layout = LAYOUT) -> ImportReport:
    return examine(in_bites(data), layout)


def employees(data: bytes, layout: Layout = LAYOUT) -> list[Employee]:
    return [row.employee for row in rows(data, layout) if isinstance(row, Row)]


def names(data: bytes, layout: Layout = LAYOUT) -> list[str]:
    return [employee.name for employee in employees(data, layout)]
