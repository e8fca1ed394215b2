"""The event table of the documents, written between two marks of a Markdown file."""

from collections.abc import Sequence

from dev.contracts.asyncapi import meaning, short_name
from shared.contracts.catalogue import Audience, Catalogue, EventType

BEGIN = "<!-- events: begin (written by `make contracts`) -->"
END = "<!-- events: end -->"
INITIALS = {"enrollment": "E", "matching": "M", "notifications": "N", "reporting": "R"}


def full_table(catalogue: Catalogue) -> str:
    """Every event with all that the catalogue says of it."""
    head = ("event", "carries", "owner", "topic", "key", "audience", "consumers", "capabilities")
    return _markdown(head, [_full_row(event) for event in catalogue.events])


def public_table(catalogue: Catalogue) -> str:
    """The public events in short, for a README."""
    public = [event for event in catalogue.events if event.topic.audience is Audience.PUBLIC]
    rows = [
        (f"`{short_name(event)}`", meaning(event), f"`{event.topic.name}`", f"`{event.topic.key}`")
        for event in public
    ]
    return _markdown(("event", "says", "topic", "key"), rows)


def filled(text: str, table: str) -> str:
    """The text with the table between its marks.

    Raises ValueError when the text does not hold both marks, each once and in order.
    """
    if not (text.count(BEGIN) == text.count(END) == 1 and text.index(BEGIN) < text.index(END)):
        raise ValueError(f"needs the lines {BEGIN} and {END}, each once")
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n{table}{END}{rest.split(END)[1]}"


def _full_row(event: EventType) -> tuple[str, ...]:
    topic = event.topic
    return (
        f"`{short_name(event)}`<br>{meaning(event)}",
        ", ".join(event.model.model_fields),
        INITIALS[topic.owner],
        f"`{topic.name}`",
        topic.key,
        f"{topic.audience}, state" if topic.state else str(topic.audience),
        " ".join(INITIALS[name] for name in event.consumers),
        " ".join(map(str, event.capabilities)),
    )


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
