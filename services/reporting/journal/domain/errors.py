"""How the journal says no."""

from shared.chassis.refusals import Conflict, Invalid, NotFound


def no_such_pair() -> NotFound:
    """Also said to everybody who is not one of the two."""
    return NotFound(
        "pair_not_found", "You have no such pair; ask for the pairs that you are part of."
    )


def no_such_session() -> NotFound:
    """The pair has no session with this id."""
    return NotFound("session_not_found", "The pair has no such session; list its sessions first.")


def pair_ended() -> Conflict:
    """Plans and reports from after the end of a pair."""
    return Conflict(
        "pair_ended", "The pair has ended; only sessions from before its end can be reported."
    )


def already_held() -> Conflict:
    """Cancelling what took place."""
    return Conflict("session_held", "The session was reported as held; it cannot be cancelled.")


def was_cancelled() -> Conflict:
    """Reporting a cancelled session under its old id."""
    return Conflict(
        "session_cancelled",
        "The session was cancelled; if you met after all, report it as unplanned.",
    )


def journal_full(limit: int) -> Conflict:
    """A pair with more sessions than people can hold."""
    return Conflict("journal_full", f"A pair keeps at most {limit} sessions; no more can be added.")


def not_ahead(days: int) -> Invalid:
    """A plan in the past, or too far away."""
    return Invalid(
        "starts_at_not_ahead",
        f"A session is planned for a time in the future, within {days} days.",
        "/starts_at",
    )


def not_yet() -> Invalid:
    """A report about the future."""
    return Invalid(
        "held_at_in_future", "Report a session once it has begun; until then, plan it.", "/held_at"
    )


def before_the_pair(hours: int) -> Invalid:
    """A report about a time when there was no such pair."""
    return Invalid(
        "held_at_before_pair",
        f"A session counts from {hours} hours before the pair was formed.",
        "/held_at",
    )


def feedback_closed(days: int) -> Conflict:
    """Feedback long after the end of a pair."""
    return Conflict(
        "feedback_closed", f"Feedback on a pair is taken until {days} days after its end."
    )


def no_feedback() -> NotFound:
    """The caller's side has said nothing of the pair so far."""
    return NotFound("feedback_not_found", "You have given no feedback on this pair; give it first.")
