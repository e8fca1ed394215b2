"""What the pipeline's benchmark puts on topics, how it judges, and that its ways do the same work."""

import ast
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from dev.bench.cluster import Cluster
from dev.bench.pipeline import climb, dirt, end_to_end, events, floor, raw, throughput
from dev.bench.pipeline.end_to_end import Times
from dev.bench.pipeline.ways import CLEAN, WAYS, Run, go, judge
from dev.local.parts import Database
from shared.chassis.broker import KafkaAddress
from shared.chassis.messages import Message, read
from shared.chassis.mongo import Client
from shared.chassis.transactions import Tx
from shared.contracts.envelope import Event
from shared.contracts.matching.v1 import PairFormed

LIBRARIES = {"aiokafka", "motor", "pymongo"}
STANDARD = {
    "argparse", "asyncio", "collections", "contextlib", "json", "random", "time", "typing", "uuid",
}  # fmt: skip


@pytest.mark.parametrize("module", [floor, raw])
def test_a_floor_imports_nothing_of_the_project(module: Any) -> None:
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    names = {
        name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names
    }
    names |= {node.module or "." for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    # The floor of the time to the report takes the transaction of the other floor.
    names -= {floor.__name__} if module is raw else set()
    assert {name.partition(".")[0] for name in names} <= LIBRARIES | STANDARD


def test_a_run_is_judged_by_its_whole_rounds_after_the_first() -> None:
    laps = [(0.0, 0.0, 0), (5.0, 1.0, 500), (6.0, 1.25, 1000), (7.0, 1.5, 1500)]
    assert judge("name", laps, transactions=8, commits=4) == Run(
        database="name",
        per_second=500,
        cpu_microseconds=500,
        events_per_round=500,
        transactions_per_round=2,
        commits_per_round=1,
    )


def test_the_events_are_dense_per_key_and_the_same_for_the_same_seed() -> None:
    made = list(events.events(40, 10, 1))
    assert made == list(events.events(40, 10, 1))
    by_key: dict[str, list[int]] = {}
    for envelope, data in made:
        assert envelope.subject == str(data.pair_id)
        by_key.setdefault(envelope.subject, []).append(envelope.sequence)
    assert len(by_key) == 10
    for sequences in by_key.values():
        assert sequences == list(range(1, len(sequences) + 1))


def test_dirt_is_five_in_a_hundred_twice_and_one_in_a_hundred_that_nobody_can_read() -> None:
    clean = list(events.records(2_400, 60, 1))
    made = list(dirt.dirty(clean, 1))
    assert made == list(dirt.dirty(clean, 1))

    async def handler(tx: Tx, event: Event[PairFormed]) -> None: ...

    good, flaws = [], Counter[str]()
    for offset, record in enumerate(made):
        found = read(
            Message(CLEAN, 0, offset, record.key, record.value, list(record.headers)),
            {PairFormed: handler},
        )
        if found.flaw is None:
            good.append(record)
        else:
            flaws[found.flaw] += 1
            assert record.key not in {one.key for one in clean}
    assert flaws == {
        "header_missing": 3, "header_not_text": 3, "header_invalid": 3, "key_missing": 3,
        "key_not_text": 3, "not_json": 3, "schema_invalid": 3, "unknown_major": 3,
    }  # fmt: skip
    assert len(good) == 2_400 + 120
    assert list(dict.fromkeys(good)) == clean


def test_the_ratios_are_of_the_same_turn_and_have_their_goals() -> None:
    rates = {
        "batched.floor": 1000.0, "batched.project": 600.0, "batched.silent": 800.0,
        "batched.dirty": 450.0, "guarded.floor": 500.0, "guarded.project": 200.0,
        "single.floor": 100.0, "single.project": 55.0, "single.silent": 50.0,
    }  # fmt: skip
    assert set(rates) == set(WAYS)
    runs = {name: [Run(name, rate, 1, 1, 1, 1)] for name, rate in rates.items()}
    assert {goal.name: (goal.value, goal.met) for goal in throughput.goals(runs)} == {
        "ratios.batched": (0.6, True),
        "ratios.single": (0.55, True),
        "ratios.guarded": (0.4, False),
        "ratios.logs": (0.75, False),
        "ratios.logs_single": (1.1, True),
        "ratios.dirty": (0.75, False),
    }


def test_the_time_to_the_report_is_told_over_one_floor() -> None:
    times = Times(
        floor=[[0.010, 0.010], [0.020, 0.010], [0.010, 0.010]],
        idle=[[0.050, 0.070], [0.100, 0.060]],
        held=[[0.100, 0.250], [0.100, 0.090], [0.150, 0.210]],
        highest=50.0,
        answered=[0.99, 0.97, 1.0],
    )
    found = {goal.name: (goal.value, goal.met) for goal in end_to_end.goals(times)}
    assert found == {
        "ratios.end_to_end": (6.0, True),
        "ratios.end_to_end_held": (21.0, False),
        "held.answered": (0.97, False),
    }
    figures = end_to_end.figures(times)
    assert figures["held_commands_per_second"] == 35.0
    assert figures["idle_milliseconds"]["p99_of_turns"] == [70.0, 100.0]


async def _climbed(limit: float) -> tuple[float, list[float]]:
    asked: list[float] = []

    async def held(rate: float) -> bool:
        asked.append(rate)
        return rate <= limit

    return await climb.highest(held), asked


async def test_the_highest_rate_is_looked_for_between_the_last_that_was_held_and_the_next() -> None:
    found, asked = await _climbed(20.0)
    assert found == 18.75
    assert asked == [10.0, 15.0, 22.5, 22.5, 18.75, 20.625, 20.625]


async def test_a_step_that_fails_by_chance_is_tried_again() -> None:
    asked: list[float] = []

    async def held(rate: float) -> bool:
        asked.append(rate)
        return rate < 20 and len(asked) != 1

    assert await climb.highest(held) == 18.75
    assert asked[:3] == [10.0, 10.0, 15.0]


async def test_where_the_first_rate_is_not_held_there_is_none() -> None:
    assert (await _climbed(9.0))[0] == 0


async def test_what_short_steps_find_is_held_for_long_or_a_lower_rate_is() -> None:
    asked: list[float] = []

    async def held(rate: float) -> bool:
        asked.append(rate)
        return rate <= 70

    assert await climb.lasting(held, 100.0) == pytest.approx(64.0)
    assert asked == pytest.approx([100.0, 80.0, 64.0])
    assert await climb.lasting(held, 70.0) == 70.0


async def test_not_even_the_lowest_rate_is_held_for_long() -> None:
    async def held(rate: float) -> bool:
        return False

    assert await climb.lasting(held, 30.0) == 0


async def test_floor_and_project_leave_the_same_documents(
    kafka: KafkaAddress, mongo: Database, client: Client
) -> None:
    if not kafka.profile.idempotence:
        pytest.skip("the embedded broker takes minutes to hand out thousands of records")
    await events.produce(kafka, CLEAN, events.records(3_000, 100, 1))
    cluster = Cluster(kafka, mongo.url)
    stored = {}
    for name in ("batched.floor", "batched.project", "guarded.project"):
        run = await go(cluster, name, 3_000)
        assert run.per_second > 0
        found = await client[run.database]["pairs"].find(sort=[("_id", 1)]).to_list(None)
        stored[name] = found
        outbox = await client[run.database]["outbox"].count_documents({})
        assert outbox == (3_000 if name == "guarded.project" else 0)
        await client.drop_database(run.database)
    assert len(stored["batched.floor"]) == 100
    assert stored["batched.floor"] == stored["batched.project"] == stored["guarded.project"]
