"""Questions about rounds: the lead asks, a worker answers, and what a round was decided on is kept for that."""

import logging
from dataclasses import dataclass
from uuid import UUID

from services.matching.domain import errors
from services.matching.domain.assignment import Pairing
from services.matching.domain.explaining.answers import Answer
from services.matching.domain.ports import Unit
from services.matching.domain.questions import KeptPool, Question, QuestionState, Topic, question_id
from services.matching.domain.reports import Report
from services.matching.domain.rounds import Outcome, Round

LARGEST = 15 * 1024 * 1024
"""A document of MongoDB holds 16 MiB; the ids beside the pool need some of it."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A lead asks why two are a pair of this round, or why not; `correlation_id` names the request."""

    programme_id: UUID
    round_id: UUID
    pairing: Pairing
    correlation_id: UUID


async def ask(unit: Unit, command: Ask) -> Question:
    """The question, with its answer where it was answered before; one that failed is asked again."""
    await _known(unit, command.programme_id, command.round_id)
    found = await unit.questions.get(question_id(command.round_id, command.pairing))
    if found is not None and found.state is not QuestionState.FAILED:
        return found
    if not await unit.pools.holds(command.round_id):
        raise errors.pool_gone()
    if not await unit.pools.holds(command.round_id, command.pairing):
        raise errors.not_in_round()
    question = _question(unit, command) if found is None else found.again(unit.now)
    unit.questions.put(question)
    unit.note("question.asked", question_id=question.id, round_id=question.round_id)
    return question


async def read_question(unit: Unit, programme_id: UUID, round_id: UUID, id_: UUID) -> Question:
    """A question of this round."""
    found = await unit.questions.get(id_)
    if found is None or (found.programme_id, found.round_id) != (programme_id, round_id):
        raise errors.question_unknown()
    return found


async def read_advice(unit: Unit, programme_id: UUID, round_id: UUID) -> Question:
    """What would help those who are left of this round; it is asked by the round itself."""
    return await read_question(unit, programme_id, round_id, question_id(round_id))


async def read_report(unit: Unit, programme_id: UUID, round_id: UUID) -> Report:
    """The report of the answer that the solver gave."""
    await _known(unit, programme_id, round_id)
    report = await unit.reports.get(round_id)
    if report is None:
        raise errors.report_missing()
    return report


async def keep(unit: Unit, round_: Round, pool: KeptPool, outcome: Outcome) -> None:
    """Keep the report of a round, and what it was decided on; ask what would help who is left."""
    if outcome.report is not None:
        unit.reports.put(round_.id, outcome.report)
    reason = await _not_to_keep(unit, pool)
    if reason is not None:
        unit.note("pool.not_kept", level=logging.WARNING, round_id=round_.id, reason=reason)
        return
    unit.pools.put(pool)
    if outcome.unmatched:
        unit.questions.put(
            Question(
                question_id(round_.id),
                round_.programme_id,
                round_.id,
                round_.correlation_id,
                unit.now,
                Topic.ADVICE,
            )
        )


async def _not_to_keep(unit: Unit, pool: KeptPool) -> str | None:
    """Why this pool is not kept: too large, or somebody of it was erased while it was solved."""
    if len(pool.packed) > LARGEST:
        return "too_large"
    volunteers = {*pool.mentors, *pool.mentees}
    known = await unit.candidates.of(volunteers)
    if len(known) < len(volunteers):
        return "erased_meanwhile"
    unit.candidates.claim({one.person_id for one in known}, by=pool.round_id)
    return None


async def list_asked(unit: Unit) -> list[Question]:
    """The questions that wait for a worker or are with one, the oldest first."""
    return await unit.questions.asked()


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
    mentor_id, mentee_id = command.pairing
    return Question(
        question_id(command.round_id, command.pairing),
        command.programme_id,
        command.round_id,
        command.correlation_id,
        unit.now,
        Topic.WHY_NOT,
        mentor_id,
        mentee_id,
    )


async def _known(unit: Unit, programme_id: UUID, round_id: UUID) -> Round:
    round_ = await unit.rounds.get(round_id)
    if round_ is None or round_.programme_id != programme_id:
        raise errors.round_unknown()
    return round_
