"""What the services have not finished yet: unsent rows of every outbox, unread records of every group."""

import asyncio
import time
from typing import Self

from aiokafka import AIOKafkaConsumer

from dev.bench.cluster import Cluster
from dev.faults.drain import GROUPS

LOOK_SECONDS = 0.1
DATABASES = "obverse_"


class Backlog:
    """Looks into databases and groups; to be used as a context, since it keeps its connections."""

    def __init__(self, cluster: Cluster) -> None:
        self._mongo = cluster.client()
        self._admin = cluster.kafka.admin()
        self._consumer = AIOKafkaConsumer(**cluster.kafka.client_options())

    async def __aenter__(self) -> Self:
        """Connect."""
        await self._admin.start()
        await self._consumer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Let go."""
        await self._consumer.stop()
        await self._admin.close()
        await self._mongo.close()

    async def size(self) -> int:
        """How many events are still to be sent, or to be read by a group."""
        return await self._unsent() + await self._unread()

    async def settled(self, within: float) -> float | None:
        """Seconds until nothing is left to do; None where something is after `within`."""
        began = time.monotonic()
        while await self.size():
            if time.monotonic() - began > within:
                return None
            await asyncio.sleep(LOOK_SECONDS)
        return time.monotonic() - began

    async def _unsent(self) -> int:
        every = await self._mongo.list_database_names()
        names = [name for name in every if name.startswith(DATABASES)]
        unsent = {"sent_at": None}
        counts = [self._mongo[name]["outbox"].count_documents(unsent) for name in names]
        return sum(await asyncio.gather(*counts))

    async def _unread(self) -> int:
        asked = [self._admin.list_consumer_group_offsets(group) for group in GROUPS]
        groups = await asyncio.gather(*asked)
        places = sorted({place for offsets in groups for place in offsets})
        ends = await self._consumer.end_offsets(places)
        return sum(ends[place] - at.offset for found in groups for place, at in found.items())
