"""The guard of released contracts: the working tree against what a tag in git keeps."""

import json
import shutil
from pathlib import Path

from dev.contracts.releases import changes_since_release, last_release
from tests.contracts.releasing import git, release, replace

EXAMPLES = Path("shared/contracts/examples")
SCHEMAS = Path("shared/contracts/schemas")


def test_without_a_release_there_is_nothing_to_keep(past: Path) -> None:
    assert last_release(past) is None


def test_a_directory_without_git_has_no_release(tmp_path: Path) -> None:
    assert last_release(tmp_path / "nowhere") is None


def test_the_newest_release_is_found_and_other_tags_are_not(past: Path) -> None:
    release(past)
    git(past, "tag", "kept-for-later")

    assert last_release(past) == "v0.1.0"


def test_what_did_not_change_holds(past: Path) -> None:
    assert changes_since_release(past, release(past)) == []


def test_a_field_that_was_released_and_is_no_more_is_named(past: Path) -> None:
    path = past / SCHEMAS / "obverse.matching.pair.ended.v1.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    schema["properties"]["warmth"] = {"type": "integer"}
    path.write_text(json.dumps(schema), encoding="utf-8")

    changes = changes_since_release(past, release(past))

    assert changes == ["obverse.matching.pair.ended.v1: /warmth is gone"]


def test_an_event_that_was_released_and_is_no_more_is_named(past: Path) -> None:
    schemas = past / SCHEMAS
    shutil.copy(
        schemas / "obverse.matching.pair.ended.v1.json",
        schemas / "obverse.matching.pair.dreamt.v1.json",
    )

    changes = changes_since_release(past, release(past))

    assert changes == ["obverse.matching.pair.dreamt.v1: the event is gone"]


def test_an_event_that_left_its_topic_and_a_changed_topic_are_named(past: Path) -> None:
    name = "obverse.matching.pair.v1"
    path = past / "docs/asyncapi.internal.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    channel = document["channels"][name]
    channel["bindings"]["kafka"]["partitions"] = 3
    channel["messages"]["obverse.matching.proposal.made.v1"] = {"$ref": "#/x"}
    path.write_text(json.dumps(document), encoding="utf-8")

    assert changes_since_release(past, release(past)) == [
        f"{name}: the topic or its settings changed",
        f"obverse.matching.proposal.made.v1: not on {name} any more",
    ]


def test_a_released_example_that_is_not_read_any_more_is_named(past: Path) -> None:
    path = past / EXAMPLES / "obverse.matching.pair.ended.v1.json"
    replace(path, '"outcome": "completed"', '"outcome": 3')

    assert changes_since_release(past, release(past)) == [
        "obverse.matching.pair.ended.v1: its released example is not read any more: schema_invalid"
    ]
