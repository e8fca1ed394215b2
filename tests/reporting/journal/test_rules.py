"""What may be planned and reported, and when two reports are about one meeting."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.journal.domain import rules
from services.reporting.journal.domain.model import (
    Cancelled,
    Entry,
    Held,
    Members,
    Pair,
    Planned,
    Session,
    Span,
    State,
)
from services.reporting.journal.domain.rules import Report
from shared.chassis.refusals import Conflict, Invalid, NotFound

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
FORMED = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
MEMBERS = Members(UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=4))
PAIR = Pair(MEMBERS, FORMED, None)
FIRST, SECOND = UUID(int=11), UUID(int=12)


def at(hour: int, minute: int = 0, *, day: int = 2, minutes: int = 60) -> Span:
    return Span(datetime(2026, 3, day, hour, minute, tzinfo=UTC), minutes)


def report(span: Span, mood: int | None = None) -> Report:
    return Report(span, ("crm",), mood)


def with_session(state: State, span: Span) -> Pair:
    return replace(PAIR, sessions=(Session(FIRST, state, span),))


def test_a_plan_for_later_is_a_new_session_and_a_fact() -> None:
    entry = rules.plan(PAIR, at(15), session_id=FIRST, now=NOW)

    session = Session(FIRST, State.PLANNED, at(15))
    assert entry == Entry(session, Planned(MEMBERS, session))


@pytest.mark.parametrize(
    "span",
    [
        pytest.param(at(11), id="past"),
        pytest.param(at(12), id="this very moment"),
        pytest.param(Span(NOW + timedelta(days=367), 60), id="over a year ahead"),
    ],
)
def test_a_plan_is_for_the_near_future(span: Span) -> None:
    with pytest.raises(Invalid) as refused:
        rules.plan(PAIR, span, session_id=FIRST, now=NOW)

    assert (refused.value.code, refused.value.pointer) == ("starts_at_not_ahead", "/starts_at")


def test_a_plan_that_overlaps_a_planned_session_is_that_session() -> None:
    pair = with_session(State.PLANNED, at(15))

    entry = rules.plan(pair, at(15, 30), session_id=SECOND, now=NOW)

    assert entry == Entry(Session(FIRST, State.PLANNED, at(15)), None)


def test_a_plan_right_after_a_planned_session_is_another_one() -> None:
    pair = with_session(State.PLANNED, at(15))

    entry = rules.plan(pair, at(16), session_id=SECOND, now=NOW)

    assert entry.session.session_id == SECOND
    assert entry.is_new


def test_a_plan_in_place_of_a_cancelled_session_is_a_new_one() -> None:
    pair = with_session(State.CANCELLED, at(15))

    assert rules.plan(pair, at(15), session_id=SECOND, now=NOW).session.session_id == SECOND


def test_a_pair_that_ended_plans_no_more() -> None:
    ended = replace(PAIR, ended_at=datetime(2026, 3, 2, 11, 0, tzinfo=UTC))

    with pytest.raises(Conflict, match="pair_ended"):
        rules.plan(ended, at(15), session_id=FIRST, now=NOW)


def test_a_pair_that_ended_still_reports_what_was_before() -> None:
    ended = replace(PAIR, ended_at=datetime(2026, 3, 2, 11, 0, tzinfo=UTC))

    entry = rules.report_unplanned(ended, report(at(10)), new_id=FIRST, now=NOW)

    assert entry.session.state is State.HELD
    with pytest.raises(Conflict, match="pair_ended"):
        rules.report_unplanned(ended, report(at(11, 1)), new_id=FIRST, now=NOW)


def test_a_planned_session_can_be_cancelled_once() -> None:
    pair = with_session(State.PLANNED, at(15))

    entry = rules.cancel(pair, FIRST)

    cancelled = Session(FIRST, State.CANCELLED, at(15))
    assert entry == Entry(cancelled, Cancelled(MEMBERS, cancelled))
    assert rules.cancel(with_session(State.CANCELLED, at(15)), FIRST) == Entry(cancelled, None)


def test_a_session_that_was_held_cannot_be_cancelled() -> None:
    with pytest.raises(Conflict, match="session_held"):
        rules.cancel(with_session(State.HELD, at(10)), FIRST)


def test_a_session_of_another_pair_is_not_found() -> None:
    with pytest.raises(NotFound, match="session_not_found"):
        rules.cancel(PAIR, FIRST)
    with pytest.raises(NotFound, match="session_not_found"):
        rules.report_planned(PAIR, FIRST, report(at(10)), now=NOW)


def test_a_planned_session_is_held_when_it_really_was() -> None:
    pair = with_session(State.PLANNED, at(10))

    entry = rules.report_planned(pair, FIRST, report(at(10, 15, minutes=45), mood=4), now=NOW)

    session = Session(FIRST, State.HELD, at(10, 15, minutes=45), ("crm",), 4)
    assert entry == Entry(session, Held(MEMBERS, session))


def test_the_report_of_the_other_side_is_no_second_meeting() -> None:
    pair = with_session(State.HELD, at(10))
    held = Entry(Session(FIRST, State.HELD, at(10)), None)

    assert rules.report_planned(pair, FIRST, report(at(10)), now=NOW) == held
    assert rules.report_unplanned(pair, report(at(10, 50)), new_id=SECOND, now=NOW) == held


def test_an_unplanned_report_at_the_time_of_a_planned_session_holds_that_one() -> None:
    pair = with_session(State.PLANNED, at(10))

    entry = rules.report_unplanned(pair, report(at(9, 45)), new_id=SECOND, now=NOW)

    assert entry.session == Session(FIRST, State.HELD, at(9, 45), ("crm",), None)


def test_a_cancelled_session_that_took_place_after_all_is_reported_as_unplanned() -> None:
    pair = with_session(State.CANCELLED, at(10))

    with pytest.raises(Conflict, match="session_cancelled"):
        rules.report_planned(pair, FIRST, report(at(10)), now=NOW)
    entry = rules.report_unplanned(pair, report(at(10)), new_id=SECOND, now=NOW)
    assert entry.session.session_id == SECOND


@pytest.mark.parametrize(
    ("span", "code"),
    [
        pytest.param(at(12, 1), "held_at_in_future", id="not yet"),
        pytest.param(at(8, day=1), None, id="an hour before both had accepted"),
        pytest.param(
            Span(datetime(2026, 2, 28, 8, 59, tzinfo=UTC), 60),
            "held_at_before_pair",
            id="over a day before the pair",
        ),
    ],
)
def test_a_meeting_counts_from_a_day_before_the_pair_until_now(
    span: Span, code: str | None
) -> None:
    if code is None:
        assert rules.report_unplanned(PAIR, report(span), new_id=FIRST, now=NOW).is_new
        return
    with pytest.raises(Invalid) as refused:
        rules.report_unplanned(PAIR, report(span), new_id=FIRST, now=NOW)
    assert (refused.value.code, refused.value.pointer) == (code, "/held_at")


def test_a_journal_has_an_end() -> None:
    start = NOW - timedelta(hours=27)
    sessions = tuple(
        Session(UUID(int=100 + n), State.CANCELLED, Span(start, 5)) for n in range(500)
    )
    full = replace(PAIR, sessions=sessions)

    with pytest.raises(Conflict, match="journal_full"):
        rules.plan(full, at(15), session_id=FIRST, now=NOW)
    with pytest.raises(Conflict, match="journal_full"):
        rules.report_unplanned(full, report(at(10)), new_id=FIRST, now=NOW)


@given(st.lists(st.tuples(st.integers(0, 24 * 60), st.integers(5, 120)), min_size=1, max_size=12))
def test_held_sessions_of_a_pair_never_overlap(times: list[tuple[int, int]]) -> None:
    pair = PAIR
    for number, (minutes_ago, minutes) in enumerate(times):
        span = Span(NOW - timedelta(minutes=minutes_ago), minutes)
        entry = rules.report_unplanned(pair, report(span), new_id=UUID(int=number), now=NOW)
        assert entry.session.span.overlaps(span)
        if entry.is_new:
            pair = replace(pair, sessions=(*pair.sessions, entry.session))

    spans = sorted((s.span for s in pair.sessions), key=lambda span: span.starts_at)
    assert all(a.ends_at <= b.starts_at for a, b in pairwise(spans))
