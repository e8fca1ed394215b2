"""The report of a whole round, against what is counted by hand."""

from dataclasses import replace
from uuid import UUID

from services.matching.domain.candidates import Need, Offer
from services.matching.domain.reports import Group, Load, Ranks, Report, Spread
from services.matching.domain.rounds import Pool
from services.matching.solver import wire
from services.matching.solver.run import decide
from tests.matching.builders import TERMS, a_mentee, a_mentor, a_pool

TOPICS_ONLY = replace(TERMS, weights={"topics": 30})


def silent(step: str, done: int, total: int) -> None:
    pass


def reported(pool: Pool) -> Report:
    report = decide(pool, silent).report
    assert report is not None
    return report


def test_a_round_is_reported_in_figures_that_a_hand_can_count() -> None:
    # Mentor 1 is best for both mentees, but only mentor 1 can teach 12: 11 gets the second best of two.
    pool = a_pool(
        a_mentor(1, offers=(Offer("ai", 4), Offer("crm", 4))),
        a_mentor(2, offers=(Offer("ai", 2),)),
        a_mentor(3, offers=(Offer("green", 5),)),
        a_mentee(11),
        a_mentee(12, needs=(Need("crm", 1, 1),)),
        terms=TOPICS_ONLY,
    )

    told = reported(pool)

    assert (told.pairs, told.scores) == (2, Spread(10, 10, 10))
    assert told.mentees.spread == Spread(10, 10, 10)
    assert told.mentees.ranks == Ranks(first=1, first_three=2, median=1, worst=2)
    assert told.mentors.ranks == Ranks(first=2, first_three=2, median=1, worst=1)
    # 11 would rather have mentor 1, but for a mentor all are worth the same here: nobody blocks.
    assert told.blocking_pairs == 0
    assert told.load == (Load(0, 1), Load(1, 2))
    assert (told.proof.served, told.proof.least, told.proof.total, told.proof.squares) == (
        2,
        10,
        40,
        2,
    )
    assert told.origin.input_hash == wire.input_hash(pool)
    assert told.origin.seconds >= 0
    assert told.origin.policy_hash == wire.policy_hash(TOPICS_ONLY)
    assert told.origin.solver.startswith("numpy ")


def test_who_teaches_with_the_only_place_wants_no_mentor_and_blocks_with_nobody() -> None:
    both = a_mentor(1, roles=("mentor", "mentee"), level=4, needs=(Need("crm", 1, 1),), capacity=1)
    pool = a_pool(both, a_mentor(2, level=1, offers=(Offer("crm", 5),)), a_mentee(3))

    assert UUID(int=1) == both.id
    assert reported(pool).blocking_pairs == 0


def test_nobody_is_a_report_too() -> None:
    told = reported(a_pool())

    assert (told.pairs, told.scores, told.blocking_pairs, told.load) == (0, None, 0, ())


def test_a_side_is_reported_by_unit_site_and_level_where_five_are_together() -> None:
    # Five can teach, the fifth of them a third as much; a sixth teaches what nobody wants.
    teachers = [a_mentor(number, offers=(Offer("ai", 4),)) for number in (1, 2, 3, 4)]
    learners = [a_mentee(number, unit="board") for number in range(11, 17)]
    pool = a_pool(
        *teachers,
        a_mentor(5, offers=(Offer("ai", 2),)),
        a_mentor(6, offers=(Offer("green", 5),)),
        *learners,
        terms=TOPICS_ONLY,
    )

    told = reported(pool)

    assert (told.pairs, told.scores, told.blocking_pairs) == (5, Spread(10, 10, 30), 0)
    assert told.load == (Load(0, 1), Load(1, 5))
    assert told.mentees.ranks == Ranks(first=4, first_three=4, median=1, worst=5)
    assert told.mentees.equity.unit == (Group("board", 6, 5, 30),)
    assert told.mentees.equity.site == (Group("berlin", 6, 5, 30),)
    assert told.mentees.equity.level == (Group("7", 6, 5, 30),)
    assert told.mentors.equity.unit == (Group("sales", 6, 5, 0),)
    assert told.mentors.equity.level == (Group("2", 6, 5, 0),)
    assert (told.proof.served, told.proof.least, told.proof.total, told.proof.squares) == (
        5,
        10,
        130,
        5,
    )
    assert told.proof.kind == "dual_bounds"


def test_two_who_would_both_rather_have_each_other_are_counted() -> None:
    # 11 would rather have 1, and 1 would rather have 11, who is open; but 12 has nobody else than 1.
    pool = a_pool(
        a_mentor(1, offers=(Offer("ai", 4), Offer("crm", 4))),
        a_mentor(2, offers=(Offer("ai", 2),)),
        a_mentee(11, openness=5),
        a_mentee(12, openness=1, needs=(Need("crm", 1, 1),)),
        terms=replace(TERMS, weights={"topics": 30, "openness": 8}),
    )

    told = reported(pool)

    assert (told.pairs, told.scores, told.blocking_pairs) == (2, Spread(18, 18, 18), 1)
    assert told.mentees.ranks == Ranks(first=1, first_three=2, median=1, worst=2)
    assert told.mentors.ranks == Ranks(first=1, first_three=2, median=1, worst=2)
    assert (told.mentees.spread, told.mentors.spread) == (Spread(10, 10, 10), Spread(0, 0, 0))
    assert (told.proof.least, told.proof.total) == (18, 48)
