"""A database session for one transaction: what its commit waits for, and how it is let go of when it failed.

The driver ends a failed transaction as it would commit it. That would have a caller wait twice for what cannot come:
for a majority that is not there, and for a server, so that the 503 came later than the 3 s of `patience.py`.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from motor.motor_asyncio import AsyncIOMotorClientSession
from pymongo.client_session import TransactionOptions  # type: ignore[attr-defined] # in its __all__
from pymongo.errors import ConnectionFailure, PyMongoError
from pymongo.read_preferences import ReadPreference
from pymongo.write_concern import WriteConcern

from shared.chassis.mongo import MAJORITY_READ, Client
from shared.chassis.patience import patience

ITS_OWN_WORD = WriteConcern(1)
_leaving: set[asyncio.Task[None]] = set()


@contextlib.asynccontextmanager
async def in_transaction(client: Client, spent: float) -> AsyncIterator[AsyncIOMotorClientSession]:
    """Begin a transaction; the block commits it, or it is aborted. `spent` seconds went into earlier tries.

    Where the connection failed, the abort goes on after the block, as nobody may be there to hear of it.
    """
    session = await client.start_session()
    session.start_transaction(
        read_concern=MAJORITY_READ,
        write_concern=_a_majority(spent),
        read_preference=ReadPreference.PRIMARY,
    )
    try:
        yield session
    except ConnectionFailure:
        task = asyncio.create_task(_leave_quietly(session))
        _leaving.add(task)
        task.add_done_callback(_leaving.discard)
        raise
    except BaseException:
        await _leave(session)
        raise
    await _leave(session)


def _a_majority(spent: float) -> WriteConcern:
    """What a commit waits for, as long as the patience of this task says."""
    return WriteConcern("majority", wtimeout=patience.get().majority_after(spent))


async def _leave(session: AsyncIOMotorClientSession) -> None:
    if session.delegate.in_transaction:
        # An abort is a matter of the primary alone. The driver takes one write concern for both ends.
        options = TransactionOptions(write_concern=ITS_OWN_WORD)
        session.delegate._transaction.opts = options  # noqa: SLF001 - see above
        await session.abort_transaction()
    await session.end_session()


async def _leave_quietly(session: AsyncIOMotorClientSession) -> None:
    # A service that stops closes its client meanwhile.
    with contextlib.suppress(PyMongoError):
        await _leave(session)
