"""Questions about rounds: the lead asks, a worker answers, and what a round was decided on is kept for that."""

import logging
from dataclasses import dataclass
from uuid import UUID

from services.matching.domain import errors
from services.matching.domain.assignment import Pairing
from services.matching.domain.explaining.answers import Answer
from services.matching.domain.ports import Unit
from services.matching.domain.questions import (
    WAITING_MOST,
    KeptPool,
    Question,
    QuestionState,
    Topic,
    question_id,
)
from services.matching.domain.reports import Report
from services.matching.domain.rounds import Outcome, Round
from services.matching.domain.routines import Cause
from services.matching.handlers.named import round_of
from services.matching.handlers.rounds import Claim


@dataclass(frozen=True, slots=True)
class Ask:
    """A lead asks why two are a pair of this round, or why not; without two, what would help who is left.

    `correlation_id` names the request.
    """

    programme_id: UUID
    round_id: UUID
    pairing: Pairing | None
    correlation_id: UUID


async def ask(unit: Unit, command: Ask) -> Question:
    """The question, with its answer where it was answered before; one that failed is asked again."""
    await _asked_about(unit, command.programme_id, command.round_id)
    found = await unit.questions.get(question_id(command.round_id, command.pairing))
    if found is not None and found.state is not QuestionState.FAILED:
        return found
    if not await unit.pools.holds(command.round_id):
        raise errors.pool_gone()
    if command.pairing and not await unit.pools.holds(command.round_id, command.pairing):
        raise errors.not_in_round()
    if await unit.questions.count_asked(command.round_id) >= WAITING_MOST:
        raise errors.too_many_questions()
    question = found.again(unit.now) if found is not None else _question(unit, command)
    # Of an erasure at the same moment and this, one looks again: nobody is named who is gone.
    unit.pools.claim(command.round_id, by=question.id)
    unit.questions.put(question)
    unit.note("question.asked", question_id=question.id, round_id=question.round_id)
    return question


async def read_question(unit: Unit, programme_id: UUID, round_id: UUID, id_: UUID) -> Question:
    """A question about this round."""
    await round_of(unit, programme_id, round_id)
    found = await unit.questions.get(id_)
    if found is None or found.round_id != round_id:
        raise errors.question_unknown()
    return found


async def read_advice(unit: Unit, programme_id: UUID, round_id: UUID) -> Question:
    """What would help those who are left of this round; a round of all asks for it by itself."""
    return await read_question(unit, programme_id, round_id, question_id(round_id))


async def read_report(unit: Unit, programme_id: UUID, round_id: UUID) -> Report:
    """The report of the answer that the solver gave."""
    round_ = await round_of(unit, programme_id, round_id)
    report = None if round_.to_solve else await unit.reports.get(round_id)
    if report is None:
        raise errors.report_missing()
    return report


async def keep(unit: Unit, claim: Claim, pool: KeptPool, outcome: Outcome) -> None:
    """Keep the report of a round and what it was decided on; ask what would help who is left.

    Nothing is kept of a rematch that found nobody. Raises Conflict when the round was taken over meanwhile.
    """
    round_ = await unit.rounds.get(claim.round_id)
    if round_ is None:
        raise errors.round_unknown()
    round_.check_claim(claim.fence)
    is_rematch = round_.cause is Cause.REMATCH
    if is_rematch and not outcome.matches:
        return
    if outcome.report is not None:
        unit.reports.put(round_.id, outcome.report)
    if round_.shadow is not None or not await _may_be_kept(unit, round_, pool):
        return
    unit.pools.put(pool)
    if outcome.unmatched and not is_rematch:
        wish = Ask(round_.programme_id, round_.id, None, round_.correlation_id)
        unit.questions.put(_question(unit, wish))


async def _may_be_kept(unit: Unit, round_: Round, pool: KeptPool) -> bool:
    """Whether the pool fits, and nobody of it was erased while it was solved."""
    # An erasure at the same moment writes to the programme, too; of the two one looks again.
    unit.programmes.claim(round_.programme_id, by=round_.id)
    reason = "too_large" if pool.too_large else "erased_meanwhile"
    if pool.too_large or not await unit.candidates.all_known(pool.volunteers):
        unit.note("pool.not_kept", level=logging.WARNING, round_id=round_.id, reason=reason)
        return False
    return True


async def list_asked(unit: Unit) -> list[Question]:
    """The questions that wait for a worker or are with one: those of leads first, the oldest first."""
    return sorted(await unit.questions.asked(), key=lambda one: one.topic is Topic.ADVICE)


async def take_up(unit: Unit, id_: UUID) -> tuple[Question, bytes] | None:
    """A question and the packed pool that it is about; None where there is nothing to do."""
    question = await unit.questions.get(id_)
    if question is None or question.state is not QuestionState.ASKED:
        return None
    packed = await unit.pools.packed(question.round_id)
    taken = question.take_up() if packed is not None else question.fail("pool_gone")
    unit.questions.put(taken)
    if taken.state is QuestionState.FAILED:
        _note_failure(unit, taken)
    return None if packed is None or taken.state is QuestionState.FAILED else (taken, packed)


async def answer(unit: Unit, id_: UUID, answer_: Answer) -> None:
    """Keep the answer, unless the question was answered, or what it is about was deleted meanwhile."""
    question = await unit.questions.get(id_)
    if question is None or question.state is not QuestionState.ASKED:
        return
    if not await unit.pools.holds(question.round_id):
        await fail(unit, id_, "pool_gone")
        return
    unit.pools.claim(question.round_id, by=id_)
    unit.questions.put(question.answered(answer_))
    unit.note("question.answered", question_id=id_, round_id=question.round_id)


async def fail(unit: Unit, id_: UUID, failure: str) -> None:
    """Give a question up; the lead sees why and may ask again."""
    question = await unit.questions.get(id_)
    if question is not None and question.state is QuestionState.ASKED:
        failed = question.fail(failure)
        unit.questions.put(failed)
        _note_failure(unit, failed)


def _note_failure(unit: Unit, question: Question) -> None:
    unit.note(
        "question.failed",
        level=logging.WARNING,
        question_id=question.id,
        round_id=question.round_id,
        reason=question.failure,
    )


def _question(unit: Unit, command: Ask) -> Question:
    mentor_id, mentee_id = command.pairing or (None, None)
    return Question(
        question_id(command.round_id, command.pairing),
        command.programme_id,
        command.round_id,
        command.correlation_id,
        unit.now,
        Topic.WHY_NOT if command.pairing else Topic.ADVICE,
        mentor_id,
        mentee_id,
    )


async def _asked_about(unit: Unit, programme_id: UUID, round_id: UUID) -> None:
    """Raises unless the round is solved and not a shadow.

    A shadow has weights of the lead's choice: by them a pair of it would tell what is private of somebody.
    """
    round_ = await round_of(unit, programme_id, round_id)
    if round_.to_solve:
        raise errors.round_not_solved()
    if round_.shadow is not None:
        raise errors.shadow_not_asked()
