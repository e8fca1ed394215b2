"""How things lie in MongoDB: the shape of each document, and the way there and back."""

from dataclasses import asdict
from typing import Any

from pydantic import TypeAdapter

from services.notifications.domain import news
from services.notifications.domain.notices import Notice
from services.notifications.domain.overview import Tally
from services.notifications.domain.pairs import (
    Contact,
    Pair,
    Policy,
    TopicLabels,
    Volunteer,
)
from services.notifications.domain.reminders import Reminder

Document = dict[str, Any]

PROGRAMMES = "programmes"
TOPICS = "topics"
VOLUNTEERS = "volunteers"
CONTACTS = "contacts"
PAIRS = "pairs"
NOTICES = "notices"
REMINDERS = "reminders"

OPEN: Document = {"look_at": {"$type": "date"}}
CHANGED: Document = {"changed": True}

_PROGRESS = ("state", "reason", "doubtful", "fence", "attempts", "first_tried_at", "settled_at")
_PAIR = TypeAdapter(Pair)
_NOTICE = TypeAdapter(Notice)
_POLICY = TypeAdapter(Policy)
_LABELS = TypeAdapter(TopicLabels)
_VOLUNTEER = TypeAdapter(Volunteer)
_CONTACT = TypeAdapter(Contact)
_REMINDER = TypeAdapter(Reminder)
_TALLY = TypeAdapter(Tally)


def updates_of(told: news.News) -> list[tuple[str, Any, Document]]:  # noqa: PLR0911 - a table
    """News as upserts: collection, key, update. Each news writes fields that no other topic writes, so
    their order does not matter.
    """
    match told:
        case news.PolicySet(programme_id, policy):
            return [(PROGRAMMES, programme_id, {"$set": asdict(policy)})]
        case news.TopicLabelled(code, labels):
            return [(TOPICS, code, {"$set": asdict(labels)})]
        case news.StandingChanged(volunteer_id, standing):
            return [(VOLUNTEERS, volunteer_id, {"$set": {"standing": standing}})]
        case news.PersonTold(person_id, volunteer_ids):
            person = {"$set": {"person_id": person_id}}
            return [(VOLUNTEERS, volunteer_id, person) for volunteer_id in volunteer_ids]
        case news.ContactTold(contact):
            return [(CONTACTS, contact.person_id, {"$set": _told_of(contact)})]
        case news.NoticeGiven(notice):
            return [(NOTICES, notice.id, {"$set": _without_id(notice)})]
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
            fields = {"proposal": asdict(proposal), "volunteers": volunteers}
        case news.Answered(side=side):
            operators = {"$addToSet": {"answered": side}}
        case news.ProposalClosed():
            fields = {"closed": True}
        case news.Formed(volunteers=volunteers, formation=formation):
            formed = {**asdict(formation), "until": formation.until.isoformat()}
            fields = {"formed": formed, "volunteers": volunteers}
        case news.Ended():
            fields = {"ended": True}
        case news.SessionPlanned(session=session):
            fields = {f"sessions.{session.id}": asdict(session)}
        case news.SessionOver(session_id=session_id, state=state):
            fields = {f"sessions.{session_id}.state": state}
        case _:
            raise TypeError(f"no document for {type(told).__name__}")
    return fields, operators


def pair_of(row: Document) -> Pair:
    """A session that was held without being planned has nothing to remind of, and is left out."""
    sessions = [part for part in row.get("sessions", {}).values() if "starts_at" in part]
    return _PAIR.validate_python({**row, "id": row["_id"], "sessions": sessions})


def notice_of(row: Document) -> Notice:
    """What is to be told."""
    return _NOTICE.validate_python({**row, "id": row["_id"]})


def policy_of(row: Document) -> Policy:
    """How a programme reminds."""
    return _POLICY.validate_python(row)


def labels_of(row: Document) -> TopicLabels:
    """What a topic is called."""
    return _LABELS.validate_python(row)


def volunteer_of(row: Document) -> Volunteer:
    """Either part may be missing."""
    return _VOLUNTEER.validate_python({**row, "id": row["_id"]})


def contact_of(row: Document) -> Contact:
    """Bounces count for the address at which they happened."""
    bounces = row.get("bounces", 0) if row.get("bounced_address") == row["email"] else 0
    return _CONTACT.validate_python({**row, "person_id": row["_id"], "bounces": bounces})


def _told_of(contact: Contact) -> Document:
    """What the topic tells; bounces are our own count."""
    names = ("name", "email", "locale", "time_zone")
    return {name: getattr(contact, name) for name in names}


def new_reminder(reminder: Reminder) -> Document:
    """Everything of a reminder."""
    return _without_id(reminder)


def _without_id(thing: Reminder | Notice) -> Document:
    row = asdict(thing)
    del row["id"]
    if thing.answer_by:
        row["answer_by"] = thing.answer_by.isoformat()
    return row


def progress(reminder: Reminder) -> Document:
    """What changes of a reminder."""
    return {name: getattr(reminder, name) for name in _PROGRESS}


def reminder_of(row: Document) -> Reminder:
    """A reminder as it stands."""
    return _REMINDER.validate_python({**row, "id": row["_id"]})


def tally_of(row: Document) -> Tally:
    """A group of reminders, counted."""
    return _TALLY.validate_python({**row, **row["_id"]})
