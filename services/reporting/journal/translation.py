"""Between the published language and the journal's own: contract -> command, fact -> contract."""

from services.reporting.journal.domain.model import Cancelled, Fact, Held, Members, Planned
from shared.contracts.base import Contract
from shared.contracts.matching.v1 import PairEnded, PairFormed
from shared.contracts.reporting.v1 import SessionCancelled, SessionHeld, SessionPlanned


def members(data: PairFormed | PairEnded) -> Members:
    """Who a pair is."""
    return Members(data.pair_id, data.programme_id, data.mentor_id, data.mentee_id)


def outgoing(fact: Fact) -> tuple[Contract, str]:
    """The fact as others read it, and the key that keeps the order of its pair."""
    session, pair_id = fact.session, fact.members.pair_id
    ids = {
        "pair_id": pair_id,
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
    return contract, str(pair_id)
