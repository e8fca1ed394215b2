"""From the bytes of a CSV file of unknown making to records, in bounded memory.

What cannot be read is refused in words; letters are never guessed, so a name is never garbled.
"""

import codecs
import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Literal, get_args

from shared.chassis.refusals import Invalid

LINE_LIMIT = 1024 * 1024
"""Characters of one line; a longer one is a bad row and is never held."""

Encoding = Literal[
    "utf-8", "utf-16", "cp1251", "cp1252", "cp866", "koi8-r", "iso-8859-1", "iso-8859-5"
]
Delimiter = Literal[",", ";", "\t", "|"]
DELIMITERS: tuple[str, ...] = get_args(Delimiter)

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NO_TEXT = (b"PK", b"\x1f\x8b", b"%PDF", b"\xd0\xcf\x11\xe0")


class Unreadable(Invalid):
    """The file as a whole cannot be read; nothing of it was stored."""


@dataclass(frozen=True, slots=True)
class Line:
    """A physical line with its ending; `text` is None where it was too long to hold."""

    number: int
    text: str | None


@dataclass(frozen=True, slots=True)
class Record:
    """One row with the number of its first line, or the code of why it is none."""

    line: int
    cells: tuple[str, ...]
    problem: str | None = None


def text_of(chunks: Iterable[bytes], encoding: str | None = None) -> Iterator[str]:
    """The text, by its byte order mark, else by the encoding named, else as UTF-8."""
    chunks = iter(chunks)
    head = b""
    while len(head) < 4 and (chunk := next(chunks, b"")):
        head += chunk
    chosen = _encoding_of(head, encoding)
    decoder = codecs.getincrementaldecoder(chosen)("strict")
    watch = None if chosen.startswith("utf") else _Utf8Watch()
    try:
        for chunk in chain((head,), chunks):
            if watch:
                watch.see(chunk)
            yield decoder.decode(chunk)
        yield decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise Unreadable(
            "wrong_encoding",
            "The file is not in UTF-8 or in the encoding of the mapping; save it as UTF-8, "
            'or name its encoding in the mapping, as in encoding = "cp1251".',
        ) from None
    if watch and watch.is_certain:
        raise Unreadable(
            "encoding_contradicts",
            "The file is UTF-8 and the mapping names another encoding; take it out of the mapping.",
        )


def _encoding_of(head: bytes, named: str | None) -> str:
    if not head:
        raise Unreadable("empty_file", "The file is empty; send one with a header and rows.")
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    if marked is None and (head.startswith(_NO_TEXT) or (b"\0" in head and named != "utf-16")):
        raise Unreadable(
            "not_text", "This is a workbook, an archive or another binary file; export it as CSV."
        )
    return marked or named or "utf-8"


class _Utf8Watch:
    """Notices that a file said to be in an 8-bit encoding is UTF-8, which would garble names."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("strict")
        self._fits = True
        self._beyond_ascii = False

    def see(self, chunk: bytes) -> None:
        self._beyond_ascii |= not chunk.isascii()
        if self._fits:
            try:
                self._decoder.decode(chunk)
            except UnicodeDecodeError:
                self._fits = False

    @property
    def is_certain(self) -> bool:
        return self._fits and self._beyond_ascii


def lines_of(pieces: Iterable[str]) -> Iterator[Line]:
    """Physical lines; one beyond the limit is passed over while it is read."""
    number, held, too_long = 1, "", False
    for piece in pieces:
        *ended, rest = piece.split("\n")
        for part in ended:
            fits = not too_long and len(held) + len(part) <= LINE_LIMIT
            yield Line(number, f"{held}{part}\n" if fits else None)
            number, held, too_long = number + 1, "", False
        too_long = too_long or len(held) + len(rest) > LINE_LIMIT
        held = "" if too_long else held + rest
    if held or too_long:
        yield Line(number, None if too_long else held)


def records_of(lines: Iterable[Line], delimiter: str) -> Iterator[Record]:
    """Rows; blank ones are left out, and a broken one does not stop the next."""
    feed = _Feed(lines)
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    while True:
        feed.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except _TooLong:
            yield Record(feed.first, (), "line_too_long")
        except csv.Error:
            yield Record(feed.first, (), "broken_quotes")
        else:
            if any(cell.strip() for cell in cells):
                yield Record(feed.first, tuple(cells))


class _TooLong(Exception):
    """A line, or all lines of one row together, passed the limit."""


class _Feed:
    """Hands lines to the reader of rows and remembers where the present row began."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._lines = iter(lines)
        self.first = 0
        self._taken = 0

    def begin(self) -> None:
        self.first = self._taken = 0

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.first = self.first or line.number
        self._taken += len(line.text or "")
        if line.text is None or self._taken > LINE_LIMIT:
            raise _TooLong
        return line.text
