"""How soon others went on is read from the lines of their logs."""

from typing import Any

from dev.faults.history import Fault, History, Line
from dev.faults.recovery import recovery


def line(process: str, event: str, at: float, **fields: Any) -> Line:
    return Line(process, event, at, fields)


def test_a_kill_is_over_when_another_replica_has_the_work() -> None:
    history = History(
        faults=[Fault(10.0, "kill", "matching-1"), Fault(50.0, "crash", "matching-2")],
        lines=[
            line("matching-1", "intake.assigned", 12.0),  # itself: says nothing
            line("reporting-2", "intake.assigned", 12.5),  # another service
            line("matching-2", "intake.assigned", 14.0),
            line("matching-1", "intake.assigned", 60.5),
        ],
    )

    assert recovery(history)["after_kill"] == {
        "seen": 2, "median": 7.25, "worst": 10.5, "limit": 8.0, "late": 1,
    }  # fmt: skip


def test_the_end_of_the_run_is_no_orderly_end_that_others_recover_from() -> None:
    stops = [
        line("matching-1", "service.stopping", 90.0),
        line("matching-1", "service.stopped", 90.2),
        line("matching-2", "service.stopping", 90.3),
        line("matching-2", "service.stopped", 90.4),
    ]
    one = [
        line("matching-1", "service.stopping", 10.0),
        line("matching-1", "service.stopped", 10.4),
        line("matching-2", "intake.assigned", 10.8),
    ]

    assert recovery(History(lines=stops))["after_stop"] == {"seen": 0, "limit": 3.0}
    assert recovery(History(lines=[*one, *stops]))["after_stop"]["worst"] == 0.8


def test_nobody_recovers_from_an_end_that_ended_itself_first() -> None:
    """An aimed kill strikes whoever comes to the place, also the one that just took over."""
    lines = [
        line("matching-1", "service.stopping", 10.0),
        line("matching-1", "service.stopped", 10.5),
        line("matching-2", "intake.assigned", 20.0),
    ]
    killed = Fault(11.0, "crash", "matching-2")
    elsewhere = Fault(11.0, "crash", "reporting-2")

    assert recovery(History(faults=[killed], lines=lines))["after_stop"]["seen"] == 0
    assert recovery(History(faults=[elsewhere], lines=lines))["after_stop"]["worst"] == 10.0


def test_whoever_is_killed_while_it_stops_did_not_end_in_good_order() -> None:
    lines = [
        line("matching-1", "service.stopping", 10.0),
        line("matching-1", "service.started", 12.0),
        line("matching-2", "intake.assigned", 13.1),
    ]
    assert recovery(History(lines=lines))["after_stop"] == {"seen": 0, "limit": 3.0}


def test_nobody_recovers_from_a_death_while_the_other_replica_is_away() -> None:
    """What an aimed kill at a rebalance needs is that the other one goes and comes again."""
    killed = Fault(10.0, "crash", "matching-1")
    away = [
        line("matching-2", "service.stopping", 9.0),
        line("matching-2", "intake.assigned", 18.0),
    ]
    back = [line("matching-2", "service.stopping", 2.0), line("matching-2", "intake.assigned", 9.0)]
    taken_over = line("matching-2", "intake.assigned", 14.0)

    assert recovery(History(faults=[killed], lines=away))["after_kill"]["seen"] == 0
    assert (
        recovery(History(faults=[killed], lines=[*back, taken_over]))["after_kill"]["worst"] == 4.0
    )
