"""Sorts errors: what passes by itself is waited for, anything else is somebody's to look at."""

from aiokafka.errors import KafkaError
from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    ExecutionTimeout,
    OperationFailure,
    PyMongoError,
    WaitQueueTimeoutError,
    WriteConcernError,
)

PASSING = (
    ConnectionFailure,
    ExecutionTimeout,
    WaitQueueTimeoutError,
    WriteConcernError,  # no majority in time, or the primary stepped down while one waited for it
    KafkaError,
    ConnectionError,
    TimeoutError,
)
LABELS = ("TransientTransactionError", "UnknownTransactionCommitResult", "RetryableWriteError")
# An operation that the server ended itself, be it by an operator or because its process hung.
INTERRUPTED = 11601
# Unauthorized, AuthenticationFailed, LockTimeout, MaxTimeMSExpired, WriteConflict, OutOfDiskSpace:
# the place is not right, and may be mended under a running service.
PASSING_CODES = frozenset({13, 18, 24, 50, 112, 14031, INTERRUPTED})


def is_conflict(error: BaseException) -> bool:
    """Whether another unit of work wrote the same documents first, again and again: a smaller one ends sooner."""
    if isinstance(error, ConnectionFailure) or not isinstance(error, PyMongoError):
        return False
    return error.has_error_label("TransientTransactionError")


def is_transient(error: BaseException) -> bool:
    """Whether trying the same again later may succeed."""
    if isinstance(error, PASSING):
        return True
    if isinstance(error, PyMongoError) and any(map(error.has_error_label, LABELS)):
        return True
    if isinstance(error, BulkWriteError) and _lacks_its_majority_only(error):
        return True
    return isinstance(error, OperationFailure) and error.code in PASSING_CODES


def _lacks_its_majority_only(error: BulkWriteError) -> bool:
    details = error.details or {}
    return bool(details.get("writeConcernErrors")) and not details.get("writeErrors")
