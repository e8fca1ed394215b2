"""A database session for one transaction: what its commit waits for, and how it is let go of when it failed.

The driver ends a failed transaction as it would commit it. That would have a caller wait twice for what cannot come:
for a majority that is not there, and for a server, so that the 503 came later than the 3 s of `patience.py`.
"""

import contextlib
from collections.abc import AsyncIterator

from pymongo.client_session import (  # type: ignore[attr-defined] # in its __all__
    ClientSession,
    TransactionOptions,
)
from pymongo.errors import ConnectionFailure
from pymongo.read_preferences import ReadPreference
from pymongo.write_concern import WriteConcern

from shared.chassis.behind import behind
from shared.chassis.in_one_go import in_one_go
from shared.chassis.mongo import MAJORITY_READ, Client
from shared.chassis.patience import patience

ITS_OWN_WORD = WriteConcern(1)


@contextlib.asynccontextmanager
async def in_transaction(client: Client, spent: float) -> AsyncIterator[ClientSession]:
    """Begin a transaction; the block commits it, or it is aborted. `spent` seconds went into earlier tries.

    The session is the driver's own, whose statements are for a thread (`in_one_go.py`). Where the connection failed,
    the abort goes on after the block, as nobody may be there to hear of it.
    """
    # Neither this nor the session's end says a word to the server; Motor would hand each to a thread.
    session: ClientSession = client.delegate.start_session()
    session.start_transaction(
        read_concern=MAJORITY_READ,
        write_concern=a_majority(spent),
        read_preference=ReadPreference.PRIMARY,
    )
    try:
        yield session
    except ConnectionFailure:
        behind(_leave(session))
        raise
    except BaseException:
        await _leave(session)
        raise
    await _leave(session)


def a_majority(spent: float = 0.0) -> WriteConcern:
    """What a write waits for, as long as the patience of this task says; `spent` seconds went into earlier tries."""
    return WriteConcern("majority", wtimeout=patience.get().majority_after(spent))


async def _leave(session: ClientSession) -> None:
    if session.in_transaction:
        # An abort is a matter of the primary alone. The driver takes one write concern for both ends.
        options = TransactionOptions(write_concern=ITS_OWN_WORD)
        session._transaction.opts = options  # noqa: SLF001 - see above
        await in_one_go(session.abort_transaction)
    session.end_session()
