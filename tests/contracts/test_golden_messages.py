"""Golden messages: what stands on the topics is read by us, by a library of others, and by the schemas."""

from pathlib import Path
from uuid import UUID

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event
from jsonschema import Draft202012Validator

from dev.contracts.golden import Golden, golden_messages
from dev.contracts.headers import headers_schema
from dev.contracts.schemas import closed_view, open_view
from shared.contracts.catalogue import CATALOGUE, EventType
from shared.contracts.envelope import from_headers, from_value, to_headers, to_value

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = golden_messages(ROOT)

each_golden = pytest.mark.parametrize("golden", GOLDEN, ids=[golden.name for golden in GOLDEN])


def event_type(golden: Golden) -> EventType:
    return CATALOGUE.by_type[golden.type]


def errors(schema: dict[str, object], value: object) -> list[str]:
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [error.message for error in validator.iter_errors(value)]


def test_every_event_has_a_golden_message_under_its_own_name() -> None:
    assert {golden.name for golden in GOLDEN} >= set(CATALOGUE.by_type)


@each_golden
def test_it_is_named_after_its_type(golden: Golden) -> None:
    assert golden.name == golden.type or golden.name.startswith(f"{golden.type}.")


@each_golden
def test_our_contracts_read_it_and_write_it_again_as_it_was(golden: Golden) -> None:
    envelope = from_headers(golden.kafka_headers())
    data = from_value(event_type(golden).model, golden.kafka_value())

    assert dict(to_headers(envelope)) == dict(golden.kafka_headers())
    assert to_value(data) == golden.kafka_value()


@each_golden
def test_the_cloudevents_sdk_reads_the_same_attributes_and_data(golden: Golden) -> None:
    headers = dict(golden.kafka_headers())
    event = from_binary_event(
        KafkaMessage(headers=headers, key=golden.key.encode(), value=golden.kafka_value())
    )
    ours = from_headers(golden.kafka_headers())

    assert event.get_specversion() == "1.0"
    assert UUID(event.get_id()) == ours.id
    assert event.get_type() == ours.type
    assert event.get_source() == ours.source
    assert event.get_subject() == ours.subject
    assert event.get_time() == ours.time
    assert event.get_datacontenttype() == "application/json"
    assert int(event.get_extension("sequence")) == ours.sequence
    assert UUID(event.get_extension("correlationid")) == ours.correlation_id
    assert event.get_extension("causationid") == (
        str(ours.causation_id) if ours.causation_id else None
    )
    assert event.get_data() == golden.value


@each_golden
def test_it_fits_what_readers_accept_and_exactly_what_we_write(golden: Golden) -> None:
    schema = open_view(event_type(golden))

    assert errors(schema, golden.value) == []
    assert errors(closed_view(schema), golden.value) == []
    assert errors(headers_schema(), golden.headers) == []


@each_golden
def test_it_stands_on_its_topic_under_its_key(golden: Golden) -> None:
    topic = event_type(golden).topic

    assert golden.topic == topic.name
    assert golden.key == golden.value[topic.key] == golden.headers["ce_subject"]
    assert golden.headers["ce_source"] == f"/obverse/{topic.owner}"


@each_golden
def test_it_names_nobody_but_example_org(golden: Golden) -> None:
    text = golden.kafka_value().decode()

    assert text.count("@") == text.count("@example.org")


def test_ids_of_golden_messages_are_unique() -> None:
    ids = [golden.headers["ce_id"] for golden in GOLDEN]

    assert len(ids) == len(set(ids))


def test_golden_messages_of_one_key_have_different_sequences() -> None:
    places = [(golden.topic, golden.key, golden.headers["ce_sequence"]) for golden in GOLDEN]

    assert len(places) == len(set(places))
