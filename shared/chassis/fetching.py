"""What FastStream tells of fetching: whatever it dropped, or can not go on with, ends the service."""

import logging
from collections.abc import Callable
from typing import Any

import structlog
from aiokafka.errors import (
    CorruptRecordException,
    KafkaError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
    UnsupportedCodecError,
)

log = structlog.get_logger("shared.chassis.fetching")

_DROPPED_A_BATCH = (CorruptRecordException, UnsupportedCodecError)


class OffsetLost(Exception):
    """The broker no longer has what the group was to read next; starting elsewhere would lose events."""


class FetchTroubles:
    """FastStream's logger: the one place where it tells that fetching failed."""

    def __init__(self, fail: Callable[[Exception], None]) -> None:
        self._fail = fail

    def log(self, level: int, message: Any, *_: Any, **details: Any) -> None:
        """Called for everything that FastStream has to say."""
        error = details.get("exc_info")
        if isinstance(error, OffsetOutOfRangeError | NoOffsetForPartitionError):
            log.error("intake.offset_lost", places=str(error))
            self._fail(OffsetLost(str(error)))
        elif isinstance(error, Exception) and _ends_reading(error):
            self._fail(error)
        elif level >= logging.WARNING and not str(message).startswith("Auto create topics"):
            reason = type(error).__name__ if error else str(message)
            log.log(level, "library.message", library="faststream", reason=reason)


def _ends_reading(error: Exception) -> bool:
    """Whether waiting does not help.

    A batch was dropped before it reached us, with what other partitions had: going on would lose it. Or one of
    aiokafka's own tasks has died, which it tells by a plain KafkaError, for ever, and reads no more.
    """
    dropped = isinstance(error, _DROPPED_A_BATCH) or not isinstance(error, KafkaError)
    return dropped or type(error) is KafkaError
