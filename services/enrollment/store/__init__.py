"""MongoDB behind the ports: one collection a port, keyed upserts, and the indexes they need."""

import logging
import secrets
from uuid import UUID, uuid4

from services.enrollment.domain.people import Identity, Person
from services.enrollment.domain.ports import Fact
from services.enrollment.store import (
    confirmations,
    doubts,
    invitations,
    meanwhile,
    people,
    users,
    versions,
    volunteers,
)
from services.enrollment.store.confirmations import CONFIRMATION, Confirmations
from services.enrollment.store.demand import Demands
from services.enrollment.store.directory import Directory, Employees, ImportTurn
from services.enrollment.store.doubts import CONCERN, DIALOGUE, Concerns, Dialogues
from services.enrollment.store.invitations import INVITATION, Invitations
from services.enrollment.store.people import PERSON, People
from services.enrollment.store.programmes import PROGRAMME, TOPIC, Programmes, Topics
from services.enrollment.store.staging import Staging
from services.enrollment.store.users import Users
from services.enrollment.store.versions import Pointer, Rows
from services.enrollment.store.volunteers import PAIR, VOLUNTEER, Pairs, Volunteers
from services.enrollment.translation import log_line, outgoing, removed
from shared.chassis.correlation import following, new_trail
from shared.chassis.ids import new_id
from shared.chassis.principals import Claims, Principal, Role
from shared.chassis.transactions import Tx

__all__ = ["INDEXES", "ImportTurn", "Unit", "resolve"]

INDEXES = (
    *versions.INDEXES,
    *users.INDEXES,
    *meanwhile.INDEXES,
    *people.INDEXES,
    *volunteers.INDEXES,
    *invitations.INDEXES,
    *confirmations.INDEXES,
    *doubts.INDEXES,
)


class Unit:
    """The unit of work that handlers get, on one transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self.now = tx.now
        self.today = tx.now.date()
        pointer = Pointer(tx)
        self.employees = Employees(tx, pointer)
        self.staging = Staging(tx, pointer)
        self.users = Users(tx, pointer)
        self.directory = Directory(tx)
        self.people = People(tx, PERSON)
        self.programmes = Programmes(tx, PROGRAMME)
        self.topics = Topics(tx, TOPIC)
        self.demands = Demands(tx, pointer)
        self.volunteers = Volunteers(tx, VOLUNTEER)
        self.invitations = Invitations(tx, INVITATION)
        self.confirmations = Confirmations(tx, CONFIRMATION)
        self.pairs = Pairs(tx, PAIR)
        self.concerns = Concerns(tx, CONCERN)
        self.dialogues = Dialogues(tx, DIALOGUE)

    def new_id(self) -> UUID:
        """A random identifier."""
        return new_id()

    def timeless_id(self) -> UUID:
        """A random identifier that does not say when it was made."""
        return uuid4()

    def secret(self) -> str:
        """A long random text that nobody can guess."""
        return secrets.token_urlsafe(24)

    def publish(self, *facts: Fact) -> None:
        """Tell the other services, and the log where the fact stands in its list."""
        for fact in facts:
            self._tell(fact)

    def publish_apart(self, fact: Fact) -> None:
        """Tell it, on a trail that leads to nothing else of this unit of work."""
        with following(new_trail()):
            self._tell(fact)

    def _tell(self, fact: Fact) -> None:
        tombstones = list(removed(fact))
        for topic, key in tombstones:
            self._tx.tombstone(topic, key)
        if tombstones:
            return
        self._tx.publish(*outgoing(fact))
        if line := log_line(fact):
            event, ids = line
            self.note(event, **ids)

    def note(self, event: str, **ids: str | int) -> None:
        """Write a line of the list of log events, once this unit of work is committed."""
        self._tx.note(event, level=logging.INFO, **ids)


async def resolve(tx: Tx, claims: Claims) -> Principal:
    """Who a token belongs to: whom it is bound to, else the one employee with its e-mail address."""
    unit = Unit(tx)
    person = await unit.people.by_identity(Identity(claims.issuer, claims.subject))
    if person is None and claims.email:
        rows = await Rows(tx, Pointer(tx)).find({"email": claims.email.lower()}, limit=2)
        if len(rows) != 1:
            return Principal(claims)
        person_id = rows[0]["person_id"]
        person = await unit.people.get(person_id) or Person(person_id)
        if person.identity is not None:
            # The employee is bound to another account; an address alone does not take it over.
            return Principal(claims)
    if person is None:
        return Principal(claims)
    if person.left:
        return Principal(claims, left=True)
    roles = {programme: frozenset(map(Role, held)) for programme, held in person.roles.items()}
    roles |= {str(programme): frozenset({Role.LEAD}) for programme in person.drafts}
    return Principal(claims, person.person_id, roles, frozenset(person.volunteer_ids))
