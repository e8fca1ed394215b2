"""What a person said in confidence goes with them; what nobody knows to be theirs stays."""

from tests.enrollment.conftest import House
from tests.enrollment.test_doubts_api import DOUBT

WORDS = {"code": "other", "text": "I am too old for this."}


async def test_words_in_confidence_go_with_their_writer(house: House) -> None:
    await house.furnish()
    programme = await house.programme()
    mia, lea = house.person("mia"), house.person("lea", "lead")
    me = (await mia.put("/me"))["person_id"]
    await mia.post(f"/programmes/{programme}/concerns", WORDS)
    await mia.post(f"/programmes/{programme}/concerns/anonymous", DOUBT)
    await house.person("ben").post(f"/programmes/{programme}/concerns", DOUBT)
    plan = {"planned_for": "2098-02-16", "agenda": ["Who decides?"], "staff_numbers": ["S1", "S2"]}
    await lea.post(f"/programmes/{programme}/dialogues", plan)

    await house.person("olga", "ops").put(f"/erasures/{me}", {"by": "Data protection"})

    left = (await lea.get(f"/programmes/{programme}/concerns"))["concerns"]
    assert sorted((one["anonymous"], one["writer"]) for one in left) == [
        (False, "Ben Low"),
        (True, ""),
    ]
    assert WORDS["text"] not in str(left)
    (dialogue,) = (await lea.get(f"/programmes/{programme}/dialogues"))["dialogues"]
    assert dialogue["participants"] == ["Tara Top"]
    (stored,) = await house.database["dialogues"].find({}).to_list(None)
    assert len(stored["plan"]["participants"]) == 1


async def test_an_export_has_what_one_said_in_confidence(house: House) -> None:
    await house.furnish()
    programme = await house.programme()
    mia = house.person("mia")
    await mia.post(f"/programmes/{programme}/concerns", WORDS)
    await mia.post(f"/programmes/{programme}/concerns/anonymous", DOUBT)
    exported = str((await mia.get("/me/export"))["held"])
    assert WORDS["text"] in exported
    assert DOUBT["text"] not in exported
