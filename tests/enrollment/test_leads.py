"""A programme outlives its lead: another one is named in time, or by operators when it is too late."""

import asyncio
from typing import Any

from tests.enrollment.conftest import DIRECTORY, House, Person
from tests.enrollment.test_api import code

WITHOUT_MIA = "".join(line for line in DIRECTORY.splitlines(keepends=True) if "mia@" not in line)
LEADS = "/v1/programmes/{programme_id}/leads"


def ops(house: House) -> Person:
    return house.person("robot", "ops", email=None)


async def names(house: House, programme: str) -> list[Any]:
    leads = (await ops(house).get(f"/programmes/{programme}/leads"))["leads"]
    return sorted((lead["name"] for lead in leads), key=str)


async def test_a_lead_names_another_who_may_do_the_same(house: House) -> None:
    await house.furnish()
    programme = await house.programme()
    lea, mia = house.person("lea", "lead"), house.person("mia")
    path = f"/programmes/{programme}"
    assert code(await mia.send("GET", f"{path}/enrolment")) == (403, "role_missing")
    await house.forget_told()
    named = await lea.post(f"{path}/leads", {"staff_number": "S2"})
    assert (named["name"], named["staff_number"]) == ("Mia Middle", "S2")
    assert (await mia.get(f"{path}/enrolment"))["volunteers"] == 0
    await mia.put("/me")
    (principal,) = await house.told("principal.changed")
    assert (principal["person_id"], principal["roles"]) == (
        named["person_id"],
        {programme: ["lead"]},
    )
    assert await names(house, programme) == ["Mia Middle", None]
    await lea.post(f"{path}/leads", {"staff_number": "S2"})
    assert await names(house, programme) == ["Mia Middle", None]
    unknown = await lea.send("POST", f"{path}/leads", json={"staff_number": "S99"})
    assert code(unknown) == (422, "unknown_employee")


async def test_a_lead_who_is_removed_reads_nothing_and_the_last_one_stays(house: House) -> None:
    await house.furnish()
    programme = await house.programme()
    lea, mia = house.person("lea", "lead"), house.person("mia")
    path = f"/programmes/{programme}"
    named = await lea.post(f"{path}/leads", {"staff_number": "S2"})
    lea_id = (await lea.get("/me"))["person_id"]
    assert (await mia.send("DELETE", f"{path}/leads/{lea_id}")).status_code == 204
    assert code(await lea.send("GET", f"{path}/concerns")) == (403, "role_missing")
    last = await mia.send("DELETE", f"{path}/leads/{named['person_id']}")
    assert code(last) == (409, "last_lead")
    gone = await mia.send("DELETE", f"{path}/leads/{lea_id}")
    assert code(gone) == (404, "no_such_lead")
    assert await names(house, programme) == ["Mia Middle"]


async def test_of_two_who_remove_each_other_one_stays(house: House) -> None:
    await house.furnish()
    programme = await house.programme()
    lea, mia = house.person("lea", "lead"), house.person("mia")
    path = f"/programmes/{programme}/leads"
    named = await lea.post(path, {"staff_number": "S2"})
    lea_id = (await lea.get("/me"))["person_id"]
    answers = await asyncio.gather(
        lea.send("DELETE", f"{path}/{named['person_id']}"),
        mia.send("DELETE", f"{path}/{lea_id}"),
    )
    first, second = sorted(answer.status_code for answer in answers)
    assert first == 204
    # Refused by the gate, where the other one was done already, else as the last lead.
    assert second in (403, 409)
    assert len(await names(house, programme)) == 1


async def test_a_draft_has_several_leads_whom_nobody_is_told_of_until_it_opens(
    house: House,
) -> None:
    await house.furnish()
    draft = await house.draft()
    lea, mia = house.person("lea", "lead"), house.person("mia")
    await mia.put("/me")
    await house.forget_told()
    await lea.post(f"/programmes/{draft}/leads", {"staff_number": "S2"})
    assert await house.told_types() == []
    shown = await mia.get(f"/programmes/{draft}")
    assert shown["stage"] == "draft"
    answers = dict.fromkeys(
        ("leadership_open", "time_budgeted", "confidentiality_promised", "voluntary"), "yes"
    ) | {"sponsor_named": "no", "objectives_agreed": "yes"}
    await mia.put(f"/programmes/{draft}/readiness", {"answers": answers})
    await mia.post(f"/programmes/{draft}/open")
    told = await house.told("principal.changed")
    assert sorted(fact["roles"][draft] for fact in told) == [["lead"], ["lead"]]
    people = await house.database["people"].find({}).to_list(None)
    assert [person["drafts"] for person in people] == [[], []]


async def test_when_the_only_lead_was_erased_operators_name_another(house: House) -> None:
    await house.furnish()
    mia, ben = house.person("mia", "lead"), house.person("ben")
    programme = await house.open_programme(mia)
    mia_id = (await mia.get("/me"))["person_id"]
    await ops(house).put(f"/erasures/{mia_id}", {"by": "Data protection, ticket 1"})
    path = f"/programmes/{programme}"
    assert code(await mia.send("GET", f"{path}/enrolment"))[0] == 403
    assert await names(house, programme) == []
    named = await ops(house).post(f"{path}/leads", {"staff_number": "S4"})
    closed = await ben.post(f"{path}/close")
    assert closed["stage"] == "closed"
    (entry,) = (await ops(house).get(f"/audit?subject={programme}&action=POST {LEADS}"))["entries"]
    assert entry["details"]["person_id"] == named["person_id"]


async def test_a_lead_who_left_the_company_is_not_the_one_who_stays(house: House) -> None:
    await house.furnish()
    programme = await house.programme()
    lea, mia = house.person("lea", "lead"), house.person("mia")
    path = f"/programmes/{programme}/leads"
    named = await lea.post(path, {"staff_number": "S2"})
    lea_id = (await lea.get("/me"))["person_id"]
    await mia.put("/me")
    await house.feeder.bring(WITHOUT_MIA)
    assert code(await mia.send("GET", path)) == (403, "left_the_company")
    assert code(await lea.send("DELETE", f"{path}/{lea_id}")) == (409, "last_lead")
    assert (await lea.send("DELETE", f"{path}/{named['person_id']}")).status_code == 204
    assert [one["person_id"] for one in (await lea.get(path))["leads"]] == [lea_id]
