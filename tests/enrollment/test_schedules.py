"""What happens by itself when its time has come."""

from tests.enrollment.conftest import House


async def tick(house: House, name: str) -> None:
    (schedule,) = [each for each in house.service.schedules if each.name == name]
    await schedule.tick()


async def test_the_topics_are_put_in_once(house: House) -> None:
    await tick(house, "seed topics")
    await tick(house, "seed topics")
    assert len(await house.told("topic.changed")) == 12


async def test_a_topic_that_was_changed_since_stays_as_it_is(house: House) -> None:
    await tick(house, "seed topics")
    await house.database["topics"].update_one({"_id": "crm"}, {"$set": {"retired": True}})
    await tick(house, "seed topics")
    crm = await house.database["topics"].find_one({"_id": "crm"})
    assert crm is not None
    assert crm["retired"] is True


async def test_a_pause_ends_on_its_day_and_no_sooner(house: House) -> None:
    await house.furnish()
    programme = await house.programme()
    volunteers = {}
    for subject, until in (("anna", "2098-01-31"), ("ben", "2098-02-28"), ("mia", None)):
        volunteers[subject] = (await house.enrol(subject, programme))["volunteer_id"]
        path = f"/volunteers/{volunteers[subject]}/pause"
        await house.person(subject).post(path, {"until": until})
    # Anna's pause as if it had begun long ago.
    await house.database["volunteers"].update_one(
        {"paused_until": "2098-01-31"}, {"$set": {"paused_until": "2026-01-31"}}
    )
    await house.forget_told()
    await tick(house, "end pauses")
    resumed = await house.told("volunteer.resumed")
    assert [fact["volunteer_id"] for fact in resumed] == [volunteers["anna"]]
    assert (await house.person("ben").get(f"/volunteers/{volunteers['ben']}"))["status"] == "paused"
    assert (await house.person("mia").get(f"/volunteers/{volunteers['mia']}"))["status"] == "paused"
