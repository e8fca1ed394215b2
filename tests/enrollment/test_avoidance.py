"""Whom a volunteer never wants to be paired with: obeyed by matching, and known to nobody else."""

from dataclasses import replace
from uuid import UUID

from services.enrollment import handlers
from services.enrollment.domain.volunteers import Avoided, CandidateChanged
from tests.enrollment.conftest import DIRECTORY, House
from tests.enrollment.people import VOLUNTEER

BEN, STAND_IN, NEWCOMER = UUID(int=30), UUID(int=31), UUID(int=32)
LIST = (Avoided("S4", BEN), Avoided("ben@corp.example", BEN), Avoided("S9", STAND_IN))
CAREFUL = replace(VOLUNTEER, avoid=LIST)


def test_two_names_of_one_person_are_told_as_one() -> None:
    changed, facts = VOLUNTEER.keep_away_from(LIST)
    assert changed.avoided == (BEN, STAND_IN)
    assert facts == (CandidateChanged(changed),)


def test_whoever_comes_later_is_recognised_and_who_is_here_stays_who_they_are() -> None:
    found, facts = CAREFUL.recognise({BEN}, {"S9": NEWCOMER, "S4": UUID(int=33)})
    assert found.avoided == (BEN, NEWCOMER)
    assert facts == (CandidateChanged(found),)
    assert CAREFUL.recognise({BEN}, {}) == (CAREFUL, ())


def test_who_is_erased_goes_by_their_id_and_by_their_names() -> None:
    without, facts = CAREFUL.forget(BEN)
    assert without.avoid == LIST[2:]
    assert facts == (CandidateChanged(without),)
    assert CAREFUL.forget(UUID(int=34), {"S9"})[0].avoid == LIST[:2]
    assert CAREFUL.forget(UUID(int=34), {"S8"}) == (CAREFUL, ())


def test_one_who_left_tells_nothing_of_their_list() -> None:
    gone, _ = CAREFUL.withdraw()
    assert gone.recognise({BEN}, {"S9": NEWCOMER}) == (gone, ())


def test_a_list_is_not_written_where_a_volunteer_is_printed() -> None:
    assert "ben@corp" not in repr(CAREFUL)


async def anna(house: House) -> str:
    await house.furnish()
    volunteer = await house.enrol("anna", await house.programme())
    return str(volunteer["volunteer_id"])


async def test_a_list_reaches_matching_as_person_ids_and_comes_back_as_it_was_named(
    house: House,
) -> None:
    where = f"/volunteers/{await anna(house)}/avoid"
    assert await house.person("anna").get(where) == {"names": []}
    await house.forget_told()
    named = {"names": ["S4", "Mia@Corp.example", "BEN@corp.example"]}
    assert await house.person("anna").put(where, named) == {
        "names": ["S4", "mia@corp.example", "ben@corp.example"]
    }
    ben = (await house.person("ben").get("/me"))["person_id"]
    mia = (await house.person("mia").get("/me"))["person_id"]
    assert await house.told_types() == ["candidate.changed"]
    (told,) = await house.told("candidate")
    assert told["avoid"] == [ben, mia]
    await house.person("anna").put(where, {"names": []})
    assert (await house.told("candidate"))[-1]["avoid"] == []


async def test_nobody_else_reads_it_and_no_answer_shows_it(house: House) -> None:
    volunteer_id = await anna(house)
    await house.person("anna").put(f"/volunteers/{volunteer_id}/avoid", {"names": ["S4"]})
    for subject, roles in (("ben", ()), ("lea", ("lead",))):
        refused = await house.person(subject, *roles).send(
            "GET", f"/volunteers/{volunteer_id}/avoid"
        )
        assert refused.status_code == 404
    seen = await house.person("anna").get(f"/volunteers/{volunteer_id}")
    assert "avoid" not in seen
    exported = await house.person("ben").send("GET", "/me/export")
    assert volunteer_id not in exported.text


async def test_a_name_that_nobody_has_looks_like_any_other(house: House) -> None:
    volunteer_id = await anna(house)
    where = f"/volunteers/{volunteer_id}/avoid"
    named = {"names": ["S4", "S9", "nobody@corp.example"]}
    assert await house.person("anna").put(where, named) == named
    assert len((await house.told("candidate"))[-1]["avoid"]) == 3
    held = (await house.person("anna").get("/me/export"))["held"]
    (kept,) = held[f"{house.database.name}.volunteers"]
    assert kept["avoid"] == [{"named": "S4"}, {"named": "S9"}, {"named": "nobody@corp.example"}]


async def test_the_same_list_again_tells_nothing(house: House) -> None:
    where = f"/volunteers/{await anna(house)}/avoid"
    await house.person("anna").put(where, {"names": ["S4", "S9"]})
    await house.forget_told()
    await house.person("anna").put(where, {"names": ["S4", "S9"]})
    assert await house.told_types() == []


async def test_who_joins_the_company_after_being_named_is_avoided(house: House) -> None:
    await house.person("anna").put(f"/volunteers/{await anna(house)}/avoid", {"names": ["S5"]})
    await house.forget_told()
    await house.feeder.bring(DIRECTORY + "S5,new@corp.example,7,S1,Nina New,Sales\n")
    nina = (await house.person("new").get("/me"))["person_id"]
    (told,) = await house.told("candidate")
    assert told["avoid"] == [nina]


async def test_who_joins_while_the_volunteer_is_gone_is_avoided_when_they_are_back(
    house: House,
) -> None:
    await house.furnish()
    programme = await house.programme()
    where = f"/volunteers/{(await house.enrol('anna', programme))['volunteer_id']}"
    await house.person("anna").put(f"{where}/avoid", {"names": ["S5"]})
    await house.person("anna").post(f"{where}/withdraw")
    await house.feeder.bring(DIRECTORY + "S5,new@corp.example,7,S1,Nina New,Sales\n")
    nina = (await house.person("new").get("/me"))["person_id"]
    await house.enrol("anna", programme)
    assert (await house.told("candidate"))[-1]["avoid"] == [nina]


async def test_a_new_staff_number_does_not_lose_the_person(house: House) -> None:
    volunteer_id = await anna(house)
    await house.person("anna").put(f"/volunteers/{volunteer_id}/avoid", {"names": ["S4"]})
    ben = (await house.person("ben").get("/me"))["person_id"]
    await house.feeder.bring(DIRECTORY.replace("S4,", "S44,"))
    await handlers.settling.settle(house.work)
    assert (await house.told("candidate"))[-1]["avoid"] == [ben]


async def test_an_erased_person_goes_from_the_lists_of_others(house: House) -> None:
    volunteer_id = await anna(house)
    where = f"/volunteers/{volunteer_id}/avoid"
    await house.person("anna").put(where, {"names": ["S4", "S3", "S9"]})
    ben = (await house.person("ben").get("/me"))["person_id"]
    await house.forget_told()
    await house.person("olga", "ops").put(f"/erasures/{ben}", {"by": "Data protection"})
    assert await house.person("anna").get(where) == {"names": ["S3", "S9"]}
    told = await house.told("candidate.changed")
    assert ben not in told[-1]["avoid"]
    assert len(told[-1]["avoid"]) == 2


async def test_a_leaver_who_was_named_later_goes_from_the_lists_of_others_too(
    house: House,
) -> None:
    where = f"/volunteers/{await anna(house)}/avoid"
    ben = (await house.person("ben").get("/me"))["person_id"]
    await house.enrol("ben", await house.programme())
    without = "".join(line for line in DIRECTORY.splitlines(True) if not line.startswith("S4"))
    await house.feeder.bring(without, "?scope=shrunk")
    await house.person("anna").put(where, {"names": ["ben@corp.example", "S9"]})
    (stand_in, _) = (await house.told("candidate"))[-1]["avoid"]
    assert stand_in != ben
    await house.person("olga", "ops").put(f"/erasures/{ben}", {"by": "Data protection"})
    assert await house.person("anna").get(where) == {"names": ["S9"]}
    assert stand_in not in (await house.told("candidate.changed"))[-1]["avoid"]


async def test_who_is_erased_is_not_told_again_for_having_named_themselves(house: House) -> None:
    volunteer_id = await anna(house)
    await house.person("anna").put(f"/volunteers/{volunteer_id}/avoid", {"names": ["S3"]})
    me = (await house.person("anna").get("/me"))["person_id"]
    await house.forget_told()
    await house.person("olga", "ops").put(f"/erasures/{me}", {"by": "Data protection"})
    rows = await house.database["outbox"].find({"aggregateid": volunteer_id}).to_list(None)
    assert [row["payload"] is None for row in rows] == [False, True]
