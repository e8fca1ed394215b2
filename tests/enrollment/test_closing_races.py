"""Somebody comes in at the very moment in which a programme or a cohort closes: refused, or seen by the closing."""

from collections.abc import Awaitable, Callable
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from services.enrollment import handlers
from services.enrollment.domain.people import Caller, Identity
from services.enrollment.domain.ports import Unit
from services.enrollment.domain.volunteers import Consent
from services.enrollment.handlers.own import Own
from services.enrollment.handlers.volunteers import Enrol
from shared.chassis.refusals import Conflict
from tests.enrollment.conftest import House
from tests.enrollment.people import PROFILE
from tests.enrollment.test_confirmations import COHORT, open_cohort, over
from tests.enrollment.test_schedules import tick

Meanwhile = Callable[[], Awaitable[Any]]
WANTED = {"needs": [{"topic": "crm", "priority": 1, "level": 0}], "roles": ["mentee"], "offers": []}


async def interleaved(
    house: House, handler: Callable[[Unit], Awaitable[Any]], meanwhile: Meanwhile
) -> int:
    """Run the handler; after its reads and before its commit all of `meanwhile` happens. Returns how often it began."""
    tries = 0

    async def held_up(unit: Unit) -> None:
        nonlocal tries
        tries += 1
        await handler(unit)
        if tries == 1:
            await meanwhile()

    await house.work(held_up)
    return tries


async def enrolling(house: House, programme: str) -> Callable[[Unit], Awaitable[Any]]:
    """What enrolling anna is, as a handler."""
    anna = house.person("anna")
    person = UUID((await anna.put("/me"))["person_id"])
    rows = await house.database["people"].find_one({"_id": person})
    assert rows is not None
    identity = Identity(rows["identity"]["issuer"], rows["identity"]["subject"])
    consent = Consent("2026-11", date(2026, 11, 1), "en")
    wish = Enrol(Caller(identity, "anna@corp.example", person), UUID(programme), consent, PROFILE)
    return lambda unit: handlers.volunteers.enrol(unit, wish)


async def statuses(house: House) -> list[str]:
    return [row["status"] for row in await house.database["volunteers"].find({}).to_list(None)]


@pytest.mark.parametrize("size_cap", [40, 400])
async def test_who_says_yes_while_the_programme_closes_is_refused(
    house: House, size_cap: int
) -> None:
    await house.furnish()
    programme = await house.programme(cohort=COHORT | {"size_cap": size_cap})
    lea = house.person("lea", "lead")
    with pytest.raises(Conflict, match="programme_closed"):
        await interleaved(
            house,
            await enrolling(house, programme),
            lambda: lea.post(f"/programmes/{programme}/close"),
        )
    assert await statuses(house) == []
    assert "volunteer.enrolled" not in await house.told_types()


async def test_a_closing_sees_who_said_yes_before_it_ended(house: House) -> None:
    await house.furnish()
    # One of the last hundred places would wait for the closing, which waits here for the newcomer.
    programme = await house.programme(cohort=COHORT | {"size_cap": 400})
    await house.forget_told()
    tries = await interleaved(
        house,
        lambda unit: handlers.programmes.close_programme(unit, UUID(programme)),
        lambda: house.enrol("anna", programme, **WANTED),
    )
    assert tries == 2
    assert await statuses(house) == ["active"]
    told = await house.told_types()
    assert told.index("volunteer.enrolled") < told.index("programme.closed")


async def test_who_says_yes_while_the_cohort_closes_is_refused(house: House) -> None:
    await house.furnish()
    programme = await house.programme()
    lea = house.person("lea", "lead")
    (cohort,) = (await lea.get(f"/programmes/{programme}"))["cohorts"]
    path = f"/programmes/{programme}/cohorts/{cohort['cohort_id']}/close"
    with pytest.raises(Conflict, match="cohort_closed"):
        await interleaved(house, await enrolling(house, programme), lambda: lea.post(path))
    assert await statuses(house) == []


async def test_who_confirms_while_the_new_cohort_closes_stays_in_the_old_one(house: House) -> None:
    await house.furnish()
    programme = await house.programme()
    volunteer = await house.enrol("anna", programme)
    cohort = await open_cohort(house, programme)
    lea = house.person("lea", "lead")
    own = await own_of(house, volunteer)
    with pytest.raises(Conflict, match="cohort_closed"):
        await interleaved(
            house,
            lambda unit: handlers.volunteers.confirm(unit, own),
            lambda: lea.post(f"/programmes/{programme}/cohorts/{cohort}/close"),
        )
    assert await house.told("confirmation.given") == []
    kept = await house.person("anna").get(f"/volunteers/{volunteer['volunteer_id']}")
    assert kept["cohort_id"] == volunteer["cohort_id"]


async def test_who_resumes_while_the_programme_closes_is_back_in_the_old_cohort(
    house: House,
) -> None:
    await house.furnish()
    programme = await house.programme()
    volunteer = await house.enrol("anna", programme)
    await open_cohort(house, programme)
    await over(house)
    await tick(house, "lapse confirmations")
    lea = house.person("lea", "lead")
    own = await own_of(house, volunteer)
    tries = await interleaved(
        house,
        lambda unit: handlers.volunteers.resume(unit, own),
        lambda: lea.post(f"/programmes/{programme}/close"),
    )
    assert tries == 2
    kept = await house.person("anna").get(f"/volunteers/{volunteer['volunteer_id']}")
    assert (kept["status"], kept["cohort_id"]) == ("active", volunteer["cohort_id"])


@pytest.mark.parametrize(("door", "tries"), [(2, 1), (1 + 512, 2)])
async def test_newcomers_wait_for_each_other_at_one_of_512_doors_only(
    house: House, door: int, tries: int
) -> None:
    programme = UUID(int=7)

    async def enter(unit: Unit, person: int) -> None:
        unit.programmes.enter(programme, UUID(int=person))

    async def first(unit: Unit) -> None:
        # A transaction sees what there was at its first read.
        await unit.programmes.get(programme)
        await enter(unit, 1)

    # The very first door of a database makes the collection, for which all wait.
    await house.work(partial(enter, person=8))
    meanwhile = partial(enter, person=door)
    assert await interleaved(house, first, lambda: house.work(meanwhile)) == tries


async def own_of(house: House, volunteer: dict[str, Any]) -> Own:
    person = UUID((await house.person("anna").get("/me"))["person_id"])
    caller = Caller(Identity("", ""), None, person)
    return Own(caller, UUID(volunteer["volunteer_id"]))
