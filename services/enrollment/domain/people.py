"""A person: an employee or a lead who is known to the other services by a random id alone."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from services.enrollment.domain.directory import Employee
from shared.chassis.refusals import Forbidden


@dataclass(frozen=True, slots=True)
class Identity:
    """What a token says of its holder for good."""

    issuer: str
    subject: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose token it is, and the person behind it where one is known."""

    identity: Identity
    email: str | None = field(repr=False)
    person_id: UUID | None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a part in a programme; without an identity a sponsor who has not come yet."""

    person_id: UUID
    identity: Identity | None = None
    email: str | None = field(default=None, repr=False)
    name: str = field(default="", repr=False)
    locale: str = "en"
    time_zone: str = "UTC"
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    volunteer_ids: tuple[UUID, ...] = ()
    withdrawn: tuple[UUID, ...] = ()
    """The volunteers of theirs that have left their programme; an earlier release did not note them."""
    invited_to: tuple[UUID, ...] = ()
    """The programmes that asked them and got no no."""
    drafts: tuple[UUID, ...] = ()
    """The programmes that they prepare: they lead them, and nobody else is to know."""
    awaits_reply: bool = False
    listed: bool = False
    """Whether the directory names them, or did; some leads never are in it."""
    left: bool = False
    """Whether it named them once and does no more."""
    parts_over: bool = False
    """Of somebody who left: whether they have a role in closed programmes only."""

    @staticmethod
    def of(employee: Employee, person_id: UUID) -> "Person":
        """An employee who gets a part for the first time."""
        return Person(
            person_id,
            email=employee.email,
            name=employee.name,
            locale=_locale(employee.language),
            time_zone=employee.time_zone or "UTC",
            listed=True,
        )

    def bind(self, caller: Caller) -> "Person":
        """Tie the person to this token for good. Raises Forbidden where another token has them."""
        if self.identity not in (None, caller.identity):
            raise Forbidden(
                "not_enrolled", "Another account is bound to this employee; ask support."
            )
        return replace(self, identity=caller.identity)

    def with_role(self, programme_id: UUID, role: str) -> "Person":
        """Give them a role in a programme."""
        held = self.roles.get(str(programme_id), ())
        if role in held:
            return self
        return replace(self, roles={**self.roles, str(programme_id): (*held, role)})

    def without_role(self, programme_id: UUID, role: str) -> "Person":
        """Take a role in a programme from them."""
        held = tuple(one for one in self.roles.get(str(programme_id), ()) if one != role)
        others = {where: what for where, what in self.roles.items() if where != str(programme_id)}
        return replace(self, roles=others | ({str(programme_id): held} if held else {}))

    def drafting(self, programme_id: UUID) -> "Person":
        """They prepare a programme."""
        if programme_id in self.drafts:
            return self
        return replace(self, drafts=(*self.drafts, programme_id))

    def leading(self, programme_id: UUID) -> "Person":
        """What they prepared is open, or given up: they lead it for all to know."""
        drafts = tuple(one for one in self.drafts if one != programme_id)
        return replace(self, drafts=drafts).with_role(programme_id, "lead")

    def leads(self, programme_id: UUID) -> bool:
        """Whether they lead it, or prepare it."""
        return programme_id in self.drafts or "lead" in self.roles.get(str(programme_id), ())

    def no_more_leading(self, programme_id: UUID) -> "Person":
        """Somebody else does."""
        drafts = tuple(one for one in self.drafts if one != programme_id)
        return replace(self, drafts=drafts).without_role(programme_id, "lead")

    def volunteering(self, volunteer_id: UUID, language: str, time_zone: str) -> "Person":
        """They said yes, in this language and zone; also once more, after they had left."""
        return replace(
            self,
            volunteer_ids=tuple(dict.fromkeys((*self.volunteer_ids, volunteer_id))),
            withdrawn=tuple(one for one in self.withdrawn if one != volunteer_id),
            locale=_locale(language),
            time_zone=time_zone,
        )

    def no_more_volunteering(self, volunteer_id: UUID) -> "Person":
        """They left a programme."""
        return self.staying(set(self.volunteer_ids) - {*self.withdrawn, volunteer_id})

    def staying(self, here: Collection[UUID]) -> "Person":
        """Of their volunteers these take part, or pause; the others have left."""
        return replace(self, withdrawn=tuple(one for one in self.volunteer_ids if one not in here))

    def awaiting_reply(self) -> "Person":
        """They asked the lead something, and are to be told when the answer is there."""
        return replace(self, awaits_reply=True)

    def with_reply(self) -> "Person":
        """They were told of their answers, and are not to be reached for them any more."""
        return replace(self, awaits_reply=False)

    def invited(self, programme_id: UUID) -> "Person":
        """A programme asked them."""
        if programme_id in self.invited_to:
            return self
        return replace(self, invited_to=(*self.invited_to, programme_id))

    def no_more_invited(self, programme_id: UUID) -> "Person":
        """They declined, are in the programme by now, or left the company."""
        others = tuple(one for one in self.invited_to if one != programme_id)
        return replace(self, invited_to=others)

    def in_zone(self, time_zone: str) -> "Person":
        """They moved."""
        return replace(self, time_zone=time_zone)

    def as_in(self, employee: Employee) -> "Person":
        """Name and address as the directory has them now; who had left is back."""
        here = replace(self, listed=True, left=False, parts_over=False)
        return replace(here, email=employee.email, name=employee.name)

    def leave(self, running: Collection[str]) -> "Person":
        """The directory has them no more; what runs is a role in one of these programmes."""
        return replace(self, left=True, parts_over=not any(one in running for one in self.roles))

    @property
    def takes_part(self) -> bool:
        """Whether other services may know how to reach them. Of leavers only a role runs on, until it is another's."""
        if self.left:
            return bool(self.roles) and not self.parts_over
        stays = set(self.volunteer_ids) - set(self.withdrawn)
        has_one = self.roles or stays or self.invited_to
        return bool(has_one or self.awaits_reply)


@dataclass(frozen=True, slots=True)
class PrincipalChanged:
    """Fact: who stands behind a token changed, or what they may do."""

    person: Person


@dataclass(frozen=True, slots=True)
class ContactChanged:
    """Fact: how to reach a person changed."""

    person: Person


@dataclass(frozen=True, slots=True)
class ContactRemoved:
    """Fact: they have no part any more, so nobody is to reach them."""

    person: Person


@dataclass(frozen=True, slots=True)
class PersonErased:
    """Fact: nothing is kept of them any more; what others were told of them is to go."""

    person: Person


Change = PrincipalChanged | ContactChanged | ContactRemoved


def changes(before: Person | None, after: Person) -> list[Change]:
    """What to tell the other services about the step from one to the other."""
    facts: list[Change] = []
    if after.identity and _principal(before) != _principal(after):
        facts.append(PrincipalChanged(after))
    if after.takes_part and after.email and _contact(before) != _contact(after):
        facts.append(ContactChanged(after))
    if before and before.takes_part and not after.takes_part:
        facts.append(ContactRemoved(after))
    return facts


def _principal(person: Person | None) -> object:
    return person and (person.identity, person.roles, person.volunteer_ids, person.left)


def _contact(person: Person | None) -> object:
    if person is None or not person.takes_part:
        return None
    return (person.email, person.name, person.locale, person.time_zone)


def _locale(language: str) -> str:
    return language if language in ("en", "ru") else "en"
