"""The checks of a report's other formats: right ones pass, and each way to be wrong has a name."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID

import pytest

from services.matching.domain.candidates import Candidate, Need, Offer
from services.matching.domain.rounds import Pin, Pool, Wish
from services.matching.domain.terms import FormatTerms
from services.matching.domain.weeks import Slot
from services.matching.solver import compose
from services.matching.solver.files.simulation import simulate
from services.matching.solver.proof import stages
from services.matching.solver.proof.stages import gaps
from services.matching.solver.proof.verify import verify
from services.matching.solver.report import PairOfTwo, Report
from tests.matching.builders import TERMS, a_mentee, a_mentor, a_pool, entrant
from tests.matching.random_pools import some_pool

ALL = replace(
    TERMS,
    formats=(
        FormatTerms("one_to_one", 2, 90),
        FormatTerms("group", 3, 90, people_max=4),
        FormatTerms("partnership", 2, 180),
        FormatTerms("sprint", 2, 0, people_max=2, cadence_days=3),
    ),
)
MONDAY = Slot(0, 9 * 60, 120)
TUESDAY = Slot(1, 9 * 60, 120)
LONG_TUESDAY = Slot(1, 9 * 60, 240)
LATE_TUESDAY = Slot(1, 11 * 60, 120)


def quiet(step: str, done: int, total: int) -> None:
    """Nobody listens."""


def codes(pool: Pool, report: Report) -> set[str]:
    return {breach.code for breach in verify(pool, report, quiet)}


def every_format() -> Pool:
    """A partnership of 1 and 2, a sprint of 3 and 4, a group of 5 with 6 and 7, and 8 with 9 one to one; 10 is left."""
    group = ("group", "one_to_one")
    sprint: dict[str, Any] = {"formats": ("sprint", "one_to_one"), "slots": (MONDAY, LONG_TUESDAY)}
    return a_pool(
        junior(1),
        senior(2),
        a_mentor(3, offers=(Offer("data", 4),), **sprint),
        a_mentee(4, needs=(Need("data", 1, 1),), has_task=True, **sprint),
        a_mentor(5, offers=(Offer("law", 4),), formats=group, capacity=2),
        a_mentee(6, needs=(Need("law", 1, 1),), formats=group),
        a_mentee(7, needs=(Need("law", 1, 1),), formats=group),
        a_mentor(8),
        a_mentee(9),
        a_mentee(10, needs=(Need("law", 1, 1),)),
        terms=ALL,
    )


def junior(number: int, **but: Any) -> Candidate:
    """Teaches CRM, and would learn to present."""
    usual: dict[str, Any] = {
        "formats": ("partnership",),
        "offers": (Offer("crm", 4),),
        "needs": (Need("presenting", 1, 1),),
    }
    return a_mentor(number, roles=("mentor", "mentee"), **(usual | but))


def senior(number: int, **but: Any) -> Candidate:
    """Wants CRM, and teaches to present."""
    usual: dict[str, Any] = {
        "formats": ("partnership",),
        "offers": (Offer("presenting", 4),),
        "needs": (Need("crm", 1, 1),),
    }
    return a_mentee(number, roles=("mentor", "mentee"), **(usual | but))


def of_format(report: Report, format_: str) -> list[PairOfTwo]:
    return [one for one in report.pairs if one.format == format_]


def changed(report: Report, format_: str, **but: Any) -> Report:
    """The report with another word about the first pair of a format."""
    first = of_format(report, format_)[0]
    other = first.model_copy(update=but)
    pairs = tuple(other if one is first else one for one in report.pairs)
    return report.model_copy(update={"pairs": pairs})


def without(report: Report, format_: str) -> Report:
    """The report without the first pair of a format."""
    first = of_format(report, format_)[0]
    pairs = tuple(one for one in report.pairs if one is not first)
    figures = report.figures.model_copy(update={"matched": len(pairs)})
    return report.model_copy(update={"pairs": pairs, "figures": figures})


def retold(report: Report, format_: str, **but: Any) -> Report:
    """The report with another word about a stage; `level` and its fields are about one of its aims."""
    changed_ones = []
    for stage in report.stages:
        words = dict(but) if stage.format == format_ else {}
        name = words.pop("level", None)
        if name is not None:
            levels = tuple(
                one.model_copy(update=words) if one.name == name else one for one in stage.levels
            )
            words = {"levels": levels}
        changed_ones.append(stage.model_copy(update=words))
    return report.model_copy(update={"stages": tuple(changed_ones)})


def test_a_round_of_all_formats_is_told_whole_and_passes() -> None:
    report = simulate(every_format(), quiet)

    assert [(one.mentor_id.int, one.mentee_id.int, one.format) for one in report.pairs] == [
        (1, 2, "partnership"),
        (3, 4, "sprint"),
        (5, 6, "group"),
        (5, 7, "group"),
        (8, 9, "one_to_one"),
    ]
    assert [(one.volunteer_id.int, one.side, one.reason) for one in report.unmatched] == [
        (10, "mentee", "outcompeted")
    ]
    assert [(one.format, one.mentors, one.mentees, one.pairs) for one in report.stages] == [
        ("partnership", 2, 2, 1),
        ("sprint", 1, 1, 1),
        ("group", 1, 2, 2),
    ]
    assert [one.levels[0].value for one in report.stages] == [2, 1, 2]
    assert (report.objective.served, report.figures.matched) == (1, 5)
    assert of_format(report, "sprint")[0].starts_at == datetime(2026, 3, 3, 9, tzinfo=UTC)
    assert len({one.group_id for one in of_format(report, "group")} - {None}) == 1
    assert verify(every_format(), report, quiet) == ()


def test_a_report_is_the_same_after_it_was_written_and_read() -> None:
    report = simulate(every_format(), quiet)
    again = Report.model_validate_json(report.model_dump_json())

    assert again == report
    assert codes(every_format(), again) == set()


def test_the_gaps_are_told_as_what_no_check_proves() -> None:
    report = simulate(every_format(), quiet)

    assert [*gaps(report)] == [
        "partnership: gap told, not proven: served 0, least 0, total 0, marks 0",
        "sprint: gap told, not proven: served 0, least 0, total 0, cost 0, marks 0",
        "group: gap told, not proven: served 0, least 0, total 0, marks 0",
    ]


@pytest.mark.parametrize("seed", range(6))
def test_any_round_of_all_formats_passes(seed: int) -> None:
    draw = Random(seed)
    drawn = some_pool(seed, 16, easy=True)
    formats = ("partnership", "sprint", "group", "one_to_one")
    entrants = tuple(
        replace(
            one,
            candidate=replace(
                one.candidate,
                formats=tuple(draw.sample(formats, draw.randint(2, 4))),
                has_task=draw.random() < 0.5,
            ),
        )
        for one in drawn.entrants
    )
    terms = replace(drawn.terms, formats=ALL.formats)
    pool = replace(drawn, terms=terms, entrants=entrants)
    assert verify(pool, simulate(pool, quiet), quiet) == ()


WORDS: list[tuple[str, dict[str, Any], str]] = [
    ("partnership", {"score": 1}, "wrong_score"),
    ("partnership", {"mentor_points": 1}, "wrong_score"),
    ("partnership", {"parts": {"topics": 40}}, "wrong_parts"),
    ("partnership", {"format": "one_to_one"}, "forbidden_pair"),
    ("partnership", {"format": "circle"}, "wrong_format"),
    ("partnership", {"group_id": UUID(int=7)}, "wrong_format"),
    ("sprint", {"score": 1}, "wrong_score"),
    ("sprint", {"group_id": UUID(int=7)}, "wrong_format"),
    ("sprint", {"starts_at": None}, "sprint_time"),
    # The next day of all those that both have free, but one more than the programme allows.
    ("sprint", {"starts_at": datetime(2026, 3, 9, 9, tzinfo=UTC)}, "sprint_day"),
    ("sprint", {"starts_at": datetime(2026, 3, 2, 9, tzinfo=UTC)}, "sprint_day"),
    ("sprint", {"starts_at": datetime(2026, 3, 3, 8, 59, tzinfo=UTC)}, "sprint_time"),
    ("sprint", {"starts_at": datetime(2026, 3, 3, 11, 1, tzinfo=UTC)}, "sprint_time"),
    ("sprint", {"starts_at": datetime(2026, 3, 3, 9, 0, 30, tzinfo=UTC)}, "sprint_time"),
    ("sprint", {"starts_at": datetime(2026, 3, 3, 10, tzinfo=UTC)}, "stage_level"),
    ("group", {"score": 1}, "wrong_score"),
    ("group", {"starts_at": datetime(2026, 3, 3, 9, tzinfo=UTC)}, "wrong_format"),
    ("group", {"group_id": None}, "group_id"),
    ("group", {"group_id": UUID(int=7)}, "group_size"),
    ("one_to_one", {"group_id": UUID(int=7)}, "wrong_format"),
    ("one_to_one", {"starts_at": datetime(2026, 3, 3, 9, tzinfo=UTC)}, "wrong_format"),
    ("one_to_one", {"format": "group"}, "wrong_format"),
    ("one_to_one", {"mentor_id": UUID(int=99)}, "unknown_volunteer"),
]


@pytest.mark.parametrize(("format_", "words", "code"), WORDS)
def test_a_false_word_about_a_pair_is_named(format_: str, words: dict[str, Any], code: str) -> None:
    report = changed(simulate(every_format(), quiet), format_, **words)

    assert code in codes(every_format(), report)


@pytest.mark.parametrize(
    ("format_", "found"),
    [
        # Both are free to be asked again, and one of them is told nowhere.
        ("partnership", {"forgotten", "stage_counts", "stage_level"}),
        ("sprint", {"forgotten", "stage_counts", "stage_level"}),
        ("group", {"forgotten", "group_id", "group_size"}),
        ("one_to_one", {"forgotten", "objective", "claim_bound"}),
    ],
)
def test_a_pair_that_is_left_out_is_missed(format_: str, found: set[str]) -> None:
    report = without(simulate(every_format(), quiet), format_)

    assert codes(every_format(), report) >= found


STAGES: list[tuple[str, dict[str, Any], str]] = [
    ("partnership", {"mentors": 3}, "stage_counts"),
    ("sprint", {"mentees": 2}, "stage_counts"),
    ("group", {"pairs": 3}, "stage_counts"),
    ("group", {"unseen": 1}, "stage_counts"),
    ("group", {"format": "circle"}, "stage_unknown"),
    ("group", {"format": "sprint"}, "stage_unknown"),
    ("partnership", {"levels": ()}, "stage_level"),
    ("partnership", {"level": "served", "value": 1, "bound": 1}, "stage_level"),
    ("sprint", {"level": "cost", "value": 0, "bound": 0}, "stage_level"),
    ("group", {"level": "least", "value": 1, "bound": 1}, "stage_level"),
    ("group", {"level": "total", "value": 1, "bound": 1}, "stage_level"),
    ("group", {"level": "marks", "value": 1, "bound": 1}, "stage_level"),
    ("group", {"level": "total", "bound": 1}, "stage_bound"),
    ("group", {"level": "marks", "bound": 1 << 40}, "stage_bound"),
    ("group", {"level": "served", "gap": 1}, "stage_bound"),
]


@pytest.mark.parametrize(("format_", "words", "code"), STAGES)
def test_a_false_word_about_a_stage_is_named(
    format_: str, words: dict[str, Any], code: str
) -> None:
    report = retold(simulate(every_format(), quiet), format_, **words)

    assert code in codes(every_format(), report)


def test_a_stage_is_missed_and_one_that_nobody_could_take_part_in_is_not_believed() -> None:
    report = simulate(every_format(), quiet)
    bare = report.model_copy(update={"stages": ()})
    plain = a_pool(a_mentor(1), a_mentee(2), terms=ALL)
    more = simulate(plain, quiet).model_copy(update={"stages": report.stages[-1:]})

    assert codes(every_format(), bare) == {"stage_missing"}
    assert codes(plain, more) == {"stage_unknown"}


def test_two_sprints_at_a_time_are_no_sprints() -> None:
    who: dict[str, Any] = {"formats": ("sprint",), "slots": (LONG_TUESDAY,), "hours_per_month": 8}
    mentees = [a_mentee(number, has_task=True, **who) for number in (2, 3)]
    pool = a_pool(a_mentor(1, capacity=2, **who), *mentees, terms=ALL)
    report = simulate(pool, quiet)
    eleven, nine = (datetime(2026, 3, 3, hour, tzinfo=UTC) for hour in (11, 9))

    assert {one.starts_at for one in report.pairs} == {nine, eleven}
    assert codes(pool, report) == set()
    pairs = tuple(one.model_copy(update={"starts_at": nine}) for one in report.pairs)
    assert codes(pool, report.model_copy(update={"pairs": pairs})) == {"sprint_overlap"}


def test_a_sprint_is_not_where_another_is_booked() -> None:
    nine = datetime(2026, 3, 3, 9, tzinfo=UTC)
    who: dict[str, Any] = {"formats": ("sprint",), "slots": (LONG_TUESDAY,)}
    mentor = entrant(a_mentor(1, **who), booked=(nine,))
    pool = a_pool(mentor, a_mentee(2, has_task=True, **who), terms=ALL)
    report = simulate(pool, quiet)

    assert [one.starts_at for one in report.pairs] == [nine.replace(hour=11)]
    assert codes(pool, report) == set()
    assert codes(pool, changed(report, "sprint", starts_at=nine)) == {"sprint_overlap"}


def test_sprints_take_a_place_on_their_day_and_no_more_hours_than_a_month_has() -> None:
    who: dict[str, Any] = {"formats": ("sprint",), "slots": (TUESDAY, Slot(2, 9 * 60, 120))}
    mentees = [a_mentee(number, has_task=True, **who) for number in (2, 3)]

    def pool(**but: Any) -> Pool:
        return a_pool(a_mentor(1, **who, **but), *mentees, terms=ALL)

    both = simulate(pool(), quiet)
    assert {one.starts_at.day for one in both.pairs if one.starts_at} == {3, 4}
    assert codes(pool(), both) == set()
    assert "sprint_hours" in codes(pool(hours_per_month=3), both)
    same_day = tuple(
        one.model_copy(update={"starts_at": datetime(2026, 3, 3, 9, tzinfo=UTC)})
        for one in both.pairs
    )
    assert "over_capacity" in codes(pool(), both.model_copy(update={"pairs": same_day}))


def test_a_sprint_may_run_over_midnight_in_the_zones_of_both() -> None:
    late = {"slots": (Slot(2, 30, 120),), "time_zone": "Europe/Berlin"}
    who: dict[str, Any] = {"formats": ("sprint",), **late}
    pool = a_pool(a_mentor(1, **who), a_mentee(2, has_task=True, **who), terms=ALL)
    report = simulate(pool, quiet)

    assert [one.starts_at for one in report.pairs] == [datetime(2026, 3, 3, 23, 30, tzinfo=UTC)]
    assert codes(pool, report) == set()


def a_group(*mentees: Candidate, size: int = 4, **but: Any) -> Pool:
    terms = replace(ALL, formats=(FormatTerms("group", 3, 90, people_max=size),))
    mentor = a_mentor(1, formats=("group",), capacity=5, slots=(LONG_TUESDAY,), **but)
    return a_pool(mentor, *mentees, terms=terms)


def pupils(*numbers: int, **but: Any) -> list[Candidate]:
    usual: dict[str, Any] = {"formats": ("group",), "slots": (LONG_TUESDAY,)}
    return [a_mentee(number, **(usual | but)) for number in numbers]


OTHER_GROUPS: dict[str, tuple[Callable[[], Pool], set[str]]] = {
    "too many": (lambda: a_group(*pupils(2, 3, 4), size=3), {"group_size"}),
    "no hour for all": (
        lambda: a_group(*pupils(2, 3, slots=(TUESDAY,)), *pupils(4, slots=(LATE_TUESDAY,))),
        {"group_slot"},
    ),
    "no topic for all": (
        lambda: a_group(
            *pupils(2, 3),
            *pupils(4, needs=(Need("law", 1, 1),)),
            offers=(Offer("ai", 4), Offer("law", 4)),
        ),
        {"group_topic"},
    ),
    "no room": (
        lambda: a_pool(
            a_mentor(1, formats=("group",), capacity=2, slots=(LONG_TUESDAY,)),
            *pupils(2, 3, 4),
            terms=a_group().terms,
        ),
        {"over_capacity"},
    ),
}


@pytest.mark.parametrize("case", OTHER_GROUPS)
def test_a_group_is_checked_by_what_holds_of_a_group(case: str) -> None:
    """The report of a pool in which nothing stands against the three is told of one in which something does."""
    good = a_group(*pupils(2, 3, 4))
    report = simulate(good, quiet)
    make, found = OTHER_GROUPS[case]

    assert len(of_format(report, "group")) == 3
    assert codes(good, report) == set()
    assert codes(make(), report) >= found


def two_groups() -> Pool:
    both = [
        replace(one, formats=("group",), capacity=5, slots=(LONG_TUESDAY,))
        for one in (a_mentor(1), a_mentor(2))
    ]
    terms = replace(ALL, formats=(FormatTerms("group", 3, 90, people_max=3),))
    return a_pool(*both, *pupils(11, 12, 13, 14), terms=terms)


def test_a_mentor_leads_one_group_a_mentee_is_in_one_and_a_group_has_one_mentor() -> None:
    report = simulate(two_groups(), quiet)
    ids = {one.mentor_id: one.group_id for one in report.pairs}
    one, other = (UUID(int=number) for number in (1, 2))

    def with_pairs(**but: Callable[[PairOfTwo], Any]) -> Report:
        pairs = tuple(
            pair.model_copy(update={field: word(pair) for field, word in but.items()})
            for pair in report.pairs
        )
        return report.model_copy(update={"pairs": pairs})

    assert set(ids) == {one, other}
    assert codes(two_groups(), report) == set()
    assert codes(two_groups(), with_pairs(mentor_id=lambda _: one)) >= {"two_groups"}
    assert codes(two_groups(), with_pairs(group_id=lambda _: ids[one])) >= {"group_mentor"}
    first = of_format(report, "group")[0].mentee_id
    assert codes(two_groups(), with_pairs(mentee_id=lambda _: first)) >= {"paired_twice"}


def test_a_partnership_covers_both_and_has_the_junior_as_the_mentor() -> None:
    good = a_pool(junior(1), senior(2), terms=ALL)
    report = simulate(good, quiet)
    turned = changed(report, "partnership", mentor_id=UUID(int=2), mentee_id=UUID(int=1))
    one_way = a_pool(junior(1), senior(2, offers=(Offer("law", 5),)), terms=ALL)

    assert codes(good, report) == set()
    assert "forbidden_pair" in codes(good, turned)
    assert "forbidden_pair" in codes(one_way, report)


def test_where_levels_may_stand_either_way_the_senior_is_not_the_mentor() -> None:
    pool = a_pool(senior(1), junior(2), terms=replace(ALL, any_direction=True))
    report = simulate(pool, quiet)
    turned = changed(report, "partnership", mentor_id=UUID(int=1), mentee_id=UUID(int=2))

    assert [(one.mentor_id.int, one.mentee_id.int) for one in report.pairs] == [(2, 1)]
    assert codes(pool, report) == set()
    assert "wrong_mentor" in codes(pool, turned)


def test_places_are_counted_over_all_formats_together() -> None:
    """The mentor of the sprint of that day teaches one to one, too, and has one place."""
    report = simulate(every_format(), quiet)
    taken = changed(report, "one_to_one", mentor_id=UUID(int=3))

    assert "over_capacity" in codes(every_format(), taken)
    again = changed(report, "one_to_one", mentee_id=UUID(int=6))
    assert codes(every_format(), again) >= {"paired_twice", "taken_before", "forgotten"}


def test_a_pin_keeps_its_place_from_every_format() -> None:
    pin = Pin(UUID(int=3), UUID(int=10), Wish.LEAD)
    teaches_law = replace(every_format().entrants[2].candidate, offers=(Offer("law", 4),))
    pool = every_format()
    entrants = (*pool.entrants[:2], entrant(teaches_law), *pool.entrants[3:])
    pinned = replace(pool, entrants=entrants, pins=(pin,))
    report = simulate(pinned, quiet)

    assert (3, 10, "one_to_one") in [
        (one.mentor_id.int, one.mentee_id.int, one.format) for one in report.pairs
    ]
    assert codes(pinned, report) == set()
    # The report of the round without the pin has its mentor in a sprint.
    assert "wrong_format" in codes(pinned, simulate(every_format(), quiet))


def test_who_lost_against_a_group_is_outcompeted_and_not_without_anybody() -> None:
    mentor = a_mentor(1, formats=("group", "one_to_one"), capacity=2)
    pool = a_pool(mentor, *pupils(2, 3, slots=(MONDAY,)), a_mentee(4), terms=ALL)
    report = simulate(pool, quiet)
    (left,) = report.unmatched
    other = left.model_copy(update={"reason": "no_capacity"})

    assert (left.volunteer_id.int, left.reason) == (4, "outcompeted")
    assert codes(pool, report) == set()
    assert codes(pool, report.model_copy(update={"unmatched": (other,)})) == {"wrong_reason"}


def test_whoever_found_somebody_in_another_format_is_not_left() -> None:
    report = simulate(every_format(), quiet)
    (left,) = report.unmatched
    taken = left.model_copy(update={"volunteer_id": UUID(int=6), "person_id": UUID(int=0x1006)})
    told = report.model_copy(update={"unmatched": (left, taken)})

    assert codes(every_format(), told) == {"left_and_paired"}


def test_checks_and_solver_agree_from_how_many_pairs_on_some_are_not_weighed() -> None:
    assert stages._ALL_SEEN == compose.WIDE == 20_000
