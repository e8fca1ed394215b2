"""A group from its proposals to its end: it stands as long as enough are in it."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.candidates import Side
from services.matching.domain.groups import Size, dissolved
from services.matching.domain.pairs import Ending, Pair, PairState
from tests.matching.builders import NOW, TERMS, a_match, a_mentee, a_mentor, a_proposal

GROUP = UUID(int=0xF000)
MENTOR = a_mentor(1, capacity=9)


def asked(number: int) -> Pair:
    """One of a group of three people, the mentor among them, or more."""
    mentee = a_mentee(number)
    match = replace(a_match(MENTOR, mentee), format="group", group_id=GROUP)
    return a_proposal(MENTOR, mentee, number=0xE000 + number, match=match)


def formed(number: int) -> Pair:
    once = asked(number).accept(Side.MENTEE, NOW, TERMS).pair
    return once.accept(Side.MENTOR, NOW, TERMS).pair


def ended(number: int, ending: Ending) -> Pair:
    return formed(number).end(ending).pair


def what_follows(*pairs: Pair) -> list[tuple[int, str]]:
    return [(step.pair.mentee_id.int, str(step.pair.state)) for step in dissolved(pairs)]


def test_the_pairs_of_a_group_know_it_and_how_many_it_needs() -> None:
    pair = asked(2)

    assert (pair.group_id, pair.group_least) == (GROUP, 2)
    assert a_proposal().group_id is None
    assert a_proposal().group_least == 0


def test_the_size_of_a_group_counts_its_mentor() -> None:
    assert (Size(3, 8, 60).mentees_min, Size(3, 8, 60).mentees_max) == (2, 7)


@pytest.mark.parametrize(
    "pairs",
    [
        (asked(2), asked(3), asked(4).decline(Side.MENTEE, NOW).pair),
        (formed(2), asked(3), asked(4).expire().pair),
        (formed(2), formed(3), ended(4, Ending.STOPPED)),
        (formed(2), ended(3, Ending.COMPLETED), ended(4, Ending.COMPLETED)),
    ],
)
def test_a_group_becomes_smaller_as_long_as_enough_are_left(pairs: tuple[Pair, ...]) -> None:
    assert what_follows(*pairs) == []


def test_below_its_least_number_proposals_are_void_and_pairs_are_stopped() -> None:
    no = asked(4).decline(Side.MENTOR, NOW).pair

    assert what_follows(asked(2), no) == [(2, "voided")]
    assert what_follows(formed(2), no) == [(2, "ended")]
    assert what_follows(formed(3), formed(2), ended(4, Ending.STOPPED)) == []
    assert what_follows(formed(2), ended(3, Ending.STOPPED), no) == [(2, "ended")]


def test_a_pair_that_is_over_makes_its_group_smaller_once() -> None:
    over = asked(2).decline(Side.MENTEE, NOW).pair

    assert over.shrinks
    assert not replace(over, counted_out=True).shrinks
    assert not asked(2).shrinks
    assert not formed(2).shrinks
    assert not a_proposal().decline(Side.MENTEE, NOW).pair.shrinks


def test_a_sprint_is_answered_before_it_starts_and_runs_on_its_day() -> None:
    start = NOW + timedelta(hours=20)
    match = replace(a_match(MENTOR, a_mentee(2)), format="sprint", starts_at=start)
    pair = a_proposal(match=match)
    running = pair.accept(Side.MENTEE, NOW, TERMS).pair.accept(Side.MENTOR, NOW, TERMS).pair

    assert pair.expires_at == start
    assert pair.day == running.until == date(2026, 3, 3)
    assert a_proposal().day is None
    far = replace(match, starts_at=datetime(2026, 3, 9, 9, tzinfo=start.tzinfo))
    assert a_proposal(match=far).expires_at == NOW + timedelta(hours=72)


def test_in_a_partnership_both_have_found_somebody_on_both_sides() -> None:
    pair = a_proposal(match=replace(a_match(a_mentor(1), a_mentee(2)), format="partnership"))

    assert pair.sides_of(UUID(int=1)) == pair.sides_of(UUID(int=2)) == {Side.MENTOR, Side.MENTEE}
    assert a_proposal().sides_of(UUID(int=1)) == {Side.MENTOR}
    assert a_proposal().sides_of(UUID(int=9)) == frozenset()


answers = st.lists(
    st.tuples(
        st.sampled_from([2, 3, 4]),
        st.sampled_from(["yes", "no", "expire", "void", "stop", "complete"]),
    ),
    max_size=12,
)


def after(pair: Pair, answer: str) -> Pair:
    if pair.state is PairState.PROPOSED:
        match answer:
            case "yes":
                once = pair.accept(Side.MENTEE, NOW, TERMS).pair
                return once.accept(Side.MENTOR, NOW, TERMS).pair
            case "no":
                return pair.decline(Side.MENTEE, NOW).pair
            case "expire":
                return pair.expire().pair
            case "void":
                return pair.void().pair
    if pair.state is PairState.FORMED and answer in ("stop", "complete"):
        return pair.end(Ending.STOPPED if answer == "stop" else Ending.COMPLETED).pair
    return pair


@given(answers)
def test_whatever_they_answer_no_group_runs_with_too_few_and_none_ends_with_enough(
    given_answers: list[tuple[int, str]],
) -> None:
    pairs = {number: asked(number) for number in (2, 3, 4)}
    for number, answer in given_answers:
        pairs[number] = after(pairs[number], answer)
        before = dict(pairs)
        for step in dissolved(tuple(pairs.values())):
            pairs[step.pair.mentee_id.int] = step.pair
        in_it = [one for one in pairs.values() if one.live or one.ending is Ending.COMPLETED]
        if any(one.live for one in pairs.values()):
            assert len(in_it) >= 2
            assert pairs == before
        assert dissolved(tuple(pairs.values())) == ()
