"""Who stands behind a token, and what they may do.

Platform-wide rights (`lead`, `directory`, `ops`) come with the token, from the company's identity provider.
Rights within one programme come from enrollment, and here from its events.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from pymongo import DeleteOne, ReplaceOne

from shared.chassis.transactions import Index, Tx

COLLECTION = "principals"
INDEXES = (Index(COLLECTION, [("issuer", 1), ("subject", 1)], unique=True),)


class Role(StrEnum):
    """What a route may ask for."""

    PARTICIPANT = "participant"
    LEAD = "lead"
    SPONSOR = "sponsor"
    DIRECTORY = "directory"
    OPS = "ops"


@dataclass(frozen=True, slots=True)
class Claims:
    """What a checked token says."""

    issuer: str
    subject: str
    email: str | None = field(repr=False)
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller. `person_id` is None for a machine, or for somebody no service knows yet."""

    claims: Claims
    person_id: UUID | None = None
    roles: Mapping[str, frozenset[Role]] = field(default_factory=dict)
    volunteer_ids: frozenset[UUID] = frozenset()

    def has(self, role: Role, programme_id: str | None = None) -> bool:
        """Whether the caller holds the role, in this programme where one is named."""
        if role is Role.PARTICIPANT:
            return self.person_id is not None
        if programme_id is not None:
            return role in self.roles.get(programme_id, frozenset())
        return role in self.claims.roles


Resolve = Callable[[Tx, Claims], Awaitable[Principal]]


async def resolve_from_topic(tx: Tx, claims: Claims) -> Principal:
    """The principal as `principal.changed` told it."""
    known = await tx.find_one(COLLECTION, {"issuer": claims.issuer, "subject": claims.subject})
    if known is None:
        return Principal(claims)
    roles = {
        programme: frozenset(Role(name) for name in names if name in set(Role))
        for programme, names in known["roles"].items()
    }
    return Principal(claims, known["_id"], roles, frozenset(known["volunteer_ids"]))


def remember(
    tx: Tx,
    person_id: UUID,
    identity: tuple[str, str],
    roles: Mapping[str, Iterable[str]],
    volunteer_ids: Iterable[UUID],
) -> None:
    """Keep what `principal.changed` told; `identity` is the token's issuer and subject."""
    issuer, subject = identity
    document = {
        "_id": person_id,
        "issuer": issuer,
        "subject": subject,
        "roles": {programme: list(names) for programme, names in roles.items()},
        "volunteer_ids": list(volunteer_ids),
    }
    tx.write(COLLECTION, ReplaceOne({"_id": person_id}, document, upsert=True))


def forget(tx: Tx, person_id: UUID) -> None:
    """The person was erased: their token leads to nobody any more."""
    tx.write(COLLECTION, DeleteOne({"_id": person_id}))
