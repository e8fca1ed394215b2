"""What a volunteer says of themselves, and when it could lead to a pair."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from services.enrollment.domain.programmes import Terms
from shared.chassis.refusals import Invalid


class Role(StrEnum):
    """The mentor gives, the mentee receives; one may do both."""

    MENTOR = "mentor"
    MENTEE = "mentee"


class Exposure(StrEnum):
    """What of the company a mentor would like to see through their mentee."""

    STRATEGY = "strategy"
    FINANCE = "finance"
    CUSTOMERS = "customers"
    TECHNOLOGY = "technology"
    LEADERSHIP = "leadership"
    INTERNATIONAL = "international"


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
    exposure: tuple[Exposure, ...] = ()
    available_until: date | None = None
    """From this day on they take no new pair; None sets no end."""

    @property
    def has_task(self) -> bool:
        """All that others learn of the task."""
        return bool(self.task)


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
    if profile.exposure and Role.MENTOR not in profile.roles:
        raise Invalid(
            "exposure_and_roles", "A mentor names what they would like to see.", "/exposure"
        )
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
