"""Pools of people who have everything that a rule or a part of the score looks at, drawn by a seed."""

from dataclasses import replace
from random import Random
from uuid import UUID

from services.matching.domain.candidates import Candidate, Entrant, Need, Offer, Side
from services.matching.domain.rounds import HistoryEntry, Pin, Pool, Wish
from services.matching.domain.terms import AttributeRule, Terms
from services.matching.domain.weeks import Slot
from tests.matching.builders import ANYBODY, ROUND, TERMS, TODAY

TOPICS = ("ai", "cloud", "data", "law")
ZONES = ("UTC", "Europe/Berlin", "Asia/Kolkata", "Nowhere/There")
UNITS = ("", "sales", "finance", "IT platform")
RULES = (
    AttributeRule("languages", "contains", 3),
    AttributeRule("hobbies", "different", 2),
    AttributeRule("time_zone", "equal", 4),
    AttributeRule("site", "different"),
    AttributeRule("shoe_size", "equal", 1),
)


def anybody(draw: Random, number: int, people: int, *, easy: bool) -> Candidate:
    """Somebody; with `easy` few rules stand in the way, so that the answer is the harder to find."""
    many = 3 if easy else 1
    managers = tuple(a_person(draw, people) for _ in range(draw.randint(0, 3)))
    return replace(
        ANYBODY,
        id=UUID(int=number),
        person_id=UUID(int=0x1000 + number - (draw.random() < 0.05)),
        roles=tuple(draw.sample(("mentor", "mentee"), 2 if draw.random() < 0.1 else 1)),
        status=draw.choices(("active", "paused"), (19, 1))[0],
        offers=tuple(Offer(topic, draw.randint(1, 5)) for topic in draw.sample(TOPICS, many)),
        needs=tuple(
            Need(topic, draw.randint(1, 3), draw.randint(0, 4 - many))
            for topic in draw.sample(TOPICS, draw.randint(0, 3))
        ),
        formats=tuple(
            draw.sample(("one_to_one", "sprint", "group"), draw.randint(many // 2 + 1, 3))
        ),
        hours_per_month=draw.choices((0, 4), (1, 19))[0],
        capacity=draw.randint(0, 3),
        slots=tuple(a_slot(draw) for _ in range(draw.randint(0, 4 * many))),
        time_zone=draw.choice(ZONES[: 2 if easy else 4]),
        languages=tuple(draw.sample(("en", "de", "ru"), draw.randint(2 if easy else 1, 3))),
        hobbies=tuple(draw.sample("abcde", draw.randint(0, 5))),
        motivation=draw.randint(1, 5),
        openness=draw.randint(1, 5),
        unit=draw.choice(UNITS),
        site=draw.choice(("", "berlin", "delhi")),
        level=draw.randint(1, 9),
        managers=managers,
        direct_managers=managers[:1] + managers[2:] if draw.random() < 0.3 else (),
        near_managers=managers[1:] if draw.random() < 0.3 else (),
        managers_complete=draw.random() < 0.5,
        avoid=tuple(a_person(draw, people) for _ in range(draw.randint(0, 2))),
        exposure=tuple(
            draw.sample(("strategy", "finance", "international", "x"), draw.randint(0, 4))
        ),
    )


def a_slot(draw: Random) -> Slot:
    """A window of a week, some of them all day."""
    return Slot(draw.randrange(7), draw.randrange(1440), draw.choice((15, 20, 60, 180, 1440)))


def a_person(draw: Random, people: int) -> UUID:
    """The person of one of the first volunteers."""
    return UUID(int=0x1000 + draw.randint(1, people))


def some_terms(draw: Random) -> Terms:
    """A policy with weights for all parts and rules on attributes."""
    parts = (*TERMS.weights, "exposure", "openness", "attributes", "feedback")
    return replace(
        TERMS,
        weights={part: draw.choice((0, 1, 3, 10, 41)) for part in parts},
        level_gap=draw.choice((0, 0, 1)),
        level_gap_max=draw.choice((None, 5)),
        any_direction=draw.random() < 0.7,
        other_unit=draw.random() < 0.2,
        other_site=draw.random() < 0.2,
        common_slot_minutes=draw.choice((15, 60)),
        need_floor=draw.choice((1, 1, 2)),
        attribute_rules=tuple(draw.sample(RULES, draw.randint(0, 2))),
    )


def some_pool(seed: int, people: int = 40, *, easy: bool = False) -> Pool:
    """A pool of that many volunteers, with history and pins."""
    draw = Random(seed)
    entrants = []
    for number in range(1, people + 1):
        one = anybody(draw, number, people, easy=easy)
        met = (a_person(draw, people),) if draw.random() < 0.1 else ()
        sides = tuple(Side(role) for role in one.roles)
        entrants.append(Entrant(one, sides, one.capacity, met, draw.choice((0, 0, 1, 2))))
    history = tuple(
        HistoryEntry(
            a_person(draw, people), a_person(draw, people), draw.choice((None, 2, 4)), rating
        )
        for rating in draw.choices((None, 1, 3, 5), k=people // 4)
    )
    # Enough, or nearly enough, of those who have left the company rated one mentor.
    asked = a_person(draw, people)
    history += tuple(
        HistoryEntry(asked, UUID(int=0x9000 + number % 6), None, draw.randint(1, 5))
        for number in range(draw.choice((0, 4, 5, 8)))
    )
    pins = tuple(
        Pin(
            UUID(int=draw.randint(1, people)),
            UUID(int=draw.randint(1, people)),
            draw.choice((*Wish,)),
        )
        for _ in range(3)
    )
    return Pool(ROUND, TODAY, some_terms(draw), tuple(entrants), pins, history)
