"""Do the prices of a certificate bound every other answer? Weak duality, in whole numbers.

Schrijver, Combinatorial Optimization (2003), ch. 17 and 21. No price is trusted: whatever they are, if all
inequalities hold, no answer is better than the bound that they give.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from services.matching.solver.proof.breaches import Breach
from services.matching.solver.proof.case import Case
from services.matching.solver.proof.sheet import Numbers
from services.matching.solver.report import Certificate, Claim, Leaf

SAFE = 1 << 60
"""Sums of a few numbers below this are exact in 64 bits."""
_CELLS = 1 << 22


def unproven(case: Case, certificate: Certificate) -> Iterator[Breach]:
    """What is wrong with the claims on the first four levels."""
    served, total, room = case.served, case.total, case.most_squares
    least = case.least
    a, _, d = certificate.served.weights
    asked = _Asked("served", 0, a * (served + 1) - d * room)
    yield from _unheld(case, certificate.served, asked)
    if certificate.least is not None and least is not None:
        a, _, d = certificate.least.weights
        yield from _unheld(
            case, certificate.least, _Asked("least", least + 1, a * served - d * room)
        )
    elif least is not None and least not in {int(case.scores[pin]) for pin in case.pins}:
        yield Breach("claim_missing", "least")
    a, b, d = certificate.total.weights
    asked = _Asked("total", least or 0, a * served + b * (total + 1) - d * room)
    yield from _unheld(case, certificate.total, asked)
    a, b, d = certificate.squares.weights
    asked = _Asked("squares", least or 0, a * served + b * total - d * (case.squares - 1))
    # It may be the same claim: then its prices were looked at already.
    other = certificate.squares != certificate.total
    yield from _unheld(case, certificate.squares, asked, prices=other)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a claim has to show: it speaks of all pairs from the floor on, and its bound is below a number."""

    level: str
    floor: int
    below: int


def _unheld(case: Case, claim: Claim, asked: _Asked, *, prices: bool = True) -> Iterator[Breach]:
    """Why a claim does not show it; nothing where it does. `prices` says whether to look at them, too."""
    level, floor, below = asked.level, asked.floor, asked.below
    if claim.floor > floor:
        yield Breach("claim_floor", f"{level}: {claim.floor} leaves pairs above {floor} out")
    if min(claim.weights) < 0:
        yield Breach("claim_weights", level)
    elif not _is_whole_tree([leaf.decisions for leaf in claim.leaves], len(case.shared)):
        yield Breach("claim_decisions", f"{level}: not every case is looked at")
    else:
        for number, leaf in enumerate(claim.leaves):
            where = f"{level}, leaf {number}"
            if reason := _unfit(case, claim, leaf):
                yield Breach(reason, where)
                continue
            priced = Priced.of(case, claim, leaf)
            if prices:
                yield from _broken_prices(case, claim, priced, where)
            if priced.bound >= below:
                yield Breach("claim_bound", f"{where}: {priced.bound} is not below {below}")


def _is_whole_tree(decisions: Sequence[tuple[tuple[int, bool], ...]], people: int) -> bool:
    """Whether these are the ways to the leaves of a binary tree in which both answers are always there."""
    if len(decisions) <= 1:
        return [*decisions] == [()]
    if not all(decisions):
        return False
    asked = {way[0][0] for way in decisions}
    yes = [way[1:] for way in decisions if way[0][1]]
    no = [way[1:] for way in decisions if not way[0][1]]
    return (
        len(asked) == 1
        and asked <= set(range(people))
        and _is_whole_tree(yes, people)
        and _is_whole_tree(no, people)
    )


def _unfit(case: Case, claim: Claim, leaf: Leaf) -> str | None:
    sizes = len(case.worth), len(case.places), len(case.shared)
    if (len(leaf.rows), len(leaf.columns), len(leaf.shared)) != sizes:
        return "claim_length"
    a, b, d = claim.weights
    worth, places = int(case.worth.max(initial=1)), int(case.places.max(initial=1))
    most = a * worth + b * max(1, int(case.scores.max(initial=1))) + 2 * d * max(1, places)
    prices = (*leaf.rows, *leaf.columns, *leaf.shared)
    if max(most, max(prices, default=0), -min(prices, default=0)) >= SAFE:
        return "claim_too_large"
    return None


@dataclass(frozen=True, slots=True)
class Priced:
    """A leaf for one answer's numbers: what a row and a column cost in all, and the bound of both together.

    `alone` and `seats` are the prices of rows and columns without those of people in both roles. `live` are
    the rows that may still be matched, `sure` those that must be.
    """

    alone: Numbers
    seats: Numbers
    rows: Numbers
    columns: Numbers
    shared: tuple[int, ...]
    live: Any
    sure: Any
    limits: Numbers
    bound: int

    @classmethod
    def of(cls, case: Case, claim: Claim, leaf: Leaf) -> "Priced":
        """The leaf's prices laid on the rows and columns that they are about."""
        a, b, d = claim.weights
        decided = dict(leaf.decisions)
        rows, columns = np.array(leaf.rows, np.int64), np.array(leaf.columns, np.int64)
        live, sure = ~case.pinned, np.zeros(len(rows), np.bool_)
        limits = case.places.copy()
        bound = sum(a * int(case.worth[i]) + b * int(case.scores[j, i]) for j, i in case.pins)
        bound -= d * sum(int(load) ** 2 for load in case.pinned_loads)
        own_rows, own_columns = rows.copy(), columns.copy()
        for number, (j, i, places) in enumerate(case.shared):
            answer = decided.get(number)
            limits[j] = min(limits[j], places)
            if case.pinned[i] or answer:
                limits[j] = min(limits[j], places - 1)
            if case.pinned[i]:
                continue
            if answer is None:
                own_rows[i] += leaf.shared[number]
                own_columns[j] += leaf.shared[number]
                bound += leaf.shared[number] * (places - int(case.pinned_loads[j]))
            live[i], sure[i] = answer is not False, answer is True
        bound += sum(rows[live].tolist()) + _seats(case, columns, limits, d)
        return cls(rows, columns, own_rows, own_columns, leaf.shared, live, sure, limits, bound)


def _seats(case: Case, columns: Numbers, limits: Numbers, d: int) -> int:
    """What the free places of all mentors can bring at most: the k-th costs d * (2 * k - 1)."""
    seats = zip(columns.tolist(), case.pinned_loads.tolist(), limits.tolist(), strict=True)
    return sum(
        max(0, price - d * (2 * k - 1))
        for price, base, limit in seats
        for k in range(base + 1, limit + 1)
    )


def _broken_prices(case: Case, claim: Claim, priced: Priced, where: str) -> Iterator[Breach]:
    if (priced.alone[priced.live & ~priced.sure] < 0).any() or min(priced.shared, default=0) < 0:
        yield Breach("claim_negative", where)
    for block in blocks(case):
        short = slack(case, claim, priced, block) < 0
        if short.any():
            j, i = np.argwhere(short)[0]
            yield Breach("claim_price", f"{where}: mentor {block.start + j}, mentee {i}")
            return


def blocks(case: Case) -> Iterator[slice]:
    """The mentors, some at a time."""
    step = max(1, _CELLS // max(1, len(case.worth)))
    return (slice(start, start + step) for start in range(0, len(case.places), step))


def slack(case: Case, claim: Claim, priced: Priced, block: slice) -> Any:
    """[mentors of the block, mentees]: how far the prices are above what the pair brings.

    SAFE stands where the claim does not speak of the pair.
    """
    a, b, _ = claim.weights
    scores = case.scores[block]
    over = priced.rows - a * case.worth + priced.columns[block, None]
    over -= b * scores.astype(np.int64)
    over[(scores < max(0, claim.floor)) | ~priced.live] = SAFE
    return over
