"""Where a group begins to read: where it stopped, else at the beginning, and never at a place that is not there."""

import asyncio
from collections.abc import Collection

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import OffsetAndMetadata

from shared.chassis.fetching import OffsetLost

log = structlog.get_logger("shared.chassis.starting")


async def starting_offsets(
    consumer: AIOKafkaConsumer,
    assigned: Collection[TopicPartition],
    group: str,
    *,
    ends_are_true: bool,
) -> dict[TopicPartition, int]:
    """The place in each partition; a new group's is committed before anything is read.

    Raises OffsetLost where the broker has no such place, and KafkaError while it does not answer. Where its ends are
    not to be believed, only the beginnings count.
    """
    places = list(assigned)
    offsets = await asyncio.gather(*map(consumer.committed, places))
    committed = dict(zip(places, offsets, strict=True))
    beginnings = await consumer.beginning_offsets(places)
    fresh = {place: beginnings[place] for place in assigned if committed[place] is None}
    if fresh:
        await consumer.commit(
            {place: OffsetAndMetadata(offset, "") for place, offset in fresh.items()}
        )
    kept = {place: offset for place, offset in committed.items() if offset is not None}
    lost = [place for place, offset in kept.items() if offset < beginnings[place]]
    if ends_are_true and kept:
        ends = await consumer.end_offsets(list(kept))
        lost += [place for place, offset in kept.items() if offset > ends[place]]
    if lost:
        named = ", ".join(f"{place.topic}:{place.partition}" for place in lost)
        log.error("intake.offset_lost", group=group, places=named)
        raise OffsetLost(named)
    return kept | fresh
