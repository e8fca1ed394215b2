"""An employee who said yes: what they give, want and have time for, and their way in and out.

At any time a volunteer may pause or leave, and is never asked why.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from services.enrollment.domain.programmes import Programme, Terms
from shared.chassis.refusals import Conflict, Invalid

Facts = tuple["Fact", ...]


class Role(StrEnum):
    """The mentor gives, the mentee receives; one may do both."""

    MENTOR = "mentor"
    MENTEE = "mentee"


class Status(StrEnum):
    """Where a volunteer stands."""

    ACTIVE = "active"
    PAUSED = "paused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Consent:
    """The yes itself: to which text, when, in which language."""

    version: str
    given_on: date
    language: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A topic given, with a proficiency from 1 to 5."""

    topic: str
    proficiency: int


@dataclass(frozen=True, slots=True)
class Need:
    """A topic wanted: priority 1 is the most wanted, level 0-4 is what is known already."""

    topic: str
    priority: int
    level: int


@dataclass(frozen=True, slots=True)
class Slot:
    """A weekly window in the person's own zone; weekday 0 is Monday. It may run over midnight."""

    weekday: int
    start_minute: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Profile:
    """What a volunteer says of themselves. No format named means any of the programme."""

    roles: tuple[Role, ...]
    offers: tuple[Offer, ...]
    needs: tuple[Need, ...]
    formats: tuple[str, ...]
    hours_per_month: float
    capacity: int
    slots: tuple[Slot, ...]
    time_zone: str
    languages: tuple[str, ...]
    hobbies: tuple[str, ...]
    motivation: int
    openness: int
    task: str = field(default="", repr=False)
    """What a mentee would work on in a sprint, in their words; it stays here."""

    @property
    def has_task(self) -> bool:
        """All that others learn of the task."""
        return bool(self.task)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the directory has them: managers above, the direct one first."""

    level: int
    unit: str
    site: str
    managers: tuple[UUID, ...]
    managers_complete: bool


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

    @property
    def topics(self) -> frozenset[str]:
        """What they offer or want."""
        offers = {offer.topic for offer in self.profile.offers}
        return frozenset(offers | {need.topic for need in self.profile.needs})

    def change(self, profile: Profile, terms: Terms, topics: Collection[str]) -> "Step":
        """A new profile in place of the old. Who says yes to other roles is counted in these from now on."""
        self.check_still_here()
        changed = replace(self, profile=checked(profile, terms, topics))
        if set(profile.roles) == set(self.profile.roles):
            return _told(changed)
        away = (VolunteerPaused(changed),) if self.status is Status.PAUSED else ()
        return _told(changed, VolunteerEnrolled(changed), *away)

    def pause(self, until: date | None, today: date) -> "Step":
        """Keep the pair, take no proposals and reminders until that day or until they resume."""
        self.check_still_here()
        if until is not None and until <= today:
            raise Invalid("pause_over", "A pause ends on a later day than today.", "/until")
        if self.status is Status.PAUSED and self.paused_until == until:
            return self, ()
        paused = replace(self, status=Status.PAUSED, paused_until=until)
        return _told(paused, VolunteerPaused(paused))

    def resume(self) -> "Step":
        """Back again; nothing happens to one who is not away."""
        self.check_still_here()
        if self.status is Status.ACTIVE:
            return self, ()
        active = replace(self, status=Status.ACTIVE, paused_until=None)
        return _told(active, VolunteerResumed(active))

    def withdraw(self) -> "Step":
        """Leave for good; once is enough."""
        if self.status is Status.WITHDRAWN:
            return self, ()
        gone = replace(self, status=Status.WITHDRAWN, paused_until=None)
        return _told(gone, VolunteerWithdrawn(gone))

    def erase(self) -> "Facts":
        """Nothing is kept of them; whoever they were in a pair with is free."""
        return VolunteerErased(self), CandidateErased(self)

    def move(self, standing: Standing) -> "Step":
        """The directory changed; told only where it makes a difference to matching."""
        if self.status is Status.WITHDRAWN or standing == self.standing:
            return self, ()
        return _told(replace(self, standing=standing))

    def refuse_again(self) -> Conflict:
        """What to say to one who says yes once more."""
        if self.status is Status.WITHDRAWN:
            return _left()
        return Conflict("already_enrolled", "You said yes before; change that profile instead.")

    def check_still_here(self) -> None:
        """Raises Conflict where they left."""
        if self.status is Status.WITHDRAWN:
            raise _left()


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
    if volunteer.consent.given_on > today + timedelta(days=1):
        raise Invalid("consent_ahead", "Consent is given today or earlier.", "/consent/given_on")
    profile = checked(volunteer.profile, programme.terms, topics)
    enrolled = replace(volunteer, profile=profile)
    return _told(enrolled, VolunteerEnrolled(enrolled))


def checked(profile: Profile, terms: Terms, topics: Collection[str]) -> Profile:
    """The profile, complete. Raises Invalid where it could not lead to a pair."""
    _check_time(profile)
    _check_topics(profile, topics)
    allowed = tuple(str(format_terms.format) for format_terms in terms.formats)
    for position, format_ in enumerate(profile.formats):
        if format_ not in allowed:
            raise Invalid(
                "format_not_allowed",
                "This programme does not offer the format; choose among its own.",
                f"/formats/{position}",
            )
    if not set(profile.languages) & set(terms.languages):
        raise Invalid(
            "no_common_language", "Name at least one language of the programme.", "/languages"
        )
    return replace(profile, formats=profile.formats or allowed)


def _check_time(profile: Profile) -> None:
    if profile.hours_per_month == 0:
        raise Invalid(
            "no_time",
            "Nobody can work with you in 0 hours a month; give some time, or enrol later.",
            "/hours_per_month",
        )
    if not profile.slots:
        raise Invalid("no_slot", "Name a weekly slot, or no common time can be found.", "/slots")


def _check_topics(profile: Profile, topics: Collection[str]) -> None:
    _check_side(
        (Role.MENTOR in profile.roles, "offers", "A mentor offers topics; a mentee offers none."),
        [offer.topic for offer in profile.offers],
        topics,
    )
    _check_side(
        (Role.MENTEE in profile.roles, "needs", "A mentee wants topics; a mentor wants none."),
        [need.topic for need in profile.needs],
        topics,
    )
    if profile.task and Role.MENTEE not in profile.roles:
        raise Invalid("task_and_roles", "A mentee brings a task; a mentor brings none.", "/task")
    both = {offer.topic for offer in profile.offers} & {need.topic for need in profile.needs}
    if both:
        raise Invalid("offer_and_need", "Offer a topic or want it, not both.", "/needs")


def _check_side(side: tuple[bool, str, str], named: Sequence[str], topics: Collection[str]) -> None:
    takes_it, what, advice = side
    if takes_it != bool(named):
        raise Invalid(f"{what}_and_roles", advice, f"/{what}")
    if len(set(named)) < len(named):
        raise Invalid("topic_twice", "Name each topic once.", f"/{what}")
    for position, topic in enumerate(named):
        if topic not in topics:
            raise Invalid(
                "unknown_topic",
                "There is no such topic, or it is retired; GET /v1/topics lists them.",
                f"/{what}/{position}/topic",
            )


def _left() -> Conflict:
    return Conflict("withdrawn", "You have left this programme; ask its lead to come back.")


def _told(volunteer: Volunteer, *facts: Fact) -> Step:
    return volunteer, (*facts, CandidateChanged(volunteer))
