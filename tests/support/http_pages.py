"""Pages that are HTTP calls to be followed: each call with the answer that it gets, in the order of the page.

A call is a block of kind `http`, as HTTP clients of editors read it; the block of kind `json` behind it is the
answer: its status in the fence (`json 201`), and of its body what matters. A word in braces that has no value yet takes
the one of the answer, and has it from then on, in paths, headers and bodies. `"..."` is anything. A GET is repeated until
its answer is as written, as a reader would reload a page; so is what a service refuses because it has not yet heard
of the speaker or the thing.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_BLOCKS = re.compile(
    r"^```http\n(?P<call>.*?)^```\n(?P<between>.*?)^```json (?P<status>\d{3})\n(?P<answer>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_FENCE = re.compile(r"^```http$", re.MULTILINE)
_WORD = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Step:
    """One call and the answer that it gets."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: str
    status: int
    answer: Any


class Otherwise(AssertionError):
    """The answer is not as the page says."""


def steps(page: str) -> list[Step]:
    """The calls of a page. Raises ValueError where a call has no answer behind it."""
    found = [_step(*match.group("call", "status", "answer")) for match in _BLOCKS.finditer(page)]
    if len(found) != len(_FENCE.findall(page)):
        raise ValueError("a call has no answer behind it")
    return found


def _step(call: str, status: str, answer: str) -> Step:
    head, _, body = call.partition("\n\n")
    first, *lines = head.strip().splitlines()
    method, _, url = first.partition(" ")
    headers = dict(line.split(": ", 1) for line in lines)
    return Step(method, url, headers, body.rstrip("\n"), int(status), json.loads(answer))


def filled(text: str, words: Mapping[str, str]) -> str:
    """The text with the words that have a value; JSON's own braces stay as they are."""
    return _WORD.sub(lambda match: words.get(match[1], match[0]), text)


def learn(expected: Any, found: Any, words: Mapping[str, str]) -> dict[str, str]:
    """The words that the answer gives a value to. Raises Otherwise where it is not as expected."""
    learnt = dict(words)
    for place, wanted, here in _leaves(expected, found, ""):
        word = _WORD.fullmatch(wanted) if isinstance(wanted, str) else None
        if word is not None and word[1] not in learnt:
            learnt[word[1]] = str(here)
        elif (
            wanted != "..."
            and (filled(wanted, learnt) if isinstance(wanted, str) else wanted) != here
        ):
            raise Otherwise(f"{place or '/'} is {here!r}, and the page says {wanted!r}")
    return learnt


def _leaves(expected: Any, found: Any, place: str) -> Iterator[tuple[str, Any, Any]]:
    """What stands side by side; of an object only what is expected, of a list every item in its order."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for name, wanted in expected.items():
            if name not in found:
                raise Otherwise(f"{place}/{name} is missing")
            yield from _leaves(wanted, found[name], f"{place}/{name}")
    elif isinstance(expected, list) and isinstance(found, list):
        if len(expected) != len(found):
            raise Otherwise(f"{place} has {len(found)} items, and the page says {len(expected)}")
        for number, (wanted, here) in enumerate(zip(expected, found, strict=True)):
            yield from _leaves(wanted, here, f"{place}/{number}")
    else:
        yield place, expected, found
