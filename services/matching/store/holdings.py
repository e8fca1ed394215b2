"""Where matching keeps data on people, how a person is found in it, and what erasure does there."""

from dataclasses import replace

from shared.chassis.privacy.holdings import Holding, OnErasure, Subject, of_volunteers
from shared.chassis.transactions import Tx


def _own(subject: Subject) -> dict[str, object]:
    volunteers = {"_id": {"$in": sorted(subject.volunteer_ids)}}
    return {"$or": [{"person_id": subject.person_id}, volunteers]}


# fmt: off
HOLDINGS = (
    Holding("candidates", "what enrollment told of a volunteer, as far as matching needs it", OnErasure.DELETE, _own,
            kept="until erased", hidden=("avoid",)),
    Holding("candidates", "avoid-lists of others", OnErasure.BLANK, lambda subject: {"avoid": subject.person_id},
            blank=lambda subject: {"$pull": {"avoid": subject.person_id}}, shown=False),
    Holding("pairs", "proposals and pairs: ids, topics, a shared hobby, common hours", OnErasure.BLANK,
            of_volunteers("volunteers"), blank=lambda _: {"$set": {"hobby": None, "slots": [], "starts_at": None}},
            kept="for good, with ids, states and days alone once one of the two was erased"),
    Holding("rounds", "runs of matching; whom they left over, by id, and why", OnErasure.STAYS,
            of_volunteers("left_over.volunteer_id"), kept="for good", shown=False),
    Holding("programmes", "terms of programmes"),
)
# fmt: on


async def with_volunteers(tx: Tx, subject: Subject) -> Subject:
    """The subject with all volunteers that candidates tell of."""
    found = await tx.find("candidates", {"person_id": subject.person_id})
    ids = frozenset(row["_id"] for row in found)
    return replace(subject, volunteer_ids=subject.volunteer_ids | ids)
