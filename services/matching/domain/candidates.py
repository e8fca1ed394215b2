"""What matching knows of a volunteer, and how the rules read it.

A `Candidate` is kept as enrollment told it. An `Entrant` is a candidate who takes part in one round, and a
`Profile` is the same with sets in place of lists, made once and compared with many.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.matching.domain.weeks import Slot, week_of


class Side(StrEnum):
    """The two sides of a pair: the mentor gives, the mentee receives."""

    MENTOR = "mentor"
    MENTEE = "mentee"


@dataclass(frozen=True, slots=True)
class Offer:
    """A topic that a mentor gives, with a proficiency from 1 to 5."""

    topic: str
    proficiency: int


@dataclass(frozen=True, slots=True)
class Need:
    """A topic that a mentee wants: priority 1 is the most wanted, level 0-4 is what is known already."""

    topic: str
    priority: int
    level: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A volunteer of one programme. `capacity` is the person's own, over all programmes."""

    id: UUID
    person_id: UUID
    programme_id: UUID
    cohort_id: UUID
    status: str
    roles: tuple[str, ...]
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
    unit: str
    site: str
    level: int
    managers: tuple[UUID, ...]
    managers_complete: bool
    avoid: tuple[UUID, ...]
    exposure: tuple[str, ...] = ()
    """What a mentor would like to see of the company."""
    has_task: bool = False
    """Whether a mentee brings a task for a sprint."""
    direct_managers: tuple[UUID, ...] = ()
    """Of the managers: those one step up, by solid and dotted lines."""
    near_managers: tuple[UUID, ...] = ()
    """Of the managers: those at most two steps up, by whatever line."""
    until: date | None = None
    """From this day on they take no new pair; None sets no end."""

    @property
    def active(self) -> bool:
        """Whether new proposals may be made; a status of a later version counts as no."""
        return self.status == "active"

    @property
    def withdrawn(self) -> bool:
        """Whether the volunteer has left for good."""
        return self.status == "withdrawn"

    @property
    def first_needs(self) -> tuple[Need, ...]:
        """What is wanted most: one topic, or several of the same priority."""
        first = min((need.priority for need in self.needs), default=0)
        return tuple(need for need in self.needs if need.priority == first)


@dataclass(frozen=True, slots=True)
class Entrant:
    """A candidate in a round: as what, with how many free places, and with whom not again.

    `waited` is how many rounds have left them without a partner.
    """

    candidate: Candidate
    sides: tuple[Side, ...]
    free: int
    met: tuple[UUID, ...] = ()
    waited: int = 0
    booked: tuple[datetime, ...] = ()
    """When the sprints start that they are in already, UTC."""


@dataclass(frozen=True, slots=True)
class Past:
    """What earlier pairs and present wishes mean for one person; everybody is a person id.

    `asked`: whom they want again, and who wants them. `never`: an earlier pair of the two was rated 1 or 2.
    `points` of `most` is what they were rated as a mentor, 1 being none and 5 being 4 points of 4.
    """

    asked: frozenset[UUID] = frozenset()
    met: frozenset[UUID] = frozenset()
    never: frozenset[UUID] = frozenset()
    points: int = 0
    most: int = 0


NO_PAST = Past()


@dataclass(frozen=True, slots=True)
class Profile:
    """An entrant as the rules read it. `week` has a bit per free minute of the week in UTC.

    `unavailable` holds person ids for whatever private reason. `earned` is the share of the best rating.
    """

    candidate: Candidate
    active: bool
    free: int
    unavailable: frozenset[UUID]
    chain: frozenset[UUID]
    direct: frozenset[UUID]
    near_chain: frozenset[UUID]
    proficiency: Mapping[str, int]
    formats: frozenset[str]
    languages: frozenset[str]
    week: int
    earned: tuple[int, int]
    booked: tuple[datetime, ...] = ()

    @classmethod
    def of(cls, entrant: Entrant, on: date, past: Past = NO_PAST) -> "Profile":
        """The profile on a day, which decides between summer and winter time."""
        candidate = entrant.candidate
        best: dict[str, int] = {}
        for offer in candidate.offers:
            best[offer.topic] = max(offer.proficiency, best.get(offer.topic, 0))
        return cls(
            candidate=candidate,
            active=candidate.active and (candidate.until is None or on < candidate.until),
            free=entrant.free,
            unavailable=unavailable(entrant, past),
            chain=frozenset(candidate.managers),
            # Where the steps were not told yet, the solid line alone is known.
            direct=frozenset(candidate.direct_managers or candidate.managers[:1]),
            near_chain=frozenset(candidate.near_managers or candidate.managers[:2]),
            proficiency=best,
            formats=frozenset(candidate.formats),
            languages=frozenset(candidate.languages),
            week=week_of(candidate.slots, candidate.time_zone, on),
            # Where too few rated them they are neither better nor worse than others.
            earned=(past.points, past.most) if past.most else (1, 2),
            booked=entrant.booked,
        )

    def covers(self, need: Need) -> int:
        """How many levels the mentor stands above what the mentee knows; 0 or less teaches nothing."""
        return self.proficiency.get(need.topic, 0) - need.level


def unavailable(entrant: Entrant, past: Past) -> frozenset[UUID]:
    """The person ids that are not for this one: avoided, met and not asked for again, or never again."""
    not_again = (past.met | frozenset(entrant.met)) - past.asked
    return not_again | past.never | frozenset(entrant.candidate.avoid)
