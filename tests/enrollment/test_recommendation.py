"""Which format fits whom, by the rules and over HTTP."""
# ruff: noqa: RUF001 - the Russian texts are meant to be Russian

from dataclasses import replace
from typing import Any

import pytest

from services.enrollment.domain.demand import Demand
from services.enrollment.domain.programmes import Format
from services.enrollment.domain.recommendation import recommend
from services.enrollment.domain.volunteers import Need, Offer, Role, checked
from shared.chassis.refusals import Invalid
from tests.enrollment.conftest import House
from tests.enrollment.people import PROFILE, TERMS, TOPICS

MENTEE = replace(PROFILE, roles=(Role.MENTEE,), offers=(), hours_per_month=3.0)
MENTOR = replace(PROFILE, roles=(Role.MENTOR,), needs=(), hours_per_month=3.0)
EVERY = frozenset(Format)
CROWDED_CRM = Demand("crm", 3, {1: 3}, 1, 2)
CROWDED_MEDIA = Demand("social_media", 4, {1: 4}, 1, 1)
QUIET_CRM = Demand("crm", 2, {1: 2}, 1, 2)
TWO_NEEDS = (Need("crm", 2, 0), Need("analytics", 1, 3))


@pytest.mark.parametrize(
    ("profile", "demand", "format_", "reason"),
    [
        (MENTEE, QUIET_CRM, "one_to_one", "one_topic_from_the_start"),
        (replace(MENTEE, needs=(Need("crm", 1, 1),)), QUIET_CRM, "one_to_one", "one_topic_from_the_start"),
        (replace(MENTEE, needs=(Need("crm", 1, 2),)), QUIET_CRM, "one_to_one", "usual"),
        (replace(MENTEE, task="Try the new CRM"), CROWDED_CRM, "sprint", "task_at_hand"),
        (replace(MENTEE, hours_per_month=1.5), CROWDED_CRM, "sprint", "little_time"),
        (replace(MENTEE, hours_per_month=2.0), CROWDED_CRM, "group", "many_want_it"),
        (replace(MENTEE, needs=TWO_NEEDS), CROWDED_CRM, "one_to_one", "usual"),
        (MENTEE, Demand("crm", 1, {1: 1}, 0, 0), "one_to_one", "one_topic_from_the_start"),
        (MENTOR, CROWDED_MEDIA, "group", "many_want_it"),
        (MENTOR, CROWDED_CRM, "one_to_one", "usual"),
        (PROFILE, CROWDED_CRM, "partnership", "both_give"),
        (replace(PROFILE, hours_per_month=3.5), CROWDED_CRM, "group", "many_want_it"),
    ],
)  # fmt: skip
def test_the_format_follows_the_need(
    profile: Any, demand: Demand, format_: str, reason: str
) -> None:
    found = recommend(profile, [demand], EVERY)
    assert (found.format, found.reason.code) == (format_, reason)


def test_only_what_the_programme_offers_is_recommended() -> None:
    eager = replace(PROFILE, task="Try the new CRM", offers=(Offer("analytics", 4),))
    found = recommend(eager, [CROWDED_CRM], {Format.ONE_TO_ONE, Format.GROUP})
    assert (found.format, found.reason.code) == ("group", "many_want_it")
    assert recommend(MENTOR, [], {Format.GROUP, Format.SPRINT}).format == "group"


def test_a_mentor_brings_no_task() -> None:
    with pytest.raises(Invalid, match="task_and_roles"):
        checked(replace(MENTOR, task="Try the new CRM"), TERMS, TOPICS)


async def test_a_task_stays_here_and_leads_to_a_sprint(house: House) -> None:
    await house.furnish()
    programme = await house.programme(formats=[{"format": "one_to_one"}, {"format": "sprint"}])
    needs = [{"topic": "social_media", "priority": 1, "level": 0}]
    mia = await house.enrol(
        "mia", programme, roles=["mentee"], offers=[], needs=needs, task="  Plan a pricing test "
    )
    assert mia["profile"]["task"] == "Plan a pricing test"
    told = (await house.told("candidate"))[0]
    assert told["has_task"] is True
    assert "pricing" not in str(await house.told())
    where = f"/volunteers/{mia['volunteer_id']}/recommendation"
    assert await house.person("mia").get(where) == {
        "format": "sprint",
        "reason": {
            "code": "task_at_hand",
            "en": "You have a task to work on: one session with a result the same day fits it.",
            "ru": "У вас есть задача: для неё подойдёт одна встреча с результатом в тот же день.",
        },
    }
    refused = await house.person("anna").send("GET", where)
    assert (refused.status_code, refused.json()["code"]) == (404, "no_such_volunteer")
