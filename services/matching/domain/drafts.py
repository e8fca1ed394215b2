"""What a round would propose, for its lead to read and to change before anybody is asked."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from uuid import UUID

from services.matching.domain.assignment import Pairing
from services.matching.domain.candidates import Candidate, Side
from services.matching.domain.errors import forbidden, match_unknown, not_waiting, volunteer_unknown
from services.matching.domain.hard_rules import obstacle
from services.matching.domain.matching import match_of
from services.matching.domain.past import profiles_of
from services.matching.domain.rounds import REMOVED, Match, Outcome, Pool
from services.matching.domain.score import scarcity_of


@dataclass(frozen=True, slots=True)
class Draft:
    """The outcome of a round that nobody was told of yet. `id` is the round's."""

    id: UUID
    outcome: Outcome

    def match_of(self, mentee_id: UUID) -> Match:
        """What this mentee would be proposed; raises NotFound where that is nothing."""
        found = [one for one in self.outcome.matches if one.mentee_id == mentee_id]
        if not found:
            raise match_unknown()
        return found[0]

    def without(self, mentee_id: UUID) -> "Draft":
        """The match of this mentee taken out; both wait on, unless the mentor has another match."""
        return replace(self, outcome=self.outcome.without([self.match_of(mentee_id)], REMOVED))

    def placed(self, match: Match) -> "Draft":
        """A match put in, in place of what its mentee had."""
        return replace(self, outcome=self.outcome.placed(match))

    def taken_without(self, mentee_id: UUID) -> tuple[Match, ...]:
        """The matches of all other mentees; they take places of their mentors."""
        return tuple(one for one in self.outcome.matches if one.mentee_id != mentee_id)


def chosen(
    pool: Pool, them: Pairing, candidates: Collection[Candidate], taken: Collection[Match] = ()
) -> Match:
    """The match of a mentor and a mentee whom the lead chose, under all hard rules.

    `candidates` are those of the cohort, whether they wait or not; `taken` are matches that are meant for others
    and take places. Raises NotFound, or Conflict with the code of the rule that forbids the two.
    """
    known = {one.id for one in candidates}
    if not known.issuperset(them):
        raise volunteer_unknown()
    used = Counter(id_ for match in taken for id_ in (match.mentor_id, match.mentee_id))
    mentors, mentees = (profiles_of(pool, side) for side in (Side.MENTOR, Side.MENTEE))
    mentor, mentee = mentors.get(them[0]), mentees.get(them[1])
    if mentor is None or mentee is None:
        raise not_waiting()
    left = [replace(one, free=one.free - used[one.candidate.id]) for one in (mentor, mentee)]
    rule = obstacle(left[0], left[1], pool.terms)
    if rule is not None:
        raise forbidden(rule)
    scarcity = scarcity_of(mentors.values(), mentees.values())
    return match_of(mentor, mentee, pool.terms, scarcity)
