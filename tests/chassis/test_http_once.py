"""A POST takes effect once for its Idempotency-Key, whatever happens to it on the way."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI

from dev.local.identity import IdentityProvider
from shared.chassis.foundation import OWN_INDEXES, Database, Foundation
from shared.chassis.http import idempotency
from shared.chassis.refusals import Conflict
from tests.chassis.http_client import Client, boxes, code
from tests.chassis.tiny_service import BoxView, Unit, build, pack, routes

RED = {"label": "red"}


class Gate:
    """A handler that asks something, and then waits inside its transaction until it is let go."""

    def __init__(self) -> None:
        self.entered = asyncio.Event()
        self.go_on = asyncio.Event()

    async def pack(self, unit: Unit, body: Any) -> BoxView:
        await unit.tx.count("boxes", {})
        self.entered.set()
        await self.go_on.wait()
        return await pack(unit, body)


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def slow(foundation: Foundation, store: Database, identity: IdentityProvider, gate: Gate) -> Client:
    app = build(foundation, store, routes(gate.pack))
    return Client(app, identity.token("keeper", roles=("directory",)))


async def test_a_post_without_a_key_is_a_400(keeper: Client, store: Database) -> None:
    response = await keeper.send("POST", "/boxes", json=RED, key=None)
    assert code(response) == (400, "idempotency_key_missing")
    assert await boxes(store) == 0


@pytest.mark.parametrize("key", ["x" * 256, "a\tb"])
async def test_a_malformed_key_is_a_400(keeper: Client, key: str) -> None:
    response = await keeper.send("POST", "/boxes", json=RED, key=key)
    assert code(response) == (400, "idempotency_key_malformed")


async def test_the_same_again_gets_the_first_answer_again(keeper: Client, store: Database) -> None:
    first = await keeper.send("POST", "/boxes", json=RED, key="k")
    second = await keeper.send("POST", "/boxes", json=RED, key="k")
    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert await boxes(store) == 1


async def test_another_body_with_the_same_key_is_a_422(keeper: Client, store: Database) -> None:
    await keeper.send("POST", "/boxes", json=RED, key="k")
    response = await keeper.send("POST", "/boxes", json={"label": "blue"}, key="k")
    assert code(response) == (422, "idempotency_key_reused")
    assert await boxes(store) == 1


async def test_another_stream_with_the_same_key_is_a_422(keeper: Client, store: Database) -> None:
    async def post(body: bytes) -> Any:
        headers = {"Content-Type": "text/csv"}
        return await keeper.send("POST", "/lists", content=body, headers=headers, key="k")

    assert (await post(b"a,b")).status_code == 201
    assert (await post(b"a,b")).headers["idempotency-replayed"] == "true"
    assert code(await post(b"a,c")) == (422, "idempotency_key_reused")
    assert await boxes(store) == 1


async def test_a_key_belongs_to_its_caller(
    keeper: Client, app: FastAPI, identity: IdentityProvider, store: Database
) -> None:
    other = Client(app, identity.token("other", roles=("directory",)))
    first = await keeper.send("POST", "/boxes", json=RED, key="k")
    second = await other.send("POST", "/boxes", json=RED, key="k")
    assert (first.status_code, second.status_code) == (201, 201)
    assert await boxes(store) == 2


async def test_while_the_first_is_worked_on_the_second_is_a_409(
    slow: Client, gate: Gate, store: Database
) -> None:
    first = asyncio.create_task(slow.send("POST", "/boxes", json=RED, key="k"))
    await gate.entered.wait()
    second = await slow.send("POST", "/boxes", json=RED, key="k")
    assert code(second) == (409, "idempotency_key_in_flight")
    assert second.headers["retry-after"] == "1"
    gate.go_on.set()
    assert (await first).status_code == 201
    assert await boxes(store) == 1


async def test_many_at_once_take_effect_once(keeper: Client, store: Database) -> None:
    answers = await asyncio.gather(
        *(keeper.send("POST", "/boxes", json=RED, key="k") for _ in range(20))
    )
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert await boxes(store) == 1


async def test_a_refused_command_leaves_the_key_free_and_nothing_behind(
    keeper: Client, store: Database
) -> None:
    response = await keeper.send("POST", "/boxes", json={"label": "full"}, key="k")
    assert code(response) == (409, "shelf_full")
    assert await store.mongo["idempotency"].count_documents({}) == 0
    assert (await keeper.send("POST", "/boxes", json=RED, key="k")).status_code == 201


async def test_what_was_answered_is_answered_again_though_it_would_be_refused_by_now(
    foundation: Foundation, store: Database, identity: IdentityProvider
) -> None:
    """A handler may refuse without a question to the database, as where the day has passed."""
    too_late = False

    async def pack_in_time(unit: Unit, body: Any) -> BoxView:
        if too_late:
            raise Conflict("too_late", "Come earlier.")
        return await pack(unit, body)

    app = build(foundation, store, routes(pack_in_time))
    client = Client(app, identity.token("keeper", roles=("directory",)))
    first = await client.send("POST", "/boxes", json=RED, key="k")
    too_late = True
    second = await client.send("POST", "/boxes", json=RED, key="k")
    assert (second.status_code, second.content) == (201, first.content)
    assert code(await client.send("POST", "/boxes", json=RED, key="l")) == (409, "too_late")


async def test_a_failed_command_leaves_the_key_free(
    foundation: Foundation, store: Database, identity: IdentityProvider
) -> None:
    async def fail(unit: Unit, body: Any) -> BoxView:
        await pack(unit, body)
        raise RuntimeError

    app = build(foundation, store, routes(fail))
    client = Client(app, identity.token("keeper", roles=("directory",)))
    assert code(await client.send("POST", "/boxes", json=RED)) == (500, "failed")
    assert await store.mongo["idempotency"].count_documents({}) == 0
    assert await boxes(store) == 0


async def test_who_goes_away_in_the_middle_leaves_the_key_free(
    slow: Client, keeper: Client, gate: Gate, store: Database
) -> None:
    gone = asyncio.create_task(slow.send("POST", "/boxes", json=RED, key="k"))
    await gate.entered.wait()
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    assert (await keeper.send("POST", "/boxes", json=RED, key="k")).status_code == 201
    assert await boxes(store) == 1


async def test_another_body_meanwhile_is_a_409_and_afterwards_a_422(
    slow: Client, gate: Gate, store: Database
) -> None:
    first = asyncio.create_task(slow.send("POST", "/boxes", json=RED, key="k"))
    await gate.entered.wait()
    blue = {"label": "blue"}
    assert code(await slow.send("POST", "/boxes", json=blue, key="k"))[0] == 409
    gate.go_on.set()
    assert (await first).status_code == 201
    late = await slow.send("POST", "/boxes", json=blue, key="k")
    assert code(late) == (422, "idempotency_key_reused")
    assert await boxes(store) == 1


async def test_the_record_holds_no_body_and_no_key(keeper: Client, store: Database) -> None:
    await keeper.send("POST", "/boxes", json={"label": "red", "notes": "4711-note"}, key="4711-key")
    record = await store.mongo["idempotency"].find_one({})
    assert record is not None
    assert "4711" not in str(record)


def test_records_expire_after_48_hours() -> None:
    (index,) = idempotency.INDEXES
    assert index.expire_after_seconds == 172_800
    assert index in OWN_INDEXES
