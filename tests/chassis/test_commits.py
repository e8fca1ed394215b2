"""When offsets are committed: the first at once, the next ones together, the last before the partitions go."""

import asyncio
from collections.abc import Mapping
from typing import Any, cast

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CommitFailedError

from shared.chassis.commits import Commits

LEFT, RIGHT = TopicPartition("t", 0), TopicPartition("t", 1)


class Broker:
    """Takes commits, or refuses them."""

    def __init__(self) -> None:
        self.taken: list[dict[TopicPartition, int]] = []
        self.refuses = False
        self.asked = asyncio.Event()

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        self.asked.set()
        if self.refuses:
            raise CommitFailedError
        self.taken.append(dict(offsets))


@pytest.fixture
def broker() -> Broker:
    return Broker()


@pytest.fixture
def commits(broker: Broker) -> Commits:
    def consumer() -> AIOKafkaConsumer:
        return cast("Any", broker)

    return Commits("group", consumer)


async def test_the_first_is_committed_without_anybody_asking(
    commits: Commits, broker: Broker
) -> None:
    commits.add({LEFT: 1})
    await broker.asked.wait()
    assert broker.taken == [{LEFT: 1}]


async def test_what_follows_is_committed_together_and_the_latest_counts(
    commits: Commits, broker: Broker
) -> None:
    commits.add({LEFT: 1})
    await broker.asked.wait()
    for offsets in ({LEFT: 2}, {RIGHT: 7}, {LEFT: 3}):
        commits.add(offsets)
    await commits.settle()
    assert broker.taken == [{LEFT: 1}, {LEFT: 3, RIGHT: 7}]


async def test_what_follows_is_committed_soon_without_anybody_asking(
    commits: Commits, broker: Broker
) -> None:
    commits.add({LEFT: 1})
    await broker.asked.wait()
    broker.asked.clear()
    commits.add({LEFT: 2})
    await broker.asked.wait()
    assert broker.taken == [{LEFT: 1}, {LEFT: 2}]


async def test_what_was_refused_goes_with_the_next(commits: Commits, broker: Broker) -> None:
    broker.refuses = True
    commits.add({LEFT: 1, RIGHT: 1})
    await broker.asked.wait()
    broker.refuses = False
    commits.add({LEFT: 2})
    await commits.settle()
    assert broker.taken == [{LEFT: 2, RIGHT: 1}]


async def test_what_was_refused_to_the_last_is_forgotten(commits: Commits, broker: Broker) -> None:
    broker.refuses = True
    commits.add({LEFT: 1})
    await commits.settle()
    broker.refuses = False
    commits.add({RIGHT: 1})
    await commits.settle()
    assert broker.taken == [{RIGHT: 1}]


async def test_with_nothing_to_commit_nobody_is_asked(commits: Commits, broker: Broker) -> None:
    commits.add({})
    await commits.settle()
    assert broker.taken == []
