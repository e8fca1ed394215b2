"""Which of a programme's formats fits what a volunteer needs, and why. Whoever asks decides for themselves."""
# ruff: noqa: RUF001 - the Russian texts are meant to be Russian

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from services.enrollment.domain.demand import Demand
from services.enrollment.domain.programmes import Format
from services.enrollment.domain.volunteers import Profile

BEGINNER = 1
"""Up to this level of a topic its basics are still to be learnt."""
LONG_TERM_HOURS = 4.0
"""A month; from here on there is time to teach and to learn."""
SHORT_HOURS = 2.0
"""A month; below it there is hardly time for a series of sessions."""
PREFERENCE = (Format.ONE_TO_ONE, Format.PARTNERSHIP, Format.GROUP, Format.SPRINT)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a format fits, as a code and in words."""

    code: str
    en: str
    ru: str


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A format with its reason."""

    format: Format
    reason: Reason


TASK = Reason(
    "task_at_hand",
    "You have a task to work on: one session with a result the same day fits it.",
    "У вас есть задача: для неё подойдёт одна встреча с результатом в тот же день.",
)
BOTH = Reason(
    "both_give",
    "You want to teach and to learn, and have time for both: grow together over months.",
    "Вы хотите и учить, и учиться, и время на это есть: развивайтесь вместе несколько месяцев.",
)
SHARED = Reason(
    "many_want_it",
    "More people want this topic than its mentors take at once: in a group nobody waits.",
    "Желающих изучить тему больше, чем мест у наставников: в группе никому не нужно ждать.",
)
SHORT = Reason(
    "little_time",
    "You have little time: one session is easier to fit in than a series.",
    "У вас мало времени: одну встречу вместить легче, чем серию.",
)
BASICS = Reason(
    "one_topic_from_the_start",
    "You begin with one topic: somebody for you alone goes at your pace.",
    "Вы начинаете с одной темы: личный наставник пойдёт в вашем темпе.",
)
USUAL = Reason(
    "usual",
    "Nothing speaks for another format: this is the one that the programme offers for most.",
    "Ничто не говорит в пользу другого формата: этот в программе подходит большинству.",
)


def recommend(
    profile: Profile, demand: Iterable[Demand], allowed: Collection[Format]
) -> Recommendation:
    """The first format that something speaks for, among those that the programme allows (at least one)."""
    for format_, reason in _fitting(profile, demand):
        if format_ in allowed:
            return Recommendation(format_, reason)
    return Recommendation(next(one for one in PREFERENCE if one in allowed), USUAL)


def _fitting(profile: Profile, demand: Iterable[Demand]) -> Iterator[tuple[Format, Reason]]:
    if profile.task:
        yield Format.SPRINT, TASK
    if profile.hours_per_month < SHORT_HOURS:
        yield Format.SPRINT, SHORT
    if profile.offers and profile.needs and profile.hours_per_month >= LONG_TERM_HOURS:
        yield Format.PARTNERSHIP, BOTH
    if _first_topics(profile) & {one.topic for one in demand if one.gap and one.wanted > 1}:
        yield Format.GROUP, SHARED
    if len(profile.needs) == 1 and profile.needs[0].level <= BEGINNER:
        yield Format.ONE_TO_ONE, BASICS


def _first_topics(profile: Profile) -> frozenset[str]:
    """What they want most; of one who only gives, what they offer."""
    if not profile.needs:
        return frozenset(offer.topic for offer in profile.offers)
    first = min(need.priority for need in profile.needs)
    return frozenset(need.topic for need in profile.needs if need.priority == first)
