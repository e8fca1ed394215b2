"""What a lead may read of a programme's messages."""

from services.notifications.domain.overview import Tally, overview
from services.notifications.domain.reminders import Kind, State


def test_every_kind_is_there_and_what_is_being_sent_counts_as_waiting() -> None:
    counts = overview(
        [
            Tally(Kind.PROPOSAL, State.SENT, messages=3, people=3),
            Tally(Kind.PROPOSAL, State.SENDING, messages=1, people=1),
            Tally(Kind.PROPOSAL, State.WAITING, messages=2, people=2),
        ]
    )
    assert counts == {
        Kind.PROPOSAL: {State.SENT: 3, State.WAITING: 3},
        Kind.PROPOSAL_REMINDER: {},
        Kind.INTRODUCTION: {},
        Kind.SESSION_REMINDER: {},
    }


def test_sessions_are_told_over_five_or_more_people_only() -> None:
    enough = [Tally(Kind.SESSION_REMINDER, State.SENT, messages=9, people=5)]
    assert overview(enough)[Kind.SESSION_REMINDER] == {State.SENT: 9}
    few = Tally(Kind.SESSION_REMINDER, State.SUPPRESSED, messages=8, people=4)
    assert overview([*enough, few])[Kind.SESSION_REMINDER] is None
    assert overview([few, *enough])[Kind.SESSION_REMINDER] is None
