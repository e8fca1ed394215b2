"""The tree of topics: put in once, then the lead's own."""

from collections.abc import Callable

from services.enrollment.domain.article_topics import ARTICLE_TOPICS
from services.enrollment.domain.ports import Unit
from services.enrollment.domain.topics import Step, Topic, TopicChanged, Tree


async def seed_topics(unit: Unit) -> int:
    """Put in the topics that are not there; what somebody changed since stays. Returns how many."""
    known = {topic.topic for topic in await unit.topics.all()}
    missing = [topic for topic in ARTICLE_TOPICS if topic.topic not in known]
    for topic in missing:
        unit.topics.add(topic)
        unit.publish(TopicChanged(topic))
    if missing:
        unit.note("topics.seeded", topics=len(missing))
    return len(missing)


async def read_topics(unit: Unit, *, with_retired: bool = False) -> list[Topic]:
    """The tree; without what is retired, unless it is asked for."""
    return [topic for topic in await unit.topics.all() if with_retired or not topic.retired]


async def create_topic(unit: Unit, topic: Topic) -> Topic:
    """Offer something new."""
    return await _take(unit, lambda tree: tree.create(topic))


async def change_topic(unit: Unit, topic: Topic) -> Topic:
    """Call it otherwise, or put it elsewhere."""
    return await _take(unit, lambda tree: tree.change(topic))


async def retire_topic(unit: Unit, code: str) -> Topic:
    """Offer it to no newcomer any more."""
    return await _take(unit, lambda tree: tree.retire(code))


async def restore_topic(unit: Unit, code: str) -> Topic:
    """Offer it again."""
    return await _take(unit, lambda tree: tree.restore(code))


async def _take(unit: Unit, decide: Callable[[Tree], Step]) -> Topic:
    # Seeded first, so that a code of the article is taken from the beginning; one change after the
    # other, for two that are right by themselves may make a loop together.
    await seed_topics(unit)
    unit.topics.queue_up()
    topic, facts = decide(Tree(await unit.topics.all()))
    if facts:
        unit.topics.put(topic)
        unit.note("topic.changed", topic=topic.topic)
    unit.publish(*facts)
    return topic
