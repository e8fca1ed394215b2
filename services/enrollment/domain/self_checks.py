"""What stands between a volunteer and a pair, in words for themselves.

Of the others it says something only where five or more are there to be compared with: below that, whoever changes
their own slots and asks again could learn those of one person.
"""
# ruff: noqa: RUF001 - the Russian texts are meant to be Russian

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from services.enrollment.domain.volunteers import Role, Volunteer
from services.enrollment.domain.weeks import common_minutes, week_of

ENOUGH = 5
"""So many others of the other role make a crowd."""


@dataclass(frozen=True, slots=True)
class Check:
    """One finding: a code, words, for which role it counts (None: for both), and the topics in question."""

    code: str
    en: str
    ru: str
    role: Role | None = None
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Active volunteers of the same cohort, the topics in use, and minutes in common that a pair needs."""

    others: Sequence[Volunteer]
    topics: Collection[str]
    common_slot_minutes: int
    today: date


_WORDS = {
    "no_time": (
        "You give no hours a month; name some, or nobody can work with you.",
        "Вы не указали часы в месяц; укажите их, иначе работать с вами никто не сможет.",
    ),
    "no_places": (
        "You take nobody at once; set the capacity to 1 or more.",
        "Вы никого не берёте; укажите, что готовы работать хотя бы с одним человеком.",
    ),
    "no_slot": (
        "You name no weekly slot; add one, or no common time can be found.",
        "Вы не указали время на неделе; добавьте его, иначе общего времени не найти.",
    ),
    "topic_retired": (
        "These topics are not offered any more; choose others from the list of topics.",
        "Эти темы больше не предлагаются; выберите другие из списка тем.",
    ),
    "few_others": (
        "Fewer than five people of the other role are here so far; look again later.",
        "Людей в другой роли пока меньше пяти; загляните позже.",
    ),
    "no_common_slot": (
        "Your slots meet nobody's of the other role; add another time of the week.",
        "Ваше время не совпадает ни с кем в другой роли; добавьте другое время на неделе.",
    ),
    "no_common_language": (
        "Nobody of the other role speaks your languages; add one that you can work in.",
        "Никто в другой роли не говорит на ваших языках; добавьте язык, на котором можете работать.",
    ),
    "topics_not_wanted": (
        "Nobody wants these topics of yours so far; offer another one too.",
        "Эти ваши темы пока никому не нужны; предложите и другую.",
    ),
    "topics_not_offered": (
        "Nobody offers these topics of yours so far; want another one too.",
        "Эти нужные вам темы пока никто не предлагает; выберите и другую.",
    ),
}


def self_checks(volunteer: Volunteer, around: Surroundings) -> tuple[Check, ...]:
    """All findings; none where nothing is in the way."""
    found = list(_of_oneself(volunteer, around.topics))
    for role in volunteer.profile.roles:
        found += _among_others(volunteer, role, around)
    return tuple(found)


def _of_oneself(volunteer: Volunteer, topics: Collection[str]) -> Iterator[Check]:
    profile = volunteer.profile
    if profile.hours_per_month == 0:
        yield _check("no_time")
    if profile.capacity == 0:
        yield _check("no_places")
    if not profile.slots:
        yield _check("no_slot")
    if retired := volunteer.topics - set(topics):
        yield _check("topic_retired", topics=tuple(sorted(retired)))


def _among_others(volunteer: Volunteer, role: Role, around: Surroundings) -> Iterator[Check]:
    other_role = Role.MENTEE if role is Role.MENTOR else Role.MENTOR
    others = [
        one
        for one in around.others
        if other_role in one.profile.roles and one.person_id != volunteer.person_id
    ]
    if len(others) < ENOUGH:
        yield _check("few_others", role)
        return
    if volunteer.profile.slots and not _meets(volunteer, others, around):
        yield _check("no_common_slot", role)
    languages = set(volunteer.profile.languages)
    if not any(languages & set(one.profile.languages) for one in others):
        yield _check("no_common_language", role)
    mine, code = _side(volunteer, role), "topics_not_wanted"
    if role is Role.MENTEE:
        code = "topics_not_offered"
    theirs = {topic for one in others for topic in _side(one, other_role)}
    if alone := sorted(mine - theirs):
        yield _check(code, role, tuple(alone))


def _meets(volunteer: Volunteer, others: Sequence[Volunteer], around: Surroundings) -> bool:
    mine = _week(volunteer, around.today)
    return any(
        common_minutes(mine, _week(one, around.today)) >= around.common_slot_minutes
        for one in others
    )


def _week(volunteer: Volunteer, today: date) -> int:
    return week_of(volunteer.profile.slots, volunteer.profile.time_zone, today)


def _side(volunteer: Volunteer, role: Role) -> frozenset[str]:
    profile = volunteer.profile
    if role is Role.MENTOR:
        return frozenset(offer.topic for offer in profile.offers)
    return frozenset(need.topic for need in profile.needs)


def _check(code: str, role: Role | None = None, topics: tuple[str, ...] = ()) -> Check:
    return Check(code, *_WORDS[code], role, topics)
