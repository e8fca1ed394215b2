"""The round as a whole: from a pool to pairs and reasons."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain.candidates import Candidate, Need, Offer, Side
from services.matching.domain.hard_rules import RULES, obstacle
from services.matching.domain.matching import NOBODY_THERE, OUTCOMPETED
from services.matching.domain.pools import CHANGED_MEANWHILE
from services.matching.domain.rounds import Match, Pool, Unmatched
from services.matching.domain.score import PARTS
from services.matching.solver.run import decide
from tests.matching.builders import TERMS, a_mentee, a_mentor, a_pool, entrant, profile


def solve(pool: Pool) -> tuple[tuple[Match, ...], tuple[Unmatched, ...]]:
    outcome = decide(pool, lambda step, done, total: None)
    return outcome.matches, outcome.unmatched


def names(matches: tuple[Match, ...]) -> set[tuple[int, int]]:
    return {(match.mentor_id.int, match.mentee_id.int) for match in matches}


def reasons(unmatched: tuple[Unmatched, ...]) -> dict[tuple[int, str], str]:
    return {(one.volunteer_id.int, str(one.side)): one.reason for one in unmatched}


def test_one_forbidden_combination_of_two_by_two_still_gives_two_pairs() -> None:
    keen = a_mentor(1, motivation=5)
    other = a_mentor(2, avoid=(UUID(int=0x1003),))

    matches, unmatched = solve(a_pool(keen, other, a_mentee(3, openness=5), a_mentee(4)))

    assert names(matches) == {(1, 3), (2, 4)}
    assert unmatched == ()


def test_many_matched_mentees_outweigh_many_points() -> None:
    """1-3 alone would have the most points; 1-4 and 2-3 match both mentees."""
    best = a_mentor(1, offers=(Offer("ai", 5), Offer("crm", 5)), motivation=5)
    fair = a_mentor(2, offers=(Offer("ai", 2),), motivation=1)
    wants_ai = a_mentee(3, openness=5)
    wants_crm = a_mentee(4, needs=(Need("crm", 1, 4),), openness=1)

    matches, _ = solve(a_pool(best, fair, wants_ai, wants_crm))

    assert names(matches) == {(1, 4), (2, 3)}


def test_a_policy_may_ask_for_stable_pairs_instead() -> None:
    """1 and 3 are each other's best; that 4 then has nobody is what stable means."""
    best = a_mentor(1, offers=(Offer("ai", 5), Offer("crm", 5)), motivation=5)
    fair = a_mentor(2, offers=(Offer("ai", 2),), motivation=1)
    wants_ai = a_mentee(3, openness=5)
    wants_crm = a_mentee(4, needs=(Need("crm", 1, 4),), openness=1)
    terms = replace(TERMS, stable=True)

    matches, _ = solve(a_pool(best, fair, wants_ai, wants_crm, terms=terms))

    assert names(matches) == {(1, 3)}


def test_a_mentor_with_two_places_gets_two_mentees() -> None:
    matches, unmatched = solve(a_pool(a_mentor(1, capacity=2), *map(a_mentee, (2, 3, 4))))

    assert {mentor for mentor, _ in names(matches)} == {1}
    assert len(matches) == 2
    assert [one.reason for one in unmatched] == ["outcompeted"]


def test_who_teaches_and_learns_shares_one_capacity_between_both() -> None:
    middle = a_mentee(2, roles=("mentor", "mentee"), offers=(Offer("crm", 5),), level=5, capacity=1)
    top = a_mentee(3, needs=(Need("crm", 1, 0),), level=9)

    matches, unmatched = solve(a_pool(a_mentor(1), middle, top))

    assert len(matches) == 1
    assert len(unmatched) == 2


def test_a_pair_is_told_with_all_that_the_proposal_says() -> None:
    mentor = a_mentor(1, hobbies=("chess",), formats=("sprint", "one_to_one"))
    mentee = a_mentee(2, hobbies=("golf", "chess"), formats=("group", "one_to_one", "sprint"))

    (match,), _ = solve(a_pool(mentor, mentee))

    assert match.format == "one_to_one"
    assert match.topics == ("ai",)
    assert match.hobby == "chess"
    assert [(slot.weekday, slot.start_minute, slot.minutes) for slot in match.slots] == [
        (0, 540, 120)
    ]
    assert match.points == {
        "topics": 40,
        "hobbies": 3,
        "availability": 5,
        "motivation": 10,
        "distance": 0,
        "exposure": 0,
        "openness": 0,
        "attributes": 0,
        "feedback": 0,
        "scarcity": 5,
    }


def test_everybody_who_is_left_has_the_most_frequent_reason() -> None:
    far = a_mentee(5, time_zone="Asia/Tokyo")
    mentors = [a_mentor(1), a_mentor(2), a_mentor(3, level=6)]

    matches, unmatched = solve(a_pool(*mentors, a_mentee(4), far))

    assert len(matches) == 1
    told = reasons(unmatched)
    assert told[5, "mentee"] == "no_common_slot"
    assert told[3, "mentor"] == "level_gap"
    assert sorted(told.values()) == ["level_gap", "no_common_slot", "outcompeted"]


@pytest.mark.parametrize(
    ("pool", "told"),
    [
        (a_pool(), {}),
        (a_pool(a_mentee(1)), {(1, "mentee"): "no_mentors"}),
        (a_pool(a_mentor(1)), {(1, "mentor"): "no_mentees"}),
        (
            a_pool(a_mentor(1, hours_per_month=0), a_mentee(2)),
            {(1, "mentor"): "no_hours", (2, "mentee"): "no_hours"},
        ),
        (
            a_pool(entrant(a_mentor(1, capacity=2), free=0), a_mentee(2)),
            {(1, "mentor"): "no_capacity", (2, "mentee"): "no_capacity"},
        ),
        (
            a_pool(a_mentee(1, roles=("mentor", "mentee"))),
            {(1, "mentor"): "no_mentees", (1, "mentee"): "no_mentors"},
        ),
    ],
)
def test_nobody_to_pair_is_a_reason_and_no_error(
    pool: Pool, told: dict[tuple[int, str], str]
) -> None:
    matches, unmatched = solve(pool)

    assert matches == ()
    assert reasons(unmatched) == told


languages = st.sampled_from([("en",), ("ru",), ("en", "ru")])


@st.composite
def volunteers(draw: st.DrawFn) -> list[Candidate]:
    ids = list(range(1, draw(st.integers(2, 9)) + 1))
    topics = st.sampled_from(["ai", "crm", "green"])
    return [
        a_mentor(
            number,
            roles=draw(st.sampled_from([("mentor",), ("mentee",), ("mentor", "mentee")])),
            offers=(Offer(draw(topics), draw(st.integers(1, 5))),),
            needs=(Need(draw(topics), 1, draw(st.integers(0, 4))),),
            level=draw(st.integers(1, 9)),
            capacity=draw(st.integers(0, 3)),
            languages=draw(languages),
            motivation=draw(st.integers(1, 5)),
            managers=draw(
                st.lists(st.sampled_from(ids), unique=True, max_size=3).map(
                    lambda chain: tuple(UUID(int=0x1000 + one) for one in chain)
                )
            ),
        )
        for number in ids
    ]


@settings(max_examples=150, deadline=None)
@given(volunteers(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_changes_nothing(them: list[Candidate], random: object) -> None:
    shuffled = list(them)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert solve(a_pool(*them)) == solve(a_pool(*shuffled))


@settings(max_examples=150, deadline=None)
@given(volunteers())
def test_no_pair_breaks_a_rule_and_everybody_is_paired_or_has_a_reason(
    them: list[Candidate],
) -> None:
    matches, unmatched = solve(a_pool(*them))
    by_id = {one.id: profile(one) for one in them}

    for match in matches:
        assert obstacle(by_id[match.mentor_id], by_id[match.mentee_id], TERMS) is None
    seats = Counter(one for match in matches for one in (match.mentor_id, match.mentee_id))
    assert all(count <= by_id[one].candidate.capacity for one, count in seats.items())
    told = {(one.volunteer_id, one.side) for one in unmatched}
    told |= {(match.mentor_id, Side.MENTOR) for match in matches}
    told |= {(match.mentee_id, Side.MENTEE) for match in matches}
    assert told == {(one.id, Side(role)) for one in them for role in one.roles}
    assert len(unmatched) == len({(one.volunteer_id, one.side) for one in unmatched})


def test_the_canvas_explains_every_reason_and_every_part_of_the_score() -> None:
    canvas = (Path(__file__).parents[2] / "services/matching/README.md").read_text("utf-8")
    reasons = {code for code, _ in RULES} | {OUTCOMPETED, CHANGED_MEANWHILE, *NOBODY_THERE.values()}

    assert [code for code in sorted(reasons | set(PARTS)) if f"`{code}`" not in canvas] == []
