"""The envelope: what goes out comes back, and what is no envelope is refused by a stated code."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.envelope import (
    Envelope,
    Headers,
    UnreadableEnvelope,
    from_headers,
    to_headers,
)
from tests.contracts.wording import MOMENTS

ID = "01a0a50b-e0f4-7d39-961e-0892c506d5be"
SOUND = {
    "ce_specversion": b"1.0",
    "ce_id": ID.encode(),
    "ce_type": b"obverse.matching.pair.formed.v1",
    "ce_source": b"/obverse/matching",
    "ce_time": b"2026-09-15T12:30:14.260Z",
    "ce_sequence": b"7",
    "ce_correlationid": ID.encode(),
}

visible_text = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=60)
envelopes = st.builds(
    Envelope,
    id=st.uuids(),
    type=visible_text,
    source=visible_text,
    specversion=st.sampled_from(["1.0", "1.1"]),
    subject=visible_text | st.just(""),
    time=MOMENTS,
    sequence=st.integers(1, 2**63 - 1),
    correlationid=st.uuids(),
    causationid=st.none() | st.uuids(),
    traceparent=st.none() | st.just("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
)


def headers(**changes: bytes | None) -> Headers:
    return [(name, value) for name, value in {**SOUND, **changes}.items() if value is not None]


def refusal(of: Headers) -> str:
    with pytest.raises(UnreadableEnvelope) as refused:
        from_headers(of)
    return refused.value.code


@given(envelopes)
def test_an_envelope_comes_back_from_its_headers(envelope: Envelope) -> None:
    assert from_headers(to_headers(envelope)) == envelope


def test_the_attributes_are_read() -> None:
    envelope = from_headers(headers(ce_subject=b"a-key"))

    assert envelope.id == envelope.correlation_id == UUID(ID)
    assert envelope.type == "obverse.matching.pair.formed.v1"
    assert envelope.source == "/obverse/matching"
    assert envelope.subject == "a-key"
    assert envelope.time == datetime(2026, 9, 15, 12, 30, 14, 260_000, UTC)
    assert envelope.sequence == 7
    assert envelope.causation_id is None
    assert envelope.traceparent is None


def test_a_time_of_another_zone_is_written_in_utc() -> None:
    moscow = timezone(timedelta(hours=3))
    envelope = from_headers(headers()).model_copy(
        update={"time": datetime(2026, 1, 1, 1, 30, tzinfo=moscow)}
    )

    assert dict(to_headers(envelope))["ce_time"] == b"2025-12-31T22:30:00.000Z"


@pytest.mark.parametrize("name", sorted(SOUND))
def test_a_missing_or_empty_attribute_is_header_missing(name: str) -> None:
    assert refusal(headers(**{name: None})) == "header_missing"
    assert refusal(headers(**{name: b""})) == "header_missing"


def test_no_headers_at_all_are_header_missing() -> None:
    assert refusal([]) == "header_missing"


def test_a_header_that_is_not_text_is_header_not_text() -> None:
    assert refusal(headers(ce_source=b"\xff\xfe")) == "header_not_text"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ce_id", b"not-a-uuid"),
        ("ce_correlationid", b"42"),
        ("ce_causationid", b"x"),
        ("ce_specversion", b"0.3"),
        ("ce_time", b"yesterday"),
        ("ce_time", b"2026-09-15T12:30:14"),
        ("ce_sequence", b"0"),
        ("ce_sequence", b"-1"),
        ("ce_sequence", b"1.5"),
        ("ce_sequence", b"9223372036854775808"),
        ("ce_type", b"t" * 201),
        ("traceparent", b"0" * 61),
    ],
)
def test_a_value_out_of_its_range_is_header_invalid(name: str, value: bytes) -> None:
    assert refusal(headers(**{name: value})) == "header_invalid"


def test_headers_of_others_mean_nothing_even_when_they_are_no_text() -> None:
    foreign = [*headers(), ("x-proxy", b"\xff"), ("ce_newextension", b"1")]

    assert from_headers(foreign) == from_headers(headers())


def test_a_null_header_counts_as_empty() -> None:
    null: Headers = [*headers(ce_sequence=None), ("ce_sequence", None)]  # type: ignore[list-item]

    assert refusal(null) == "header_missing"


@given(st.lists(st.tuples(st.sampled_from([*SOUND, "traceparent", "x"]), st.binary(max_size=40))))
def test_any_headers_give_an_envelope_or_a_stated_code(chaos: Headers) -> None:
    try:
        code = from_headers([*headers(), *chaos]) and "read"
    except UnreadableEnvelope as refused:
        code = refused.code
    assert code in {"read", "header_missing", "header_invalid", "header_not_text"}
