"""What is told of a group's work, by the gauges and in the log."""

from collections.abc import Mapping, Sequence

from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError

from shared.chassis.metrics import Metrics
from shared.chassis.progress import Progress

FIRST, SECOND = TopicPartition("parcels", 0), TopicPartition("parcels", 1)


class Consumer:
    """What the progress asks of aiokafka's consumer."""

    def __init__(self, ends: Mapping[TopicPartition, int]) -> None:
        self.ends: dict[TopicPartition, int] = dict(ends)
        self.away = False

    def assignment(self) -> frozenset[TopicPartition]:
        return frozenset(self.ends)

    def highwater(self, place: TopicPartition) -> int:
        end: int = self.ends[place]
        return end

    async def end_offsets(self, places: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        if self.away:
            raise KafkaConnectionError
        return {place: self.ends[place] for place in places}


def lag_lines(metrics: Metrics) -> list[str]:
    lines = metrics.render().decode().splitlines()
    return [line for line in lines if line.startswith("obverse_intake_lag{")]


async def test_the_lag_grows_while_nothing_is_applied() -> None:
    metrics, consumer = Metrics(), Consumer({FIRST: 10, SECOND: 4})
    progress = Progress("readers", metrics, ends_are_true=True)
    progress.assigned({FIRST: 10, SECOND: 4})
    consumer.ends = {FIRST: 25, SECOND: 4}
    await progress.measure(consumer)
    assert lag_lines(metrics) == [
        'obverse_intake_lag{group="readers",partition="0",topic="parcels"} 15.0',
        'obverse_intake_lag{group="readers",partition="1",topic="parcels"} 0.0',
    ]
    assert progress.figures() == {"group": "readers", "behind": 15, "batch_seconds": 0.0}


async def test_the_last_word_stands_while_the_broker_is_away() -> None:
    metrics, consumer = Metrics(), Consumer({FIRST: 10})
    progress = Progress("readers", metrics, ends_are_true=True)
    progress.assigned({FIRST: 3})
    await progress.measure(consumer)
    consumer.away, consumer.ends = True, {FIRST: 99}
    await progress.measure(consumer)
    assert progress.figures()["behind"] == 7


async def test_a_partition_that_was_given_away_is_not_told_of() -> None:
    metrics, consumer = Metrics(), Consumer({FIRST: 10, SECOND: 10})
    progress = Progress("readers", metrics, ends_are_true=True)
    progress.assigned({FIRST: 0, SECOND: 0})
    await progress.measure(consumer)
    progress.revoked()
    progress.assigned({SECOND: 8})
    await progress.measure(consumer)
    assert lag_lines(metrics) == [
        'obverse_intake_lag{group="readers",partition="1",topic="parcels"} 2.0'
    ]


def test_a_batch_in_hand_is_seen_before_it_ends() -> None:
    metrics = Metrics()
    progress = Progress("readers", metrics, ends_are_true=True)
    with progress.in_hand():
        assert 'obverse_intake_under_way{group="readers"} 1.0' in metrics.render().decode()
    assert 'obverse_intake_under_way{group="readers"} 0.0' in metrics.render().decode()
    assert 'obverse_intake_batch_seconds_count{group="readers"} 0.0' in metrics.render().decode()
