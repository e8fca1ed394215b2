"""A pair from the proposal to its end, whoever says what."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.candidates import Side
from services.matching.domain.pairs import Ending, Pair, PairState
from services.matching.domain.rounds import Match
from services.matching.domain.terms import FormatTerms
from services.matching.domain.weeks import Slot
from shared.chassis.refusals import Conflict, NotFound, Refusal
from tests.matching.builders import NOW, TERMS, a_mentee, a_mentor, a_proposal

LATER = NOW + timedelta(hours=80)


def facts(step: Any) -> list[str]:
    return [type(fact).__name__ for fact in step.facts]


def test_a_match_becomes_a_question_to_both() -> None:
    pair = a_proposal(a_mentor(1), a_mentee(2))

    assert pair.state is PairState.PROPOSED
    assert (pair.mentor.volunteer_id, pair.mentee.volunteer_id) == (UUID(int=1), UUID(int=2))
    assert (pair.mentor.person_id, pair.mentee.person_id) == (UUID(int=0x1001), UUID(int=0x1002))


def test_the_first_yes_waits_for_the_second() -> None:
    step = a_proposal().accept(Side.MENTEE, NOW, TERMS)

    assert step.pair.state is PairState.PROPOSED
    assert facts(step) == ["ProposalAccepted"]


def test_the_second_yes_forms_the_pair_for_as_long_as_its_format_lasts() -> None:
    once = a_proposal().accept(Side.MENTEE, NOW, TERMS).pair
    step = once.accept(Side.MENTOR, NOW, TERMS)

    assert step.pair.state is PairState.FORMED
    assert step.pair.until == date(2026, 5, 31)
    assert facts(step) == ["ProposalAccepted", "PairFormed"]


def test_a_pair_runs_as_long_as_was_proposed_whatever_the_programme_allows_meanwhile() -> None:
    once = a_proposal().accept(Side.MENTEE, NOW, TERMS).pair
    without = replace(TERMS, formats=(FormatTerms("sprint", 2, 0),))
    step = once.accept(Side.MENTOR, NOW, without)

    assert step.pair.until == date(2026, 5, 31)


def test_no_pair_outlasts_its_programme() -> None:
    assert TERMS.last_day(90, date(2099, 12, 1)) == date(2099, 12, 31)
    assert TERMS.last_day(90, date(2100, 1, 5)) == date(2100, 1, 5)
    assert TERMS.last_day(0, date(2099, 12, 1)) == date(2099, 12, 1)


@pytest.mark.parametrize("second", [False, True])
def test_saying_yes_twice_changes_nothing(second: bool) -> None:
    pair = a_proposal().accept(Side.MENTEE, NOW, TERMS).pair
    if second:
        pair = pair.accept(Side.MENTOR, NOW, TERMS).pair
    again = pair.accept(Side.MENTEE, LATER, TERMS)

    assert again.pair == pair
    assert again.facts == ()


def test_a_no_ends_the_proposal_even_after_a_yes_of_the_same_side() -> None:
    pair = a_proposal().accept(Side.MENTEE, NOW, TERMS).pair
    step = pair.decline(Side.MENTEE, NOW)

    assert step.pair.state is PairState.DECLINED
    assert facts(step) == ["ProposalDeclined"]


def over() -> list[tuple[Pair, str]]:
    proposal = a_proposal()
    formed = proposal.accept(Side.MENTEE, NOW, TERMS).pair.accept(Side.MENTOR, NOW, TERMS).pair
    return [
        (formed, "proposal_formed"),
        (formed.end(Ending.COMPLETED).pair, "proposal_ended"),
        (proposal.decline(Side.MENTOR, NOW).pair, "proposal_declined"),
        (proposal.expire().pair, "proposal_expired"),
        (proposal.void().pair, "proposal_voided"),
    ]


@pytest.mark.parametrize(("pair", "code"), over())
def test_an_answer_after_the_end_is_refused_in_words(pair: Pair, code: str) -> None:
    with pytest.raises(Conflict) as refused:
        pair.decline(Side.MENTOR, NOW)

    assert refused.value.code == code
    assert refused.value.detail.endswith(".")


def test_after_its_time_a_proposal_takes_no_answer_even_before_it_is_marked() -> None:
    with pytest.raises(Conflict) as refused:
        a_proposal().accept(Side.MENTOR, LATER, TERMS)

    assert refused.value.code == "proposal_expired"


def test_only_a_running_pair_can_be_ended() -> None:
    with pytest.raises(Conflict) as refused:
        a_proposal().end(Ending.STOPPED)

    assert refused.value.code == "pair_not_running"


def test_who_leaves_voids_a_proposal_and_stops_a_pair() -> None:
    proposal = a_proposal()
    formed = proposal.accept(Side.MENTEE, NOW, TERMS).pair.accept(Side.MENTOR, NOW, TERMS).pair

    assert facts(proposal.leave()) == ["ProposalVoided"]
    assert facts(formed.leave()) == ["PairEnded"]
    assert formed.leave().pair.ending is Ending.STOPPED


def test_a_pair_is_unknown_to_everybody_else() -> None:
    pair = a_proposal(a_mentor(1), a_mentee(2))

    assert pair.side_of([UUID(int=2), UUID(int=7)]) is Side.MENTEE
    with pytest.raises(NotFound):
        pair.side_of([UUID(int=7)])


steps = st.lists(
    st.sampled_from(["accept mentor", "accept mentee", "decline mentor", "expire", "void", "end"]),
    max_size=8,
)


@given(steps)
def test_whatever_is_tried_a_pair_is_formed_once_at_most_and_by_both(tries: list[str]) -> None:
    pair, told = a_proposal(), []
    for attempt in tries:
        verb, _, side = attempt.partition(" ")
        try:
            match verb:
                case "accept":
                    step = pair.accept(Side(side), NOW, TERMS)
                case "decline":
                    step = pair.decline(Side(side), NOW)
                case "end":
                    step = pair.end(Ending.COMPLETED)
                case _ if pair.state is not PairState.PROPOSED:
                    continue  # expire and void are asked of open proposals only
                case "expire":
                    step = pair.expire()
                case _:
                    step = pair.void()
        except Refusal:
            continue
        pair = step.pair
        told += facts(step)

    assert told.count("PairFormed") <= 1
    assert ("PairFormed" in told) == (len(pair.accepted) == 2)
    closing = {"ProposalDeclined", "ProposalExpired", "ProposalVoided", "PairFormed"}
    assert sum(name in closing for name in told) <= 1


def test_a_match_carries_into_the_proposal_what_the_mail_will_say() -> None:
    match = Match(
        UUID(int=1), UUID(int=2), "one_to_one", ("ai",), "chess", (Slot(0, 540, 60),), {"topics": 9}
    )
    pair = a_proposal(match=match)

    assert (pair.topics, pair.hobby, pair.slots) == (("ai",), "chess", (Slot(0, 540, 60),))
    assert pair.points == {"topics": 9}
