"""One format of a report that is composed before one to one: who is looked at for it, and what is told of it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from services.matching.domain.candidates import Candidate, Entrant, Profile, Side
from services.matching.domain.composition import looked_at
from services.matching.domain.past import profiles_of
from services.matching.domain.rounds import Pool
from services.matching.domain.score import Scarcity, scarcity_of, score
from services.matching.domain.terms import PARTNERSHIP
from services.matching.solver.report import PairOfTwo, Report, Stage


@dataclass(frozen=True)
class Part:
    """The pairs of one format. `pool` are those whom the formats before have left and who are looked at for it."""

    format: str
    pool: Pool
    mentors: Mapping[UUID, Profile]
    mentees: Mapping[UUID, Profile]
    scarcity: Scarcity
    pairs: tuple[PairOfTwo, ...]
    stage: Stage | None

    @classmethod
    def of(cls, pool: Pool, format_: str, report: Report) -> "Part":
        """What a report says of this format; `pool` are those whom the formats before have left."""
        looked = looked_at(pool, format_)
        mentors, mentees = (profiles_of(looked, side) for side in Side)
        pairs = tuple(one for one in report.pairs if one.format == format_)
        scarcity = scarcity_of(mentors.values(), mentees.values())
        stage = next((one for one in report.stages if one.format == format_), None)
        return cls(format_, looked, mentors, mentees, scarcity, pairs, stage)

    @property
    def entrants(self) -> Mapping[UUID, Entrant]:
        """Those who are looked at, by their ids."""
        return {one.candidate.id: one for one in self.pool.entrants}

    def candidate(self, id_: UUID) -> Candidate:
        """One of those who are looked at."""
        return (self.mentors.get(id_) or self.mentees[id_]).candidate

    def points(self, mentor: Profile, mentee: Profile) -> Mapping[str, int]:
        """Points per part; in a partnership those of both directions."""
        points = Counter(score(mentor, mentee, self.pool.terms, self.scarcity))
        if self.format == PARTNERSHIP:
            points.update(score(mentee, mentor, self.pool.terms, self.scarcity))
        return points


def about(pair: PairOfTwo) -> str:
    """The two, as a breach names them."""
    return f"{pair.mentor_id} with {pair.mentee_id}"
