"""Generated documents: up to date, the same every time, and without a word of inside for outsiders."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from dev.contracts import files
from dev.contracts.asyncapi import document
from dev.contracts.golden import golden_messages
from dev.contracts.table import BEGIN, END, filled, public_table
from shared.contracts.catalogue import CATALOGUE, Audience

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = golden_messages(ROOT)
PUBLIC_TOPICS = {
    "obverse.enrollment.programme.v1",
    "obverse.enrollment.topic.v1",
    "obverse.enrollment.volunteer.v1",
    "obverse.matching.round.v1",
    "obverse.matching.pair.v1",
}


def asyncapi(audience: Audience) -> dict[str, Any]:
    return document(CATALOGUE, GOLDEN, audience)


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for inner in part.values():
            yield from references(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from references(inner)


def found(document: dict[str, Any], reference: str) -> Any:
    for step in reference.removeprefix("#/").split("/"):
        document = document[step]
    return document


def test_generated_files_match_the_catalogue() -> None:
    assert files.stale(ROOT) == [], "run `make contracts` and commit what it writes"


def test_generating_twice_gives_the_same_bytes() -> None:
    first, second = files.generated(ROOT), files.generated(ROOT)

    assert first == second
    assert all(text.endswith("\n") and not text.endswith("\n\n") for text in first.values())


def test_every_event_has_a_valid_schema_of_the_stated_dialect() -> None:
    for event in CATALOGUE.events:
        path = ROOT / "shared/contracts/schemas" / f"{event.name}.json"
        schema = json.loads(path.read_text(encoding="utf-8"))

        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        Draft202012Validator.check_schema(schema)


def test_a_changed_a_missing_and_a_left_over_file_are_named(past: Path) -> None:
    schemas = Path("shared/contracts/schemas")
    changed = schemas / "obverse.matching.pair.formed.v1.json"
    missing = schemas / "obverse.matching.pair.ended.v1.json"
    left_over = schemas / "obverse.matching.pair.dreamt.v1.json"
    (past / changed).write_text("{}\n")
    (past / missing).unlink()
    (past / left_over).write_text("{}\n")

    assert files.stale(past) == sorted([changed, missing, left_over])
    files.write(past)
    assert files.stale(past) == []
    assert not (past / left_over).exists()


def test_a_changed_golden_message_changes_the_documents(past: Path) -> None:
    path = past / "shared/contracts/examples/obverse.matching.pair.ended.v1.json"
    path.write_text(path.read_text().replace('"completed"', '"stopped"'))

    assert files.stale(past) == [
        Path("docs/asyncapi.internal.json"),
        Path("docs/asyncapi.public.json"),
    ]


def test_outsiders_see_public_topics_only() -> None:
    public = asyncapi(Audience.PUBLIC)

    assert set(public["channels"]) == PUBLIC_TOPICS
    assert "obverse-internal" not in json.dumps(public)
    assert {name.split(".")[1] for name in public["operations"]} == {"sends"}
    assert {"ContactChanged", "CandidateChanged"}.isdisjoint(public["components"]["schemas"])


def test_the_four_services_see_every_topic() -> None:
    assert set(asyncapi(Audience.INTERNAL)["channels"]) == set(CATALOGUE.topics)


@pytest.mark.parametrize("audience", Audience)
def test_every_reference_leads_somewhere(audience: Audience) -> None:
    whole = asyncapi(audience)

    for reference in set(references(whole)):
        assert found(whole, reference), reference


@pytest.mark.parametrize("audience", Audience)
def test_every_message_has_a_key_headers_and_an_example_that_fits(audience: Audience) -> None:
    whole = asyncapi(audience)

    for name, message in whole["components"]["messages"].items():
        assert message["bindings"]["kafka"]["key"]["type"] == "string"
        assert message["examples"], name
        for part in ("payload", "headers"):
            schema = {**message[part], "components": whole["components"]}
            for example in message["examples"]:
                Draft202012Validator(schema).validate(example[part])


def test_a_channel_tells_partitions_and_what_is_kept() -> None:
    channels = asyncapi(Audience.INTERNAL)["channels"]
    contact = channels["obverse-internal.enrollment.contact.v1"]["bindings"]["kafka"]
    pair = channels["obverse.matching.pair.v1"]["bindings"]["kafka"]

    assert contact["partitions"] == pair["partitions"] == 6
    assert contact["topicConfiguration"] == {
        "cleanup.policy": ["compact"],
        "max.compaction.lag.ms": 86400000,
        "delete.retention.ms": 2592000000,
        "max.message.bytes": 1048576,
    }
    assert pair["topicConfiguration"] == {
        "cleanup.policy": ["delete"],
        "retention.ms": -1,
        "max.message.bytes": 1048576,
    }


def test_inside_every_consumer_of_the_catalogue_receives() -> None:
    operations = asyncapi(Audience.INTERNAL)["operations"]
    received = {
        (name.split(".")[0], message["$ref"].rsplit("/", 1)[1])
        for name, operation in operations.items()
        if operation["action"] == "receive"
        for message in operation["messages"]
    }

    assert received == {
        (consumer, event.name) for event in CATALOGUE.events for consumer in event.consumers
    }


def test_the_readme_gets_the_public_table_where_it_asks_for_it(past: Path) -> None:
    (past / "README.md").write_text(f"# Obverse\n\n{BEGIN}\n{END}\n\nMore.\n")

    assert files.stale(past) == [Path("README.md")]
    files.write(past)
    text = (past / "README.md").read_text()
    assert text == f"# Obverse\n\n{BEGIN}\n{public_table(CATALOGUE)}{END}\n\nMore.\n"
    assert "pair.formed" in text
    assert "proposal.made" not in text


@pytest.mark.parametrize("text", ["", BEGIN, f"{END}\n{BEGIN}", f"{BEGIN}\n{BEGIN}\n{END}"])
def test_a_page_without_both_marks_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="needs the lines"):
        filled(text, "table\n")
