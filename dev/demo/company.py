"""Makes a believable company: people with names, units, grades, managers, languages and time zones."""

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mimesis import Locale, Person
from mimesis.enums import Gender

# Grade, level, and how many people report to one of the grade above.
GRADES = (
    ("Chief", 9, 1),
    ("Executive", 8, 8),
    ("Director", 7, 4),
    ("Head", 6, 3),
    ("Manager", 5, 3),
    ("Lead", 4, 2),
    ("Senior", 3, 2),
    ("Specialist", 2, 2),
    ("Junior", 1, 2),
)
UNITS = ("Sales", "Operations", "Finance", "People", "Technology", "Marketing", "Service", "Legal")
PROFESSIONS = ("Analyst", "Engineer", "Adviser", "Planner", "Designer", "Accountant", "Lawyer")
# Site, time zone, language, the names people have there, and how many of a hundred work there.
SITES = (
    ("London", "Europe/London", "en", Locale.EN_GB, 40),
    ("Berlin", "Europe/Berlin", "en", Locale.EN, 25),
    ("Belgrade", "Europe/Belgrade", "ru", Locale.RU, 20),
    ("Yerevan", "Asia/Yerevan", "ru", Locale.RU, 15),
)
HEADERS = (
    "Staff Number", "Name", "Work Email", "Grade", "Level", "Unit", "Site", "Profession",
    "Line Manager Staff Number", "Time Zone", "Language",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Post:
    """A place in the hierarchy."""

    number: int
    grade: str
    level: int
    unit: str
    manager: int | None


def write_company(path: Path, *, people: int, seed: int) -> None:
    """Write a directory of so many people as CSV; the same seed makes the same company."""
    chance = random.Random(seed)
    names = {locale: Person(locale, seed=seed) for _, _, _, locale, _ in SITES}
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(HEADERS)
        for post in _hierarchy(people, chance):
            rows.writerow(_row(post, names, chance))


def _hierarchy(people: int, chance: random.Random) -> Iterator[Post]:
    """Posts from the top down, each with a manager of the grade above, until there are enough."""
    number = 0
    above: list[Post] = []
    for grade, level, reports in GRADES:
        here: list[Post] = []
        managers: list[Post | None] = [*above] or [None]
        for manager in managers:
            for _ in range(reports):
                if number == people:
                    yield from here
                    return
                number += 1
                unit = manager.unit if manager and manager.level < 8 else chance.choice(UNITS)
                here.append(Post(number, grade, level, unit, manager.number if manager else None))
        yield from here
        above = here
    for extra in range(number, people):
        manager = chance.choice(above)
        yield Post(extra + 1, "Junior", 1, manager.unit, manager.manager)


def _row(post: Post, names: dict[Locale, Person], chance: random.Random) -> tuple[object, ...]:
    weights = [share for *_, share in SITES]
    site, zone, language, locale, _ = chance.choices(SITES, weights)[0]
    name = names[locale].full_name(gender=chance.choice((Gender.FEMALE, Gender.MALE)))
    staff_number = f"E{post.number:05}"
    manager = f"E{post.manager:05}" if post.manager else ""
    email = f"{staff_number.lower()}@company.example"
    profession = chance.choice(PROFESSIONS)
    return (
        staff_number, name, email, post.grade, post.level, post.unit, site, profession, manager,
        zone, language,
    )  # fmt: skip
