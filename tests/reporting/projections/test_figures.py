"""What each figure counts, worked out by hand from a few events."""

from collections.abc import Sequence
from typing import Any

import pytest

from services.reporting.projections.domain.figures import Figures, figures
from services.reporting.projections.translation import CHANGES
from shared.contracts.base import Contract
from tests.reporting.projections import events as e
from tests.reporting.projections.folded import FoldedProjections


async def figures_of(*facts: Contract) -> Figures:
    folded = FoldedProjections()
    for event in e.numbered([e.opened(), *facts]):
        folded.apply(CHANGES[type(event.data)](event))
    material = await folded.material(e.PROGRAMME)
    assert material is not None
    return figures(material)


def values(found: Figures, *place: str) -> dict[str, Any]:
    """The figures right below a place of the report, without the zeros."""
    below = {path[-1]: figure.value for path, figure in found.items() if path[:-1] == place}
    return {name: value for name, value in below.items() if value not in (0, None)}


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        pytest.param([], "waiting", id="enrolled"),
        pytest.param([e.made(1)], "proposed", id="asked"),
        pytest.param(
            [e.made(1), e.answered(1, "accepted", "mentor"), e.answered(1, "accepted", "mentee")],
            "proposed",
            id="both said yes, the pair is not there yet",
        ),
        pytest.param([e.made(1), e.answered(1, "declined", "mentee")], "waiting", id="declined"),
        pytest.param([e.made(1), e.answered(1, "expired")], "waiting", id="expired"),
        pytest.param([e.made(1), e.answered(1, "voided")], "waiting", id="voided"),
        pytest.param([e.made(1), e.formed(1)], "paired", id="formed"),
        pytest.param(
            [e.formed(1), e.made(2, e.mentor(1), e.mentee(2))], "paired", id="asked again"
        ),
        pytest.param([e.formed(1), e.ended(1)], "waiting", id="pair over"),
        pytest.param([e.formed(1), e.paused(e.mentor(1), "mentor")], "paused", id="paused"),
        pytest.param(
            [e.paused(e.mentor(1), "mentor"), e.resumed(e.mentor(1), "mentor")],
            "waiting",
            id="resumed",
        ),
        pytest.param(
            [e.withdrawn(e.mentor(1), "mentor"), e.enrolled(e.mentor(1), "mentor")],
            "waiting",
            id="back",
        ),
        pytest.param([e.formed(1), e.withdrawn(e.mentor(1), "mentor")], "withdrawn", id="left"),
        pytest.param(
            [e.withdrawn(e.mentor(1), "mentor"), e.erased(e.mentor(1), "mentor")],
            "erased",
            id="erased",
        ),
    ],
)
async def test_a_volunteer_counts_once_by_the_first_status_that_holds(
    facts: Sequence[Contract], status: str
) -> None:
    found = await figures_of(e.enrolled(e.mentor(1), "mentor"), *facts)

    assert values(found, "volunteers", "mentor") == {status: 1, "total": 1}


async def test_a_volunteer_in_both_roles_counts_once_in_each() -> None:
    both = e.mentor(1)

    found = await figures_of(e.enrolled(both, "mentor", "mentee"), e.formed(1, both, e.mentee(1)))

    assert values(found, "volunteers", "mentor") == {"paired": 1, "total": 1}
    assert values(found, "volunteers", "mentee") == {"waiting": 1, "total": 1}


async def test_a_proposal_counts_once_by_what_became_of_it() -> None:
    found = await figures_of(
        e.made(1),
        e.made(2),
        e.answered(2, "accepted", "mentor"),
        e.made(3),
        e.answered(3, "accepted", "mentee"),
        e.answered(3, "accepted", "mentor"),
        e.made(4),
        e.answered(4, "accepted", "mentor"),
        e.answered(4, "declined", "mentee"),
        e.made(5),
        e.answered(5, "expired"),
        e.made(6),
        e.answered(6, "voided"),
    )

    assert values(found, "proposals") == {
        "open": 2,
        "accepted": 1,
        "declined": 1,
        "expired": 1,
        "voided": 1,
        "made": 6,
    }


async def test_a_yes_of_an_unknown_side_is_no_yes() -> None:
    found = await figures_of(
        e.made(1), e.answered(1, "accepted", "mentor"), e.answered(1, "accepted", "coach")
    )

    assert values(found, "proposals") == {"open": 1, "made": 1}


async def test_pairs_are_active_completed_or_stopped() -> None:
    found = await figures_of(
        e.formed(1),
        e.formed(2),
        e.ended(2),
        e.formed(3),
        e.ended(3, "stopped"),
        e.formed(4),
        e.ended(4, "an_outcome_of_tomorrow"),
    )

    assert values(found, "pairs") == {"active": 1, "completed": 1, "stopped": 2, "formed": 4}


async def test_the_last_round_is_told_as_matching_published_it() -> None:
    found = await figures_of(
        e.round_completed(1, no_common_slot="9"), e.round_completed(2, no_topic="<5", level="12")
    )

    assert found["rounds", "completed"].value == 2
    assert values(found, "rounds", "last") == {"mentors": 30, "mentees": 20, "matched": 15}
    assert values(found, "rounds", "last", "unmatched") == {"no_topic": "<5", "level": 12}


async def test_sessions_count_by_their_latest_state() -> None:
    found = await figures_of(
        e.formed(1),
        e.formed(2),
        e.planned(1, 1),
        e.planned(1, 2),
        e.cancelled(1, 2),
        e.planned(1, 3),
        e.held(1, 3, minutes=45, mood=5, days=2),
        e.held(2, 4, minutes=90, mood=2, days=5),
        e.held(2, 5, minutes=30, days=6),
    )

    assert values(found, "sessions") == {
        "planned": 1,
        "held": 3,
        "cancelled": 1,
        "minutes": 165,
        "mood_mean": 3.5,
        "days_to_first_median": 3.5,
    }


async def test_the_people_behind_a_session_are_those_of_its_pair_each_counted_once() -> None:
    one_mentor = e.mentor(1)
    found = await figures_of(
        e.formed(1, one_mentor, e.mentee(1)),
        e.formed(2, one_mentor, e.mentee(2)),
        e.formed(3),
        e.held(1, 1),
        e.held(2, 2, mood=4),
        e.planned(3, 3),
    )

    assert found["sessions", "held"].people == 3
    assert found["sessions", "mood_mean"].people == 1
    assert found["sessions", "planned"].people == 2
    # Nobody cancelled: that is a statement about all five who are in pairs.
    assert found["sessions", "cancelled"].people == 5


async def test_in_a_group_each_pair_has_the_session() -> None:
    found = await figures_of(e.formed(1), e.formed(2), e.held(1, 1), e.held(2, 1))

    assert values(found, "sessions")["held"] == 2


async def test_mails_count_by_kind_and_last_outcome() -> None:
    found = await figures_of(
        e.delivery(1, "proposal", "sent"),
        e.delivery(2, "proposal", "unknown"),
        e.delivery(2, "proposal", "sent"),
        e.delivery(3, "session_reminder", "suppressed"),
        e.delivery(4, "kind_of_tomorrow", "failed"),
    )

    assert values(found, "mails", "proposal") == {"sent": 2}
    assert values(found, "mails", "session_reminder") == {"suppressed": 1}
    assert values(found, "mails", "kind_of_tomorrow") == {"failed": 1}


async def test_what_belongs_to_another_programme_counts_there() -> None:
    other = e.enrolled(e.mentor(9), "mentor").model_copy(update={"programme_id": e.session(0)})

    found = await figures_of(e.enrolled(e.mentor(1), "mentor"), other)

    assert values(found, "volunteers", "mentor") == {"waiting": 1, "total": 1}


async def test_events_of_a_pair_that_nobody_told_of_wait_in_its_document() -> None:
    found = await figures_of(e.held(1, 1), e.answered(1, "accepted", "mentor"))

    assert values(found, "sessions")["held"] == 1
    assert found["sessions", "held"].people == 0
    assert values(found, "proposals") == {}


async def test_a_programme_is_unknown_until_its_opening_was_told() -> None:
    folded = FoldedProjections()
    event = e.event(e.enrolled(e.mentor(1), "mentor"))
    folded.apply(CHANGES[type(event.data)](event))

    assert await folded.material(e.PROGRAMME) is None


async def test_a_programme_is_told_with_its_dates_and_cohorts() -> None:
    folded = FoldedProjections()
    for event in e.numbered([e.opened(), e.cohort_opened()]):
        folded.apply(CHANGES[type(event.data)](event))
    material = await folded.material(e.PROGRAMME)

    assert material is not None
    assert material.programme.ends_on.isoformat() == "2026-12-31"
    assert [cohort.cohort_id for cohort in material.programme.cohorts] == [e.COHORT]
