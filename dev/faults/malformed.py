"""The kinds of messages that are wrong in some way, and what must become of each. Pure.

Every message has a key of its own, so that it holds nobody else's, and the header that says it is no event of ours.
"""

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from dev.faults.history import INJECTED_HEADER
from shared.contracts.catalogue import PAIR, ROUND, VOLUNTEER

UNKNOWN_TYPE = "obverse.harness.noticed.v1"  # nobody's: counted as ignored
FORMED = "obverse.matching.pair.formed.v1"
ENROLLED = "obverse.enrollment.volunteer.enrolled.v1"
COMPLETED = "obverse.matching.round.completed.v1"
BEYOND_A_MIB = 1024 * 1024 + 1
_NO_TEXT = b"\xff\xfe"
_BEFORE_ALL_TIME = b"0001-01-01T00:00:00+14:00"  # in UTC the year would be 0


@dataclass(frozen=True)
class Thrown:
    """A record as it is given to the broker."""

    topic: str
    key: bytes | None
    headers: list[tuple[str, bytes]]
    value: bytes | None


@dataclass(frozen=True)
class Kind:
    """One way of being wrong. `reason` is that of its dead letter, None where it is passed over.

    A header of None is left out; `doubled` come once more at the end. One message is sent for each of
    `sequences`, all under one key: what is said here is said of the last, those before are passed over.
    """

    name: str
    reason: str | None
    topic: str = PAIR.name
    type: str = UNKNOWN_TYPE
    headers: Mapping[str, bytes | None] = field(default_factory=dict)
    doubled: tuple[tuple[str, bytes], ...] = ()
    key: Callable[[str], bytes | None] = str.encode
    value: bytes | None = b"{}"
    sequences: tuple[int, ...] = (1,)

    def messages(self, chance: random.Random) -> list[Thrown]:
        """What is to be thrown, in this order."""
        key = self.key(random_id(chance))
        return [self._message(chance, key, number) for number in self.sequences]

    def _message(self, chance: random.Random, key: bytes | None, number: int) -> Thrown:
        whole = {**attributes(chance, self.type, number), **self.headers}
        headers = [(name, text) for name, text in whole.items() if text is not None]
        return Thrown(self.topic, key, [*headers, *self.doubled], self.value)


def random_id(chance: random.Random) -> str:
    """An id that the seed decides."""
    return str(UUID(int=chance.getrandbits(128), version=4))


def attributes(
    chance: random.Random, type_: str, sequence: int, source: str = "/obverse/harness"
) -> dict[str, bytes | None]:
    """The headers of a message that is right."""
    texts = {
        "ce_specversion": "1.0",
        "ce_id": random_id(chance),
        "ce_type": type_,
        "ce_source": source,
        "ce_time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "ce_sequence": str(sequence),
        "ce_correlationid": random_id(chance),
        INJECTED_HEADER: "1",
    }
    return {name: text.encode() for name, text in texts.items()}


def completed(chance: random.Random, programme_id: str) -> bytes:
    """The data of a round of this programme: one more in its report."""
    counts = {"mentors": "7", "mentees": "7", "matched": "5", "unmatched": {}}
    ids = {name: random_id(chance) for name in ("round_id", "cohort_id")}
    hashes = dict.fromkeys(("input_hash", "policy_hash"), "0" * 64)
    return json.dumps({"programme_id": programme_id} | ids | counts | hashes).encode()


_FORMED: Mapping[str, Any] = {
    "pair_id": "00000000-0000-4000-8000-000000000001",
    "programme_id": "00000000-0000-4000-8000-000000000002",
    "cohort_id": "00000000-0000-4000-8000-000000000003",
    "mentor_id": "00000000-0000-4000-8000-000000000004",
    "mentee_id": "00000000-0000-4000-8000-000000000005",
    "format": "one_to_one",
    "group_id": None,
    "until": "2027-05-01",
}
_ONE_ROUND = completed(random.Random(0), _FORMED["programme_id"])


def _formed(**changes: Any) -> bytes:
    return json.dumps({**_FORMED, **changes}).encode()


def _valued(name: str, reason: str, value: bytes | None) -> Kind:
    """The forming of a pair with a value that is none."""
    return Kind(name, reason, type=FORMED, value=value)


def _headed(name: str, reason: str, header: str, content: bytes | None) -> Kind:
    return Kind(name, reason, headers={header: content})


_VALUES = (
    _valued("value_missing", "value_missing", None),
    _valued("value_empty", "not_json", b""),
    _valued("value_not_utf8", "not_utf8", b'{"pair_id": "\xff\xfe"}'),
    _valued("value_cut_off", "not_json", _formed()[:-9]),
    _valued("value_with_bom", "not_json", b"\xef\xbb\xbf" + _formed()),
    _valued("value_deeply_nested", "not_json", b'{"extra": ' + b"[" * 10_000),
    _valued("value_with_half_a_surrogate", "not_json", b'{"format": "\\ud800"}'),
    _valued("value_with_5000_digits", "not_json", b'{"pair_id": ' + b"9" * 5_000 + b"}"),
    _valued("value_null", "schema_invalid", b"null"),
    _valued("value_array", "schema_invalid", b"[" + _formed() + b"]"),
    _valued("value_scalar", "schema_invalid", b'"formed"'),
    _valued("value_not_a_number", "schema_invalid", _formed(until=float("nan"))),
    _valued("value_huge_number", "schema_invalid", _formed()[:-1] + b', "until": 1e999}'),
    _valued("key_doubled_last_wrong", "schema_invalid", _formed()[:-1] + b', "until": "soon"}'),
    _valued("field_missing", "schema_invalid", _formed().replace(b'"mentor_id"', b'"mentor"')),
    _valued("field_null", "schema_invalid", _formed(mentor_id=None)),
    _valued("field_of_wrong_type", "schema_invalid", _formed(format=5)),
    _valued("field_not_an_id", "schema_invalid", _formed(mentee_id="ann")),
    _valued("field_not_a_code", "schema_invalid", _formed(format="one to one!")),
    _valued("field_object_for_text", "schema_invalid", _formed(pair_id={"$gt": ""})),
    _valued("value_too_large", "too_large", b'{"a": "' + b"a" * BEYOND_A_MIB + b'"}'),
    Kind("list_for_text", "schema_invalid", VOLUNTEER.name, ENROLLED, value=b'{"roles": {}}'),
)
_MISSING = tuple(
    _headed(f"{name}_missing", "header_missing", f"ce_{name}", None)
    for name in ("specversion", "id", "type", "source", "time", "sequence", "correlationid")
)
_HEADERS = (
    _headed("id_empty", "header_missing", "ce_id", b""),
    _headed("id_invalid", "header_invalid", "ce_id", b"4711"),
    _headed("specversion_invalid", "header_invalid", "ce_specversion", b"2.0"),
    _headed("time_without_zone", "header_invalid", "ce_time", b"2026-11-24T12:00:00"),
    _headed("sequence_invalid", "header_invalid", "ce_sequence", b"soon"),
    _headed("sequence_zero", "header_invalid", "ce_sequence", b"0"),
    _headed("sequence_beyond_64_bits", "header_invalid", "ce_sequence", b"9223372036854775808"),
    _headed("correlationid_invalid", "header_invalid", "ce_correlationid", b"request-1"),
    _headed("causationid_invalid", "header_invalid", "ce_causationid", b"request-1"),
    _headed("subject_too_long", "header_invalid", "ce_subject", b"s" * 201),
    _headed("traceparent_too_long", "header_invalid", "traceparent", b"0" * 61),
    _headed("source_not_text", "header_not_text", "ce_source", _NO_TEXT),
    _headed("id_not_text", "header_not_text", "ce_id", _NO_TEXT),
    Kind("id_doubled_last_wrong", "header_invalid", doubled=(("ce_id", b"4711"),)),
    Kind("type_doubled", None, doubled=(("ce_type", UNKNOWN_TYPE.encode()),)),
)
_KEYS = (
    Kind("key_missing", "key_missing", key=lambda _: None),
    Kind("key_empty", "key_missing", key=lambda _: b""),
    Kind("key_not_text", "key_not_text", key=lambda own: _NO_TEXT + own.encode()),
    Kind("key_too_long", "too_large", key=lambda own: own.encode() + b"k" * 800),
    Kind("key_not_an_id", None, key=lambda own: b"pair " + own.encode()),
)
_PLACES = (
    Kind("unknown_type", None),
    Kind("unknown_major", "unknown_major", type="obverse.matching.pair.formed.v9"),
    Kind("wrong_topic", "wrong_topic", VOLUNTEER.name, FORMED, value=_formed()),
    Kind("id_conflict", "id_conflict", sequences=(1, 1)),
    Kind("later_before_earlier", None, sequences=(2, 1)),
    Kind(
        "handler_failed",
        "handler:OverflowError",
        ROUND.name,
        COMPLETED,
        headers={"ce_time": _BEFORE_ALL_TIME},
        value=_ONE_ROUND,
    ),
)
KINDS: Mapping[str, Kind] = {
    kind.name: kind for kind in (*_VALUES, *_MISSING, *_HEADERS, *_KEYS, *_PLACES)
}
