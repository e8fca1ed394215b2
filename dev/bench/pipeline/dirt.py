"""The same events among duplicates and poison: what a topic looks like on a bad day.

A duplicate is the same record again, a while later. Poison cannot be read, in one of KINDS, and has a key of
its own, so that it holds none of the good ones. A handler that fails is another matter and not in here: its
batch is done again one by one.
"""

import itertools
import random
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from uuid import UUID

from dev.bench.pipeline.events import EVENT, Record

DUPLICATES, POISON = 0.05, 0.01
LATEST = 1_000  # a duplicate repeats one of so many
NOBODYS = EVENT.name.replace(".v1", ".v9")


def dirty(clean: Sequence[Record], seed: int) -> Iterator[Record]:
    """The clean records in their order, and among them so many more, at places that are drawn."""
    chance = random.Random(f"dirt {seed}")  # the seed alone would draw the keys of the clean ones
    count = len(clean)
    twice = Counter(chance.choices(range(count), k=round(count * DUPLICATES)))
    bad = Counter(chance.choices(range(count), k=round(count * POISON)))
    kinds = itertools.cycle(KINDS)
    latest: deque[Record] = deque(maxlen=LATEST)
    for number, record in enumerate(clean):
        yield record
        latest.append(record)
        for _ in range(twice[number]):
            yield chance.choice(latest)
        for _ in range(bad[number]):
            yield spoiled(record, next(kinds), chance)


def spoiled(record: Record, kind: str, chance: random.Random) -> Record:
    """A record that nobody can process."""
    key = str(UUID(int=chance.getrandbits(128), version=4)).encode()
    record = _changed(record, ce_subject=key, ce_sequence=b"1")._replace(key=key)
    return _SPOILERS[kind](record)


def _changed(record: Record, **changes: bytes) -> Record:
    headers = tuple((name, changes.get(name, text)) for name, text in record.headers)
    return record._replace(headers=headers)


def _without_id(record: Record) -> Record:
    return record._replace(headers=tuple(pair for pair in record.headers if pair[0] != "ce_id"))


_SPOILERS: dict[str, Callable[[Record], Record]] = {
    "header_missing": _without_id,
    "header_not_text": lambda record: _changed(record, ce_source=b"\xff\xfe"),
    "header_invalid": lambda record: _changed(record, ce_sequence=b"soon"),
    "key_missing": lambda record: record._replace(key=None),
    "key_not_text": lambda record: record._replace(key=b"\xff\xfe"),
    "not_json": lambda record: record._replace(value=record.value[:-1]),
    "schema_invalid": lambda record: record._replace(value=b"{}"),
    "unknown_major": lambda record: _changed(record, ce_type=NOBODYS.encode()),
}
KINDS = tuple(_SPOILERS)
