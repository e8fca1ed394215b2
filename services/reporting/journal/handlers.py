"""The journal's use cases, one unit of work each. A caller who is not of the pair learns nothing of it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.reporting.journal.domain import errors, rules
from services.reporting.journal.domain.model import (
    Entry,
    Feedback,
    Members,
    Opinion,
    Pair,
    Rated,
    Session,
    Side,
    Span,
)
from services.reporting.journal.domain.ports import Unit
from services.reporting.journal.domain.rules import Report


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and about which pair."""

    pair_id: UUID
    volunteer_ids: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Given:
    """Feedback as it is kept now, and whether this side had said nothing before."""

    feedback: Feedback
    is_first: bool


async def plan(unit: Unit, caller: Caller, span: Span) -> Entry:
    """Plan a session."""
    pair = await _own_pair(unit, caller)
    return _keep(unit, pair, rules.plan(pair, span, session_id=unit.new_id(), now=unit.now))


async def cancel(unit: Unit, caller: Caller, session_id: UUID) -> Entry:
    """Cancel a planned session."""
    pair = await _own_pair(unit, caller)
    return _keep(unit, pair, rules.cancel(pair, session_id))


async def report_planned(unit: Unit, caller: Caller, session_id: UUID, report: Report) -> Entry:
    """Report that a planned session was held."""
    pair = await _own_pair(unit, caller)
    return _keep(unit, pair, rules.report_planned(pair, session_id, report, now=unit.now))


async def report_unplanned(unit: Unit, caller: Caller, report: Report) -> Entry:
    """Report a session that nobody had planned."""
    pair = await _own_pair(unit, caller)
    entry = rules.report_unplanned(pair, report, new_id=unit.new_id(), now=unit.now)
    return _keep(unit, pair, entry)


async def list_sessions(unit: Unit, caller: Caller) -> list[Session]:
    """All sessions of the pair, earliest first."""
    pair = await _own_pair(unit, caller)
    return sorted(pair.sessions, key=lambda item: (item.span.starts_at, item.session_id))


async def give_feedback(unit: Unit, caller: Caller, opinion: Opinion) -> Given:
    """The caller's side says what it thinks of the pair, in place of what it said before."""
    pair, side = await _own_side(unit, caller)
    feedback = rules.give_feedback(pair, side, opinion, now=unit.now)
    before = await unit.feedback.get(caller.pair_id, side)
    unit.feedback.put(pair.members, feedback)
    unit.publish(Rated(pair.members, side, opinion.rating))
    unit.note("feedback.given", pair_id=caller.pair_id)
    return Given(feedback, is_first=before is None)


async def read_feedback(unit: Unit, caller: Caller) -> Feedback:
    """What the caller's side said last; what the other said is not told."""
    _, side = await _own_side(unit, caller)
    found = await unit.feedback.get(caller.pair_id, side)
    if found is None:
        raise errors.no_feedback()
    return found


async def note_formed(unit: Unit, members: Members, at: datetime) -> None:
    """From now on the pair may keep a journal."""
    unit.pairs.form(members, at)
    unit.note("journal.opened", pair_id=members.pair_id)


async def note_ended(unit: Unit, members: Members, at: datetime) -> None:
    """From now on the pair may only report what was."""
    unit.pairs.end(members, at)
    unit.note("journal.closed", pair_id=members.pair_id)


async def _own_pair(unit: Unit, caller: Caller) -> Pair:
    pair, _ = await _own_side(unit, caller)
    return pair


async def _own_side(unit: Unit, caller: Caller) -> tuple[Pair, Side]:
    pair = await unit.pairs.get(caller.pair_id)
    side = None if pair is None else pair.members.side_of(caller.volunteer_ids)
    if pair is None or side is None:
        raise errors.no_such_pair()
    return pair, side


def _keep(unit: Unit, pair: Pair, entry: Entry) -> Entry:
    if entry.fact is not None:
        unit.pairs.put(pair.members.pair_id, entry.session)
        unit.publish(entry.fact)
        unit.note(
            f"session.{entry.session.state}",
            pair_id=pair.members.pair_id,
            session_id=entry.session.session_id,
        )
    return entry
