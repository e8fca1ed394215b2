"""What a reader makes of FastStream's word that fetching failed: wait, or end the service."""

import logging

import pytest
from aiokafka.errors import (
    CorruptRecordException,
    KafkaConnectionError,
    KafkaError,
    NodeNotReadyError,
    OffsetOutOfRangeError,
)

from shared.chassis.fetching import FetchTroubles, OffsetLost


@pytest.fixture
def failures() -> list[Exception]:
    return []


@pytest.fixture
def troubles(failures: list[Exception]) -> FetchTroubles:
    return FetchTroubles(failures.append)


@pytest.mark.parametrize("error", [KafkaConnectionError("closed"), NodeNotReadyError("node 1")])
def test_a_broker_that_is_away_is_waited_for(
    troubles: FetchTroubles, failures: list[Exception], error: Exception
) -> None:
    troubles.log(logging.ERROR, "Message fetch error", exc_info=error)
    assert failures == []


@pytest.mark.parametrize(
    "error",
    [
        KafkaError("Unexpected error during coordination RuntimeError('the handler is closed')"),
        CorruptRecordException("crc"),
        ValueError("not of Kafka"),
    ],
)
def test_what_waiting_does_not_mend_ends_the_service(
    troubles: FetchTroubles, failures: list[Exception], error: Exception
) -> None:
    troubles.log(logging.ERROR, "Message fetch error", exc_info=error)
    assert failures == [error]


def test_a_place_that_the_broker_lost_is_told_as_such(
    troubles: FetchTroubles, failures: list[Exception]
) -> None:
    troubles.log(logging.ERROR, "Message fetch error", exc_info=OffsetOutOfRangeError({"a": 1}))
    assert [type(failure) for failure in failures] == [OffsetLost]
