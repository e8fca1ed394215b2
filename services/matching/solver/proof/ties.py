"""Is the answer the one with the least list of marks among all that are equally good?

Pairs that some best answer may have are those whose price is exact. On them, and with the ways in which a
mentee or a place may be let go or taken at no loss, another best answer differs from this one by cycles
(Ahuja, Magnanti, Orlin, Network Flows, 1993, ch. 3.5). Were its list of marks less, the first mark in which the
two differ would be of a pair that is not here, on a cycle that leaves all pairs with lesser marks alone. So
none of those pairs may be on a cycle, which strong components tell.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from services.matching.solver.proof.bound import SAFE, Priced, blocks, slack
from services.matching.solver.proof.case import Case, Cell
from services.matching.solver.proof.possible import Question, is_possible
from services.matching.solver.proof.sheet import Numbers
from services.matching.solver.report import Claim

Mask = NDArray[np.bool_]


def mark(round_id: UUID, mentor_id: UUID, mentee_id: UUID) -> bytes:
    """What decides between equally good pairs: nobody can choose it, and everybody finds it again."""
    return sha256(f"{round_id}:{mentor_id}:{mentee_id}".encode()).digest()


@dataclass(frozen=True, slots=True)
class Room:
    """What equally good answers may do: pairs (mentor, mentee) to take, mentees to leave, loads to have.

    It is `exact` where every such change at no loss makes an answer; else they may do less.
    """

    mentors: Numbers
    mentees: Numbers
    optional: Mask
    lowest: Numbers
    highest: Numbers
    exact: bool


def room_of(case: Case, claim: Claim) -> Room:
    """What the claim on the fourth level leaves open, over all its leaves that reach the answer's worth."""
    a, b, d = claim.weights
    value = a * case.served + b * case.total - d * case.squares
    tight = np.zeros((0, 2), np.int64)
    optional = np.zeros(len(case.worth), np.bool_)
    lowest, highest, exact = case.places.copy(), case.pinned_loads.copy(), True
    for leaf in claim.leaves:
        priced = Priced.of(case, claim, leaf)
        gap = priced.bound - value
        exact &= gap == 0
        if gap < 0:
            continue
        tight = np.vstack([tight, _tight(case, claim, priced, gap)])
        optional |= ~priced.live | (~priced.sure & (priced.alone <= gap))
        low, high = _loads(case, priced, d, gap)
        lowest, highest = np.minimum(lowest, low), np.maximum(highest, high)
    for j, i, places in case.shared:
        # What their places in both roles take from one another is left open: this asks for more than is so.
        optional[i], lowest[j], highest[j] = True, 0, min(int(case.places[j]), places)
    optional &= ~case.pinned
    tight = np.unique(tight, axis=0)
    return Room(tight[:, 0], tight[:, 1], optional, lowest, highest, exact and not case.shared)


def _tight(case: Case, claim: Claim, priced: Priced, gap: int) -> Numbers:
    found = []
    for block in blocks(case):
        over = slack(case, claim, priced, block)
        cells = np.argwhere((over <= gap) & (over < SAFE))
        cells[:, 0] += block.start
        found.append(cells)
    return np.vstack([np.zeros((0, 2), np.int64), *found])


def _loads(case: Case, priced: Priced, d: int, gap: int) -> tuple[Numbers, Numbers]:
    """The least and the most pairs of each mentor at which the places cost no more than the gap allows.

    The k-th place costs d * (2 * k - 1): it is surely taken where the price is above that by more than the
    gap, and perhaps where it is not below by more.
    """
    surely = (priced.seats - gap + d - 1) // (2 * d)
    perhaps = (priced.seats + gap + d) // (2 * d)
    base, limits = case.pinned_loads, np.maximum(priced.limits, case.pinned_loads)
    return np.clip(surely, base, limits), np.clip(perhaps, base, limits)


@dataclass(frozen=True, slots=True)
class Arcs:
    """What may change, as arcs on which a cycle is a change at no loss.

    `kept` is the place of a pair in the order of marks, where the arc gives it up; it is no arc any more once
    that pair stands. `before` is how many pairs have lesser marks, where the arc takes a pair; NEVER elsewhere.
    """

    tails: Numbers
    heads: Numbers
    kept: Numbers
    before: Numbers

    def where(self, mask: Mask) -> "Arcs":
        """Some of the arcs."""
        return Arcs(self.tails[mask], self.heads[mask], self.kept[mask], self.before[mask])

    def cyclic(self) -> "Arcs":
        """The arcs that lie on a cycle: those inside a strong component."""
        nodes, ends = np.unique(np.concatenate([self.tails, self.heads]), return_inverse=True)
        tails, heads = ends[: len(self.tails)], ends[len(self.tails) :]
        graph = csr_array(
            (np.ones(len(tails), np.int8), (tails, heads)), shape=(len(nodes), len(nodes))
        )
        _, parts = connected_components(graph, directed=True, connection="strong")
        return self.where(parts[tails] == parts[heads])


NEVER = -1


def lesser(arcs: Arcs, since: int, until: int) -> Iterator[tuple[int, Arcs]]:
    """The pairs that could come in earlier than the next of the answer's, by how many of those then stand.

    `arcs` are those on a cycle while the first `since` pairs stand. As more pairs stand, fewer arcs are left.
    """
    wanted = (arcs.before >= since) & (arcs.before < until)
    if not wanted.any():
        return
    if until - since == 1:
        yield since, arcs.where(wanted)
        return
    middle = (since + until) // 2
    yield from lesser(arcs, since, middle)
    left = arcs.where((arcs.kept == NEVER) | (arcs.kept >= middle)).cyclic()
    yield from lesser(left, middle, until)


MarkOf = Callable[[int, int], bytes]
"""The mark of a pair by the places of mentor and mentee."""


def changes(case: Case, room: Room, mark_of: MarkOf) -> tuple[Arcs, list[Cell]]:
    """The arcs on cycles, and the answer's pairs in the order of their marks, pins left out."""
    mentors, outside = len(case.places), len(case.places) + len(case.worth)
    chosen = sorted(set(case.pairs) - set(case.pins), key=lambda cell: mark_of(*cell))
    matched = np.zeros(len(case.worth), np.bool_)
    matched[[mentee for _, mentee in case.pairs]] = True
    numbers = [mentor * len(matched) + mentee for mentor, mentee in case.pairs]
    fresh = ~np.isin(room.mentors * len(matched) + room.mentees, numbers)
    everyone, seats = np.arange(len(matched)), np.arange(mentors)
    leave, come = everyone[matched & room.optional], everyone[~matched]
    more, fewer = seats[case.loads < room.highest], seats[case.loads > room.lowest]
    mine, theirs = np.array(chosen, np.int64).reshape(-1, 2).T
    arcs: list[tuple[Numbers | int, ...]] = [
        (room.mentees[fresh] + mentors, room.mentors[fresh], NEVER),
        (mine, theirs + mentors, np.arange(len(chosen))),
        (leave + mentors, outside, NEVER),
        (outside, come + mentors, NEVER),
        (more, outside, NEVER),
        (outside, fewer, NEVER),
    ]
    tails, heads, kept = (np.concatenate(part) for part in zip(*map(_spread, arcs), strict=True))
    is_fresh = np.arange(len(tails)) < len(room.mentors[fresh])
    loose = Arcs(tails, heads, kept, np.where(is_fresh, 0, NEVER)).cyclic()
    return _dated(loose, mentors, [mark_of(*cell) for cell in chosen], mark_of), chosen


def _spread(arc: Sequence[Numbers | int]) -> list[Numbers]:
    return [*np.broadcast_arrays(*(np.asarray(part, np.int64) for part in arc))]


def _dated(arcs: Arcs, mentors: int, marks: list[bytes], mark_of: MarkOf) -> Arcs:
    """The same arcs, each new pair with how many of the answer's have lesser marks."""
    before = arcs.before.copy()
    for place in np.flatnonzero(before != NEVER).tolist():
        own = mark_of(int(arcs.heads[place]), int(arcs.tails[place]) - mentors)
        before[place] = bisect_left(marks, own)
    return Arcs(arcs.tails, arcs.heads, arcs.kept, before)


def earlier(case: Case, claim: Claim, mark_of: MarkOf) -> Iterator[Cell]:
    """A pair of an equally good answer with a lesser list of marks; none where the answer has the least."""
    room = room_of(case, claim)
    arcs, chosen = changes(case, room, mark_of)
    for standing, fresh in lesser(arcs, 0, len(chosen)):
        mentees = fresh.tails - len(case.places)
        cells = list(zip(fresh.heads.tolist(), mentees.tolist(), strict=True))
        stay, one_of = frozenset(chosen[:standing]), frozenset(cells)
        asked = Question(room.mentors, room.mentees, stay, one_of)
        if room.exact or is_possible(case, asked):
            yield cells[0]
            return
