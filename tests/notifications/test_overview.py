"""What a lead may read of a programme's messages."""

from services.notifications.domain.overview import Tally, overview
from services.notifications.domain.reminders import Kind, State


def test_every_kind_about_pairing_is_there() -> None:
    assert overview([Tally(Kind.PROPOSAL, State.SENT, messages=3)]) == {
        Kind.PROPOSAL: {State.SENT: 3},
        Kind.PROPOSAL_REMINDER: {},
        Kind.INTRODUCTION: {},
    }


def test_messages_about_doubts_are_not_counted_here() -> None:
    """Two mails to one lead would tell of two days with doubts, which the report withholds."""
    raised = Tally(Kind.CONCERN_RAISED, State.SENT, messages=2)
    replied = Tally(Kind.REPLY_READY, State.SENT, messages=1)
    assert {kind for kind, counts in overview([raised, replied]).items() if counts} == set()


def test_reminders_of_sessions_are_not_counted_here() -> None:
    """18 sent and 8 sessions planned would tell of one cancelled session, which the report withholds."""
    sent = Tally(Kind.SESSION_REMINDER, State.SENT, messages=18)
    introduced = Tally(Kind.INTRODUCTION, State.SENT, messages=18)
    assert overview([sent, introduced]) == {
        Kind.PROPOSAL: {},
        Kind.PROPOSAL_REMINDER: {},
        Kind.INTRODUCTION: {State.SENT: 18},
    }
