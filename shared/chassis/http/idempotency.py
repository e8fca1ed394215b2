"""A POST takes effect once, however often it is sent: its answer is kept under its Idempotency-Key.

The key is claimed before the handler runs and answered in the handler's own transaction, which looks that the
claim is still its own. So a claim that was taken over after a crash, or a stall, cannot be completed twice.
Of a body only its hash is stored, and of a refused command nothing.
"""

import hashlib
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from fastapi import Response
from pymongo import DeleteOne, InsertOne, UpdateOne
from pymongo.errors import PyMongoError

from shared.chassis.http.problems import Problem
from shared.chassis.ids import new_id
from shared.chassis.passages import passage
from shared.chassis.refusals import Conflict
from shared.chassis.retention import ANSWERS_DAYS, DAY
from shared.chassis.transactions import Index, Transactions, Tx
from shared.chassis.troubles import is_transient

COLLECTION = "idempotency"
SECONDS_TO_ANSWER = 30
INDEXES = (
    Index(
        COLLECTION,
        [("claimed_at", 1)],
        expire_after_seconds=ANSWERS_DAYS * DAY,
        period="retention_idempotency_days",
    ),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A response as it was rendered the first time."""

    status: int
    body: str
    repeated: bool = False

    def response(self) -> Response:
        """The response; a repeated one says so in a header."""
        headers = {"Idempotency-Replayed": "true"} if self.repeated else {}
        return Response(self.body, self.status, headers, media_type="application/json")


@dataclass(frozen=True, slots=True)
class Request:
    """What makes two requests the same: `scope` is caller, route and key; `fingerprint` all that was sent."""

    scope: str
    fingerprint: str

    @classmethod
    def of(cls, scope: tuple[str, ...], sent: tuple[str, ...]) -> "Request":
        """Of parts, each of which may hold anything."""
        return cls(_hash(scope), _hash(sent))


def _hash(parts: tuple[str, ...]) -> str:
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


async def answer_once(
    transactions: Transactions, request: Request, handler: Callable[[Tx], Awaitable[Answer]]
) -> Answer:
    """The handler's answer, or the one that it gave before.

    Raises Problem for a key that came with another body (422) or is being worked on (409), and what the
    handler raises.
    """
    token = new_id()
    try:
        earlier = await transactions.run(lambda tx: _claim(tx, request, token))
    except Conflict as conflict:
        raise _in_flight() from conflict  # another claim was a moment faster
    if earlier is not None:
        return earlier
    passage("http.claimed")
    try:
        return await transactions.run(lambda tx: _complete(tx, request.scope, token, handler))
    except Exception as error:
        if not is_transient(error):
            # While the database is away this would only delay the answer; then the claim lapses.
            with suppress(PyMongoError):
                await transactions.run(lambda tx: _release(tx, request.scope, token))
        raise


async def _claim(tx: Tx, request: Request, token: UUID) -> Answer | None:
    found = await tx.find_one(COLLECTION, {"_id": request.scope})
    claim = {"token": token, "claimed_at": tx.now}
    if found is None:
        row = {"_id": request.scope, "fingerprint": request.fingerprint, "answer": None} | claim
        tx.write(COLLECTION, InsertOne(row))
        return None
    if found["fingerprint"] != request.fingerprint:
        raise Problem(
            422,
            "idempotency_key_reused",
            "This Idempotency-Key came with another request before; make a new key.",
        )
    if found["answer"] is not None:
        return Answer(found["answer"]["status"], found["answer"]["body"], repeated=True)
    if tx.now - found["claimed_at"] < timedelta(seconds=SECONDS_TO_ANSWER):
        raise _in_flight()
    tx.write(COLLECTION, UpdateOne({"_id": request.scope}, {"$set": claim}))
    return None


async def _complete(
    tx: Tx, scope: str, token: UUID, handler: Callable[[Tx], Awaitable[Answer]]
) -> Answer:
    # The snapshot shows whether the claim is still ours; if it is taken over after this read, the two
    # transactions write the same document, and MongoDB lets one of them commit.
    if await tx.find_one(COLLECTION, {"_id": scope, "token": token, "answer": None}) is None:
        raise _in_flight()
    answer = await handler(tx)
    kept = {"answer": {"status": answer.status, "body": answer.body}}
    tx.write(COLLECTION, UpdateOne({"_id": scope, "token": token}, {"$set": kept}))
    return answer


async def _release(tx: Tx, scope: str, token: UUID) -> None:
    tx.write(COLLECTION, DeleteOne({"_id": scope, "token": token, "answer": None}))


def _in_flight() -> Problem:
    return Problem(
        409,
        "idempotency_key_in_flight",
        "A request with this Idempotency-Key is being worked on; send it again later.",
        headers={"Retry-After": "1"},
    )
