"""Pools to measure with, the same for the same seed, as the files that `simulate` reads."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

Data = dict[str, Any]
SEED = 1
ALWAYS: Data = {"slots": [{"weekday": 0, "start_minute": 540, "minutes": 480}], "languages": ["en"]}
MENTORS_FROM, MENTEES_FROM = 1 << 32, 1 << 40
"""Where the ids of each side begin."""


@dataclass(frozen=True)
class Files:
    """A pool and its policy."""

    pool: Path
    policy: Path


def write(folder: Path, name: str, volunteers: Iterator[Data], policy: Mapping[str, Any]) -> Files:
    """The files of this name."""
    files = Files(folder / f"{name}.jsonl", folder / f"{name}-policy.json")
    with files.pool.open("w", encoding="utf-8") as lines:
        for data in volunteers:
            lines.write(json.dumps({"kind": "volunteer", "data": data}) + "\n")
    files.policy.write_text(json.dumps(policy), encoding="utf-8")
    return files


def volunteer(number: int, role: str, **but: Any) -> Data:
    """Volunteer and person of this number, mentors and mentees counted apart."""
    first = MENTORS_FROM if role == "mentor" else MENTEES_FROM
    return {"volunteer_id": str(UUID(int=first + number)), "roles": [role], **ALWAYS, **but}


def levels(size: int) -> tuple[Iterator[Data], Data]:
    """As many mentors as mentees: two in five combinations are forbidden, and scores have 20 levels.

    A mentor offers 12 of 20 topics, a mentee needs one. Points: a shared hobby 10, another unit 5, and one for
    each level between the two, up to 4.
    """
    policy = {
        "level_gap": 0,
        "common_slot_minutes": 60,
        "weights": {"hobbies": 15, "distance": 10, "exposure": 4},
    }
    return _levels(size, Random(SEED)), policy


def _levels(size: int, draw: Random) -> Iterator[Data]:
    topics, hobbies, units = (
        [f"{what}{number}" for number in range(many)]
        for what, many in (("topic", 20), ("hobby", 2), ("unit", 2))
    )
    for number in range(size):
        yield volunteer(
            number,
            "mentor",
            offers=[{"topic": topic, "proficiency": 5} for topic in draw.sample(topics, 12)],
            hobbies=[draw.choice(hobbies)],
            unit=draw.choice(units),
            level=draw.randint(1, 5),
            exposure=["strategy"],
        )
        yield volunteer(
            number,
            "mentee",
            needs=[{"topic": draw.choice(topics), "priority": 1, "level": 0}],
            hobbies=[draw.choice(hobbies)],
            unit=draw.choice(units),
            level=draw.randint(5, 9),
        )


def company(mentors: int, mentees: int) -> tuple[Iterator[Data], Data]:
    """A company with all that rules and points look at: managers, zones, weeks, and capacities from 1 to 3."""
    policy = {
        "on": "2026-03-02",
        "weights": {
            "topics": 40,
            "hobbies": 10,
            "availability": 10,
            "motivation": 20,
            "distance": 10,
            "exposure": 10,
            "openness": 10,
            "scarcity": 10,
        },
    }
    return _company(mentors, mentees, Random(SEED)), policy


ZONES = ("Europe/Berlin", "Europe/London", "Europe/Paris", "America/New_York", "Asia/Kolkata")
WISHES = ("strategy", "leadership", "international", "finance", "customers", "technology")
UNITS = ("Finance", "Sales", "IT platform", "Plants", "Service", "Research", "Law", "People")


def _company(mentors: int, mentees: int, draw: Random) -> Iterator[Data]:
    weeks = [_week(draw) for _ in range(40)]
    chains = [[str(UUID(int=draw.randrange(1, 1 << 30))) for _ in range(4)] for _ in range(500)]
    for number in range(mentors):
        yield volunteer(
            number,
            "mentor",
            **_anybody(draw, weeks, chains),
            level=draw.randint(1, 5),
            capacity=draw.randint(1, 3),
            offers=[
                {"topic": topic, "proficiency": draw.randint(2, 5)} for topic in _topics(draw, 3)
            ],
            exposure=draw.sample(WISHES, 2),
        )
    for number in range(mentees):
        yield volunteer(
            number,
            "mentee",
            **_anybody(draw, weeks, chains),
            level=draw.randint(6, 10),
            needs=[
                {"topic": topic, "priority": priority, "level": draw.randint(0, 2)}
                for priority, topic in enumerate(_topics(draw, 3), start=1)
            ],
            waited=draw.choices((0, 1, 2), (8, 2, 1))[0],
        )


def _anybody(draw: Random, weeks: list[list[Data]], chains: list[list[str]]) -> Data:
    return {
        "slots": draw.choice(weeks),
        "time_zone": draw.choice(ZONES),
        "languages": ["en", draw.choice(("de", "fr", "ru"))] if draw.random() < 0.9 else ["fr"],
        "hobbies": [f"hobby{number}" for number in draw.sample(range(30), 5)],
        "motivation": draw.randint(1, 5),
        "openness": draw.randint(1, 5),
        "unit": f"{draw.choice(UNITS)} {draw.randint(1, 9)}",
        "site": f"site{draw.randint(1, 20)}",
        "managers": draw.choice(chains),
    }


def _topics(draw: Random, many: int) -> list[str]:
    return [f"topic{number}" for number in draw.sample(range(30), many)]


def _week(draw: Random) -> list[Data]:
    return [
        {
            "weekday": day,
            "start_minute": 30 * draw.randint(14, 34),
            "minutes": 60 * draw.randint(1, 4),
        }
        for day in draw.sample(range(5), 3)
    ]


def peers(size: int) -> tuple[Iterator[Data], Data]:
    """The other matcher's own rules as a policy; dev/bench/matching/peer_rules.py has them in its words.

    Another organisation (here unit) and two grades (levels) between the two at least, as conditions; five points
    for the same profession (here site), and one for each of up to four grades.
    """
    policy = {
        "level_gap": 2,
        "other_unit": True,
        "attribute_rules": [{"attribute": "site", "relation": "equal", "points": 5}],
        "weights": {"attributes": 5, "exposure": 4},
    }
    return _peers(size, Random(SEED)), policy


def _peers(size: int, draw: Random) -> Iterator[Data]:
    topic = "anything"
    for number in range(size):
        yield volunteer(
            number,
            "mentor",
            offers=[{"topic": topic, "proficiency": 5}],
            unit=f"unit{draw.randrange(10)}",
            site=f"site{draw.randrange(20)}",
            level=draw.randint(1, 6),
            exposure=["strategy"],
        )
        yield volunteer(
            number,
            "mentee",
            needs=[{"topic": topic, "priority": 1, "level": 0}],
            unit=f"unit{draw.randrange(10)}",
            site=f"site{draw.randrange(20)}",
            level=draw.randint(3, 9),
        )
