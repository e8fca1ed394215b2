"""The HR directory: who is an employee, and who reports to whom.

Being in the directory is not taking part: nothing here makes a volunteer.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

TOP_LEVEL = 20
LONGEST_EMAIL = 254
MOST_LEAVERS_PERCENT = 30
"""Where more are missing in a file, it is more likely a part than that so many have left; a setting may say else."""

_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]"
)


@dataclass(frozen=True, slots=True)
class Layout:
    """How a company's file is laid out: field -> header, and grades as levels where it has grades."""

    columns: Mapping[str, str]
    level_scale: Mapping[str, int] = field(default_factory=dict)
    encoding: str | None = None
    delimiter: str | None = None
    manager_by: str = "staff_number"
    """What the manager columns hold: `staff_number` or `email`."""


@dataclass(frozen=True, slots=True)
class Provided:
    """What an identity provider says of somebody beside their row; a file does not touch it."""

    external_id: str = ""
    given_name: str = field(default="", repr=False)
    family_name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Employee:
    """One row. `manager` is "" at the top of the house and None where the file does not tell."""

    staff_number: str
    email: str = field(repr=False)
    level: int
    manager: str | None = None
    name: str = field(default="", repr=False)
    unit: str = ""
    site: str = ""
    profession: str = ""
    time_zone: str = ""
    language: str = ""
    dotted: tuple[str, ...] = ()
    """Staff numbers of those whom they report to beside their manager."""
    person_id: UUID | None = field(default=None, compare=False)
    provided: Provided | None = field(default=None, compare=False)

    @property
    def reports_to(self) -> tuple[str, ...]:
        """The staff numbers of manager and dotted lines."""
        return (self.manager, *self.dotted) if self.manager else self.dotted


def find_loops(managers: Mapping[str, str]) -> list[list[str]]:
    """Every circle in who reports to whom, each once, beginning with its smallest staff number."""
    loops: list[list[str]] = []
    done: set[str] = set()
    for start in managers:
        path: dict[str, int] = {}
        here = start
        while here in managers and here not in done and here not in path:
            path[here] = len(path)
            here = managers[here]
        if here in path:
            loop = list(path)[path[here] :]
            first = loop.index(min(loop))
            loops.append(loop[first:] + loop[:first])
        done.update(path)
    return sorted(loops)


def reporting_line(
    employee: Employee, known: Mapping[str, Employee]
) -> tuple[tuple[UUID, ...], bool]:
    """The managers above, direct one first, and whether the line ends at the top.

    A circle or an unknown manager cuts the line, which is then incomplete.
    """
    above: list[UUID] = []
    seen = {employee.staff_number}
    manager = employee.manager
    while manager:
        boss = known.get(manager)
        if boss is None or boss.person_id is None or manager in seen:
            return tuple(above), False
        above.append(boss.person_id)
        seen.add(manager)
        manager = boss.manager
    return tuple(above), manager == ""


def lines_above(employee: Employee, known: Mapping[str, Employee]) -> list[list[UUID]]:
    """Those above by solid and dotted lines, as far as they are known, each at their least number of steps.

    The first list has those whom they report to themselves, the manager first.
    """
    steps: list[list[UUID]] = []
    seen, here = {employee.staff_number}, [employee]
    while here:
        above = {
            number: known[number]
            for one in here
            for number in one.reports_to
            if number in known and number not in seen
        }
        seen |= above.keys()
        here = list(above.values())
        steps.append([boss.person_id for boss in here if boss.person_id])
    return steps[:-1]


def is_email(text: str) -> bool:
    """Whether mail could be sent there; one address and nothing else."""
    return len(text) <= LONGEST_EMAIL and _EMAIL.fullmatch(text) is not None


@lru_cache(maxsize=1024)
def is_time_zone(name: str) -> bool:
    """Whether it is an IANA name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
