"""A round solved by trying every answer there is: slow, and too simple to be wrong."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from uuid import UUID

from services.matching.domain.assignment import Pairing
from services.matching.domain.candidates import Profile, Side
from services.matching.domain.explaining.solving import Levels, Removed, Solved
from services.matching.domain.hard_rules import obstacle
from services.matching.domain.matching import NOBODY_THERE, OUTCOMPETED
from services.matching.domain.past import profiles_of
from services.matching.domain.rounds import Pool, Unmatched
from services.matching.domain.score import scarcity_of, score, worth

Profiles = dict[UUID, Profile]


def solve_plainly(pool: Pool) -> Solved:
    mentors, mentees = (profiles(pool, side) for side in (Side.MENTOR, Side.MENTEE))
    points, removed = sift(pool, mentors, mentees)
    waited = {one.candidate.id: one.waited for one in pool.entrants}
    places = {id_: profile.free for id_, profile in (mentors | mentees).items()}
    pins = {(pin.mentor_id, pin.mentee_id) for pin in pool.pins} & points.keys()
    best = max(
        (
            answer
            for answer in answers(list(mentees), list(mentors), points)
            if pins <= set(answer) and fits(answer, places)
        ),
        key=lambda answer: rating(answer, points, waited),
    )
    served, least, total, squares = rating(best, points, waited)
    return Solved(
        Levels(served, least if best else None, total, -squares),
        best,
        tuple(left(best, points, removed, (mentors, mentees))),
    )


def removed_plainly(pool: Pool) -> Removed:
    return sift(pool, profiles(pool, Side.MENTOR), profiles(pool, Side.MENTEE))[1]


def profiles(pool: Pool, side: Side) -> Profiles:
    return profiles_of(pool, side)


def sift(
    pool: Pool, mentors: Profiles, mentees: Profiles
) -> tuple[dict[Pairing, int], dict[tuple[UUID, Side], Counter[str]]]:
    scarcity = scarcity_of(mentors.values(), mentees.values())
    points: dict[Pairing, int] = {}
    removed: dict[tuple[UUID, Side], Counter[str]] = defaultdict(Counter)
    for mentee_id, mentee in mentees.items():
        for mentor_id, mentor in mentors.items():
            code = obstacle(mentor, mentee, pool.terms)
            if code is None:
                parts = score(mentor, mentee, pool.terms, scarcity)
                points[mentor_id, mentee_id] = worth(parts).total
            elif code != "same_person":
                removed[mentor_id, Side.MENTOR][code] += 1
                removed[mentee_id, Side.MENTEE][code] += 1
    return points, removed


def answers(
    mentees: list[UUID], mentors: list[UUID], points: dict[Pairing, int]
) -> Iterator[tuple[Pairing, ...]]:
    if not mentees:
        yield ()
        return
    for rest in answers(mentees[1:], mentors, points):
        yield rest
        for mentor in mentors:
            if (mentor, mentees[0]) in points:
                yield ((mentor, mentees[0]), *rest)


def fits(answer: tuple[Pairing, ...], places: dict[UUID, int]) -> bool:
    taken = Counter(id_ for pairing in answer for id_ in pairing)
    return all(count <= places[id_] for id_, count in taken.items())


def rating(
    answer: tuple[Pairing, ...], points: dict[Pairing, int], waited: dict[UUID, int]
) -> tuple[int, int, int, int]:
    loads = Counter(mentor for mentor, _ in answer)
    scores = [points[pairing] for pairing in answer]
    return (
        sum(1 + waited[mentee] for _, mentee in answer),
        min(scores, default=-1),
        sum(scores),
        -sum(load**2 for load in loads.values()),
    )


def left(
    answer: tuple[Pairing, ...],
    points: dict[Pairing, int],
    removed: dict[tuple[UUID, Side], Counter[str]],
    sides: tuple[Profiles, Profiles],
) -> Iterator[Unmatched]:
    for place, side in enumerate((Side.MENTOR, Side.MENTEE)):
        for id_ in sides[place]:
            if id_ in {pairing[place] for pairing in answer}:
                continue
            forbade = removed.get((id_, side))
            reason = forbade.most_common(1)[0][0] if forbade else NOBODY_THERE[side]
            if any(pairing[place] == id_ for pairing in points):
                reason = OUTCOMPETED
            yield Unmatched(id_, side, reason)
