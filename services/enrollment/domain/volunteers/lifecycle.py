"""An employee who said yes: what they give, want and have time for, and their way in and out.

At any time a volunteer may pause or leave, and is never asked why; whoever left may say yes again.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from services.enrollment.domain.programmes import Programme, Terms
from services.enrollment.domain.volunteers.profile import Profile, checked
from shared.chassis.refusals import Conflict, Invalid

Facts = tuple["Fact", ...]
DAY = timedelta(days=1)


class Status(StrEnum):
    """Where a volunteer stands."""

    ACTIVE = "active"
    PAUSED = "paused"
    WITHDRAWN = "withdrawn"


class Because(StrEnum):
    """Why somebody is paused."""

    ASKED = "asked"
    NOT_CONFIRMED = "not_confirmed"
    AVAILABLE_UNTIL = "available_until"


@dataclass(frozen=True, slots=True)
class Consent:
    """The yes itself: to which text, when, in which language; and the day on which it was taken back."""

    version: str
    given_on: date
    language: str
    revoked_on: date | None = None


@dataclass(frozen=True, slots=True)
class Avoided:
    """Somebody never to be paired with: as the volunteer named them, and the person it is.

    A name that nobody has stands for a random id, so that nothing told or kept says who exists.
    """

    named: str = field(repr=False)
    person_id: UUID


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the directory has them: managers above, the direct one first, then those of dotted lines.

    `direct_managers` and `near_managers` are those one, and at most two, steps up by whatever line.
    """

    level: int
    unit: str
    site: str
    managers: tuple[UUID, ...]
    managers_complete: bool
    direct_managers: tuple[UUID, ...] = ()
    near_managers: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Volunteer:
    """One person in one programme."""

    volunteer_id: UUID
    person_id: UUID
    programme_id: UUID
    cohort_id: UUID
    status: Status
    profile: Profile
    consent: Consent
    standing: Standing
    paused_until: date | None = None
    asked_for: UUID | None = None
    """The newest cohort at whose opening they were asked whether they go on."""
    paused_because: Because | None = None
    """None while they are not paused, and for a pause that an earlier release noted."""
    avoid: tuple[Avoided, ...] = field(default=(), repr=False)
    earlier: tuple[Consent, ...] = ()
    """Consents of before they left and came back, the first one first."""

    @property
    def topics(self) -> frozenset[str]:
        """What they offer or want."""
        offers = {offer.topic for offer in self.profile.offers}
        return frozenset(offers | {need.topic for need in self.profile.needs})

    @property
    def avoided(self) -> tuple[UUID, ...]:
        """The people never to be paired with, each once."""
        return tuple(dict.fromkeys(one.person_id for one in self.avoid))

    def change(self, profile: Profile, terms: Terms, topics: Collection[str]) -> "Step":
        """A new profile in place of the old. Who says yes to other roles is counted in these from now on."""
        self.check_still_here()
        changed = replace(self, profile=checked(profile, terms, topics))
        if set(profile.roles) == set(self.profile.roles):
            return _told(changed)
        away = (VolunteerPaused(changed),) if self.status is Status.PAUSED else ()
        return _told(changed, VolunteerEnrolled(changed), *away)

    def join(self, cohort_id: UUID) -> "Step":
        """Go on in a further cohort; a pair that runs stays. They count there from now on."""
        self.check_still_here()
        if cohort_id == self.cohort_id:
            return self, ()
        joined = replace(self, cohort_id=cohort_id)
        away = (VolunteerPaused(joined),) if self.status is Status.PAUSED else ()
        return _told(joined, VolunteerEnrolled(joined), *away)

    def share_capacity(self, capacity: int) -> "Step":
        """The person takes so many pairs at once over all programmes, as they said in another one."""
        if self.status is Status.WITHDRAWN or capacity == self.profile.capacity:
            return self, ()
        return _told(replace(self, profile=replace(self.profile, capacity=capacity)))

    def keep_away_from(self, avoid: tuple[Avoided, ...]) -> "Step":
        """Never pair them with these people; whoever was on the list and is not now may be again."""
        self.check_still_here()
        changed = replace(self, avoid=avoid)
        return _told(changed) if changed.avoided != self.avoided else (changed, ())

    def recognise(self, here: Collection[UUID], named: Mapping[str, UUID]) -> "Step":
        """The directory says who somebody is on the list whom nobody knew; those in it (`here`) stay."""
        avoid = tuple(
            one
            if one.person_id in here
            else replace(one, person_id=named[one.named])
            if one.named in named
            else one
            for one in self.avoid
        )
        if self.status is Status.WITHDRAWN or avoid == self.avoid:
            return self, ()
        return _told(replace(self, avoid=avoid))

    def forget(self, person_id: UUID, names: Collection[str] = ()) -> "Step":
        """Nothing is kept of that person any more, on this list neither, also under these names of theirs."""
        avoid = tuple(
            one for one in self.avoid if one.person_id != person_id and one.named not in names
        )
        return _told(replace(self, avoid=avoid)) if avoid != self.avoid else (self, ())

    def pause(self, until: date | None, today: date, because: Because = Because.ASKED) -> "Step":
        """Keep the pair, take no proposals and reminders until that day or until they resume."""
        self.check_still_here()
        if until is not None and until <= today:
            raise Invalid("pause_over", "A pause ends on a later day than today.", "/until")
        if self.status is Status.PAUSED and self.paused_until == until:
            return self, ()
        return self._away(until, because)

    def resume(self, today: date) -> "Step":
        """Back again; nothing happens to one who is not away.

        Raises Conflict where they said themselves that they take nobody any more.
        """
        self.check_still_here()
        if self.status is Status.ACTIVE:
            return self, ()
        if self._unavailable(today):
            raise Conflict(
                "no_longer_available",
                "The day until which you are available has come; name a later one, or none, "
                "in your profile, and resume then.",
            )
        active = replace(self, status=Status.ACTIVE, paused_until=None, paused_because=None)
        return _told(active, VolunteerResumed(active))

    def pass_day(self, today: date) -> "Step":
        """What a new day brings: a pause that is over, or the end of being available."""
        over = self.paused_until is not None and self.paused_until <= today
        if self._unavailable(today) and (self.status is Status.ACTIVE or over):
            return self._away(None, Because.AVAILABLE_UNTIL)
        return self.resume(today) if over else (self, ())

    def withdraw(self) -> "Step":
        """Leave for good; once is enough."""
        if self.status is Status.WITHDRAWN:
            return self, ()
        gone = replace(self, status=Status.WITHDRAWN, paused_until=None, paused_because=None)
        return _told(gone, VolunteerWithdrawn(gone))

    def revoke(self, today: date) -> "Step":
        """Take the consent back, which is to leave; the day is kept. Once is enough."""
        if self.consent.revoked_on is not None:
            return self, ()
        return replace(self, consent=replace(self.consent, revoked_on=today)).withdraw()

    def renew(self, yes: "Volunteer") -> "Volunteer":
        """The same volunteer with another yes, after they left; what they said before is kept with its days.

        Raises Conflict where they are still here, Invalid where the consent is one that they took back.
        """
        if self.status is not Status.WITHDRAWN:
            raise Conflict("already_enrolled", "You said yes before; change that profile instead.")
        revoked_on = self.consent.revoked_on
        # Their day may have begun after ours.
        if revoked_on and yes.consent.given_on < revoked_on - DAY:
            raise Invalid(
                "consent_revoked",
                "You took a consent of that day back; give a new one.",
                "/consent/given_on",
            )
        return replace(
            yes,
            volunteer_id=self.volunteer_id,
            avoid=self.avoid,
            earlier=(*self.earlier, self.consent),
        )

    def _unavailable(self, today: date) -> bool:
        until = self.profile.available_until
        return until is not None and until <= today

    def _away(self, until: date | None, because: Because) -> "Step":
        paused = replace(self, status=Status.PAUSED, paused_until=until, paused_because=because)
        return _told(paused, VolunteerPaused(paused))

    def erase(self) -> "Facts":
        """Nothing is kept of them; whoever they were in a pair with is free."""
        return VolunteerErased(self), CandidateErased(self)

    def move(self, standing: Standing) -> "Step":
        """The directory changed; told only where it makes a difference to matching."""
        if self.status is Status.WITHDRAWN or standing == self.standing:
            return self, ()
        return _told(replace(self, standing=standing))

    def check_still_here(self) -> None:
        """Raises Conflict where they left."""
        if self.status is Status.WITHDRAWN:
            raise Conflict("withdrawn", "You have left this programme; say yes again to come back.")


@dataclass(frozen=True, slots=True)
class VolunteerEnrolled:
    """Fact: somebody said yes, or yes to other roles than before."""

    volunteer: Volunteer


@dataclass(frozen=True, slots=True)
class VolunteerPaused:
    """Fact: away for a while."""

    volunteer: Volunteer


@dataclass(frozen=True, slots=True)
class VolunteerResumed:
    """Fact: back again."""

    volunteer: Volunteer


@dataclass(frozen=True, slots=True)
class VolunteerWithdrawn:
    """Fact: left."""

    volunteer: Volunteer


@dataclass(frozen=True, slots=True)
class CandidateChanged:
    """Fact: something changed that matching needs to know."""

    volunteer: Volunteer


@dataclass(frozen=True, slots=True)
class VolunteerErased:
    """Fact: nothing is kept of them any more."""

    volunteer: Volunteer


@dataclass(frozen=True, slots=True)
class CandidateErased:
    """Fact: what matching was told of them is to go."""

    volunteer: Volunteer


Fact = (
    VolunteerEnrolled
    | VolunteerPaused
    | VolunteerResumed
    | VolunteerWithdrawn
    | CandidateChanged
    | VolunteerErased
    | CandidateErased
)
Step = tuple[Volunteer, Facts]
"""The volunteer after it, and what to tell the others."""


def enrol(volunteer: Volunteer, programme: Programme, topics: Collection[str], today: date) -> Step:
    """Take in a newcomer as they describe themselves. Raises Invalid with what to put right."""
    # Their day may have begun before ours.
    if volunteer.consent.given_on > today + DAY:
        raise Invalid("consent_ahead", "Consent is given today or earlier.", "/consent/given_on")
    until = volunteer.profile.available_until
    if until is not None and until <= today:
        raise Invalid("not_available", "Name a later day than today, or none.", "/available_until")
    profile = checked(volunteer.profile, programme.terms, topics)
    enrolled = replace(volunteer, profile=profile)
    return _told(enrolled, VolunteerEnrolled(enrolled))


def _told(volunteer: Volunteer, *facts: Fact) -> Step:
    return volunteer, (*facts, CandidateChanged(volunteer))
