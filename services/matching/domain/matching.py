"""What a round says of its answer: each pair with all that its proposal needs, and a reason for whoever is left.

`domain/hard_rules` and `domain/score` judge two profiles; the solver judges all of them at once, and the same.
"""

from collections.abc import Callable, Mapping

from services.matching.domain.candidates import Profile, Side
from services.matching.domain.hard_rules import SAME_PERSON, codes
from services.matching.domain.rounds import Match
from services.matching.domain.score import Scarcity, score, shared_hobbies, shared_topics
from services.matching.domain.terms import Terms
from services.matching.domain.weeks import common_windows

Tell = Callable[[str, int, int], None]
"""Progress: the step, how many are done, of how many."""

OUTCOMPETED = "outcompeted"
NOBODY_THERE = {Side.MENTOR: "no_mentees", Side.MENTEE: "no_mentors"}


def match_of(mentor: Profile, mentee: Profile, terms: Terms, scarcity: Scarcity) -> Match:
    """The two as a pair, in the mentee's favourite of the formats that both accept."""
    formats = mentor.formats & terms.pair_formats
    hobbies = shared_hobbies(mentor, mentee)
    return Match(
        mentor_id=mentor.candidate.id,
        mentee_id=mentee.candidate.id,
        format=next(code for code in mentee.candidate.formats if code in formats),
        topics=shared_topics(mentor, mentee),
        hobby=hobbies[0] if hobbies else None,
        slots=common_windows(mentor.week, mentee.week),
        points=score(mentor, mentee, terms, scarcity),
    )


def reason(removed: Mapping[str, int], side: Side, terms: Terms) -> str:
    """Why nobody is allowed for one of this side: the rule that forbade most others, as it counts in `removed`.

    Among equals it is the one that is asked first. That one is not one's own partner is no reason.
    """
    order = {code: place for place, code in enumerate(codes(terms))}
    others = {code: count for code, count in removed.items() if code != SAME_PERSON}
    return min(others, key=lambda code: (-others[code], order[code]), default=NOBODY_THERE[side])
