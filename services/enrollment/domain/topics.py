"""What can be taught: a tree of topics with labels in English and Russian."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic; `parent` is None at the root. A topic is retired, never deleted."""

    topic: str
    parent: str | None
    label_en: str
    label_ru: str
    retired: bool = False


@dataclass(frozen=True, slots=True)
class TopicChanged:
    """Fact: this is the topic from now on."""

    topic: Topic
