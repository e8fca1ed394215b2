"""What the topics have told: keyed upserts, each of its own fields, read together when they are used."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pymongo import DeleteOne, UpdateMany, UpdateOne

from services.notifications.domain.news import News
from services.notifications.domain.pairs import Contact, Pair, Policy, TopicLabels, Volunteer
from services.notifications.store.documents import (
    CHANGED,
    CONTACTS,
    PAIRS,
    PROGRAMMES,
    TOPICS,
    VOLUNTEERS,
    Document,
    contact_of,
    labels_of,
    pair_of,
    policy_of,
    updates_of,
    volunteer_of,
)
from services.notifications.store.times import WITH_NOW, now_of
from shared.chassis.transactions import Tx


class Knowledge:
    """Programmes, topics, volunteers and contacts; and the news of pairs."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def learn(self, told: News) -> None:
        """Keep it; learning the same again changes nothing."""
        for collection, key, update in updates_of(told):
            self._tx.write(collection, UpdateOne({"_id": key}, update, upsert=True))

    async def policies(self) -> Mapping[UUID, Policy]:
        """Of all programmes: they are few."""
        return {row["_id"]: policy_of(row) for row in await self._tx.find(PROGRAMMES, {})}

    async def labels(self, codes: Collection[str]) -> dict[str, TopicLabels]:
        """Those of them that are known."""
        return {row["_id"]: labels_of(row) for row in await self._among(TOPICS, codes)}

    async def volunteers(self, ids: Collection[UUID]) -> Mapping[UUID, Volunteer]:
        """Those of them that are known."""
        return {row["_id"]: volunteer_of(row) for row in await self._among(VOLUNTEERS, ids)}

    async def contacts(self, person_ids: Collection[UUID]) -> Mapping[UUID, Contact]:
        """Those of them that are known."""
        return {row["_id"]: contact_of(row) for row in await self._among(CONTACTS, person_ids)}

    def forget_contact(self, person_id: UUID) -> None:
        """Keep no way to reach this person."""
        self._tx.write(CONTACTS, DeleteOne({"_id": person_id}))

    def forget_person(self, person_id: UUID) -> None:
        """Keep of no volunteer that it was this person."""
        nobody = {"$unset": {"person_id": ""}}
        self._tx.write(VOLUNTEERS, UpdateMany({"person_id": person_id}, nobody))

    async def count_bounce(self, contact: Contact) -> None:
        """It counts for this address; another one of the person starts at nothing."""
        known = (await self.contacts([contact.person_id])).get(contact.person_id)
        if known is None or known.email != contact.email:
            return
        fields = {"bounced_address": contact.email, "bounces": known.bounces + 1}
        self._tx.write(CONTACTS, UpdateOne({"_id": contact.person_id}, {"$set": fields}))

    async def _among(self, collection: str, keys: Collection[Any]) -> list[Document]:
        return await self._tx.find(collection, {"_id": {"$in": list(keys)}}) if keys else []


class Pairs:
    """A pair is one document with its proposal, its formation and its sessions."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def by_ids(self, ids: Collection[UUID]) -> Mapping[UUID, Pair]:
        """Those of them that are known."""
        found = await self._tx.find(PAIRS, {"_id": {"$in": list(ids)}}) if ids else []
        return {row["_id"]: pair_of(row) for row in found}

    async def changed(
        self, programme_ids: Collection[UUID], most: int
    ) -> tuple[list[Pair], datetime]:
        """Pairs with news since they were last planned, and the time."""
        match = {**CHANGED, "programme_id": {"$in": list(programme_ids)}}
        rows = await self._tx.aggregate(PAIRS, [{"$match": match}, {"$limit": most}, WITH_NOW])
        return [pair_of(row) for row in rows], now_of(rows)

    def plan(self, pair: Pair, items: Collection[str]) -> None:
        """News that come meanwhile write the same document, so one of the two is done again."""
        update = {"$addToSet": {"planned": {"$each": sorted(items)}}, "$unset": {"changed": ""}}
        self._tx.write(PAIRS, UpdateOne({"_id": pair.id}, update))
