"""Volunteers, terms and pools to test with; each says only what its test is about."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from services.matching.domain.candidates import Candidate, Entrant, Need, Offer, Profile, Side
from services.matching.domain.pairs import Pair, propose
from services.matching.domain.rounds import Match, Outcome, Pool, Round
from services.matching.domain.terms import FormatTerms, Terms
from services.matching.domain.weeks import Slot

PROGRAMME = UUID(int=0xA000)
COHORT = UUID(int=0xB000)
ROUND = UUID(int=0xC000)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TODAY = date(2026, 3, 2)
MONDAY_MORNING = Slot(weekday=0, start_minute=9 * 60, minutes=120)

TERMS = Terms(
    formats=(
        FormatTerms("one_to_one", 2, 90),
        FormatTerms("sprint", 2, 0),
        FormatTerms("group", 3, 120),
    ),
    level_gap=2,
    common_slot_minutes=60,
    weights={
        "topics": 40,
        "hobbies": 10,
        "availability": 10,
        "motivation": 20,
        "distance": 10,
        "scarcity": 10,
    },
    proposal_expires_hours=72,
    ends_on=date(2099, 12, 31),
)

ANYBODY = Candidate(
    id=UUID(int=1),
    person_id=UUID(int=0x1001),
    programme_id=PROGRAMME,
    cohort_id=COHORT,
    status="active",
    roles=("mentor",),
    offers=(),
    needs=(),
    formats=("one_to_one",),
    hours_per_month=4,
    capacity=1,
    slots=(MONDAY_MORNING,),
    time_zone="UTC",
    languages=("en",),
    hobbies=(),
    motivation=3,
    openness=3,
    unit="sales",
    site="berlin",
    level=2,
    managers=(),
    managers_complete=False,
    avoid=(),
)


def a_mentor(number: int, **but: Any) -> Candidate:
    """A junior who is good at AI; person ids are the volunteer's number plus 0x1000."""
    usual = replace(
        ANYBODY,
        id=UUID(int=number),
        person_id=UUID(int=0x1000 + number),
        offers=(Offer("ai", 4),),
    )
    return replace(usual, **but)


def a_mentee(number: int, **but: Any) -> Candidate:
    """An executive who knows a little of AI and wants more."""
    usual = a_mentor(number, roles=("mentee",), offers=(), needs=(Need("ai", 1, 1),), level=7)
    return replace(usual, **but)


def entrant(candidate: Candidate, free: int | None = None, **but: Any) -> Entrant:
    """The candidate in a round, with all capacity free."""
    sides = tuple(Side(role) for role in candidate.roles)
    return Entrant(candidate, sides, candidate.capacity if free is None else free, **but)


def profile(candidate: Candidate, free: int | None = None, **but: Any) -> Profile:
    """The candidate as the rules read it."""
    return Profile.of(entrant(candidate, free, **but), TODAY)


def a_pool(*candidates: Candidate | Entrant, terms: Terms = TERMS) -> Pool:
    """A pool of these."""
    entrants = (one if isinstance(one, Entrant) else entrant(one) for one in candidates)
    return Pool(ROUND, TODAY, terms, tuple(entrants))


def a_round(number: int = ROUND.int, **but: Any) -> Round:
    """A round that was asked for."""
    return replace(Round(UUID(int=number), PROGRAMME, COHORT, UUID(int=0xD000), NOW), **but)


def a_match(mentor: Candidate, mentee: Candidate) -> Match:
    """These two, in one_to_one."""
    return Match(
        mentor.id, mentee.id, "one_to_one", ("ai",), None, (MONDAY_MORNING,), {"topics": 40}
    )


def an_outcome(*matches: Match) -> Outcome:
    """What the solver answers when these are the best."""
    return Outcome(matches, (), "0" * 64, "f" * 64)


def a_proposal(
    mentor: Candidate | None = None,
    mentee: Candidate | None = None,
    *,
    number: int = 0xE000,
    match: Match | None = None,
) -> Pair:
    """An open proposal, by default between mentor 1 and mentee 2."""
    sides = mentor or a_mentor(1), mentee or a_mentee(2)
    what = match or a_match(*sides)
    return propose(UUID(int=number), a_round().id, what, sides, TERMS, NOW).pair
