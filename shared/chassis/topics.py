"""Creates the catalogue's topics, and says which are missing or laid out otherwise."""

from collections.abc import Collection

from aiokafka.admin import NewTopic
from aiokafka.errors import LeaderNotAvailableError, TopicAlreadyExistsError, for_code

from shared.chassis.broker import KafkaAddress
from shared.contracts.catalogue import CATALOGUE, Topic


async def create_topics(address: KafkaAddress, *, replication: int) -> list[str]:
    """Create what is missing; returns the names of the topics made. Raises KafkaError."""
    admin = address.admin()
    await admin.start()
    try:
        wanted = [
            NewTopic(topic.name, topic.partitions, replication, topic_configs=_settings(topic))
            for topic in CATALOGUE.topics.values()
        ]
        answer = await admin.create_topics(wanted, timeout_ms=20_000)
    finally:
        await admin.close()
    created = []
    for name, code, *detail in answer.topic_errors:
        error = for_code(code)
        if code == 0:
            created.append(name)
        elif error is not TopicAlreadyExistsError:
            raise error(f"{name}: {detail}")
    return created


def _settings(topic: Topic) -> dict[str, str]:
    # Kafka unpacks what a foreign producer packed: nobody here reads zstd, and the limit is of what is packed.
    return topic.settings() | {"compression.type": "uncompressed"}


async def flaws_of_topics(address: KafkaAddress, names: Collection[str]) -> list[str]:
    """What is wrong with these topics, a line each with what to do; empty when all is well."""
    admin = address.admin()
    await admin.start()
    try:
        described = await admin.describe_topics(list(names))
    finally:
        await admin.close()
    flaws = []
    for topic in described:
        name, wanted = topic["topic"], CATALOGUE.topics[topic["topic"]].partitions
        error = for_code(topic["error_code"])
        if error is LeaderNotAvailableError:  # one is being elected
            raise error(name)
        if topic["error_code"]:
            flaws.append(f"topic {name}: {error.__name__}; create it with the command `topics`")
        elif len(topic["partitions"]) != wanted:
            found = len(topic["partitions"])
            flaws.append(f"topic {name} has {found} partitions instead of {wanted}; recreate it")
    return flaws
