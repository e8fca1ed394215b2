"""What a run measured decides its verdict, beside the invariants."""

from dev.faults.history import Fault, History, Line
from dev.faults.judging import FAIL, PASS, Judgement
from dev.faults.limits import limits


def run_of(*faults: Fault, lines: tuple[Line, ...] = ()) -> History:
    return History(faults=list(faults), lines=list(lines))


def shown(history: History) -> list[str]:
    return [f"{limit} {'kept' if limit.kept else 'missed'}" for limit in limits(history)]


def test_what_has_a_bound_is_held_against_it() -> None:
    detail = {"tries": 900, "failed": 1, "failed_limit": 0}
    back = {"drained_seconds": 119.5, "drained_seconds_limit": 120.0}
    assert shown(
        run_of(
            Fault(at=1.0, fault="rolling_restart", target="services", detail=detail),
            Fault(at=2.0, fault="brokers_back", target="kafka", detail=back),
            Fault(at=3.0, fault="pause", target="matching-1", detail={"seconds": 13.0}),
        )
    ) == [
        "rolling_restart.failed: 1, at most 0 missed",
        "brokers_back.drained_seconds: 119.5, at most 120 kept",
    ]


def test_effects_are_exact_and_repetitions_are_many_enough() -> None:
    few = {"effects": 999, "effects_limit": 1000, "duplicates": 49_500, "duplicates_limit": 49_000}
    many = {"effects": 1000, "effects_limit": 1000, "duplicates": 48_999}
    assert shown(
        run_of(
            Fault(at=1.0, fault="repeated", target="t", detail=few),
            Fault(at=2.0, fault="repeated", target="t", detail=many | {"duplicates_limit": 49_000}),
        )
    ) == [
        "repeated.effects: 999, exactly 1000 missed",
        "repeated.duplicates: 49500, at least 49000 kept",
        "repeated.effects: 1000, exactly 1000 kept",
        "repeated.duplicates: 48999, at least 49000 missed",
    ]


def test_whoever_goes_on_too_late_misses_the_bound() -> None:
    killed = Fault(at=100.0, fault="kill", target="matching-1", pid=7)
    late = Line(at=108.5, process="matching-2", event="intake.assigned", fields={})
    assert shown(run_of(killed, lines=(late,))) == [
        "after_kill.worst_seconds: 8.5, at most 8 missed"
    ]


def test_a_missed_bound_fails_a_full_run_and_is_told_by_a_smoke_run() -> None:
    detail = {"slowest_503": 3.4, "slowest_503_limit": 3.0}
    history = run_of(Fault(at=1.0, fault="primary_back", target="mongo", detail=detail))
    full = Judgement(seed=1, history=history, findings=[], full=True)
    assert full.verdict == FAIL
    assert full.reasons()[0] == "primary_back.slowest_503: 3.4, at most 3"
    smoke = Judgement(seed=1, history=history, findings=[])
    assert smoke.verdict == PASS
    assert smoke.report()["limits"] == ["primary_back.slowest_503: 3.4, at most 3"]


def test_a_mutant_that_nobody_caught_fails_the_run() -> None:
    mutants = {"built": ("w1", "no_lease"), "caught": ["w1"]}
    judgement = Judgement(seed=1, history=run_of(), findings=[], mutants=mutants)
    assert judgement.verdict == FAIL
    assert judgement.reasons() == ["no_lease was not caught"]
    caught = Judgement(seed=1, history=run_of(), findings=[], mutants=mutants | {"built": ("w1",)})
    assert caught.verdict == PASS
