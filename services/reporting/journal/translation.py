"""Between the published language and the journal's own: contract -> command, fact -> contract."""

from services.reporting.journal.domain.model import (
    Cancelled,
    Fact,
    Held,
    Members,
    Planned,
    Rated,
    SessionFact,
)
from shared.contracts.base import Contract
from shared.contracts.matching.v1 import PairEnded, PairFormed
from shared.contracts.reporting.v1 import AnswerGiven, SessionCancelled, SessionHeld, SessionPlanned


def members(data: PairFormed | PairEnded) -> Members:
    """Who a pair is."""
    return Members(data.pair_id, data.programme_id, data.mentor_id, data.mentee_id)


def outgoing(fact: Fact) -> tuple[Contract, str]:
    """The fact as others read it, and the key that keeps the order of its pair."""
    contract = _answer(fact) if isinstance(fact, Rated) else _session(fact)
    return contract, str(fact.members.pair_id)


def _answer(fact: Rated) -> Contract:
    return AnswerGiven(
        pair_id=fact.members.pair_id,
        programme_id=fact.members.programme_id,
        side=fact.side,
        kind="feedback",
        scores={"rating": fact.rating},
    )


def _session(fact: SessionFact) -> Contract:
    session = fact.session
    ids = {
        "pair_id": fact.members.pair_id,
        "programme_id": fact.members.programme_id,
        "session_id": session.session_id,
    }
    starts_at, minutes = session.span.starts_at, session.span.minutes
    contract: Contract
    match fact:
        case Planned():
            contract = SessionPlanned(**ids, starts_at=starts_at, minutes=minutes)
        case Cancelled():
            contract = SessionCancelled(**ids)
        case Held():
            contract = SessionHeld(
                **ids,
                held_at=starts_at,
                minutes=minutes,
                topics=list(session.topics),
                mood=session.mood,
            )
    return contract
