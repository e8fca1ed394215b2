"""A POST takes effect once, however often it is sent: its answer is kept under its Idempotency-Key.

The key is claimed and answered in the handler's own transaction, so that there is a key exactly where there is
an effect, and whoever dies on the way leaves neither. Two transactions cannot insert the same key: the second
one is told so with the first statement of its handler. Of a body only its hash is stored, and of a refused command nothing. The answer to an
anonymous caller is stored so that it can be read with the key alone, of which only a hash is stored.
"""

import hashlib
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from fastapi import Response
from pymongo import DeleteOne, UpdateOne

from shared.chassis.http.problems import Problem
from shared.chassis.migrations import Step
from shared.chassis.mongo import Document
from shared.chassis.passages import passage
from shared.chassis.refusals import Refusal
from shared.chassis.retention import ANSWERS_DAYS, DAY
from shared.chassis.transactions import Index, Taken, Transactions, Tx

COLLECTION = "idempotency"
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
    """What makes two requests the same: `scope` is caller, route and key; `fingerprint` all that was sent.

    With a `seal` the answer is kept under it.
    """

    scope: str
    fingerprint: str
    seal: bytes | None = field(default=None, repr=False)

    @classmethod
    def of(
        cls, scope: tuple[str, ...], sent: tuple[str, ...], seal: bytes | None = None
    ) -> "Request":
        """Of parts, each of which may hold anything."""
        return cls(_hash(scope), _hash(sent), seal)

    def kept(self, answer: Answer) -> Document:
        """The answer as it is stored."""
        if self.seal is None:
            return {"status": answer.status, "body": answer.body}
        nonce = secrets.token_bytes(16)
        return {
            "status": answer.status,
            "nonce": nonce,
            "sealed": _padded(answer.body.encode(), nonce + self.seal),
        }

    def answer(self, kept: Document) -> Answer:
        """The answer as it was given before."""
        if self.seal is None:
            return Answer(kept["status"], kept["body"], repeated=True)
        body = _padded(kept["sealed"], kept["nonce"] + self.seal).decode()
        return Answer(kept["status"], body, repeated=True)


def _padded(text: bytes, secret: bytes) -> bytes:
    """The text under a pad that follows from the secret, or the text again."""
    pad = hashlib.shake_256(b"answer:" + secret).digest(len(text))
    return bytes(one ^ other for one, other in zip(text, pad, strict=True))


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
    try:
        return await transactions.run(lambda tx: _first(tx, request, handler))
    except Taken:
        return await transactions.read(lambda tx: _earlier(tx, request))


async def _first(tx: Tx, request: Request, handler: Callable[[Tx], Awaitable[Answer]]) -> Answer:
    row = {"_id": request.scope, "fingerprint": request.fingerprint, "claimed_at": tx.now}
    tx.claim(COLLECTION, row)
    passage("http.claimed")
    try:
        answer = await handler(tx)
    except (Refusal, Problem):
        await tx.settle()  # what was answered before is answered alike, and not refused
        raise
    kept = {"answer": request.kept(answer)}
    tx.write(COLLECTION, UpdateOne({"_id": request.scope}, {"$set": kept}))
    return answer


async def _earlier(tx: Tx, request: Request) -> Answer:
    found = await tx.find_one(COLLECTION, {"_id": request.scope})
    if found is None:
        raise Problem(
            409,
            "idempotency_key_in_flight",
            "A request with this Idempotency-Key is being worked on; send it again later.",
            headers={"Retry-After": "1"},
        )
    if found["fingerprint"] != request.fingerprint:
        raise Problem(
            422,
            "idempotency_key_reused",
            "This Idempotency-Key came with another request before; make a new key.",
        )
    return request.answer(found["answer"])


async def _free(tx: Tx, claims: Sequence[Document]) -> None:
    for claim in claims:
        tx.write(COLLECTION, DeleteOne({"_id": claim["_id"], "answer": None}))


CLAIMS_HAVE_ANSWERS = Step(
    2,
    "a key that was claimed before its command, and never answered, is free again",
    COLLECTION,
    {"answer": None},
    _free,
)
