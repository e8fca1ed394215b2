"""Where notifications keeps data on people, how a person is found in it, and what erasure does there."""

from dataclasses import replace

from services.notifications.domain.pairs import Standing
from services.notifications.store.documents import (
    CONTACTS,
    NOTICES,
    PAIRS,
    PROGRAMMES,
    REMINDERS,
    TOPICS,
    VOLUNTEERS,
)
from shared.chassis.privacy.holdings import (
    Holding,
    OnErasure,
    Subject,
    of_person,
    of_volunteers,
)
from shared.chassis.transactions import Tx


def _own(subject: Subject) -> dict[str, object]:
    volunteers = {"_id": {"$in": sorted(subject.volunteer_ids)}}
    return {"$or": [{"person_id": subject.person_id}, volunteers]}


def _sent_to(subject: Subject) -> dict[str, object]:
    volunteers = {"volunteer_id": {"$in": sorted(subject.volunteer_ids)}}
    return {"$or": [{"person_id": subject.person_id}, volunteers]}


_ERASED = {"$set": {"standing": Standing.ERASED.value}, "$unset": {"person_id": ""}}

# fmt: off
HOLDINGS = (
    Holding(CONTACTS, "name, address, language and time zone, and bounces of the address", OnErasure.DELETE, of_person(),
            kept="until erased"),
    Holding(VOLUNTEERS, "whose volunteer it is, and whether they take part", OnErasure.BLANK, _own, blank=lambda _: _ERASED,
            kept="for good, without the person once erased"),
    Holding(REMINDERS, "messages sent or to be sent, by volunteer or person; never their text", OnErasure.STAYS,
            _sent_to, kept="for good; open ones are cancelled"),
    Holding(NOTICES, "what is to be told to a person and has no reminder yet", OnErasure.DELETE, of_person("person_id"),
            kept="seconds, or until it is to be told"),
    Holding(PAIRS, "proposals, pairs and times of sessions, by volunteer", OnErasure.STAYS,
            of_volunteers("volunteers.mentor", "volunteers.mentee"), kept="for good"),
    Holding(PROGRAMMES, "when programmes remind"),
    Holding(TOPICS, "what topics are called"),
)
# fmt: on


async def with_volunteers(tx: Tx, subject: Subject) -> Subject:
    """The subject with all volunteers that the topic of principals told of."""
    found = await tx.find(VOLUNTEERS, {"person_id": subject.person_id})
    ids = frozenset(row["_id"] for row in found)
    return replace(subject, volunteer_ids=subject.volunteer_ids | ids)
