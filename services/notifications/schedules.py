"""The time edge: gives news their reminders, and sends what is due. Any number of workers may do both."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from services.notifications import handlers
from services.notifications.domain.ports import Channel
from services.notifications.domain.sending import Outcome, Pace
from services.notifications.handlers import Assignment, Claims
from services.notifications.store import Unit, trail_of
from shared.chassis.correlation import following
from shared.chassis.lifecycle import Schedule
from shared.chassis.passages import passage
from shared.chassis.transactions import Transactions
from shared.chassis.troubles import is_conflict, is_transient

log = structlog.get_logger("services.notifications.schedules")

EVERY = timedelta(seconds=0.5)
PAIRS_AT_ONCE = 100
ROUNDS_PER_TICK = 20  # then the schedule looks whether it is to stop
RECORD_AGAIN_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Worker:
    """Plans and sends. `mail_domain` is the right side of every Message-ID, `spread` from 0 to 1 is random."""

    transactions: Transactions
    channel: Channel
    mail_domain: str
    pace: Pace
    at_once: int
    spread: Callable[[], float] = random.random

    async def plan(self) -> None:
        """Plan until there are no news of pairs left; and what is to be told to people alone."""
        for _ in range(ROUNDS_PER_TICK):
            if await self._plan(PAIRS_AT_ONCE) < PAIRS_AT_ONCE:
                break
        await self.transactions.poll(
            lambda tx: handlers.plan_notices(Unit(tx), self.mail_domain, PAIRS_AT_ONCE)
        )

    async def _plan(self, most: int) -> int:
        """Plan for so many pairs, and for fewer where news of them come faster than that can be done."""
        try:
            return await self.transactions.poll(
                lambda tx: handlers.plan_reminders(Unit(tx), self.mail_domain, most)
            )
        except Exception as error:
            if most == 1 or not is_conflict(error):
                raise
        return await self._plan(most // 10)

    async def send(self) -> None:
        """Send until nothing is due."""
        for _ in range(ROUNDS_PER_TICK):
            claims = await self.claim()
            sending = (self.deliver(assignment) for assignment in claims.assignments)
            # Each to its end, whatever happens to another: a mail cut off in the middle is in doubt.
            endings = await asyncio.gather(*sending, return_exceptions=True)
            for ending in endings:
                if isinstance(ending, BaseException):
                    raise ending
            if claims.looked_at < self.at_once:
                return

    async def claim(self) -> Claims:
        """Claim what is due."""
        return await self.transactions.poll(
            lambda tx: handlers.claim_due(Unit(tx), self.pace, self.at_once)
        )

    async def deliver(self, assignment: Assignment) -> None:
        """Send one, and record what became of it."""
        with following(trail_of(assignment.reminder)):
            passage("reminder.claimed")
            outcome = await self.channel.send(assignment.reminder, assignment.letter)
            await self._record(assignment, outcome)
            passage("mail.recorded")

    async def _record(self, sent: Assignment, outcome: Outcome) -> None:
        """An outcome is not given up while the claim may hold, since that would mean a second copy."""
        deadline = asyncio.get_running_loop().time() + self.pace.lease.total_seconds()
        while True:
            try:
                return await self.transactions.run(
                    lambda tx: handlers.record(Unit(tx), sent, outcome, self.pace, self.spread())
                )
            except Exception as error:
                if not is_transient(error) or asyncio.get_running_loop().time() > deadline:
                    raise
                log.warning("delivery.record_delayed", reminder_id=str(sent.reminder.id))
            await asyncio.sleep(RECORD_AGAIN_SECONDS)

    async def overdue_seconds(self) -> float:
        """For how long the oldest reminder has been due and not sent, by the database's clock."""
        return await self.transactions.read(lambda tx: handlers.overdue_seconds(Unit(tx)))

    def schedules(self) -> list[Schedule]:
        """What the service runs."""
        return [
            Schedule("plan reminders", EVERY, self.plan),
            Schedule("send reminders", EVERY, self.send),
        ]
