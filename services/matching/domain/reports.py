"""The report of a round: what its lead reads before anybody is asked.

It counts and compares; it names nobody. Groups of fewer than five people are shown together, so that a table of
units, sites or levels points at nobody either.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.matching.domain.candidates import Candidate, Side
from services.matching.domain.fields import Stage

SMALLEST_GROUP = 5
BEST_THREE = 3


@dataclass(frozen=True, slots=True)
class Spread:
    """Points of those who are matched, by nearest rank: the worst, the 10th percentile, the median."""

    worst: int
    tenth: int
    median: int


@dataclass(frozen=True, slots=True)
class Ranks:
    """Where partners stand in each one's own order; 1 is the best whom the rules allow.

    `first` and `first_three` count pairs whose partner stands there.
    """

    first: int
    first_three: int
    median: int
    worst: int


@dataclass(frozen=True, slots=True)
class Group:
    """Those of one unit, site or level on one side. `name` None: all small groups together.

    `median` of the points of their side is given where five of them are matched one to one.
    """

    name: str | None
    people: int
    matched: int
    median: int | None


@dataclass(frozen=True, slots=True)
class Equity:
    """How one side fared, by group; the greatest group first."""

    unit: tuple[Group, ...]
    site: tuple[Group, ...]
    level: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class SideReport:
    """One side of a round; `spread` and `ranks` are missing where nobody is matched."""

    people: int
    matched: int
    spread: Spread | None
    ranks: Ranks | None
    equity: Equity


@dataclass(frozen=True, slots=True)
class Load:
    """How many mentors have so many pairs of this round."""

    pairs: int
    mentors: int


@dataclass(frozen=True, slots=True)
class Proof:
    """What was reached on each level of the objective, and how that is known to be the best.

    `served`: matched mentees, each counted 1 + rounds waited; `least`: the least score of a pair; `total`: all
    scores; `squares`: squared loads of mentors; `digest`: of the order among equals. `kind` names the certificate,
    and is empty where an answer has none.
    """

    served: int
    least: int | None
    total: int
    squares: int
    digest: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """What a report is about and what made it: hashes (SHA-256, hex) of input and policy, version, seconds."""

    input_hash: str
    policy_hash: str
    solver: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Report:
    """A round, told in counts.

    Pairs, people, groups and loads are those of all formats. Scores, spreads, ranks, the proof and `blocking_pairs`
    (allowed pairs who would both rather have each other) are about one to one; `stages` are the other formats.
    """

    pairs: int
    scores: Spread | None
    mentors: SideReport
    mentees: SideReport
    blocking_pairs: int
    load: tuple[Load, ...]
    proof: Proof
    origin: Origin
    stages: tuple[Stage, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """A pair one to one as its sides see it: points of each side, and the rank of the partner in each one's order."""

    mentor_id: UUID
    mentee_id: UUID
    score: int
    mentor_points: int
    mentee_points: int
    mentor_rank: int
    mentee_rank: int

    def of(self, side: Side) -> tuple[UUID, int, int]:
        """Whose it is on this side, their points, and the rank of the partner."""
        if side is Side.MENTOR:
            return self.mentor_id, self.mentor_points, self.mentor_rank
        return self.mentee_id, self.mentee_points, self.mentee_rank


@dataclass(frozen=True, slots=True)
class Found:
    """What a round has found: its pairs one to one, how many would rather have each other, and the other formats.

    `others`: who found somebody in another format, and on which side, once for each pair.
    """

    standings: Collection[Standing]
    blocking_pairs: int
    others: Collection[tuple[UUID, Side]] = ()
    stages: tuple[Stage, ...] = ()

    def elsewhere(self, side: Side) -> list[UUID]:
        """Who found somebody in another format on this side, once for each pair."""
        return [id_ for id_, own in self.others if own is side]


def report_of(
    sides: Mapping[Side, Collection[Candidate]], found: Found, proof: Proof, origin: Origin
) -> Report:
    """The report; `sides` are all who took part, with or without a partner."""
    them = found.standings
    loads = Counter((*(one.mentor_id for one in them), *found.elsewhere(Side.MENTOR)))
    counts = Counter(loads[mentor.id] for mentor in sides[Side.MENTOR])
    return Report(
        pairs=len(them) + sum(stage.pairs for stage in found.stages),
        scores=spread([one.score for one in them]),
        mentors=_side(sides[Side.MENTOR], Side.MENTOR, found),
        mentees=_side(sides[Side.MENTEE], Side.MENTEE, found),
        blocking_pairs=found.blocking_pairs,
        load=tuple(Load(pairs, counts[pairs]) for pairs in sorted(counts)),
        proof=proof,
        origin=origin,
        stages=found.stages,
    )


def spread(values: Collection[int]) -> Spread | None:
    """Worst, 10th percentile and median, each a value that occurs; None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    return Spread(ordered[0], _nearest_rank(ordered, 10), _nearest_rank(ordered, 50))


def ranks(values: Collection[int]) -> Ranks | None:
    """How near everybody came to their own best; None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    return Ranks(
        first=ordered.count(1),
        first_three=sum(rank <= BEST_THREE for rank in ordered),
        median=_nearest_rank(ordered, 50),
        worst=ordered[-1],
    )


def groups(members: Iterable[tuple[str, Sequence[int] | None]]) -> tuple[Group, ...]:
    """Groups by name of (name, points per pair one to one, None without any pair), small ones together.

    Were the small ones together still below five, what is left of the whole would tell of them: then the least of
    the others goes with them. Where all are fewer than five, nothing is told.
    """
    by_name: dict[str, list[Sequence[int] | None]] = defaultdict(list)
    for name, points in members:
        by_name[name].append(points)
    ascending = sorted(by_name, key=lambda name: (len(by_name[name]), name))
    together: list[Sequence[int] | None] = []
    shown: list[Group] = []
    for name in ascending:
        those = by_name[name]
        if len(those) < SMALLEST_GROUP or 0 < len(together) < SMALLEST_GROUP:
            together += those
        else:
            shown.append(_group(name, those))
    if len(together) >= SMALLEST_GROUP:
        shown.append(_group(None, together))
    return tuple(sorted(shown, key=lambda group: (-group.people, group.name or "")))


def _group(name: str | None, those: Sequence[Sequence[int] | None]) -> Group:
    matched = [points for points in those if points is not None]
    rated = [points for points in matched if points]
    told = spread([value for points in rated for value in points])
    enough = told is not None and len(rated) >= SMALLEST_GROUP
    return Group(name, len(those), len(matched), told.median if told and enough else None)


def _side(people: Collection[Candidate], side: Side, found: Found) -> SideReport:
    pairs = [one.of(side) for one in found.standings]
    points: dict[UUID, list[int]] = defaultdict(list)
    points.update((id_, []) for id_ in found.elsewhere(side))
    for id_, value, _ in pairs:
        points[id_].append(value)
    return SideReport(
        people=len(people),
        matched=len(points),
        spread=spread([value for _, value, _ in pairs]),
        ranks=ranks([rank for _, _, rank in pairs]),
        equity=Equity(*(_by(trait, people, points) for trait in _TRAITS)),
    )


def _by(
    trait: Callable[[Candidate], str],
    people: Collection[Candidate],
    points: Mapping[UUID, Sequence[int]],
) -> tuple[Group, ...]:
    return groups((trait(one), points.get(one.id)) for one in people)


_TRAITS: tuple[Callable[[Candidate], str], ...] = (
    lambda one: one.unit,
    lambda one: one.site,
    lambda one: str(one.level),
)


def _nearest_rank(ordered: Sequence[int], percent: int) -> int:
    """The least value that at least so many percent do not exceed (the nearest-rank method)."""
    return ordered[max(0, -(-percent * len(ordered) // 100) - 1)]
