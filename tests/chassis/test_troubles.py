"""Which errors pass by themselves, so that a service waits, and which end it."""

import pytest
from aiokafka.errors import KafkaConnectionError
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    DuplicateKeyError,
    InvalidOperation,
    OperationFailure,
    ServerSelectionTimeoutError,
    WriteConcernError,
    WTimeoutError,
)

from shared.chassis.troubles import is_transient

STEPPED_DOWN = {"code": 11602, "errmsg": "operation was interrupted"}
DOUBLED = {"index": 0, "code": 11000, "errmsg": "E11000 duplicate key error"}


@pytest.mark.parametrize(
    "error",
    [
        AutoReconnect("connection reset"),
        ServerSelectionTimeoutError("no primary"),
        WTimeoutError("waiting for replication timed out", 64),
        # A primary that stood alone stepped down; it ended two services in a fault run.
        WriteConcernError("operation was interrupted", 11602),
        BulkWriteError({"writeErrors": [], "writeConcernErrors": [STEPPED_DOWN]}),
        OperationFailure("not authorized", 13),
        KafkaConnectionError("no broker"),
        TimeoutError(),
    ],
)
def test_what_passes_is_waited_for(error: Exception) -> None:
    assert is_transient(error)


@pytest.mark.parametrize(
    "error",
    [
        DuplicateKeyError("E11000 duplicate key error", 11000),
        BulkWriteError({"writeErrors": [DOUBLED], "writeConcernErrors": [STEPPED_DOWN]}),
        BulkWriteError({"writeErrors": [DOUBLED], "writeConcernErrors": []}),
        OperationFailure("unknown operator", 2),
        InvalidOperation("Cannot use MongoClient after close"),
        LookupError(),
    ],
)
def test_what_does_not_pass_is_somebodys_to_look_at(error: Exception) -> None:
    assert not is_transient(error)
