"""The time edge: pauses that begin and end, volunteers to ask, topics to put in, imports that were cut short.

Every tick is harmless on several workers at once: what one has done, the other finds done.
"""

from datetime import timedelta
from functools import partial

from services.enrollment import handlers
from services.enrollment.domain.ports import ImportTurn, Work
from shared.chassis.lifecycle import Schedule

MINUTE = timedelta(minutes=1)


def schedules(work: Work, turn: ImportTurn) -> list[Schedule]:
    """What is looked after, and how often."""

    async def seed_topics() -> None:
        await work(handlers.topics.seed_topics)

    async def end_pauses() -> None:
        while await work(handlers.volunteers.pass_day):
            pass

    async def settle_directory() -> None:
        await handlers.directory.settle_what_is_left(work, turn)

    async def purge_directory() -> None:
        await handlers.directory.purge(work, turn)

    async def judge_gaps() -> None:
        for programme in await work(lambda unit: handlers.programmes.list_programmes(unit, ())):
            await work(partial(handlers.demand.judge_again, programme_id=programme.programme_id))

    return [
        Schedule("seed topics", timedelta(hours=1), seed_topics),
        Schedule("end pauses", MINUTE, end_pauses),
        Schedule("judge gaps", MINUTE, judge_gaps),
        *_requests(work),
        Schedule("settle directory", MINUTE, settle_directory),
        Schedule("purge directory", MINUTE, purge_directory),
    ]


def _requests(work: Work) -> list[Schedule]:
    async def close_invitations() -> None:
        while await work(handlers.invitations.let_go):
            pass

    async def let_doubters_go() -> None:
        while await work(handlers.doubts.let_go):
            pass

    async def ask_to_confirm() -> None:
        for programme in await work(lambda unit: handlers.programmes.list_programmes(unit, ())):
            ask = partial(handlers.confirmations.ask, programme_id=programme.programme_id)
            while await work(ask):
                pass

    async def lapse_confirmations() -> None:
        while await work(handlers.confirmations.lapse):
            pass

    return [
        Schedule("close invitations", MINUTE, close_invitations),
        Schedule("let doubters go", MINUTE, let_doubters_go),
        Schedule("ask to confirm", MINUTE, ask_to_confirm),
        Schedule("lapse confirmations", MINUTE, lapse_confirmations),
    ]
