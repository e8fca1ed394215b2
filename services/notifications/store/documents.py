"""How things lie in MongoDB: the shape of each document, and the way there and back."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from services.notifications.domain import news
from services.notifications.domain.pairs import (
    Contact,
    Formation,
    Origin,
    Pair,
    Policy,
    Proposal,
    Session,
    SessionState,
    Side,
    Standing,
    Volunteer,
    Window,
)
from services.notifications.domain.reminders import Kind, Reminder, State

Document = dict[str, Any]

PROGRAMMES = "programmes"
TOPICS = "topics"
VOLUNTEERS = "volunteers"
CONTACTS = "contacts"
PAIRS = "pairs"
REMINDERS = "reminders"

OPEN: Document = {"look_at": {"$type": "date"}}
CHANGED: Document = {"changed": True}

_PROGRESS = ("state", "reason", "doubtful", "fence", "attempts", "first_tried_at", "settled_at")
_FIXED = ("kind", "pair_id", "programme_id", "volunteer_id", "side", "session_id", "due")


def updates_of(told: news.News) -> list[tuple[str, Any, Document]]:
    """News as upserts: collection, key, update. Each news writes fields that no other topic writes, so
    their order does not matter.
    """
    match told:
        case news.PolicySet(programme_id, policy):
            return [(PROGRAMMES, programme_id, {"$set": _policy(policy)})]
        case news.TopicLabelled(code, labels):
            return [(TOPICS, code, {"$set": {"label_en": labels.en, "label_ru": labels.ru}})]
        case news.StandingChanged(volunteer_id, standing):
            return [(VOLUNTEERS, volunteer_id, {"$set": {"standing": standing}})]
        case news.PersonTold(person_id, volunteer_ids):
            person = {"$set": {"person_id": person_id}}
            return [(VOLUNTEERS, volunteer_id, person) for volunteer_id in volunteer_ids]
        case news.ContactTold(contact):
            return [(CONTACTS, contact.person_id, {"$set": _contact(contact)})]
        case _:
            fields, seen = _of_pair(told)
            fields |= {"programme_id": told.programme_id, **CHANGED}
            return [(PAIRS, told.pair_id, {"$set": fields} | seen)]


def _of_pair(told: news.PairNews) -> tuple[Document, Document]:
    """What to set, and further operators."""
    fields: Document = {}
    operators: Document = {}
    match told:
        case news.Proposed(volunteers=volunteers, proposal=proposal):
            fields = {"proposal": _proposal(proposal), **_volunteers(volunteers)}
        case news.Answered(side=side):
            operators = {"$addToSet": {"answered": side}}
        case news.ProposalClosed():
            fields = {"closed": True}
        case news.Formed(volunteers=volunteers, formation=formation):
            formed = {"until": formation.until.isoformat(), "origin": _origin(formation.origin)}
            fields = {"formed": formed, **_volunteers(volunteers)}
        case news.Ended():
            fields = {"ended": True}
        case news.SessionPlanned(session=session):
            fields = {f"sessions.{session.id}": _session(session)}
        case news.SessionOver(session_id=session_id, state=state):
            fields = {f"sessions.{session_id}.state": state}
        case _:
            raise TypeError(f"no document for {type(told).__name__}")
    return fields, operators


def pair_of(row: Document) -> Pair:
    """A session that was held without being planned has nothing to remind of, and is left out."""
    formed, proposal = row.get("formed"), row.get("proposal")
    sessions = row.get("sessions", {}).items()
    return Pair(
        id=row["_id"],
        programme_id=row["programme_id"],
        volunteers={side: row[f"{side}_id"] for side in Side if f"{side}_id" in row},
        proposal=_proposal_of(proposal) if proposal else None,
        answered=frozenset(Side(side) for side in row.get("answered", [])),
        closed=row.get("closed", False),
        formed=_formation_of(formed) if formed else None,
        ended=row.get("ended", False),
        sessions=tuple(_session_of(key, part) for key, part in sessions if "starts_at" in part),
        planned=frozenset(row.get("planned", [])),
    )


def policy_of(row: Document) -> Policy:
    """How a programme reminds."""
    return Policy(tuple(row["session_hours_before"]), tuple(row["proposal_hours_after"]))


def volunteer_of(row: Document) -> Volunteer:
    """Either part may be missing."""
    standing = Standing(row.get("standing", Standing.ACTIVE))
    return Volunteer(row["_id"], row.get("person_id"), standing)


def contact_of(row: Document) -> Contact:
    """Bounces count for the address at which they happened."""
    bounces = row.get("bounces", 0) if row.get("bounced_address") == row["email"] else 0
    return Contact(row["_id"], row["name"], row["email"], row["locale"], row["time_zone"], bounces)


def new_reminder(reminder: Reminder) -> Document:
    """Everything of a reminder."""
    fixed = {name: getattr(reminder, name) for name in _FIXED}
    origin = _origin(reminder.origin)
    return fixed | {"message_id": reminder.message_id, "origin": origin} | progress(reminder)


def progress(reminder: Reminder) -> Document:
    """What changes of a reminder."""
    return {name: getattr(reminder, name) for name in _PROGRESS}


def reminder_of(row: Document) -> Reminder:
    """A reminder as it stands."""
    fields = {name: row[name] for name in (*_FIXED, *_PROGRESS, "message_id")}
    fields |= {"kind": Kind(row["kind"]), "side": Side(row["side"]), "state": State(row["state"])}
    return Reminder(id=row["_id"], origin=_origin_of(row["origin"]), **fields)


def _policy(policy: Policy) -> Document:
    return {
        "session_hours_before": list(policy.session_hours_before),
        "proposal_hours_after": list(policy.proposal_hours_after),
    }


def _contact(contact: Contact) -> Document:
    names = ("name", "email", "locale", "time_zone")
    return {name: getattr(contact, name) for name in names}


def _volunteers(volunteers: Mapping[Side, UUID]) -> Document:
    return {f"{side}_id": volunteer_id for side, volunteer_id in volunteers.items()}


def _proposal(proposal: Proposal) -> Document:
    return {
        "made_at": proposal.made_at,
        "expires_at": proposal.expires_at,
        "topics": list(proposal.topics),
        "hobby": proposal.hobby,
        "windows": [[w.weekday, w.start, w.minutes] for w in proposal.windows],
        "origin": _origin(proposal.origin),
    }


def _proposal_of(part: Document) -> Proposal:
    return Proposal(
        made_at=part["made_at"],
        expires_at=part["expires_at"],
        topics=tuple(part["topics"]),
        hobby=part["hobby"],
        windows=tuple(Window(*window) for window in part["windows"]),
        origin=_origin_of(part["origin"]),
    )


def _formation_of(part: Document) -> Formation:
    return Formation(date.fromisoformat(part["until"]), _origin_of(part["origin"]))


def _session(session: Session) -> Document:
    return {
        "starts_at": session.starts_at,
        "minutes": session.minutes,
        "state": session.state,
        "origin": _origin(session.origin),
    }


def _session_of(key: str, part: Document) -> Session:
    state, origin = SessionState(part["state"]), _origin_of(part["origin"])
    return Session(UUID(key), part["starts_at"], part["minutes"], state, origin)


def _origin(origin: Origin) -> Document:
    return {
        "correlation_id": origin.correlation_id,
        "causation_id": origin.causation_id,
        "traceparent": origin.traceparent,
    }


def _origin_of(part: Document) -> Origin:
    return Origin(part["correlation_id"], part["causation_id"], part["traceparent"])
