"""The data of events: round trips, tolerance to later versions, and refusals by a stated code."""

import json
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from dev.contracts.golden import Golden, golden_messages
from dev.contracts.schemas import closed_view, open_view
from shared.contracts.catalogue import CATALOGUE, EventType
from shared.contracts.envelope import UnreadableData, from_value, to_value
from shared.contracts.matching.v1 import PairEnded
from shared.contracts.reporting.v1 import SessionHeld
from tests.contracts.wording import messages

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = {golden.name: golden for golden in golden_messages(ROOT)}
HELD = GOLDEN["obverse.reporting.session.held.v1"]

each_event = pytest.mark.parametrize(
    "event", CATALOGUE.events, ids=[event.name for event in CATALOGUE.events]
)
each_golden = pytest.mark.parametrize("golden", GOLDEN.values(), ids=list(GOLDEN))


@cache
def writer_of(event: EventType) -> Draft202012Validator:
    return Draft202012Validator(closed_view(open_view(event)))


def held(**changes: Any) -> bytes:
    return json.dumps({**HELD.value, **changes}).encode()


def refusal(value: bytes) -> UnreadableData:
    with pytest.raises(UnreadableData) as refused:
        from_value(SessionHeld, value)
    return refused.value


@each_event
@given(data=st.data())
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_what_the_schema_allows_is_read_and_survives_a_round_trip(
    event: EventType, data: st.DataObject
) -> None:
    message = data.draw(messages(open_view(event)))

    read = from_value(event.model, json.dumps(message).encode())

    assert from_value(event.model, to_value(read)) == read
    assert list(writer_of(event).iter_errors(json.loads(to_value(read)))) == []


@each_golden
def test_a_field_of_a_later_version_is_ignored(golden: Golden) -> None:
    model = CATALOGUE.by_type[golden.type].model
    later = json.dumps({**golden.value, "added_in_1_7": {"anything": [1, None]}}).encode()

    assert from_value(model, later) == from_value(model, golden.kafka_value())


def test_an_enum_value_of_a_later_version_is_kept_as_data() -> None:
    ended = GOLDEN["obverse.matching.pair.ended.v1"].value

    read = from_value(PairEnded, json.dumps({**ended, "outcome": "merged"}).encode())

    assert read.outcome == "merged"
    assert json.loads(to_value(read))["outcome"] == "merged"


def test_an_enum_value_can_not_smuggle_a_sentence() -> None:
    ended = GOLDEN["obverse.matching.pair.ended.v1"].value

    with pytest.raises(UnreadableData, match="schema_invalid"):
        from_value(PairEnded, json.dumps({**ended, "outcome": "she was ill"}).encode())


def test_a_moment_of_another_zone_is_written_in_utc_with_milliseconds() -> None:
    kolkata = timezone(timedelta(hours=5, minutes=30))
    read = from_value(SessionHeld, held()).model_copy(
        update={"held_at": datetime(2026, 1, 1, 3, 0, tzinfo=kolkata)}
    )

    assert json.loads(to_value(read))["held_at"] == "2025-12-31T21:30:00.000Z"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b"\x00", "not_json"),
        (b'{"mood": "\\ud800"}', "not_json"),
        (b"[" * 10_000, "not_json"),
        (b'{"mood": "\xff"}', "not_utf8"),
        ("{}".encode("utf-16"), "not_utf8"),
        (b"[]", "schema_invalid"),
        (b"null", "schema_invalid"),
        (b"{}", "schema_invalid"),
    ],
)
def test_bytes_that_are_no_data_are_refused_by_code(value: bytes, code: str) -> None:
    assert refusal(value).code == code


@pytest.mark.parametrize(
    "changes",
    [
        {"minutes": 4},
        {"minutes": "55"},
        {"minutes": True},
        {"mood": 6},
        {"topics": "ai"},
        {"topics": ["two words"]},
        {"pair_id": "not-a-uuid"},
        {"pair_id": None},
        {"held_at": "2026-09-22T08:30:00"},
        {"held_at": 1790000000},
    ],
)
def test_a_field_that_breaks_the_contract_is_schema_invalid(changes: dict[str, Any]) -> None:
    refused = refusal(held(**changes))

    assert refused.code == "schema_invalid"
    assert refused.detail.startswith(next(iter(changes)))


def test_a_refusal_names_fields_and_never_a_value() -> None:
    refused = refusal(held(topics=["Irina left us"], minutes="secret"))

    assert refused.detail == "minutes: int_type, topics/0: string_pattern_mismatch"
    assert "Irina" not in f"{refused} {refused.__cause__}"


def test_numbers_are_finite() -> None:
    opened = GOLDEN["obverse.enrollment.programme.opened.v1"]
    model = CATALOGUE.by_type[opened.type].model
    endless = opened.kafka_value().replace(b'"baseline":2.4', b'"baseline":NaN')

    assert endless != opened.kafka_value()
    with pytest.raises(UnreadableData):
        from_value(model, endless)
