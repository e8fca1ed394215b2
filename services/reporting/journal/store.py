"""The journal in MongoDB: one document per pair with its sessions in it.

One document, so that two people who report one meeting at the same moment change the same thing: MongoDB lets
one of them in, and the other is tried again and finds it there.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from pymongo import ReplaceOne, UpdateOne

from services.reporting.journal import translation
from services.reporting.journal.domain.model import (
    Fact,
    Feedback,
    Members,
    Opinion,
    Pair,
    Session,
    Side,
    Span,
    State,
)
from shared.chassis.ids import new_id
from shared.chassis.privacy.holdings import Holding, OnErasure, of_volunteers
from shared.chassis.transactions import Tx

PAIRS, FEEDBACK = "pairs", "feedback"
HOLDINGS = (
    Holding(
        PAIRS,
        "pairs and their sessions by volunteer: times, minutes, topics, a mood from 1 to 5; no free text",
        OnErasure.STAYS,
        of_volunteers("mentor_id", "mentee_id"),
        kept="for good",
    ),
    Holding(
        FEEDBACK,
        "what a volunteer thinks of a pair: a rating from 1 to 5, and what worked and what to improve in their words",
        OnErasure.DELETE,
        of_volunteers("volunteer_id"),
        kept="until erased",
    ),
)
"""Where the journal keeps data on people."""


class Unit:
    """The unit of work that handlers get."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self.now = tx.now
        self.pairs = StoredPairs(tx)
        self.feedback = StoredFeedback(tx)

    def new_id(self) -> UUID:
        """A fresh random id."""
        return new_id()

    def publish(self, fact: Fact) -> None:
        """Put the fact into the outbox."""
        self._tx.publish(*translation.outgoing(fact))

    def note(self, event: str, **ids: UUID) -> None:
        """Log the line once the transaction is committed."""
        texts: dict[str, Any] = {name: str(value) for name, value in ids.items()}
        self._tx.note(event, **texts)


class StoredPairs:
    """The port `Pairs` on MongoDB."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def get(self, pair_id: UUID) -> Pair | None:
        """The pair with its sessions."""
        found = await self._tx.find_one(PAIRS, {"_id": pair_id})
        return None if found is None else _pair(found)

    def form(self, members: Members, at: datetime) -> None:
        """Keep that the pair exists from then on."""
        self._set(members.pair_id, {**_members(members), "formed_at": at})

    def end(self, members: Members, at: datetime) -> None:
        """Keep that the pair is over since then."""
        self._set(members.pair_id, {**_members(members), "ended_at": at})

    def put(self, pair_id: UUID, session: Session) -> None:
        """Add the session, or replace the one with its id."""
        self._set(pair_id, {f"sessions.{session.session_id}": _session(session)})

    def _set(self, pair_id: UUID, fields: dict[str, Any]) -> None:
        self._tx.write(PAIRS, UpdateOne({"_id": pair_id}, {"$set": fields}, upsert=True))


class StoredFeedback:
    """The port `Feedbacks`: a document per side of a pair, so that each side's words are theirs alone."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def get(self, pair_id: UUID, side: Side) -> Feedback | None:
        """What this side said last."""
        found = await self._tx.find_one(FEEDBACK, {"_id": _feedback_id(pair_id, side)})
        if found is None:
            return None
        opinion = Opinion(found["rating"], found["worked"], found["improve"])
        return Feedback(side, opinion, found["given_at"])

    def put(self, members: Members, feedback: Feedback) -> None:
        """Keep it in place of what this side said before."""
        id_, opinion = _feedback_id(members.pair_id, feedback.side), feedback.opinion
        is_mentor = feedback.side is Side.MENTOR
        kept = {
            "pair_id": members.pair_id,
            "programme_id": members.programme_id,
            "volunteer_id": members.mentor_id if is_mentor else members.mentee_id,
            "side": feedback.side.value,
            "rating": opinion.rating,
            "worked": opinion.worked,
            "improve": opinion.improve,
            "given_at": feedback.given_at,
        }
        self._tx.write(FEEDBACK, ReplaceOne({"_id": id_}, kept, upsert=True))


def _feedback_id(pair_id: UUID, side: Side) -> str:
    return f"{pair_id}:{side}"


def _members(members: Members) -> dict[str, Any]:
    return {
        "programme_id": members.programme_id,
        "mentor_id": members.mentor_id,
        "mentee_id": members.mentee_id,
    }


def _session(session: Session) -> dict[str, Any]:
    return {
        "state": session.state.value,
        "starts_at": session.span.starts_at,
        "minutes": session.span.minutes,
        "topics": list(session.topics),
        "mood": session.mood,
    }


def _pair(found: dict[str, Any]) -> Pair:
    members = Members(found["_id"], found["programme_id"], found["mentor_id"], found["mentee_id"])
    sessions = tuple(
        Session(
            UUID(session_id),
            State(item["state"]),
            Span(item["starts_at"], item["minutes"]),
            tuple(item["topics"]),
            item["mood"],
        )
        for session_id, item in found.get("sessions", {}).items()
    )
    return Pair(members, found.get("formed_at"), found.get("ended_at"), sessions)
