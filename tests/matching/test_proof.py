"""The checks of a report: a right one passes, and each way to be wrong has a name."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import product
from random import Random
from typing import Any

import numpy as np
import pytest

from services.matching.domain.candidates import Side
from services.matching.domain.rounds import Pin, Pool, Wish
from services.matching.domain.weeks import Slot, common_minutes, week_of
from services.matching.solver.files.simulation import report_of, simulate
from services.matching.solver.optimum.objective import objective_of
from services.matching.solver.optimum.task import Task
from services.matching.solver.proof.plain import Reference
from services.matching.solver.proof.scores import scores_of
from services.matching.solver.proof.sheet import Sides
from services.matching.solver.proof.verify import verify
from services.matching.solver.proof.weeks import arcs_of, common
from services.matching.solver.report import Certificate, Claim, Report
from services.matching.solver.run import answer_of, decision_on
from services.matching.solver.table import table_of
from tests.matching.builders import TERMS, TODAY, a_mentee, a_mentor, a_pool
from tests.matching.random_pools import ZONES, a_slot, some_pool

Pairs = tuple[tuple[int, int], ...]
NO_WEIGHTS = replace(TERMS, weights={})


def quiet(step: str, done: int, total: int) -> None:
    """Nobody listens."""


def codes(pool: Pool, report: Report) -> set[str]:
    return {breach.code for breach in verify(pool, report, quiet)}


def told(pool: Pool, pairs: Pairs) -> Report:
    """An honest report of these pairs (mentee, mentor), with the proof of the best ones."""
    best = decision_on(pool, quiet)
    answer = replace(best.answer, pairs=pairs, objective=objective_of(best.answer.task, pairs))
    return report_of(replace(best, answer=answer))


def four_and_three() -> Pool:
    """Mentor 1 fits 101 best, 2 fits 102; 3 has two places; 4 speaks nobody's language."""
    return a_pool(
        a_mentor(1, hobbies=("chess", "running")),
        a_mentor(2, hobbies=("chess",)),
        a_mentor(3, capacity=2),
        a_mentor(4, languages=("fr",)),
        a_mentee(101, hobbies=("chess", "running")),
        a_mentee(102, hobbies=("chess",)),
        a_mentee(103),
    )


BEST: Pairs = ((0, 0), (1, 1), (2, 2))


@pytest.mark.parametrize("seed", range(6))
def test_every_combination_is_scored_as_the_plain_reference_does(seed: int) -> None:
    pool = some_pool(seed, 40, easy=seed % 2 == 0)
    scores = scores_of(pool, Sides.of(pool), quiet)
    reference = Reference.of(pool)
    plain = [
        [reference.points((mentor, mentee)) for mentee in range(scores.shape[1])]
        for mentor in range(scores.shape[0])
    ]
    assert scores.tolist() == plain


def test_common_time_is_the_same_by_arcs_and_by_minutes() -> None:
    draw = Random(1)
    weeks = [
        (tuple(a_slot(draw) for _ in range(draw.randint(0, 9))), draw.choice(ZONES))
        for _ in range(40)
    ]
    all_week = tuple(Slot(day, 0, 1440) for day in range(7))
    weeks += [(all_week, "UTC"), (all_week, "Asia/Kolkata")]
    bits = [week_of(*week, TODAY) for week in weeks]
    arcs = [arcs_of(*week, TODAY) for week in weeks]
    assert common(arcs, arcs).tolist() == [
        [common_minutes(one, other) for other in bits] for one in bits
    ]


@pytest.mark.parametrize("seed", range(12))
def test_a_right_report_passes(seed: int) -> None:
    pool = some_pool(seed, 40, easy=True)
    assert verify(pool, simulate(pool, quiet), quiet) == ()


def test_a_round_without_anybody_passes() -> None:
    assert verify(a_pool(), simulate(a_pool(), quiet), quiet) == ()


def test_what_is_tampered_with_below_would_pass_as_it_is() -> None:
    assert told(four_and_three(), BEST).pairs == simulate(four_and_three(), quiet).pairs
    assert codes(four_and_three(), told(four_and_three(), BEST)) == set()


def test_swapped_pairs_are_below_the_bound() -> None:
    report = told(four_and_three(), ((0, 1), (1, 0), (2, 2)))
    assert codes(four_and_three(), report) == {"claim_bound"}


def test_a_dropped_pair_is_below_the_bound() -> None:
    report = told(four_and_three(), ((0, 0), (1, 1)))
    assert codes(four_and_three(), report) == {"claim_bound"}


def test_one_mentor_with_two_pairs_costs_more_than_two_with_one() -> None:
    pool = a_pool(a_mentor(1, capacity=2), a_mentor(2), a_mentee(101), a_mentee(102))
    assert codes(pool, told(pool, ((0, 0), (1, 0)))) == {"claim_bound"}


def test_a_forbidden_pair_is_named_with_its_rule() -> None:
    report = told(four_and_three(), ((0, 0), (1, 1), (2, 3)))
    found = [str(breach) for breach in verify(four_and_three(), report, quiet)]
    assert any(line.startswith("forbidden_pair") for line in found)
    assert any(line.endswith(": no_common_language") for line in found)


def test_over_capacity_is_named() -> None:
    assert "over_capacity" in codes(
        four_and_three(), told(four_and_three(), ((0, 0), (1, 0), (2, 2)))
    )


def test_a_mentee_in_two_pairs_is_named() -> None:
    report = told(four_and_three(), ((0, 0), (0, 1), (1, 2), (2, 2)))
    assert "paired_twice" in codes(four_and_three(), report)


def test_the_places_of_somebody_in_both_roles_are_counted_together() -> None:
    both = a_mentor(2, roles=("mentor", "mentee"), needs=a_mentee(1).needs, level=5)
    pool = a_pool(a_mentor(1), both, a_mentee(101))
    assert codes(pool, simulate(pool, quiet)) == set()
    # Rows are 2 and 101, columns 1 and 2.
    assert "over_capacity" in codes(pool, told(pool, ((0, 0), (1, 1))))


CHANGES: dict[str, dict[str, Any]] = {
    "input_hash": {"input_hash": "0" * 64},
    "policy_hash": {"policy_hash": "0" * 64},
    "forgotten": {"unmatched": ()},
    "objective": {"objective": {"digest": "0" * 64}},
    "matched": {"figures": {"matched": 4}},
}


@pytest.mark.parametrize("code", CHANGES)
def test_a_false_word_is_named(code: str) -> None:
    report = told(four_and_three(), BEST).model_dump()
    for field, value in CHANGES[code].items():
        report[field] = {**report[field], **value} if isinstance(value, dict) else value
    assert codes(four_and_three(), Report.model_validate(report)) == {code}


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("format", "sprint", "wrong_format"),
        ("score", 1_000, "wrong_score"),
        ("parts", {"topics": 40}, "wrong_parts"),
        ("mentor_id", a_mentor(99).id, "unknown_volunteer"),
    ],
)
def test_a_false_word_about_a_pair_is_named(field: str, value: Any, code: str) -> None:
    report = told(four_and_three(), BEST)
    pairs = (report.pairs[0].model_copy(update={field: value}), *report.pairs[1:])
    assert code in codes(four_and_three(), report.model_copy(update={"pairs": pairs}))


def proof_of(report: Report) -> Certificate:
    assert report.certificate is not None
    return report.certificate


def with_claim(report: Report, level: str, **but: Any) -> Report:
    claim: Claim = getattr(report.certificate, level)
    if prices := but.keys() & {"rows", "columns", "decisions"}:
        leaf = claim.leaves[0].model_copy(update={name: but.pop(name) for name in prices})
        but["leaves"] = (leaf,)
    changed = proof_of(report).model_copy(update={level: claim.model_copy(update=but)})
    return report.model_copy(update={"certificate": changed})


@pytest.mark.parametrize("level", ["served", "least", "total", "squares"])
def test_a_price_that_is_raised_lifts_the_bound_and_one_that_is_lowered_does_not_hold(
    level: str,
) -> None:
    report = told(four_and_three(), BEST)
    rows = getattr(report.certificate, level).leaves[0].rows
    much = 10**9
    higher = with_claim(report, level, rows=(rows[0] + much, *rows[1:]))
    lower = with_claim(report, level, rows=(rows[0] - much, *rows[1:]))
    assert codes(four_and_three(), higher) == {"claim_bound"}
    assert codes(four_and_three(), lower) >= {"claim_negative", "claim_price"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"floor": 1_000}, "claim_floor"),
        ({"weights": (-1, 1, 1)}, "claim_weights"),
        ({"rows": ()}, "claim_length"),
        ({"columns": (1 << 62, 0, 0, 0)}, "claim_too_large"),
        ({"weights": (1, 1 << 70, 1)}, "claim_too_large"),
        ({"decisions": ((0, True),)}, "claim_decisions"),
        ({"leaves": ()}, "claim_decisions"),
    ],
)
def test_a_claim_that_shows_nothing_is_named(change: dict[str, Any], code: str) -> None:
    report = with_claim(told(four_and_three(), BEST), "total", **change)
    assert code in codes(four_and_three(), report)


def test_the_least_score_needs_its_claim() -> None:
    report = told(four_and_three(), BEST)
    bare = proof_of(report).model_copy(update={"least": None})
    assert codes(four_and_three(), report.model_copy(update={"certificate": bare})) == {
        "claim_missing"
    }


def pinned(by: Wish = Wish.LEAD) -> Pool:
    """Mentor 1 is pinned to 102, whom 2 fits better."""
    pin = Pin(a_mentor(1).id, a_mentee(102).id, by)
    return replace(four_and_three(), pins=(pin,))


def test_a_pin_that_is_kept_passes_and_one_that_is_lost_does_not() -> None:
    report = simulate(pinned(), quiet)
    assert (a_mentor(1).id, a_mentee(102).id) in {
        (one.mentor_id, one.mentee_id) for one in report.pairs
    }
    assert codes(pinned(), report) == set()
    lost = told(four_and_three(), BEST).model_copy(update={"input_hash": report.input_hash})
    assert "pin_lost" in codes(pinned(), lost)


def test_a_pin_is_not_refused_without_need() -> None:
    refused = {
        "mentor_id": a_mentor(1).id,
        "mentee_id": a_mentee(102).id,
        "reason": "no_common_slot",
    }
    report = told(four_and_three(), BEST).model_dump()
    report["refused_pins"] = [refused]
    assert "pin_refused" in codes(pinned(), Report.model_validate(report))


def test_stable_pairs_pass_without_a_certificate_and_blocked_ones_do_not() -> None:
    terms = replace(TERMS, stable=True)
    pool = replace(four_and_three(), terms=terms)
    report = simulate(pool, quiet)
    assert (report.certificate, report.figures.blocking_pairs) == (None, 0)
    assert codes(pool, report) == set()
    assert codes(pool, told(pool, ((0, 1), (1, 0), (2, 2)))) == {"blocking_pair"}
    assert codes(pool, told(pool, ((0, 0), (1, 1)))) == {"blocking_pair"}


@pytest.mark.parametrize("seed", range(6))
def test_any_stable_round_passes(seed: int) -> None:
    drawn = some_pool(seed, 40, easy=True)
    pool = replace(drawn, terms=replace(drawn.terms, stable=True))
    assert verify(pool, simulate(pool, quiet), quiet) == ()


def test_the_best_pairs_need_a_certificate() -> None:
    report = told(four_and_three(), BEST).model_copy(update={"certificate": None})
    assert codes(four_and_three(), report) == {"claim_missing"}


def answers(task: Task) -> Iterator[Pairs]:
    """All of them: each mentee with one allowed mentor or nobody, nobody above their places."""
    choices = [[-1, *np.flatnonzero(row >= 0).tolist()] for row in task.points]
    for chosen in product(*choices):
        pairs = tuple((row, column) for row, column in enumerate(chosen) if column >= 0)
        loads = Counter(column for _, column in pairs)
        both = (loads[one.column] + (chosen[one.row] >= 0) <= one.places for one in task.shared)
        if all(load <= task.places[column] for column, load in loads.items()) and all(both):
            yield pairs


def best_but_for_the_marks(pool: Pool) -> list[Pairs]:
    task = table_of(pool, quiet).task(())

    def levels(pairs: Pairs) -> tuple[int, int, int, int]:
        worth = objective_of(task, pairs)
        return worth.served, worth.least or 0, worth.total, -worth.squares

    them = {pairs: levels(pairs) for pairs in answers(task)}
    return [pairs for pairs, worth in them.items() if worth == max(them.values())]


def passing(pool: Pool, many: Iterable[Pairs]) -> list[Pairs]:
    return [pairs for pairs in many if not verify(pool, told(pool, pairs), quiet)]


def test_of_equally_good_answers_only_the_one_with_the_least_marks_passes() -> None:
    people = [a_mentor(number) for number in (1, 2, 3, 4)]
    people += [a_mentee(number) for number in (101, 102, 103)]
    pool = a_pool(*people, terms=NO_WEIGHTS)
    equal = best_but_for_the_marks(pool)
    assert len(equal) == 24
    assert passing(pool, equal) == [best_of(pool)]
    assert codes(pool, told(pool, equal[0])) | codes(pool, told(pool, equal[-1])) == {
        "not_the_least_marks"
    }


def best_of(pool: Pool) -> Pairs:
    return answer_of(pool, quiet).pairs


@pytest.mark.parametrize("seed", range(8))
def test_where_people_teach_and_learn_only_one_answer_passes_too(seed: int) -> None:
    drawn = some_pool(seed, 6, easy=True)
    both = tuple(replace(one, sides=tuple(Side)) for one in drawn.entrants)
    terms = replace(drawn.terms, weights={}, formats=TERMS.formats[:1])
    pool = replace(drawn, pins=(), terms=terms, entrants=both)
    equal = best_but_for_the_marks(pool)
    assert passing(pool, equal) == [best_of(pool)]
