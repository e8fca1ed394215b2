"""The catalogue: one table in which names, owners, topics, keys and consumers fit together."""

import re

import pytest

from shared.contracts.catalogue import CATALOGUE, Audience, Catalogue, EventType, Topic

SERVICES = {"enrollment", "matching", "notifications", "reporting"}

each_event = pytest.mark.parametrize(
    "event", CATALOGUE.events, ids=[event.name for event in CATALOGUE.events]
)
each_topic = pytest.mark.parametrize("topic", CATALOGUE.topics.values(), ids=list(CATALOGUE.topics))


@each_event
def test_a_type_is_named_by_owner_thing_fact_and_major_version(event: EventType) -> None:
    assert re.fullmatch(r"obverse\.[a-z]+\.[a-z]+\.[a-z]+\.v[1-9]", event.name)
    assert event.name.split(".")[1] == event.topic.owner


@each_event
def test_a_contract_lives_with_its_owner_in_its_major_version(event: EventType) -> None:
    owner, version = event.topic.owner, event.name.rsplit(".", 1)[1]

    assert f"{event.model.__module__}.".startswith(f"shared.contracts.{owner}.{version}.")


@each_event
def test_consumers_are_services_named_once(event: EventType) -> None:
    assert set(event.consumers) <= SERVICES
    assert len(set(event.consumers)) == len(event.consumers) > 0


@each_event
def test_the_key_of_the_topic_is_a_required_field_of_the_data(event: EventType) -> None:
    assert event.model.model_fields[event.topic.key].is_required()


@each_event
def test_it_serves_a_capability_of_the_mission(event: EventType) -> None:
    assert event.capabilities
    assert set(event.capabilities) <= set(range(1, 37))
    assert list(event.capabilities) == sorted(set(event.capabilities))


@each_event
def test_it_says_in_one_sentence_what_it_means(event: EventType) -> None:
    assert (event.model.__doc__ or "").rstrip().endswith(".")


@each_topic
def test_a_topic_has_one_owner_and_one_definition(topic: Topic) -> None:
    events = [event for event in CATALOGUE.events if event.topic.name == topic.name]

    assert topic.owner in SERVICES
    assert {event.topic for event in events} == {topic}
    assert {event.name.split(".")[1] for event in events} == {topic.owner}


@each_topic
def test_the_audience_is_seen_in_the_prefix(topic: Topic) -> None:
    prefix = "obverse" if topic.audience is Audience.PUBLIC else "obverse-internal"

    assert re.fullmatch(rf"{prefix}\.{topic.owner}\.[a-z]+\.v[1-9]", topic.name)


@each_topic
def test_personal_data_can_be_erased(topic: Topic) -> None:
    if topic.personal:
        assert topic.state
        assert topic.audience is Audience.INTERNAL


@each_topic
def test_a_state_topic_is_compacted_and_any_other_keeps_everything(topic: Topic) -> None:
    kept = {"cleanup.policy": "compact"} if topic.state else {"retention.ms": "-1"}

    forgets = {"max.compaction.lag.ms": "86400000", "delete.retention.ms": "2592000000"}

    assert topic.settings() == {
        **kept,
        **(forgets if topic.personal else {}),
        "max.message.bytes": "1048576",
    }


def test_nothing_stands_in_the_table_twice() -> None:
    with pytest.raises(ValueError, match="twice"):
        Catalogue([*CATALOGUE.events, CATALOGUE.events[0]])
