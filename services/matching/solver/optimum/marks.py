"""Marks: an order of all pairs of a round that nobody can choose and every machine finds again."""

import hashlib
from collections.abc import Iterable, Sequence
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from services.matching.solver.optimum.edges import Index
from services.matching.solver.optimum.task import Task

_CHUNK = 1 << 16


def mark(task: Task, pair: tuple[int, int]) -> bytes:
    """SHA-256 of `round_id:mentor_id:mentee_id` of a pair (row, column)."""
    row, column = pair
    text = f"{task.round_id}:{task.mentors[column]}:{task.mentees[row]}"
    return hashlib.sha256(text.encode()).digest()


def digest(task: Task, pairs: Iterable[tuple[int, int]]) -> str:
    """SHA-256 (hex) over the ascending marks of these pairs, one after the other."""
    return hashlib.sha256(b"".join(sorted(mark(task, pair) for pair in pairs))).hexdigest()


def ascending(task: Task, rows: Index, columns: Index) -> Index:
    """The places in `rows` and `columns`, in ascending order of the marks of the pairs."""
    begun = {
        column: hashlib.sha256(f"{task.round_id}:{task.mentors[column]}:".encode())
        for column in np.unique(columns).tolist()
    }
    ends = [str(mentee).encode() for mentee in task.mentees]
    marks = bytearray()
    for start in range(0, len(rows), _CHUNK):
        chunk = slice(start, start + _CHUNK)
        for row, column in zip(rows[chunk].tolist(), columns[chunk].tolist(), strict=True):
            one = begun[column].copy()
            one.update(ends[row])
            marks += one.digest()
    return _sorted(np.frombuffer(marks, dtype=">u8").reshape(-1, 4))


def _sorted(marks: NDArray[np.uint64]) -> Index:
    """Big-endian numbers of 64 bits sort as the bytes do, and the first of four decides nearly always."""
    first = marks[:, 0].astype(np.uint64)
    order = np.argsort(first, kind="stable")
    if (first[order[1:]] == first[order[:-1]]).any():
        return np.lexsort(marks.astype(np.uint64).T[::-1])
    return order


def ranks(task: Task, people: Sequence[UUID]) -> Index:
    """Per person a place, from 0 on, in an order of one round that nobody can choose."""
    marks = [hashlib.sha256(f"{task.round_id}:{one}".encode()).digest() for one in people]
    places = np.empty(len(people), dtype=np.int64)
    places[sorted(range(len(people)), key=marks.__getitem__)] = np.arange(len(people))
    return places
