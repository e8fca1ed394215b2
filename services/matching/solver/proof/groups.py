"""Groups of a report: of a size, with one mentor, a topic that all want most, and a window that suits all."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from itertools import chain
from math import inf
from uuid import UUID, uuid5

import numpy as np

from services.matching.domain.candidates import Candidate
from services.matching.domain.terms import GROUP
from services.matching.solver.proof.breaches import Breach
from services.matching.solver.proof.part import Part, about
from services.matching.solver.proof.sheet import firsts
from services.matching.solver.proof.weeks import arcs_of
from services.matching.solver.report import PairOfTwo

_WEEK = 10080
_SHORTEST = 15


def wrong_groups(part: Part) -> Iterator[Breach]:
    """Where a group is none, or a mentor leads two."""
    groups: dict[UUID, list[PairOfTwo]] = defaultdict(list)
    for one in part.pairs:
        if one.group_id is None:
            yield Breach("group_id", f"{about(one)}: none")
        else:
            groups[one.group_id].append(one)
    led = Counter(chain.from_iterable(_mentors(members) for members in groups.values()))
    for mentor_id, times in led.items():
        if times > 1:
            yield Breach("two_groups", str(mentor_id))
    for id_, members in groups.items():
        yield from _wrong_group(part, id_, members)


def _mentors(members: Iterable[PairOfTwo]) -> set[UUID]:
    return {one.mentor_id for one in members}


def _wrong_group(part: Part, id_: UUID, members: Collection[PairOfTwo]) -> Iterator[Breach]:
    if len(_mentors(members)) > 1:
        yield Breach("group_mentor", f"{id_}: several")
        return
    (mentor_id,) = _mentors(members)
    mentees = sorted(one.mentee_id for one in members)
    if id_ != uuid5(part.pool.round_id, " ".join(map(str, (mentor_id, *mentees)))):
        yield Breach("group_id", f"{id_}: not that of these people")
    terms = part.pool.terms
    allowed = terms.of(GROUP)
    least = max(allowed.people_min - 1, 1) if allowed else 1
    most = allowed.people_max - 1 if allowed and allowed.people_max else inf
    if not least <= len(mentees) <= most:
        yield Breach("group_size", f"{id_}: {len(mentees)} with {mentor_id}")
    mentor, pupils = part.candidate(mentor_id), [part.candidate(one) for one in mentees]
    if not _has_topic(mentor, pupils, max(terms.need_floor, 1)):
        yield Breach("group_topic", f"{id_}: no topic that all of them want most and are taught")
    minutes = max(terms.common_slot_minutes, _SHORTEST)
    if _longest_together([mentor, *pupils], part.pool.on) < minutes:
        yield Breach("group_slot", f"{id_}: no {minutes} minutes that all have free")


def _has_topic(mentor: Candidate, pupils: Collection[Candidate], floor: int) -> bool:
    """Whether one topic is wanted most by all of them, and the mentor stands so many levels above each."""
    taught = (
        {
            topic
            for topic, level in firsts(pupil)
            for offer in mentor.offers
            if offer.topic == topic and offer.proficiency >= level + floor
        }
        for pupil in pupils
    )
    return bool(set.intersection(*taught))


def _longest_together(people: Collection[Candidate], on: date) -> int:
    """The longest piece of the week, in minutes, that all have free."""
    free = np.ones(_WEEK, np.bool_)
    for one in people:
        mine = np.zeros(_WEEK, np.bool_)
        for begin, end in arcs_of(one.slots, one.time_zone, on):
            mine[np.arange(begin, end) % _WEEK] = True
        free &= mine
    if free.all():
        return _WEEK
    # Seen from a minute that is not free, no piece runs over the week's end.
    turned = np.roll(free, -int(np.argmin(free)))
    edges = np.flatnonzero(np.diff(turned.astype(np.int8), prepend=0, append=0))
    return int((edges[1::2] - edges[::2]).max(initial=0))
