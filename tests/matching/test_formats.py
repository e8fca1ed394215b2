"""The whole round in all its formats: what goes first, what is left, and that no rule is ever broken."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain.candidates import Candidate, Need, Offer, Side
from services.matching.domain.composition import hindrance
from services.matching.domain.places import Places
from services.matching.domain.pools import confirmed
from services.matching.domain.rounds import Match, Outcome, Pin, Pool, Wish
from services.matching.domain.sprints import is_free
from services.matching.domain.terms import FormatTerms
from services.matching.domain.weeks import Slot, free_from
from services.matching.solver.run import decide
from tests.matching.builders import TERMS, a_mentee, a_mentor, a_pool, profile

FORMATS = ("partnership", "sprint", "group", "one_to_one")
ALL = replace(
    TERMS,
    formats=(
        FormatTerms("one_to_one", 2, 90),
        FormatTerms("group", 3, 90, people_max=4),
        FormatTerms("partnership", 2, 180),
        FormatTerms("sprint", 2, 0, people_max=2, cadence_days=3),
    ),
)
TUESDAY = Slot(weekday=1, start_minute=9 * 60, minutes=120)
LATE_TUESDAY = Slot(weekday=1, start_minute=10 * 60, minutes=120)


def solve(*people: Candidate, **but: Any) -> Outcome:
    return decide(replace(a_pool(*people, terms=ALL), **but), lambda step, done, total: None)


def names(outcome: Outcome) -> list[tuple[int, int, str]]:
    return sorted((one.mentor_id.int, one.mentee_id.int, one.format) for one in outcome.matches)


def reasons(outcome: Outcome) -> dict[tuple[int, str], str]:
    return {(one.volunteer_id.int, str(one.side)): one.reason for one in outcome.unmatched}


def junior(number: int, **but: Any) -> Candidate:
    """Teaches AI, and would learn to present."""
    usual = {"formats": ("partnership", "one_to_one"), "needs": (Need("presenting", 1, 1),)}
    return a_mentor(number, roles=("mentor", "mentee"), **(usual | but))


def senior(number: int, **but: Any) -> Candidate:
    """Wants AI, and teaches to present."""
    usual = {"formats": ("partnership", "one_to_one"), "offers": (Offer("presenting", 4),)}
    return a_mentee(number, roles=("mentor", "mentee"), **(usual | but))


def test_a_partnership_is_one_pair_with_the_topics_and_the_points_of_both_directions() -> None:
    outcome = solve(junior(1), senior(2))
    (match,) = outcome.matches

    assert names(outcome) == [(1, 2, "partnership")]
    assert match.topics == ("ai", "presenting")
    # Forth and back each: all three levels, half of the drive, no distance.
    assert match.points["topics"] == 80
    assert match.points["motivation"] == 20
    assert outcome.unmatched == ()
    assert outcome.count(Side.MENTOR) == outcome.count(Side.MENTEE) == 2


def test_where_levels_may_stand_either_way_the_junior_is_still_the_mentor() -> None:
    pool = a_pool(senior(1), junior(2), terms=replace(ALL, any_direction=True))

    assert names(decide(pool, lambda *_: None)) == [(2, 1, "partnership")]


def test_a_sprint_has_a_time_within_the_days_of_the_programme() -> None:
    slots = (Slot(0, 540, 120), TUESDAY)
    mentor = a_mentor(1, formats=("sprint",), slots=slots)
    mentee = a_mentee(2, formats=("sprint", "one_to_one"), has_task=True, slots=slots)
    (match,) = solve(mentor, mentee).matches

    assert match.format == "sprint"
    assert match.starts_at == datetime(2026, 3, 3, 9, tzinfo=UTC)
    assert match.slots == (TUESDAY,)


def test_who_finds_no_sprint_in_time_is_paired_one_to_one() -> None:
    """The next Monday is seven days ahead, and the programme asks for three."""
    formats = ("sprint", "one_to_one")
    outcome = solve(a_mentor(1, formats=formats), a_mentee(2, formats=formats, has_task=True))

    assert names(outcome) == [(1, 2, "one_to_one")]


def test_a_group_says_its_topic_first_and_the_hours_that_suit_all() -> None:
    needs = (Need("crm", 1, 0), Need("ai", 1, 1))
    mentees = [
        a_mentee(2, formats=("group",), needs=needs, slots=(TUESDAY,)),
        a_mentee(3, formats=("group",), slots=(LATE_TUESDAY,)),
    ]
    offers = (Offer("ai", 4), Offer("crm", 2))
    outcome = solve(
        a_mentor(1, formats=("group",), capacity=2, offers=offers, slots=(TUESDAY,)), *mentees
    )
    ids = {match.group_id for match in outcome.matches}

    assert names(outcome) == [(1, 2, "group"), (1, 3, "group")]
    assert len(ids) == 1
    assert None not in ids
    assert {match.slots for match in outcome.matches} == {(Slot(1, 10 * 60, 60),)}
    assert {match.topics[0] for match in outcome.matches} == {"ai"}


def test_too_few_for_a_group_are_paired_one_to_one_where_they_would() -> None:
    both = ("group", "one_to_one")
    outcome = solve(a_mentor(1, formats=both, capacity=2), a_mentee(2, formats=both))

    assert names(outcome) == [(1, 2, "one_to_one")]


def test_the_formats_come_in_their_order_and_take_the_places_of_the_later_ones() -> None:
    every = ("sprint", "group", "one_to_one")
    mentor = a_mentor(1, formats=every, capacity=1, slots=(TUESDAY,))
    with_a_task = a_mentee(2, formats=("sprint",), has_task=True, slots=(TUESDAY,))
    other = a_mentee(3, motivation=5, slots=(TUESDAY,))
    outcome = solve(mentor, with_a_task, other)

    assert names(outcome) == [(1, 2, "sprint")]
    assert reasons(outcome) == {(3, "mentee"): "outcompeted"}


def test_a_pin_is_kept_before_any_format_is_composed() -> None:
    mentor = a_mentor(1, formats=("sprint", "one_to_one"), slots=(TUESDAY,))
    with_a_task = a_mentee(2, formats=("sprint",), has_task=True, slots=(TUESDAY,))
    pinned = a_mentee(3, slots=(TUESDAY,))
    pin = Pin(mentor.id, pinned.id, Wish.LEAD)

    assert names(solve(mentor, with_a_task, pinned, pins=(pin,))) == [(1, 3, "one_to_one")]


def test_each_format_says_what_it_has_reached() -> None:
    (stage,) = solve(junior(1), senior(2)).stages

    assert (stage.format, stage.mentors, stage.mentees) == ("partnership", 2, 2)
    assert [(level.name, level.gap) for level in stage.levels] == [
        ("served", 0),
        ("least", 0),
        ("total", 0),
        ("marks", 0),
    ]


@st.composite
def people(draw: st.DrawFn) -> list[Candidate]:
    topics = st.sampled_from(["ai", "crm"])
    slots = st.lists(
        st.builds(Slot, st.integers(0, 3), st.sampled_from([540, 600]), st.just(150)),
        min_size=1,
        max_size=3,
        unique=True,
    ).map(tuple)
    return [
        a_mentor(
            number,
            roles=draw(st.sampled_from([("mentor",), ("mentee",), ("mentor", "mentee")])),
            offers=(Offer(draw(topics), 5),),
            needs=(Need(draw(topics), 1, draw(st.integers(0, 3))),),
            formats=tuple(draw(st.permutations(FORMATS))[: draw(st.integers(1, 4))]),
            level=draw(st.sampled_from([2, 2, 7])),
            capacity=draw(st.integers(0, 4)),
            hours_per_month=draw(st.sampled_from([0.0, 2.0, 8.0])),
            has_task=draw(st.booleans()),
            slots=draw(slots),
            avoid=(UUID(int=0x1000 + draw(st.integers(1, 9))),),
        )
        for number in range(1, draw(st.integers(2, 9)) + 1)
    ]


def keeps_all_rules(outcome: Outcome, pool: Pool) -> None:
    entrants = {one.candidate.id: one for one in pool.entrants}
    who = {id_: profile(one.candidate) for id_, one in entrants.items()}
    places = Places({id_: one.free for id_, one in entrants.items()})
    for match in outcome.matches:
        mentor, mentee = who[match.mentor_id], who[match.mentee_id]
        assert hindrance(match.format, mentor, mentee, ALL) is None
        assert all(side in entrants[id_].sides for id_, side in match.places)
        assert places.have_room(match)
        places.take(match)
        if match.starts_at is not None:
            assert 1 <= (match.starts_at.date() - pool.on).days <= 3
            assert is_free(mentor, match.starts_at)
            assert is_free(mentee, match.starts_at)
    learning = [place for one in outcome.matches for place in one.places]
    mentees = Counter(id_ for id_, side in learning if side is Side.MENTEE)
    assert max(mentees.values(), default=0) <= 1
    two = Counter(frozenset((one.mentor_id, one.mentee_id)) for one in outcome.matches)
    assert max(two.values(), default=0) <= 1
    for group_id in {one.group_id for one in outcome.matches} - {None}:
        is_a_group([one for one in outcome.matches if one.group_id == group_id], who)


def is_a_group(members: list[Match], who: dict[UUID, Any]) -> None:
    assert len({one.mentor_id for one in members}) == 1
    assert 2 <= len(members) <= 3
    week = who[members[0].mentor_id].week
    for one in members:
        week &= who[one.mentee_id].week
        assert members[0].topics[0] in {
            need.topic for need in who[one.mentee_id].candidate.first_needs
        }
    assert free_from(week, 60)


@settings(max_examples=60, deadline=None)
@given(people(), st.randoms(use_true_random=False))
def test_no_format_breaks_a_rule_and_everybody_has_a_place_or_a_reason_in_any_order(
    them: list[Candidate], random: object
) -> None:
    pool = a_pool(*them, terms=ALL)
    outcome = solve(*them)
    keeps_all_rules(outcome, pool)
    told = [(one.volunteer_id, one.side) for one in outcome.unmatched]
    found = {place for match in outcome.matches for place in match.places}
    shuffled = list(them)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert {*told, *found} == {(one.id, Side(role)) for one in them for role in one.roles}
    assert len(told) == len(set(told) - found)
    assert confirmed(outcome, pool) == outcome
    # The report has the seconds that it took.
    assert replace(solve(*shuffled), report=None) == replace(outcome, report=None)
