"""Where matching keeps data on people, how a person is found in it, and what erasure does there."""

from collections.abc import Callable
from dataclasses import replace

from services.matching.domain.explaining.parts import IN_CONFIDENCE
from shared.chassis.privacy.holdings import Holding, OnErasure, Subject, of_person, of_volunteers
from shared.chassis.transactions import Tx


def _own(subject: Subject) -> dict[str, object]:
    volunteers = {"_id": {"$in": sorted(subject.volunteer_ids)}}
    return {"$or": [{"person_id": subject.person_id}, volunteers]}


def _out_of_drafts(subject: Subject) -> dict[str, object]:
    theirs = {"$in": sorted(subject.volunteer_ids)}
    either = {"$or": [{"mentor_id": theirs}, {"mentee_id": theirs}]}
    return {"$pull": {"outcome.matches": either, "outcome.unmatched": {"volunteer_id": theirs}}}


def _in_pools(subject: Subject) -> dict[str, object]:
    return {**of_person("people")(subject), **of_volunteers("mentors", "mentees")(subject)}


def _out_of(*lists: str) -> Callable[[Subject], dict[str, object]]:
    """Out of these lists of ids; each has to be there, since MongoDB pulls out of no list that lies in a null."""

    def blank(subject: Subject) -> dict[str, object]:
        theirs = {"volunteer_id": {"$in": sorted(subject.volunteer_ids)}}
        return {"$pull": dict.fromkeys(lists, theirs)}

    return blank


_BLANKED: dict[str, object] = {
    "hobby": None, "slots": [], "starts_at": None, "shares": {},
    "rated_by_mentor": None, "rated_by_mentee": None,
}  # fmt: skip
# What the one thinks of the other, and what others think of them; one's own ratings are in the journal.
_OF_BOTH = (
    "rated_by_mentor",
    "rated_by_mentee",
    *(f"{field}.{part}" for field in ("points", "shares") for part in sorted(IN_CONFIDENCE)),
)


# fmt: off
HOLDINGS = (
    Holding("candidates", "what enrollment told of a volunteer, as far as matching needs it", OnErasure.DELETE, _own,
            kept="until erased", hidden=("avoid",)),
    Holding("candidates", "avoid-lists of others", OnErasure.BLANK, lambda subject: {"avoid": subject.person_id},
            blank=lambda subject: {"$pull": {"avoid": subject.person_id}}, shown=False),
    Holding("pairs", "proposals and pairs: ids, topics, a shared hobby, common hours, ratings", OnErasure.BLANK,
            of_volunteers("volunteers"), blank=lambda _: {"$set": _BLANKED}, hidden=_OF_BOTH,
            kept="for good, with ids, states and days alone once one of the two was erased"),
    Holding("declines", "why a proposal was declined, in a word from a list", OnErasure.DELETE,
            of_volunteers("volunteer_id"), kept="until erased"),
    Holding("rounds", "runs of matching; by id whom they left over and why, matched again, or would match otherwise",
            OnErasure.STAYS, of_volunteers("left_over.volunteer_id", "freed", "shadow.comparison.changes.mentee_id",
            "shadow.comparison.changes.before", "shadow.comparison.changes.after"), kept="for good", shown=False),
    Holding("pins", "pairs that a lead wishes, by id", OnErasure.DELETE, of_volunteers("mentor_id", "mentee_id"),
            kept="until the two were asked, or one of them was erased", shown=False),
    Holding("wishes", "whom a volunteer asks for", OnErasure.DELETE, of_volunteers("wisher_id"),
            kept="until the two were asked, or one of them was erased"),
    Holding("wishes", "wishes of others", OnErasure.DELETE, of_volunteers("other_id"), shown=False),
    Holding("drafts", "what a round would propose, before anybody is asked", OnErasure.BLANK,
            of_volunteers("outcome.matches.mentor_id", "outcome.matches.mentee_id", "outcome.unmatched.volunteer_id"),
            blank=_out_of_drafts, kept="until its lead releases or discards it", shown=False),
    Holding("pools", "what a round was decided on, packed, to answer questions about it", OnErasure.DELETE,
            _in_pools, kept="`OBVERSE_RETENTION_POOLS_DAYS` (180), and until anybody in it is erased",
            hidden=("packed", "people", "mentors", "mentees")),
    Holding("pools", "who stands there beside others: managers, avoid-lists, earlier pairs", OnErasure.DELETE,
            of_person("people"), kept="as above", shown=False),
    Holding("questions", "why two are a pair or not, asked by a lead", OnErasure.DELETE, of_volunteers("mentor_id", "mentee_id"),
            kept="as pools", shown=False),
    Holding("questions", "who would fall out or come in with the two", OnErasure.BLANK,
            of_volunteers("answer.why_not.falls_out.volunteer_id", "answer.why_not.comes_in.volunteer_id"),
            blank=_out_of("answer.why_not.falls_out", "answer.why_not.comes_in"), kept="as pools", shown=False),
    Holding("questions", "what would help whom", OnErasure.BLANK, of_volunteers("answer.advice.people.volunteer_id"),
            blank=_out_of("answer.advice.people"), kept="as pools", shown=False),
    Holding("reports", "reports of rounds, in counts"),
    Holding("programmes", "terms of programmes"),
)
# fmt: on


async def with_volunteers(tx: Tx, subject: Subject) -> Subject:
    """The subject with all volunteers that candidates tell of."""
    found = await tx.find("candidates", {"person_id": subject.person_id})
    ids = frozenset(row["_id"] for row in found)
    return replace(subject, volunteer_ids=subject.volunteer_ids | ids)
