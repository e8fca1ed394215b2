"""Who stands behind a token, and what they may do.

Platform-wide rights (`lead`, `directory`, `ops`) come with the token, from the company's identity provider.
Rights within one programme come from enrollment, and here from its events.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol
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


_OF_THE_HOUSE = frozenset({Role.DIRECTORY, Role.OPS})
"""What the identity provider alone decides, for machines and operators: being an employee has no part in it."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a checked token says."""

    issuer: str
    subject: str
    email: str | None = field(repr=False)
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller. `person_id` is None for a machine, or for somebody no service knows (any more)."""

    claims: Claims
    person_id: UUID | None = None
    roles: Mapping[str, frozenset[Role]] = field(default_factory=dict)
    volunteer_ids: frozenset[UUID] = frozenset()
    left: bool = False
    """Whether the token is bound to an employee whom the HR directory has no more."""

    def has(self, role: Role, programme_id: str | None = None) -> bool:
        """Whether the caller holds the role, in this programme where one is named."""
        if self.left and role not in _OF_THE_HOUSE:
            return False
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
    if known.get("left"):  # a document of an earlier release does not say
        return Principal(claims, left=True)
    roles = {
        programme: frozenset(Role(name) for name in names if name in set(Role))
        for programme, names in known["roles"].items()
    }
    return Principal(claims, known["_id"], roles, frozenset(known["volunteer_ids"]))


class Told(Protocol):
    """What `principal.changed` tells."""

    @property
    def person_id(self) -> UUID: ...  # noqa: D102 - the contract says what they are
    @property
    def issuer(self) -> str: ...  # noqa: D102
    @property
    def subject(self) -> str: ...  # noqa: D102
    @property
    def roles(self) -> Mapping[str, Sequence[str]]: ...  # noqa: D102
    @property
    def volunteer_ids(self) -> Sequence[UUID]: ...  # noqa: D102
    @property
    def left(self) -> bool: ...  # noqa: D102


def remember(tx: Tx, told: Told) -> None:
    """Keep what `principal.changed` told."""
    document = {
        "_id": told.person_id,
        "issuer": told.issuer,
        "subject": told.subject,
        "roles": {programme: list(names) for programme, names in told.roles.items()},
        "volunteer_ids": list(told.volunteer_ids),
        "left": told.left,
    }
    tx.write(COLLECTION, ReplaceOne({"_id": told.person_id}, document, upsert=True))


def forget(tx: Tx, person_id: UUID) -> None:
    """The person was erased: their token leads to nobody any more."""
    tx.write(COLLECTION, DeleteOne({"_id": person_id}))
