"""Keys lie where every other client of Kafka looks for them."""

import pytest

from shared.chassis.placing import place

# What the Java client reckons (`Utils.murmur2` in Apache Kafka's own tests), made positive, modulo the partitions.
HASHES = {b"21": -973932308, b"foobar": -790332482, b"a-little-bit-long-string": -985981536}


@pytest.mark.parametrize("key", HASHES)
@pytest.mark.parametrize("count", [1, 6, 50])
def test_a_key_lies_where_the_java_client_puts_it(key: bytes, count: int) -> None:
    expected = (HASHES[key] & 0x7FFFFFFF) % count
    for _ in range(2):  # reckoned, and remembered
        assert place(key, list(range(count)), []) == expected


def test_partitions_without_a_leader_are_no_reason_to_go_elsewhere() -> None:
    assert place(b"21", [0, 1, 2, 3, 4, 5], [0]) == place(b"21", [0, 1, 2, 3, 4, 5], [1])
