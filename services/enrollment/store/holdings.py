"""Where enrollment keeps data on people, how a person is found in it, and what erasure does there.

The directory is the company's, so its row of the person goes and may come again with the next import: as somebody
with a new person_id, of whom nothing of before is known.
"""

import json
from dataclasses import replace

from services.enrollment.store.versions import number_of
from shared.chassis.mongo import Document
from shared.chassis.privacy.holdings import (
    Holding,
    OnErasure,
    Subject,
    of_person,
    of_volunteers,
)
from shared.chassis.transactions import Tx


def _took_no_part(subject: Subject) -> Document:
    return {"$pull": {"plan.participants": subject.person_id}}


def _entry(subject: Subject) -> Document:
    # Numbers are whole texts of JSON among the words; a list has them as they are.
    names = [json.loads(word) if word.startswith('"') else word for word in subject.words]
    return {"$or": [{"person_id": subject.person_id}, {"named": {"$in": names}}]}


def _on_a_list(subject: Subject) -> Document:
    return {"avoid": {"$elemMatch": _entry(subject)}}


def _on_no_list(subject: Subject) -> Document:
    return {"$pull": {"avoid": _entry(subject)}}


# fmt: off
HOLDINGS = (
    Holding("employees", "the person's row of the HR directory, also as an import stages it or replaced it",
            OnErasure.DELETE, of_person("person_id"), kept="as long as the directory names them, and minutes more"),
    Holding("provided_meanwhile", "staff numbers that the identity provider changed while an import was staged",
            OnErasure.DELETE, of_person("person_id"), kept="until the import ends, a day and minutes at most"),
    Holding("inactive_users", "rows of employees whom the identity provider set inactive", OnErasure.DELETE, of_person(),
            kept="until they are active again or deleted, 90 days at most"),
    Holding("people", "whose token it is, name, address, roles in programmes", OnErasure.DELETE, of_person(),
            kept="until erased"),
    Holding("volunteers", "consent, profile, status, whom they avoid as they named them", OnErasure.DELETE,
            of_person("person_id"), kept="until erased", hidden=("avoid.person_id",)),
    Holding("volunteers", "avoid-lists of others", OnErasure.BLANK, _on_a_list, blank=_on_no_list,
            kept="until erased", shown=False),
    Holding("confirmations", "whether a volunteer goes on with a further cohort", OnErasure.DELETE, of_person("person_id"),
            kept="until erased"),
    Holding("invitations", "who was invited, and what they answered", OnErasure.DELETE, of_person("person_id"),
            kept="until erased"),
    Holding("pairs", "pairs as matching told them, by volunteer", OnErasure.STAYS, of_volunteers("mentor_id", "mentee_id"),
            kept="for good"),
    Holding("programmes", "terms, cohorts, and the sponsor by id", OnErasure.STAYS, of_person("sponsor_id"), kept="for good",
            shown=False),
    Holding("absent_managers", "staff numbers that rows of others name as manager, and stand-in ids for them",
            OnErasure.STAYS, kept="for good"),
    Holding("concerns", "doubts written confidentially, with the answers; of an anonymous one nobody is known",
            OnErasure.DELETE, of_person("writer"), kept="until erased"),
    Holding("dialogues", "open conversations: agenda and minutes without names, and who took part where the lead noted it",
            OnErasure.BLANK, of_person("plan.participants"), blank=_took_no_part, kept="for good, without the person once erased",
            shown=False),
    Holding("programme_doors", "when a programme was opened or closed, or somebody came into it last, in 512 parts, without who"),
    Holding("topics", "the tree of topics"),
    Holding("topics_turn", "when the tree was changed last"),
    Holding("gaps", "topics of each programme that more want than its mentors take at once"),
    Holding("directory", "how the company's files are laid out, when they came, and since when everybody sees the last"),
)
# fmt: on


async def with_all_known(tx: Tx, subject: Subject) -> Subject:
    """The subject with their volunteers, and with the texts that would tell them in a copy of an answer."""
    volunteers = await tx.find("volunteers", {"person_id": subject.person_id})
    rows = await tx.find("employees", {"person_id": subject.person_id})
    person = await tx.find_one("people", {"_id": subject.person_id}) or {}
    inactive = await tx.find_one("inactive_users", {"_id": subject.person_id}) or {}
    texts = {*(row["email"] for row in rows), person.get("email"), inactive.get("email")}
    # A number or a name could be a part of something else: they count as whole texts of JSON.
    whole = {*map(number_of, rows), *(row.get("name") for row in rows), person.get("name")}
    whole |= {inactive.get("staff_number"), inactive.get("name")}
    words = {text for text in texts if text}
    words |= {json.dumps(text, ensure_ascii=False) for text in whole if text}
    # An answer to a doubt names the doubt, and may show all that was written.
    concerns = await tx.find("concerns", {"writer": subject.person_id})
    words |= {str(row["_id"]) for row in concerns}
    ids = frozenset(row["_id"] for row in volunteers)
    return replace(subject, volunteer_ids=subject.volunteer_ids | ids, words=subject.words | words)
