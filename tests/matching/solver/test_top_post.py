"""A whole company: everybody reports to the one at the top in the end, who still finds a mentor."""

import csv
from pathlib import Path
from uuid import UUID

from dev.demo.company import write_company
from services.matching.domain.candidates import Candidate
from services.matching.solver.run import decide
from services.matching.solver.table import table_of
from tests.matching.builders import a_mentee, a_mentor, a_pool

NUMBER, LEVEL, UNIT, MANAGER = "Staff Number", "Level", "Unit", "Line Manager Staff Number"
PERSON = 0x1000
"""A person's id is that of the volunteer and this."""


def company(path: Path) -> list[Candidate]:
    """All of a directory: those without a manager want what everybody else offers."""
    with path.open(encoding="utf-8-sig", newline="") as source:
        rows = {row[NUMBER]: row for row in csv.DictReader(source)}
    place = {number: place for place, number in enumerate(rows, 1)}

    def above(number: str) -> tuple[UUID, ...]:
        chain = []
        while number := rows[number][MANAGER]:
            chain.append(UUID(int=PERSON + place[number]))
        return tuple(chain)

    return [
        (a_mentor if row[MANAGER] else a_mentee)(
            place[number],
            level=int(row[LEVEL]),
            unit=row[UNIT],
            managers=above(number),
            managers_complete=True,
        )
        for number, row in rows.items()
    ]


def test_the_top_post_of_a_directory_finds_a_mentor(
    real_directory: Path | None, tmp_path: Path
) -> None:
    path = real_directory
    if path is None:
        path = tmp_path / "company.csv"
        write_company(path, people=2_600, seed=11)
    people = company(path)
    top = UUID(int=PERSON + next(one.id.int for one in people if not one.managers))
    direct = {one.person_id for one in people if one.managers[:1] == (top,)}
    by_id = {one.id: one for one in people}

    told = decide(a_pool(*people), lambda step, done, total: None)
    (match,) = told.matches
    mentor = by_id[match.mentor_id]
    assert mentor.level <= by_id[match.mentee_id].level - 2
    assert top not in mentor.managers[:2]
    assert direct.isdisjoint(mentor.managers[:1])


def test_who_is_within_two_steps_below_the_top_is_counted_as_in_its_line() -> None:
    """1 is the top; 2 and 3 report to it, 4 to 2, 5 to 4: only 5 is far enough."""
    managers = {2: (1,), 3: (1,), 4: (2, 1), 5: (4, 2, 1)}
    juniors = [
        a_mentor(number, managers=tuple(UUID(int=PERSON + one) for one in above))
        for number, above in managers.items()
    ]
    top = a_mentee(1, managers=(), managers_complete=True)

    table = table_of(a_pool(top, *juniors), lambda step, done, total: None)
    assert [one.int for one in table.mentors] == [2, 3, 4, 5]
    assert (table.points >= 0).tolist() == [[False, False, False, True]]
