"""The tree of topics: its rules, and the lead who tends it over HTTP."""

from dataclasses import replace

import pytest

from services.enrollment.domain.topics import Topic, TopicChanged, Tree
from shared.chassis.refusals import Conflict, Invalid, NotFound
from tests.enrollment.conftest import PROFILE, YES, House
from tests.enrollment.test_api import code

ROOT = Topic("new_technology", None, "New technology", "Новые технологии")
CRM = Topic("crm", "new_technology", "CRM", "CRM")
ROBOTS = Topic("robots", "new_technology", "Robots", "Роботы")
OLD = Topic("fax", None, "Fax", "Факс", retired=True)
TREE = Tree([ROOT, CRM, OLD])


def test_a_topic_is_created_changed_and_moved() -> None:
    assert TREE.create(ROBOTS) == (ROBOTS, (TopicChanged(ROBOTS),))
    moved = replace(CRM, parent=None, label_en="CRM systems")
    assert TREE.change(moved) == (moved, (TopicChanged(moved),))
    assert TREE.change(CRM) == (CRM, ())


def test_a_code_is_taken_once_even_by_a_retired_topic() -> None:
    with pytest.raises(Conflict, match="topic_exists"):
        TREE.create(replace(OLD, retired=False))


@pytest.mark.parametrize(
    ("topic", "code"),
    [
        (replace(ROOT, parent="crm"), "topic_under_itself"),
        (replace(ROOT, parent="new_technology"), "topic_under_itself"),
        (replace(CRM, parent="no_such"), "unknown_parent"),
        (replace(CRM, parent="fax"), "unknown_parent"),
    ],
)
def test_a_topic_stands_under_another_that_is_in_use(topic: Topic, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        TREE.change(topic)
    assert (refused.value.code, refused.value.pointer) == (code, "/parent")


def test_the_tree_does_not_grow_without_end() -> None:
    line = [Topic(f"t{n}", f"t{n - 1}" if n else None, "Tea", "Чай") for n in range(5)]
    with pytest.raises(Invalid, match="tree_too_deep"):
        Tree(line).create(Topic("t5", "t4", "Tea", "Чай"))
    branch = [*line[:3], Topic("a", None, "Art", "Арт"), Topic("b", "a", "B", "Бэ")]
    assert Tree(branch).change(Topic("a", "t2", "Art", "Арт"))[1]
    with pytest.raises(Invalid, match="tree_too_deep"):
        Tree([*branch, Topic("c", "b", "C", "Цэ")]).change(Topic("a", "t2", "Art", "Арт"))


def test_a_topic_is_retired_from_the_leaves_and_restored_from_the_root() -> None:
    with pytest.raises(Conflict, match="topic_has_subtopics"):
        TREE.retire("new_technology")
    crm, facts = TREE.retire("crm")
    assert (crm.retired, facts) == (True, (TopicChanged(crm),))
    bare = Tree([ROOT, crm])
    root, _ = bare.retire("new_technology")
    assert Tree([root, crm]).retire("crm") == (crm, ())
    with pytest.raises(Conflict, match="parent_retired"):
        Tree([root, crm]).restore("crm")
    assert Tree([ROOT, crm]).restore("crm") == (CRM, (TopicChanged(CRM),))
    with pytest.raises(NotFound, match="no_such_topic"):
        TREE.retire("no_such")


async def test_the_lead_tends_the_tree(house: House) -> None:
    lea = house.person("lea", "lead")
    robots = {
        "topic": "robots",
        "parent": "new_technology",
        "label_en": "Robots",
        "label_ru": "Роботы",
    }
    assert (await lea.post("/topics", robots)) == robots | {"retired": False}
    labels = {"parent": None, "label_en": "Robotics", "label_ru": "Робототехника"}
    await lea.put("/topics/robots", labels)
    await lea.post("/topics/robots/retire")
    told = [topic for topic in await house.told("topic.changed") if topic["topic"] == "robots"]
    assert [(one["label_en"], one["parent"], one["retired"]) for one in told] == [
        ("Robots", "new_technology", False),
        ("Robotics", None, False),
        ("Robotics", None, True),
    ]
    codes = [one["topic"] for one in (await lea.get("/topics"))["topics"]]
    assert len(codes) == 12
    assert "robots" not in codes
    assert len((await lea.get("/topics?retired=true"))["topics"]) == 13
    assert (await lea.post("/topics/robots/restore"))["retired"] is False
    assert code(await lea.send("POST", "/topics", json=robots)) == (409, "topic_exists")


async def test_only_a_lead_tends_the_tree(house: House) -> None:
    await house.furnish()
    refused = await house.person("anna").send("POST", "/topics/crm/retire")
    assert code(refused) == (403, "role_missing")


async def test_a_retired_topic_stays_with_those_who_have_it_and_is_offered_to_nobody_else(
    house: House,
) -> None:
    await house.furnish()
    programme = await house.programme()
    anna = (await house.enrol("anna", programme))["volunteer_id"]
    await house.person("lea", "lead").post("/topics/social_media/retire")
    changed = await house.person("anna").put(f"/volunteers/{anna}", PROFILE | {"capacity": 2})
    assert changed["profile"]["offers"][0]["topic"] == "social_media"
    late = await house.person("ben").send("POST", f"/programmes/{programme}/volunteers", json=YES)
    assert code(late) == (422, "unknown_topic")
