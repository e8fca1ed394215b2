"""The use cases, one unit of work each: learn, plan, claim what is due, record what became of it, read."""

import logging
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.notifications.domain.letters import Letter, letter_of
from services.notifications.domain.news import News
from services.notifications.domain.notices import Withdrawal, addressed
from services.notifications.domain.overview import overview
from services.notifications.domain.pairs import Contact, Pair, Standing
from services.notifications.domain.ports import Unit
from services.notifications.domain.reminders import Kind, Reminder, State, items_to_plan, plan
from services.notifications.domain.sending import (
    Knowledge,
    Outcome,
    Pace,
    Step,
    cease,
    claim,
    follow_up,
    overtake,
)

MOST_READ = 500
_LEVELS = {
    State.SENT: logging.INFO,
    State.SUPPRESSED: logging.INFO,
    State.FAILED: logging.WARNING,
    State.UNKNOWN: logging.WARNING,
}


@dataclass(frozen=True, slots=True)
class Assignment:
    """A claimed reminder and what to write."""

    reminder: Reminder
    letter: Letter


@dataclass(frozen=True, slots=True)
class Claims:
    """What one round of claiming brought: `looked_at` reminders were due, these are to be sent."""

    looked_at: int
    assignments: Sequence[Assignment]


async def learn(unit: Unit, told: News) -> None:
    """Keep what a topic told."""
    unit.knowledge.learn(told)


async def forget_contact(unit: Unit, person_id: UUID) -> None:
    """Nobody is to be reached there any more; what waits to be told to them is told to nobody."""
    unit.knowledge.forget_contact(person_id)
    await _cease(unit, [person_id], "no_part")


async def forget_person(unit: Unit, person_id: UUID) -> None:
    """Nobody is behind these volunteers any more."""
    unit.knowledge.forget_person(person_id)


async def cancel_reminders(unit: Unit, ids: Collection[UUID]) -> None:
    """Send nothing more to volunteers or persons who were erased."""
    await _cease(unit, ids, Standing.ERASED.value)


async def plan_reminders(unit: Unit, mail_domain: str, most: int) -> int:
    """Give pairs with news their reminders, and settle those that the news made moot.

    Pairs of a programme whose policy has not arrived wait for it. Returns how many pairs there were.
    """
    policies = await unit.knowledge.policies()
    pairs, now = await unit.pairs.changed(policies.keys(), most)
    waiting = defaultdict(list)
    for reminder in await unit.reminders.waiting([pair.id for pair in pairs]):
        waiting[reminder.pair_id].append(reminder)
    for pair in pairs:
        planned = plan(pair, policies[pair.programme_id], mail_domain, now)
        for reminder in planned:
            unit.reminders.add(reminder)
            unit.note("reminder.scheduled", reminder)
        for reminder in (*waiting[pair.id], *planned):
            if step := overtake(reminder, pair, now):
                _take(unit, reminder, step)
        unit.pairs.plan(pair, items_to_plan(pair))
    return len(pairs)


async def plan_notices(unit: Unit, mail_domain: str, most: int) -> int:
    """Give notices their reminders. One for leads who were not told of yet waits for them.

    Returns how many there are left or were: fewer than `most` means that there are no more.
    """
    notices, now = await unit.notices.waiting(most)
    gone = await unit.notices.erased([one.person_id for one in notices if one.person_id])
    for notice in notices:
        if notice.person_id in gone:
            unit.notices.done(notice.id)
            continue
        named = [notice.person_id] if notice.person_id else None
        readers = named or await unit.notices.leads(notice.programme_id)
        if readers and not notice.is_old(now):
            for reminder in addressed(notice, readers, mail_domain):
                unit.reminders.add(reminder)
                unit.note("reminder.scheduled", reminder)
        if readers or notice.is_old(now):
            unit.notices.done(notice.id)
    return len(notices)


async def withdraw_notice(unit: Unit, withdrawal: Withdrawal) -> None:
    """Do not ask or tell any more what is answered or over; what is being sent is left to its end."""
    unit.notices.done(withdrawal.notice_id)
    waiting, now = await unit.reminders.withdrawn(withdrawal)
    for reminder in waiting:
        _take(unit, reminder, cease(reminder, now, withdrawal.reason))


async def claim_due(unit: Unit, pace: Pace, most: int) -> Claims:
    """Claim what is due, decided on everything that was consumed until now."""
    due, now = await unit.reminders.due(most)
    known = await _know(unit, due)
    codes = {code for k in known.values() for code in _topics(k.pair)}
    codes |= {reminder.topic for reminder in due if reminder.topic}
    labels = await unit.knowledge.labels(codes)
    assignments = []
    for reminder in due:
        step = claim(reminder, known[reminder.id], pace, now)
        _take(unit, reminder, step)
        if step.reminder.state is State.SENDING:
            if step.reminder.doubtful:
                unit.note("delivery.repeated", step.reminder, level=logging.WARNING)
            letter = letter_of(step.reminder, known[reminder.id], labels, now)
            assignments.append(Assignment(step.reminder, letter))
    return Claims(len(due), assignments)


async def record(unit: Unit, sent: Assignment, outcome: Outcome, pace: Pace, spread: float) -> None:
    """Record what became of a claimed reminder, unless the claim was overtaken."""
    found = await unit.reminders.claimed(sent.reminder)
    if found is None:
        unit.note("delivery.overtaken", sent.reminder, level=logging.WARNING)
        return
    reminder, now = found
    _take(unit, reminder, follow_up(reminder, outcome, pace, now, spread))
    if outcome.bounced:
        await unit.knowledge.count_bounce(sent.letter.reader)


async def count_deliveries(unit: Unit, programme_id: UUID) -> Mapping[Kind, Mapping[State, int]]:
    """What the lead reads of the messages of a programme."""
    return overview(await unit.reminders.count(programme_id))


async def overdue_seconds(unit: Unit) -> float:
    """For how long the oldest reminder has been due and not sent."""
    return await unit.reminders.overdue_seconds()


async def list_deliveries(unit: Unit, ids: Collection[UUID]) -> list[Reminder]:
    """What was sent, or is to be sent, to these volunteers or persons, the newest first."""
    return await unit.reminders.of_readers(ids, MOST_READ)


async def _cease(unit: Unit, ids: Collection[UUID], reason: str) -> None:
    waiting, now = await unit.reminders.waiting_for(ids)
    for reminder in waiting:
        _take(unit, reminder, cease(reminder, now, reason))


def _take(unit: Unit, before: Reminder, step: Step) -> None:
    """Write a step, tell what there is to tell, and leave one line in the log."""
    unit.reminders.move(before, step)
    if step.fact:
        unit.publish(step.fact)
        state = step.reminder.state
        unit.note(f"delivery.{state}", step.reminder, level=_LEVELS[state])
    elif before.state is State.SENDING and step.reminder.state is State.WAITING:
        unit.note("delivery.retried", step.reminder, level=logging.WARNING)


async def _know(unit: Unit, reminders: Sequence[Reminder]) -> dict[UUID, Knowledge]:
    """What is known around these reminders, by reminder."""
    pairs = await unit.pairs.by_ids({r.pair_id for r in reminders if r.pair_id})
    ids = {volunteer for pair in pairs.values() for volunteer in pair.volunteers.values()}
    volunteers = await unit.knowledge.volunteers(ids)
    persons = {v.person_id for v in volunteers.values() if v.person_id}
    persons |= {reminder.person_id for reminder in reminders if reminder.person_id}
    contacts = await unit.knowledge.contacts(persons)
    policies = await unit.knowledge.policies()

    def contact(volunteer_id: UUID | None) -> Contact | None:
        volunteer = volunteers.get(volunteer_id) if volunteer_id else None
        person_id = volunteer.person_id if volunteer else None
        return contacts.get(person_id) if person_id else None

    known = {}
    for reminder in reminders:
        policy = policies.get(reminder.programme_id)
        quiet = policy.quiet if policy else None
        if reminder.person_id:
            reader_in_person = contacts.get(reminder.person_id)
            known[reminder.id] = Knowledge(reader=reader_in_person, quiet=quiet)
            continue
        pair = pairs.get(reminder.pair_id) if reminder.pair_id else None
        partner = pair.volunteers.get(reminder.side.other) if pair and reminder.side else None
        reader = volunteers.get(reminder.volunteer_id) if reminder.volunteer_id else None
        known[reminder.id] = Knowledge(
            pair, reader, contact(reminder.volunteer_id), contact(partner), quiet
        )
    return known


def _topics(pair: Pair | None) -> Sequence[str]:
    return pair.proposal.topics if pair and pair.proposal else ()
