"""Questions answered by the solver, against what plain code says, and by a process of its own."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain.assignment import Pairing
from services.matching.domain.candidates import Side
from services.matching.domain.explaining.advice import Effort
from services.matching.domain.explaining.prices import why_not
from services.matching.domain.explaining.relaxing import Kind, Relaxation
from services.matching.domain.rounds import Pin, Pool, Wish
from services.matching.solver import wire
from services.matching.solver.child import ChildExplainer
from services.matching.solver.explain.answering import answer, effort_for, removed_in, solver
from services.matching.solver.explain.wire import packed_pool, unpack
from tests.matching.builders import a_mentee, a_mentor, a_pool
from tests.matching.plain_solver import removed_plainly, solve_plainly
from tests.matching.test_prices import pools


def silent(step: str, done: int, total: int) -> None:
    pass


@settings(max_examples=60, deadline=None)
@given(pools())
def test_the_optimum_reaches_the_same_levels_as_trying_everything(pool: Pool) -> None:
    assert solver(silent)(pool).levels == solve_plainly(pool).levels


@settings(max_examples=60, deadline=None)
@given(pools())
def test_what_the_rules_forbade_is_counted_as_plainly(pool: Pool) -> None:
    plain = {who: dict(counts) for who, counts in removed_plainly(pool).items() if counts}

    assert {who: counts for who, counts in removed_in(pool, silent).items() if counts} == plain


@settings(max_examples=60, deadline=None)
@given(pools(), st.data())
def test_what_forbids_two_is_found_as_plainly(pool: Pool, data: st.DataObject) -> None:
    mentors = [one.candidate.id for one in pool.entrants if Side.MENTOR in one.sides]
    mentees = [one.candidate.id for one in pool.entrants if Side.MENTEE in one.sides]
    if not (mentors and mentees):
        return
    pairing = data.draw(st.sampled_from(mentors)), data.draw(st.sampled_from(mentees))

    found = answer(pool, pairing, silent).why_not

    assert found is not None
    assert found.reason == why_not(pool, pairing, solve_plainly).reason
    if found.after is not None:
        assert pairing in solver(silent)(forced(pool, pairing)).pairs


def forced(pool: Pool, pairing: Pairing) -> Pool:
    return replace(pool, pins=(Pin(*pairing, Wish.LEAD),))


def test_a_pool_is_unpacked_as_it_was_packed() -> None:
    pool = a_pool(a_mentor(1), a_mentee(2))

    assert wire.read_pool(unpack(packed_pool(pool))) == pool
    with pytest.raises(ValueError, match="damaged"):
        unpack(b"no pool")


def test_a_great_round_is_solved_again_less_often() -> None:
    small = a_pool(a_mentor(1), a_mentee(2))

    assert effort_for(small) == Effort(8, 32)
    assert effort_for(a_pool()) == Effort(8, 32)


async def test_the_child_process_answers_about_two_and_about_all_who_are_left() -> None:
    pool = a_pool(a_mentor(1, level=3), a_mentee(2, level=4))
    explainer = ChildExplainer(seconds=60, progress=silent)

    about_two = await explainer.explain((UUID(int=1), UUID(int=2)), packed_pool(pool))
    about_all = await explainer.explain(None, packed_pool(pool))

    assert about_two.why_not is not None
    assert about_two.why_not.reason == "level_gap"
    assert about_all.advice is not None
    assert [gain.relaxation for gain in about_all.advice.round] == [Relaxation(Kind.LEVEL_GAP, "1")]
