"""The formats that are more than the best pairs: composed one after the other, and who is left for one to one.

CP-SAT is loaded where one of them is allowed: it takes as long as a small round of one to one.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.assignment import Pairing
from services.matching.domain.candidates import Profile, Side
from services.matching.domain.composition import ORDER, hindrance, left_after, looked_at
from services.matching.domain.fields import Field, Level, Stage
from services.matching.domain.groups import Size
from services.matching.domain.hard_rules import obstacle
from services.matching.domain.matching import OUTCOMPETED, Tell, match_of
from services.matching.domain.past import profiles_of
from services.matching.domain.rounds import Match, Pool, Unmatched
from services.matching.domain.score import score, shared_topics, worth
from services.matching.domain.sprints import days_ahead
from services.matching.domain.terms import GROUP, PARTNERSHIP, SPRINT
from services.matching.domain.weeks import SHORTEST, common_windows
from services.matching.solver.table import Table, table_of

Place = tuple[UUID, Side]
Found = tuple[list[Match], tuple[Level, ...]]
Allowed = NDArray[np.bool_]

WIDE = 20_000
"""So many pairs are weighed in one format; beyond it only those that promise most."""


@dataclass(frozen=True, slots=True)
class Composed:
    """What was composed, how well, and the pool that is left for one to one."""

    matches: tuple[Match, ...]
    stages: tuple[Stage, ...]
    rest: Pool

    @property
    def found(self) -> frozenset[Place]:
        """Who found somebody, and on which side."""
        return frozenset(place for match in self.matches for place in match.places)


def compose(pool: Pool, tell: Tell) -> Composed:
    """All formats but one to one, as far as the programme allows them; tells of each as a step."""
    matches: list[Match] = []
    stages: list[Stage] = []
    for format_ in ORDER:
        if pool.terms.of(format_) is None:
            continue
        table = table_of(looked_at(pool, format_), _tell_nobody)
        allowed = table.points >= 0
        if not allowed.any():
            continue
        tell(format_, 0, 1)
        seen = _promising(table, allowed, format_)
        found, levels = _COMPOSE[format_](table, seen)
        tell(format_, 1, 1)
        matches += found
        unseen = int(allowed.sum() - seen.sum())
        looked = len(table.mentors), len(table.mentees)
        stages.append(Stage(format_, *looked, levels, unseen, len(found)))
        pool = left_after(pool, found)
    return Composed(tuple(matches), tuple(stages), pool)


def _tell_nobody(_step: str, _done: int, _total: int) -> None:
    """The steps of one format are not told one by one."""


def _promising(table: Table, allowed: Allowed, format_: str) -> Allowed:
    """The pairs to weigh: all, or where they are too many, the best of each mentee; of a group the same mentors for all.

    Those are the mentors to whom most could come, since what makes a group is who can be together.
    """
    rows = max(len(table.mentees), 1)
    if allowed.sum() <= WIDE:
        return allowed
    width = max(WIDE // rows, 1)
    seen = np.zeros_like(allowed)
    if format_ == GROUP:
        best = np.argsort(-allowed.sum(axis=0), kind="stable")[:width]
        seen[:, best] = allowed[:, best]
        return seen
    for row, points in enumerate(table.points):
        best = np.argsort(-points, kind="stable")[:width]
        seen[row, best] = allowed[row, best]
    return seen


def _partnerships(table: Table, seen: Allowed) -> Found:
    from services.matching.solver.partnership import partnerships  # noqa: PLC0415

    terms = table.pool.terms
    allowed = frozenset(_pairings(table, seen))
    both: dict[Pairing, Match] = {}
    for pairing in sorted(allowed):
        mentor, mentee = table.mentors[pairing[0]], table.mentees[pairing[1]]
        # Where levels may stand either way the junior of the two is the mentor, too.
        if pairing[::-1] in allowed and _rank(mentee) < _rank(mentor):
            continue
        if hindrance(PARTNERSHIP, mentor, mentee, terms) is None:
            both[pairing] = _two_way(mentor, mentee, table)
    points = {pairing: worth(match.points).total for pairing, match in both.items()}
    chosen, levels = partnerships(_field(table, points))
    return [both[pairing] for pairing in chosen], levels


def _rank(profile: Profile) -> tuple[int, UUID]:
    return profile.candidate.level, profile.candidate.id


def _two_way(mentor: Profile, mentee: Profile, table: Table) -> Match:
    """What each teaches the other: the topics and the points of both directions."""
    terms = table.pool.terms
    back = score(mentee, mentor, terms, table.scarcity)
    match = match_of(mentor, mentee, terms, table.scarcity)
    return replace(
        match,
        topics=tuple(dict.fromkeys((*match.topics, *shared_topics(mentee, mentor)))),
        points={part: points + back[part] for part, points in match.points.items()},
    )


def _sprints(table: Table, seen: Allowed) -> Found:
    from services.matching.solver.sprints import sprints  # noqa: PLC0415

    terms = table.pool.terms
    allowed = terms.of(SPRINT)
    days = days_ahead(table.pool.on, allowed.cadence_days if allowed else 0)
    found, levels = sprints(_field(table, _points(table, seen)), days)
    matches = [
        replace(
            match_of(
                table.mentors[one.mentor_id], table.mentees[one.mentee_id], terms, table.scarcity
            ),
            slots=(one.slot,),
            starts_at=one.starts_at,
        )
        for one in found
    ]
    return matches, levels


def _groups(table: Table, seen: Allowed) -> Found:
    from services.matching.solver.groups import groups  # noqa: PLC0415

    pool, matches = table.pool, list[Match]()
    allowed = pool.terms.of(GROUP)
    most = (allowed and allowed.people_max) or 1 + len(table.mentees)
    size = Size(
        people_min=allowed.people_min if allowed else most,
        people_max=most,
        minutes=max(pool.terms.common_slot_minutes, SHORTEST),
    )
    field = _field(table, _points(table, seen))
    found, levels = groups(field, size, max(pool.terms.need_floor, 1))
    for group in found:
        # The windows that suit all, as long as they are long enough for a session of all.
        windows = common_windows(group.week, group.week)
        slots = tuple(window for window in windows if window.minutes >= size.minutes) or windows
        for mentee_id in group.mentee_ids:
            mentor, mentee = table.mentors[group.mentor_id], table.mentees[mentee_id]
            match = match_of(mentor, mentee, pool.terms, table.scarcity)
            others = tuple(topic for topic in match.topics if topic != group.topic)
            topics = (group.topic, *others)
            id_ = group.id_in(pool.round_id)
            matches.append(replace(match, slots=slots, group_id=id_, topics=topics))
    return matches, levels


_COMPOSE: dict[str, Callable[[Table, Allowed], Found]] = {
    PARTNERSHIP: _partnerships,
    SPRINT: _sprints,
    GROUP: _groups,
}


def _field(table: Table, points: dict[Pairing, int]) -> Field:
    waited = {one.candidate.id: one.waited for one in table.pool.entrants}
    return Field(
        round_id=table.pool.round_id,
        mentors=table.mentors,
        mentees=table.mentees,
        points=points,
        worth={id_: 1 + waited[id_] for id_ in table.mentees},
    )


def _points(table: Table, seen: Allowed) -> dict[Pairing, int]:
    rows = {id_: row for row, id_ in enumerate(table.mentees)}
    columns = {id_: column for column, id_ in enumerate(table.mentors)}
    return {
        (mentor, mentee): int(table.points[rows[mentee], columns[mentor]])
        for mentor, mentee in _pairings(table, seen)
    }


def _pairings(table: Table, seen: Allowed) -> Iterator[Pairing]:
    mentors, mentees = list(table.mentors), list(table.mentees)
    for row, column in np.argwhere(seen):
        yield mentors[column], mentees[row]


def left_of(
    pool: Pool, composed: Composed, unmatched: Iterable[Unmatched]
) -> tuple[Unmatched, ...]:
    """Of those who found nobody one to one the ones who found nobody at all, `pool` being the whole one.

    Who would have been allowed for somebody whom another format took lost against others.
    """
    found = composed.found
    profiles = profiles_of(pool) if found else {}
    return tuple(
        replace(one, reason=OUTCOMPETED) if _lost_out(one, found, profiles, pool) else one
        for one in unmatched
        if (one.volunteer_id, one.side) not in found
    )


def _lost_out(
    one: Unmatched, found: Collection[Place], profiles: Mapping[UUID, Profile], pool: Pool
) -> bool:
    """Whether somebody who was taken by another format would have been allowed for this one."""
    for id_, side in found:
        mine, other = profiles[one.volunteer_id], profiles[id_]
        mentor, mentee = (mine, other) if one.side is Side.MENTOR else (other, mine)
        if side is not one.side and obstacle(mentor, mentee, pool.terms) is None:
            return True
    return False
