"""What can be taught: a tree of topics with labels in English and Russian.

A topic is retired, never deleted: whoever has it keeps it, newcomers are not offered it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from shared.chassis.refusals import Conflict, Invalid, NotFound

DEEPEST = 5
"""So many topics lead from the root to a leaf at most."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic; `parent` is None at the root. Its code stays, whatever it is called."""

    topic: str
    parent: str | None
    label_en: str
    label_ru: str
    retired: bool = False


@dataclass(frozen=True, slots=True)
class TopicChanged:
    """Fact: this is the topic from now on."""

    topic: Topic


Step = tuple[Topic, tuple[TopicChanged, ...]]
"""The topic after it, and what to tell the others."""


class Tree:
    """All topics, retired ones too. Its methods decide what may become of one of them."""

    def __init__(self, topics: Iterable[Topic]) -> None:
        self._topics: Mapping[str, Topic] = {topic.topic: topic for topic in topics}

    def create(self, topic: Topic) -> Step:
        """A new one, as given. Raises Conflict where its code is taken, Invalid for its place."""
        if topic.topic in self._topics:
            raise Conflict("topic_exists", "This code is taken; change that topic, or restore it.")
        self._check_place(topic)
        return topic, (TopicChanged(topic),)

    def change(self, topic: Topic) -> Step:
        """New labels, or a place under another topic; whether it is retired stays as it is."""
        before = self._get(topic.topic)
        after = replace(topic, retired=before.retired)
        if after.parent != before.parent:
            self._check_place(after)
        return _step(before, after)

    def retire(self, code: str) -> Step:
        """Offer it to nobody any more. Raises Conflict where topics in use stand under it."""
        before = self._get(code)
        if any(not child.retired for child in self._under(code)):
            raise Conflict(
                "topic_has_subtopics", "Retire its subtopics first, or move them elsewhere."
            )
        return _step(before, replace(before, retired=True))

    def restore(self, code: str) -> Step:
        """Offer it again. Raises Conflict where what it stands under is retired."""
        before = self._get(code)
        parent = self._topics.get(before.parent) if before.parent else None
        if parent and parent.retired:
            raise Conflict("parent_retired", "Restore the topic above it first, or move this one.")
        return _step(before, replace(before, retired=False))

    def _get(self, code: str) -> Topic:
        if code not in self._topics:
            raise NotFound("no_such_topic", "There is no such topic; GET /v1/topics lists them.")
        return self._topics[code]

    def _under(self, code: str) -> Iterator[Topic]:
        return (topic for topic in self._topics.values() if topic.parent == code)

    def _check_place(self, topic: Topic) -> None:
        if topic.parent is None:
            return
        parent = self._topics.get(topic.parent)
        if parent is None or parent.retired:
            raise Invalid(
                "unknown_parent",
                "There is no such topic to put it under, or it is retired.",
                "/parent",
            )
        above = list(self._up_from(topic.parent))
        if topic.topic in above:
            raise Invalid(
                "topic_under_itself", "A topic cannot stand under itself or its own.", "/parent"
            )
        if len(above) + self._height(topic.topic) > DEEPEST:
            raise Invalid("tree_too_deep", f"The tree is at most {DEEPEST} topics deep.", "/parent")

    def _up_from(self, code: str | None) -> Iterator[str]:
        while code is not None and code in self._topics:
            yield code
            code = self._topics[code].parent

    def _height(self, code: str) -> int:
        return 1 + max((self._height(child.topic) for child in self._under(code)), default=0)


def _step(before: Topic, after: Topic) -> Step:
    return after, (TopicChanged(after),) if after != before else ()
