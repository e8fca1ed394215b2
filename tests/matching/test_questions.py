"""Questions about rounds: kept pools, answers by a worker, and what erasure does to them."""

import asyncio
import sys
from typing import Any
from uuid import UUID

import pytest

from services.matching.domain.assignment import Pairing
from services.matching.domain.explaining.advice import Gain
from services.matching.domain.explaining.answers import Answer
from services.matching.domain.explaining.prices import Verdict
from services.matching.domain.explaining.relaxing import Kind, Relaxation
from services.matching.domain.ports import Explainer, SolverFailed
from services.matching.domain.questions import Question, QuestionState, kept
from services.matching.domain.rounds import Round
from services.matching.domain.routines import Cause
from services.matching.handlers import learning, questions, rounds, shadows
from services.matching.handlers.questions import Ask
from services.matching.handlers.rounds import Claim, RequestRound
from services.matching.handlers.shadows import RequestShadow
from services.matching.schedules import QuestionDesk
from services.matching.solver.child import ChildExplainer
from services.matching.solver.explain.wire import packed_pool
from services.matching.solver.run import decide
from services.matching.store import Unit
from services.matching.store.holdings import HOLDINGS
from shared.chassis.privacy.holdings import Subject
from shared.chassis.refusals import Conflict, NotFound
from shared.chassis.transactions import Tx
from tests.matching.builders import COHORT, PROGRAMME, a_mentee, a_mentor
from tests.matching.conftest import ExplainerAtHand, House

MENTOR, MENTEE, STRANGER = UUID(int=1), UUID(int=2), UUID(int=99)


def silent(step: str, done: int, total: int) -> None:
    pass


class DeadExplainer:
    async def explain(self, pairing: Pairing | None, packed: bytes) -> Answer:
        raise SolverFailed("solver_died")


def a_desk(house: House, explainer: Explainer) -> QuestionDesk:
    return QuestionDesk(house.transactions, house.leases, explainer, "worker-1")


async def a_round(house: House) -> Round:
    """Mentor 1 with mentee 2; mentor 3 is not far enough below anybody."""
    await house.learn(a_mentor(1), a_mentee(2), a_mentor(3, level=6), a_mentee(4, level=7))
    return await house.round()


async def ask(house: House, round_: Round, *pairing: UUID) -> Question:
    wish = Ask(PROGRAMME, round_.id, (pairing[0], pairing[1]), UUID(int=0xD002))
    return await house.do(lambda unit: questions.ask(unit, wish))


async def read(house: House, question: Question) -> Question:
    return await house.do(
        lambda unit: questions.read_question(unit, PROGRAMME, question.round_id, question.id)
    )


async def advice_of(house: House, round_: Round) -> Question:
    return await house.do(lambda unit: questions.read_advice(unit, PROGRAMME, round_.id))


async def test_a_lead_asks_why_not_and_a_worker_answers(house: House) -> None:
    round_ = await a_round(house)
    asked = await ask(house, round_, UUID(int=3), MENTEE)
    await house.questions_desk.answer_waiting()

    found = await read(house, asked)
    assert (asked.state, found.state) == (QuestionState.ASKED, QuestionState.ANSWERED)
    assert found.answer is not None
    assert found.answer.why_not is not None
    assert (found.answer.why_not.verdict, found.answer.why_not.reason) == (
        Verdict.FORBIDDEN,
        "level_gap",
    )


async def test_the_same_is_asked_and_answered_once(house: House) -> None:
    round_ = await a_round(house)
    first = await ask(house, round_, MENTOR, MENTEE)
    await house.questions_desk.answer_waiting()
    again = await ask(house, round_, MENTOR, MENTEE)

    assert (again.id, again.state) == (first.id, QuestionState.ANSWERED)


async def test_a_round_asks_by_itself_what_would_help_who_is_left(house: House) -> None:
    round_ = await a_round(house)
    await house.questions_desk.answer_waiting()

    told = await advice_of(house, round_)
    assert told.answer is not None
    assert told.answer.advice is not None
    assert Gain(Relaxation(Kind.LEVEL_GAP, "1"), 1) in told.answer.advice.round


async def test_what_a_later_change_of_a_volunteer_says_does_not_change_the_answer(
    house: House,
) -> None:
    round_ = await a_round(house)
    await house.learn(a_mentor(3, level=1))
    asked = await ask(house, round_, UUID(int=3), MENTEE)
    await house.questions_desk.answer_waiting()

    found = await read(house, asked)
    assert found.answer is not None
    assert found.answer.why_not is not None
    assert found.answer.why_not.reason == "level_gap"


@pytest.mark.parametrize("pairing", [(MENTOR, STRANGER), (STRANGER, MENTEE), (MENTEE, MENTOR)])
async def test_only_who_took_part_on_that_side_can_be_asked_about(
    house: House, pairing: Pairing
) -> None:
    round_ = await a_round(house)

    with pytest.raises(NotFound, match="not_in_round"):
        await ask(house, round_, *pairing)


async def test_a_round_of_another_programme_is_not_there(house: House) -> None:
    round_ = await a_round(house)
    wish = Ask(UUID(int=0xAAAA), round_.id, (MENTOR, MENTEE), UUID(int=0xD002))

    with pytest.raises(NotFound, match="round_unknown"):
        await house.do(lambda unit: questions.ask(unit, wish))


async def test_a_question_that_failed_says_why_and_can_be_asked_again(house: House) -> None:
    round_ = await a_round(house)
    asked = await ask(house, round_, MENTOR, MENTEE)
    await a_desk(house, DeadExplainer()).answer_waiting()

    failed = await read(house, asked)
    assert (failed.state, failed.failure) == (QuestionState.FAILED, "solver_died")
    again = await ask(house, round_, MENTOR, MENTEE)
    assert (again.id, again.state, again.failure) == (asked.id, QuestionState.ASKED, None)


async def test_a_child_that_never_answers_ends_the_question_with_that_reason(house: House) -> None:
    round_ = await a_round(house)
    asked = await ask(house, round_, MENTOR, MENTEE)
    endless = (sys.executable, "-c", "import signal; signal.pause()")
    await a_desk(
        house, ChildExplainer(seconds=0.3, progress=silent, command=endless)
    ).answer_waiting()

    found = await read(house, asked)
    assert (found.state, found.failure) == (QuestionState.FAILED, "solver_timeout")


async def test_a_question_that_kills_its_workers_is_given_up(house: House) -> None:
    round_ = await a_round(house)
    asked = await ask(house, round_, MENTOR, MENTEE)
    for _ in range(3):
        assert await house.do(lambda unit: questions.take_up(unit, asked.id)) is not None

    assert await house.do(lambda unit: questions.take_up(unit, asked.id)) is None
    assert (await read(house, asked)).failure == "worker_died"


async def test_a_question_that_another_worker_holds_is_left_to_it(house: House) -> None:
    round_ = await a_round(house)
    asked = await ask(house, round_, MENTOR, MENTEE)
    await house.leases.take(f"question {asked.id}", owner="worker-2", seconds=60)
    await house.questions_desk.answer_waiting()

    assert (await read(house, asked)).state is QuestionState.ASKED


async def erase(house: House, person: int, *volunteers: int) -> None:
    subject = Subject(UUID(int=person), frozenset(UUID(int=volunteer) for volunteer in volunteers))

    async def work(tx: Tx) -> None:
        for holding in HOLDINGS:
            await holding.erase(tx, subject)

    await house.transactions.run(work)


@pytest.mark.parametrize("person", [0x1001, 0x1004, 0x7777])
async def test_with_anybody_in_it_erased_a_pool_is_gone_and_a_question_cannot_be_asked(
    house: House, person: int
) -> None:
    await house.learn(a_mentor(1, managers=(UUID(int=0x7777),)), a_mentee(2), a_mentee(4))
    round_ = await house.round()
    await erase(house, person)

    assert await house.database["pools"].count_documents({}) == 0
    with pytest.raises(Conflict, match="pool_gone"):
        await ask(house, round_, MENTOR, MENTEE)


async def test_a_question_that_waits_when_the_pool_goes_fails_with_that_reason(
    house: House,
) -> None:
    round_ = await a_round(house)
    asked = await ask(house, round_, MENTOR, MENTEE)
    await house.database["pools"].delete_many({})
    await house.questions_desk.answer_waiting()

    assert (await read(house, asked)).failure == "pool_gone"


async def test_an_answer_that_comes_after_an_erasure_is_not_kept(house: House) -> None:
    round_ = await a_round(house)
    asked = await ask(house, round_, MENTOR, UUID(int=4))

    class TooLate(ExplainerAtHand):
        async def explain(self, pairing: Pairing | None, packed: bytes) -> Answer:
            told = await super().explain(pairing, packed)
            await erase(house, 0x1002, 2)
            return told

    await a_desk(house, TooLate()).answer_waiting()

    found = await read(house, asked)
    assert (found.state, found.failure, found.answer) == (QuestionState.FAILED, "pool_gone", None)


async def test_a_pool_with_somebody_who_was_erased_while_it_was_solved_is_not_kept(
    house: House,
) -> None:
    await house.learn(a_mentor(1), a_mentee(2), a_mentee(4))
    house.solver.before = lambda: erase(house, 0x1004, 4)
    await house.round()

    assert await house.database["pools"].count_documents({}) == 0
    assert await house.database["questions"].count_documents({}) == 0


async def test_who_is_erased_is_named_in_no_question_and_no_answer(house: House) -> None:
    round_ = await a_round(house)
    await ask(house, round_, UUID(int=3), MENTEE)
    await ask(house, round_, MENTOR, UUID(int=4))
    await house.questions_desk.answer_waiting()
    await erase(house, 0x1002, 2)
    await erase(house, 0x1004, 4)

    rows = await house.database["questions"].find().to_list(None)
    assert len(rows) == 1
    assert not {MENTEE, UUID(int=4)} & set(all_ids(rows))


def all_ids(value: Any) -> list[UUID]:
    if isinstance(value, UUID):
        return [value]
    within = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [id_ for one in within for id_ in all_ids(one)]


async def test_the_report_of_a_round_can_be_read_once_it_is_solved(house: House) -> None:
    round_ = await a_round(house)

    report = await house.do(lambda unit: questions.read_report(unit, PROGRAMME, round_.id))

    assert (report.pairs, report.mentors.people, report.mentees.people) == (1, 2, 2)
    assert report.mentees.ranks is not None
    assert report.mentees.ranks.first == 1
    assert report.proof.served == 1
    assert report.origin.input_hash == round_.input_hash


async def test_a_round_that_is_not_solved_has_no_report(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    asked = await house.ask_for_round()

    with pytest.raises(NotFound, match="report_missing"):
        await house.do(lambda unit: questions.read_report(unit, PROGRAMME, asked.id))


async def test_a_round_that_is_not_solved_cannot_be_asked_about(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    waiting = await house.ask_for_round()

    with pytest.raises(Conflict, match="round_not_solved"):
        await ask(house, waiting, MENTOR, MENTEE)


async def test_a_shadow_is_reported_but_its_pairs_are_not_explained(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2), a_mentee(4))
    wish = RequestShadow(PROGRAMME, COHORT, UUID(int=0xD003), {"weights": {"motivation": 100}})
    shadow = await house.do(lambda unit: shadows.request_shadow(unit, wish))
    await house.desk.solve_waiting()

    report = await house.do(lambda unit: questions.read_report(unit, PROGRAMME, shadow.id))
    assert (report.pairs, report.mentees.people) == (1, 2)
    assert await house.database["pools"].count_documents({}) == 0
    assert await house.database["questions"].count_documents({}) == 0
    with pytest.raises(Conflict, match="shadow_not_asked"):
        await ask(house, shadow, MENTOR, MENTEE)


async def test_two_who_ask_the_same_at_once_ask_one_question(house: House) -> None:
    round_ = await a_round(house)
    one, other = await asyncio.gather(
        ask(house, round_, MENTOR, MENTEE), ask(house, round_, MENTOR, MENTEE)
    )

    assert one.id == other.id
    assert await house.database["questions"].count_documents({"mentor_id": MENTOR}) == 1


async def test_a_round_has_only_so_many_questions_that_wait(house: House) -> None:
    round_ = await a_round(house)
    # The round itself has asked for advice: 49 more, and its fifty are full.
    waiting = [
        {"_id": UUID(int=number), "round_id": round_.id, "state": "asked"}
        for number in range(0x5000, 0x5000 + 49)
    ]
    await house.database["questions"].insert_many(waiting)

    with pytest.raises(Conflict, match="too_many_questions"):
        await ask(house, round_, MENTOR, MENTEE)


async def test_a_lead_who_waits_comes_before_the_advice_that_nobody_waits_for(
    house: House,
) -> None:
    round_ = await a_round(house)
    asked = await ask(house, round_, MENTOR, MENTEE)

    waiting = await house.do(questions.list_asked)
    assert [one.id for one in waiting] == [asked.id, (await advice_of(house, round_)).id]


async def test_advice_that_failed_is_asked_for_again(house: House) -> None:
    round_ = await a_round(house)
    await a_desk(house, DeadExplainer()).answer_waiting()
    failed = await advice_of(house, round_)
    wish = Ask(PROGRAMME, round_.id, None, UUID(int=0xD002))
    again = await house.do(lambda unit: questions.ask(unit, wish))
    await house.questions_desk.answer_waiting()

    assert (failed.state, failed.failure) == (QuestionState.FAILED, "solver_died")
    assert (again.id, again.state) == (failed.id, QuestionState.ASKED)
    assert (await advice_of(house, round_)).state is QuestionState.ANSWERED


async def test_a_rematch_that_finds_nobody_leaves_nothing_behind(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    wish = RequestRound(PROGRAMME, COHORT, UUID(int=0xD004))
    await house.do(lambda unit: rounds.request_round(unit, wish, Cause.REMATCH, (MENTEE,)))
    await house.desk.solve_waiting()

    for name in ("pools", "questions", "reports"):
        assert await house.database[name].count_documents({}) == 0


async def test_a_worker_that_lost_its_claim_keeps_no_pool(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    asked = await house.ask_for_round()
    late, newer = Claim(asked.id, 1), Claim(asked.id, 2)
    pool = await house.do(lambda unit: rounds.start_round(unit, late))
    assert pool is not None
    await house.do(lambda unit: rounds.start_round(unit, newer))
    of_late, outcome = kept(pool, PROGRAMME, packed_pool(pool)), decide(pool, silent)

    with pytest.raises(Conflict, match="round_taken_over"):
        await house.do(lambda unit: questions.keep(unit, late, of_late, outcome))
    assert await house.database["pools"].count_documents({}) == 0


async def test_a_pool_is_not_kept_where_somebody_is_erased_at_that_moment(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2), a_mentee(4))
    asked = await house.ask_for_round()
    claim = Claim(asked.id, 1)
    pool = await house.do(lambda unit: rounds.start_round(unit, claim))
    assert pool is not None
    of_round, outcome = kept(pool, PROGRAMME, packed_pool(pool)), decide(pool, silent)

    async def keep_and_erase(unit: Unit) -> None:
        await questions.keep(unit, claim, of_round, outcome)
        await house.do(lambda other: learning.forget_candidate(other, UUID(int=4)))
        await erase(house, 0x1004, 4)

    await house.do(keep_and_erase)

    assert await house.database["pools"].count_documents({}) == 0
    assert await house.database["reports"].count_documents({}) == 1


async def test_a_question_is_not_kept_where_one_of_the_two_is_erased_at_that_moment(
    house: House,
) -> None:
    round_ = await a_round(house)
    wish = Ask(PROGRAMME, round_.id, (MENTOR, MENTEE), UUID(int=0xD002))

    async def ask_and_erase(unit: Unit) -> None:
        await questions.ask(unit, wish)
        await erase(house, 0x1002, 2)

    with pytest.raises(Conflict, match="pool_gone"):
        await house.do(ask_and_erase)
    assert await house.database["questions"].count_documents({"mentee_id": MENTEE}) == 0


async def test_who_only_stands_beside_others_in_a_pool_is_not_shown_that_they_do(
    house: House,
) -> None:
    await house.learn(a_mentor(1, avoid=(UUID(int=0x7777),)), a_mentee(2))
    await house.round()

    assert await shown(house, 0x1001, 1) == [{"_id", "programme_id", "kept_at"}]
    assert await shown(house, 0x7777) == []


async def shown(house: House, person: int, *volunteers: int) -> list[set[str]]:
    """The fields of each pool that the export of this person has."""
    subject = Subject(UUID(int=person), frozenset(UUID(int=volunteer) for volunteer in volunteers))
    tables = [one for one in HOLDINGS if one.collection == "pools"]

    async def work(tx: Tx) -> list[set[str]]:
        found = [document for one in tables for document in await one.read(tx, subject)]
        return [set(document) for document in found]

    return await house.transactions.read(work)


async def test_a_draft_holds_no_second_copy_of_the_report(house: House) -> None:
    await house.learn(a_mentor(1), a_mentee(2))
    which = await house.draft()

    (row,) = await house.database["drafts"].find().to_list(None)
    assert row["outcome"]["report"] is None
    report = await house.do(lambda unit: questions.read_report(unit, PROGRAMME, which.round_id))
    assert report.pairs == 1
