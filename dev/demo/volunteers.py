"""Who says yes in the demo, and what they say: a seeded sample of the directory, juniors and executives."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from services.enrollment.domain.directory import Employee, Layout
from services.enrollment.domain.directory_file import Row, read_directory

MENTORS, MENTEES = 190, 130
SHARE_AT_MOST = 0.8
TOPICS = (
    "crm", "analytics", "automation", "artificial_intelligence", "customers", "negotiation",
    "presenting", "social_media", "generations", "green_economy",
)  # fmt: skip
HOBBIES = ("chess", "running", "cooking", "photography", "hiking", "guitar", "cycling", "reading")


@dataclass(frozen=True, slots=True)
class Volunteer:
    """Somebody of the directory and what they send to enrol."""

    staff_number: str
    email: str
    body: dict[str, Any]


def read_employees(file: Path, layout: Layout) -> list[Employee]:
    """The good rows of a directory file."""
    with file.open("rb") as source:
        rows = read_directory(iter(lambda: source.read(65_536), b""), layout)
        return [row.employee for row in rows if isinstance(row, Row)]


def choose(
    employees: Sequence[Employee], seed: int, *, mentors: int = MENTORS, mentees: int = MENTEES
) -> list[Volunteer]:
    """Executives who want to learn and juniors who want to teach, so many at most, the same ones for the same seed."""
    chance = random.Random(seed)
    by_level = sorted(employees, key=lambda person: (person.level, person.staff_number))
    middle = len(by_level) // 2
    juniors, seniors = by_level[:middle], by_level[middle:]
    executives = [person for person in seniors if person.level >= by_level[-1].level - 3]
    learning = _sample(executives, mentees, chance)
    teaching = _sample(juniors, mentors, chance)
    return [
        *(Volunteer(p.staff_number, p.email, _mentor(p, chance)) for p in teaching),
        *(Volunteer(p.staff_number, p.email, _mentee(p, chance)) for p in learning),
    ]


def _sample(people: Sequence[Employee], most: int, chance: random.Random) -> list[Employee]:
    share = max(1, int(len(people) * SHARE_AT_MOST)) if len(people) > most else len(people)
    return chance.sample(list(people), min(most, share))


def _mentor(person: Employee, chance: random.Random) -> dict[str, Any]:
    topics = chance.sample(TOPICS, chance.randint(2, 4))
    offers = [{"topic": topic, "proficiency": chance.randint(3, 5)} for topic in topics]
    return _common(person, chance) | {"roles": ["mentor"], "offers": offers}


def _mentee(person: Employee, chance: random.Random) -> dict[str, Any]:
    topics = chance.sample(TOPICS, chance.randint(1, 3))
    needs = [
        {"topic": topic, "priority": min(place, 3), "level": chance.randint(0, 3)}
        for place, topic in enumerate(topics, 1)
    ]
    return _common(person, chance) | {"roles": ["mentee"], "needs": needs}


def _common(person: Employee, chance: random.Random) -> dict[str, Any]:
    language, today = person.language or "en", datetime.now(UTC).date()
    return {
        "consent": {
            "version": "2026-11",
            "given_on": today.isoformat(),
            "language": language,
        },
        "formats": ["one_to_one"],
        "hours_per_month": chance.choice([2, 3, 4, 6]),
        "capacity": 1,
        "slots": list(_slots(chance)),
        "time_zone": person.time_zone or "Europe/London",
        "languages": sorted({language, *chance.choices((["en"], []), (7, 3))[0]}),
        "hobbies": chance.sample(HOBBIES, chance.randint(1, 3)),
        "motivation": chance.randint(2, 5),
        "openness": chance.randint(2, 5),
    }


def _slots(chance: random.Random) -> Iterator[dict[str, int]]:
    for weekday in sorted(chance.sample(range(5), chance.randint(2, 4))):
        start = chance.choice([8, 9, 10, 13, 14, 15]) * 60
        yield {"weekday": weekday, "start_minute": start, "minutes": chance.choice([120, 180])}
