"""A pool that is kept belongs to everybody who stands in it."""

from dataclasses import replace
from uuid import UUID

from services.matching.domain.questions import kept
from services.matching.domain.rounds import HistoryEntry
from tests.matching.builders import PROGRAMME, a_mentee, a_mentor, a_pool, entrant


def test_a_pool_belongs_to_everybody_who_stands_in_it() -> None:
    people = [UUID(int=number) for number in range(0x2001, 0x2005)]
    mentor = a_mentor(1, managers=(people[0],), avoid=(people[1],))
    pool = a_pool(entrant(mentor, met=(people[2],)), a_mentee(2))
    pool = replace(pool, history=(HistoryEntry(people[3], mentor.person_id),))

    told = kept(pool, PROGRAMME, b"packed")

    assert told.people == (UUID(int=0x1001), UUID(int=0x1002), *people)
    assert (told.mentors, told.mentees) == ((UUID(int=1),), (UUID(int=2),))


def test_a_pool_and_its_ids_fit_into_one_document_or_it_is_not_kept() -> None:
    round_ = kept(a_pool(a_mentor(1), a_mentee(2)), PROGRAMME, b"")
    # Two people, one mentor and one mentee are four ids of 32 bytes.
    fits = replace(round_, packed=bytes(15 * 1024 * 1024 - 128))

    assert not fits.too_large
    assert replace(fits, packed=fits.packed + b"1").too_large
    assert round_.volunteers == {UUID(int=1), UUID(int=2)}
