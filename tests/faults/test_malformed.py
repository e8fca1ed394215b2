"""The kinds of malformed messages: what each is read as, with the expected reasons typed by hand."""

import random
from collections import Counter

import pytest

from dev.faults.malformed import COMPLETED, KINDS, Thrown, attributes
from services.reporting.projections.consumers import ROUTES
from shared.chassis.messages import Incoming, Message, read

REASONS = {
    "value_missing": "value_missing",
    "value_empty": "not_json",
    "value_not_utf8": "not_utf8",
    "value_cut_off": "not_json",
    "value_with_bom": "not_json",
    "value_deeply_nested": "not_json",
    "value_with_half_a_surrogate": "not_json",
    "value_with_5000_digits": "not_json",
    "value_null": "schema_invalid",
    "value_array": "schema_invalid",
    "value_scalar": "schema_invalid",
    "value_not_a_number": "schema_invalid",
    "value_huge_number": "schema_invalid",
    "key_doubled_last_wrong": "schema_invalid",
    "field_missing": "schema_invalid",
    "field_null": "schema_invalid",
    "field_of_wrong_type": "schema_invalid",
    "field_not_an_id": "schema_invalid",
    "field_not_a_code": "schema_invalid",
    "field_object_for_text": "schema_invalid",
    "value_too_large": "too_large",
    "list_for_text": "schema_invalid",
    "specversion_missing": "header_missing",
    "id_missing": "header_missing",
    "type_missing": "header_missing",
    "source_missing": "header_missing",
    "time_missing": "header_missing",
    "sequence_missing": "header_missing",
    "correlationid_missing": "header_missing",
    "id_empty": "header_missing",
    "id_invalid": "header_invalid",
    "specversion_invalid": "header_invalid",
    "time_without_zone": "header_invalid",
    "sequence_invalid": "header_invalid",
    "sequence_zero": "header_invalid",
    "sequence_beyond_64_bits": "header_invalid",
    "correlationid_invalid": "header_invalid",
    "causationid_invalid": "header_invalid",
    "subject_too_long": "header_invalid",
    "traceparent_too_long": "header_invalid",
    "source_not_text": "header_not_text",
    "id_not_text": "header_not_text",
    "id_doubled_last_wrong": "header_invalid",
    "key_missing": "key_missing",
    "key_empty": "key_missing",
    "key_not_text": "key_not_text",
    "key_too_long": "too_large",
    "unknown_major": "unknown_major",
    "wrong_topic": "wrong_topic",
}
PASSED_OVER = ("type_doubled", "key_not_an_id", "unknown_type", "later_before_earlier")
SEEN_IN_ORDER = {"id_conflict": "id_conflict", "handler_failed": "handler:OverflowError"}
"""What nobody sees at the message alone: what lay there before, and what its handler does."""


def as_read(message: Thrown) -> Incoming:
    found = Message(message.topic, 0, 0, message.key, message.value, message.headers)
    return read(found, ROUTES)


def last_of(name: str) -> Incoming:
    return as_read(KINDS[name].messages(random.Random(1))[-1])


def test_every_kind_is_named_here() -> None:
    assert KINDS.keys() == REASONS.keys() | set(PASSED_OVER) | SEEN_IN_ORDER.keys()


@pytest.mark.parametrize(("name", "reason"), REASONS.items())
def test_a_kind_is_read_as_what_is_wrong_with_it(name: str, reason: str) -> None:
    assert KINDS[name].reason == reason
    assert last_of(name).flaw == reason


@pytest.mark.parametrize("name", PASSED_OVER)
def test_some_are_passed_over(name: str) -> None:
    found = last_of(name)
    assert (KINDS[name].reason, found.flaw, found.event) == (None, None, None)


@pytest.mark.parametrize(("name", "reason"), SEEN_IN_ORDER.items())
def test_some_show_their_fault_later(name: str, reason: str) -> None:
    assert (KINDS[name].reason, last_of(name).flaw) == (reason, None)


def test_a_conflict_is_two_events_in_one_place() -> None:
    first, second = map(as_read, KINDS["id_conflict"].messages(random.Random(1)))
    assert first.lane == second.lane
    assert first.envelope is not None
    assert second.envelope is not None
    assert (first.envelope.sequence, second.envelope.sequence) == (1, 1)
    assert first.envelope.id != second.envelope.id


def test_what_comes_early_comes_before_its_first() -> None:
    early, first = map(as_read, KINDS["later_before_earlier"].messages(random.Random(1)))
    assert early.lane == first.lane
    assert early.envelope is not None
    assert first.envelope is not None
    assert (early.envelope.sequence, first.envelope.sequence) == (2, 1)


def test_each_has_a_key_of_its_own_and_says_that_it_was_thrown_in() -> None:
    chance = random.Random(1)
    messages = [kind.messages(chance)[-1] for kind in KINDS.values()]
    assert all(("x-injected", b"1") in message.headers for message in messages)
    keys = Counter(message.key for message in messages if message.key)
    assert set(keys.values()) == {1}


def test_what_is_right_is_read_as_an_event() -> None:
    headers = attributes(random.Random(1), COMPLETED, 3)
    listed = [(name, text) for name, text in headers.items() if text is not None]
    kind = KINDS["handler_failed"].messages(random.Random(1))[0]
    found = as_read(Thrown(kind.topic, b"a round", listed, kind.value))
    assert found.flaw is None
    assert found.event is not None
    assert found.event.envelope.sequence == 3
