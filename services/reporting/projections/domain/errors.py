"""How the projections say no."""

from shared.chassis.refusals import NotFound


def no_such_programme() -> NotFound:
    """It does not exist, or its opening has not arrived here yet."""
    return NotFound(
        "programme_not_found",
        "No such programme is known here; a new one takes a moment to appear.",
    )
