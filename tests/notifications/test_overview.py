"""What a lead may read of a programme's messages."""

from services.notifications.domain.overview import Tally, overview
from services.notifications.domain.reminders import Kind, State


def test_every_kind_is_there() -> None:
    assert overview([Tally(Kind.PROPOSAL, State.SENT, messages=3, people=3)]) == {
        Kind.PROPOSAL: {State.SENT: 3},
        Kind.PROPOSAL_REMINDER: {},
        Kind.INTRODUCTION: {},
        Kind.SESSION_REMINDER: {},
    }


def test_sessions_are_told_over_five_or_more_people_only() -> None:
    many = Tally(Kind.SESSION_REMINDER, State.SENT, messages=9, people=5)
    few = Tally(Kind.SESSION_REMINDER, State.SUPPRESSED, messages=8, people=4)
    assert overview([many, few])[Kind.SESSION_REMINDER] == {
        State.SENT: 9,
        State.SUPPRESSED: None,
    }
