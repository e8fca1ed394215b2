"""Who holds a role and leaves the company: the lead is told, readiness counts them no more, nobody reaches them."""

from dataclasses import replace
from typing import Any

import pytest

from services.enrollment.domain.directory import Employee
from services.enrollment.domain.people import (
    ContactChanged,
    ContactRemoved,
    Identity,
    Person,
    changes,
)
from services.enrollment.domain.programmes import Answer, ProgrammeChanged
from shared.chassis.refusals import Invalid
from tests.enrollment.conftest import DIRECTORY, House
from tests.enrollment.people import ANSWERS, DRAFT, PERSON_ID, PROGRAMME_ID, TODAY, VOLUNTEER_ID

ROW = Employee("S1", "anna@corp.example", 9, "", "Anna")
ANNA = Person.of(ROW, PERSON_ID)
SPONSOR = ANNA.with_role(PROGRAMME_ID, "sponsor")
RUNNING = {str(PROGRAMME_ID)}
WITHOUT_TARA = "\n".join(
    line for line in DIRECTORY.splitlines() if not line.startswith("S1,")
).replace(",S1,", ",,")


def test_a_leaver_is_reached_no_more_but_for_a_role_that_runs() -> None:
    volunteer = replace(ANNA, volunteer_ids=(VOLUNTEER_ID,))
    assert changes(volunteer, volunteer.leave(RUNNING)) == [
        ContactRemoved(volunteer.leave(RUNNING))
    ]
    asked = ANNA.invited(PROGRAMME_ID).awaiting_reply()
    assert changes(asked, asked.leave(RUNNING)) == [ContactRemoved(asked.leave(RUNNING))]
    assert changes(SPONSOR, SPONSOR.leave(RUNNING)) == []
    assert changes(SPONSOR, SPONSOR.leave(())) == [ContactRemoved(SPONSOR.leave(()))]


def test_a_leaver_whose_role_is_another_s_by_now_is_reached_no_more() -> None:
    gone = SPONSOR.leave(RUNNING)
    replaced = gone.without_role(PROGRAMME_ID, "sponsor")
    assert changes(gone, replaced) == [ContactRemoved(replaced)]


def test_who_comes_back_is_reached_again() -> None:
    gone = SPONSOR.leave(())
    back = gone.as_in(ROW)
    assert (back.left, back.parts_over) == (False, False)
    assert changes(gone, back) == [ContactChanged(back)]


def test_a_lead_who_never_was_in_the_directory_has_not_left_it() -> None:
    assert not Person(PERSON_ID, Identity("https://id", "lea")).listed
    assert ANNA.listed


def test_a_sponsor_who_left_counts_no_more_until_there_is_another() -> None:
    draft = replace(DRAFT, sponsor_id=PERSON_ID)
    answered, _ = draft.answer(dict.fromkeys(ANSWERS, Answer.YES), TODAY)
    opened, _ = replace(answered, terms=replace(answered.terms, pilot_only=False)).open(TODAY)
    answers = dict.fromkeys(ANSWERS, Answer.YES) | {
        "voluntary": Answer.NO,
        "time_budgeted": Answer.PARTLY,
    }
    eighty, _ = opened.answer(answers, TODAY)
    assert eighty.standing is not None
    assert (eighty.standing.score, eighty.pilot_only) == (80, False)

    left, facts = eighty.see_sponsor(here=False)
    assert left.standing is not None
    assert (left.has_sponsor, left.standing.score, left.pilot_only) == (False, 60, True)
    assert facts == (ProgrammeChanged(left),)
    assert left.see_sponsor(here=False) == (left, ())
    with pytest.raises(Invalid, match="sponsor_not_named"):
        left.answer(answers, TODAY)

    another, facts = left.sponsored_by(VOLUNTEER_ID)
    assert (another.has_sponsor, another.pilot_only) == (True, False)
    assert facts == (ProgrammeChanged(another),)
    assert left.see_sponsor(here=True)[0] == eighty


async def _contacts(house: House) -> list[dict[str, Any]]:
    """What was told of how to reach people, since it was forgotten."""
    where = {"aggregatetype": {"$regex": "contact"}, "aggregateid": {"$ne": str(await _mia(house))}}
    return await house.database["outbox"].find(where).to_list(None)


async def _mia(house: House) -> Any:
    return (await house.person("mia").get("/me"))["person_id"]


async def _left(house: House, programme: str) -> list[str]:
    lea = house.person("lea", "lead")
    view: dict[str, Any] = await lea.get(f"/programmes/{programme}/leads")
    assert all(one["en"] and one["ru"] for one in view["left"])
    return [one["code"] for one in view["left"]]


async def test_the_lead_reads_that_the_sponsor_left_until_another_is_named(house: House) -> None:
    await house.furnish()
    programme = await house.programme(sponsor_staff_number="S1")
    path, lea = f"/programmes/{programme}", house.person("lea", "lead")
    assert await _left(house, programme) == []

    await house.feeder.bring(WITHOUT_TARA)

    assert await _left(house, programme) == ["sponsor_left"]
    assert (await lea.get(path))["has_sponsor"] is False
    await house.forget_told()
    await lea.put(f"{path}/sponsor", {"sponsor_staff_number": "S2"})
    assert await _left(house, programme) == []
    assert (await lea.get(path))["has_sponsor"] is True
    assert [row["payload"] for row in await _contacts(house)] == [None]


async def test_the_lead_reads_that_another_lead_left(house: House) -> None:
    await house.furnish()
    programme = await house.programme()
    lea = house.person("lea", "lead")
    await lea.post(f"/programmes/{programme}/leads", {"staff_number": "S1"})

    await house.feeder.bring(WITHOUT_TARA)

    assert await _left(house, programme) == ["lead_left"]
    leads = (await lea.get(f"/programmes/{programme}/leads"))["leads"]
    assert sorted(lead["left"] for lead in leads) == [False, True]
