"""What a lead may do to a draft: take out, replace, add; always under all hard rules."""

from dataclasses import replace
from uuid import UUID

import pytest

from services.matching.domain.candidates import Candidate, Side
from services.matching.domain.drafts import Draft, chosen
from services.matching.domain.rounds import Match, Outcome, RoundState, Unmatched
from shared.chassis.refusals import Conflict, NotFound
from tests.matching.builders import (
    ROUND,
    a_match,
    a_mentee,
    a_mentor,
    a_pool,
    a_round,
    an_outcome,
    entrant,
)

ONE, TWO, THREE, FOUR = a_mentor(1), a_mentee(2), a_mentor(3), a_mentee(4)


def a_draft(*matches: Match, left: tuple[Unmatched, ...] = ()) -> Draft:
    return Draft(ROUND, replace(an_outcome(*matches), unmatched=left))


def pairs(outcome: Outcome) -> set[tuple[int, int]]:
    return {(one.mentor_id.int, one.mentee_id.int) for one in outcome.matches}


def test_a_match_that_the_lead_takes_out_leaves_both_over_with_a_reason() -> None:
    draft = a_draft(a_match(ONE, TWO), a_match(THREE, FOUR)).without(TWO.id)

    assert pairs(draft.outcome) == {(3, 4)}
    assert draft.outcome.unmatched == (
        Unmatched(TWO.id, Side.MENTEE, "removed"),
        Unmatched(ONE.id, Side.MENTOR, "removed"),
    )


def test_a_match_that_is_replaced_frees_the_mentor_who_had_it() -> None:
    left = (Unmatched(THREE.id, Side.MENTOR, "outcompeted"),)
    draft = a_draft(a_match(ONE, TWO), left=left).placed(a_match(THREE, TWO))

    assert pairs(draft.outcome) == {(3, 2)}
    assert draft.outcome.unmatched == (Unmatched(ONE.id, Side.MENTOR, "removed"),)


def test_a_match_that_is_added_takes_both_from_those_who_are_left() -> None:
    left = (
        Unmatched(ONE.id, Side.MENTOR, "outcompeted"),
        Unmatched(TWO.id, Side.MENTEE, "outcompeted"),
        Unmatched(FOUR.id, Side.MENTEE, "level_gap"),
    )
    draft = a_draft(left=left).placed(a_match(ONE, TWO))

    assert pairs(draft.outcome) == {(1, 2)}
    assert draft.outcome.unmatched == (Unmatched(FOUR.id, Side.MENTEE, "level_gap"),)


def test_what_is_not_in_the_draft_cannot_be_taken_out() -> None:
    with pytest.raises(NotFound) as refused:
        a_draft(a_match(ONE, TWO)).without(FOUR.id)

    assert refused.value.code == "match_unknown"


def test_two_whom_the_lead_chooses_get_all_that_a_match_has() -> None:
    match = chosen(a_pool(ONE, TWO, THREE, FOUR), (ONE.id, FOUR.id), (ONE, TWO, THREE, FOUR))

    assert (match.mentor_id, match.mentee_id, match.format) == (ONE.id, FOUR.id, "one_to_one")
    assert (match.topics, match.points["topics"]) == (("ai",), 40)


@pytest.mark.parametrize(
    ("mentee", "rule"),
    [
        (a_mentee(2, level=3), "level_gap"),
        (a_mentee(2, languages=("ru",)), "no_common_language"),
        (a_mentee(2, avoid=(ONE.person_id,)), "not_available"),
        (a_mentee(2, managers=(ONE.person_id,)), "reporting_line"),
    ],
)
def test_a_hard_rule_holds_for_the_lead_too_and_is_named(mentee: Candidate, rule: str) -> None:
    with pytest.raises(Conflict) as refused:
        chosen(a_pool(ONE, mentee), (ONE.id, mentee.id), (ONE, mentee))

    assert refused.value.code == rule
    assert refused.value.detail.endswith(".")


def test_an_earlier_pair_reads_like_an_avoid_list() -> None:
    met = entrant(ONE, met=(TWO.person_id,))
    with pytest.raises(Conflict) as refused:
        chosen(a_pool(met, TWO), (ONE.id, TWO.id), (ONE, TWO))

    assert refused.value.code == "not_available"


def test_matches_of_the_draft_take_places_of_their_mentor() -> None:
    roomy = a_mentor(1, capacity=2)
    pool, them = a_pool(roomy, TWO, FOUR, a_mentee(5)), (roomy, TWO, FOUR, a_mentee(5))
    one_place = chosen(pool, (roomy.id, FOUR.id), them, [a_match(roomy, TWO)])
    with pytest.raises(Conflict) as refused:
        chosen(pool, (roomy.id, UUID(int=5)), them, [a_match(roomy, TWO), a_match(roomy, FOUR)])

    assert one_place.mentee_id == FOUR.id
    assert refused.value.code == "no_capacity"


def test_who_does_not_wait_on_that_side_is_not_matched() -> None:
    paused = a_mentee(2, status="paused")
    for mentor, mentee, pool in (
        (ONE, paused, a_pool(ONE)),
        (ONE, THREE, a_pool(ONE, THREE)),
        (TWO, FOUR, a_pool(TWO, FOUR)),
    ):
        with pytest.raises(Conflict) as refused:
            chosen(pool, (mentor.id, mentee.id), (mentor, mentee))
        assert refused.value.code == "not_waiting"


def test_who_is_not_of_the_cohort_is_not_there() -> None:
    with pytest.raises(NotFound) as refused:
        chosen(a_pool(ONE, TWO), (ONE.id, UUID(int=77)), (ONE, TWO))

    assert refused.value.code == "volunteer_unknown"


def test_a_draft_stands_in_the_way_until_it_is_released_or_discarded() -> None:
    outcome = an_outcome(a_match(ONE, TWO))
    drafted = a_round().start(3).draft(3, outcome)
    released, fact = drafted.let_go(outcome)

    assert (drafted.open, drafted.to_solve, drafted.matched) == (True, False, 1)
    assert (released.state, released.open) == (RoundState.COMPLETED, False)
    assert fact.round == released
    assert drafted.discard().open is False


def test_only_a_draft_is_released_changed_or_discarded() -> None:
    released, _ = a_round().start(1).draft(1, an_outcome()).let_go(an_outcome())
    discarded = a_round().start(1).draft(1, an_outcome()).discard()

    for round_, code in (
        (a_round(), "round_requested"),
        (a_round().start(1), "round_solving"),
        (released, "round_completed"),
        (discarded, "round_discarded"),
    ):
        with pytest.raises(Conflict) as not_released:
            round_.let_go(an_outcome())
        with pytest.raises(Conflict) as not_discarded:
            round_.discard()
        assert (not_released.value.code, not_discarded.value.code) == (code, code)


def test_a_draft_is_not_solved_again_by_an_older_worker() -> None:
    drafted = a_round().start(1).draft(1, an_outcome())

    with pytest.raises(Conflict):
        drafted.start(2)
    with pytest.raises(Conflict):
        drafted.complete(1, an_outcome())
