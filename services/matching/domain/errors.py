"""How matching says no: each refusal has a code for machines and a sentence that says what to do next."""

from shared.chassis.refusals import Conflict, NotFound, Refusal


def programme_unknown() -> Refusal:
    """The programme has not reached matching (yet)."""
    return NotFound(
        "programme_unknown", "Open the programme first; it may take a second to arrive."
    )


def cohort_unknown() -> Refusal:
    """The cohort is not one of the programme's."""
    return NotFound("cohort_unknown", "Name a cohort of this programme; open it first.")


def programme_closed() -> Refusal:
    """Nobody is paired in a closed programme."""
    return Conflict("programme_closed", "The programme is closed; start the round in an open one.")


def cohort_closed() -> Refusal:
    """Nobody is paired in a closed cohort."""
    return Conflict(
        "cohort_closed",
        "The cohort is closed; start the round in one that is open, or open a further cohort.",
    )


def programme_over() -> Refusal:
    """A pair of today would have no day left."""
    return Conflict(
        "programme_over", "The programme has ended; change its dates or start the round in another."
    )


def round_running() -> Refusal:
    """Rounds of one programme run one at a time."""
    return Conflict(
        "round_running", "Another round of this programme is not finished; wait until it is."
    )


def round_unknown() -> Refusal:
    """No such round in this programme."""
    return NotFound("round_unknown", "There is no such round; look at the programme's rounds.")


def round_taken_over() -> Refusal:
    """Another worker holds the round now."""
    return Conflict("round_taken_over", "Another worker solves this round; leave it to that one.")


def pair_unknown() -> Refusal:
    """No such pair, or another's."""
    return NotFound("pair_unknown", "There is no such proposal or pair of yours; list your own.")


def proposal_over(state: str) -> Refusal:
    """The proposal is not open any more; `state` is what became of it."""
    return Conflict(f"proposal_{state}", _PROPOSAL_OVER[state])


def pair_not_running() -> Refusal:
    """Only a running pair can be ended."""
    return Conflict(
        "pair_not_running", "This pair is not running; only a formed pair can be ended."
    )


_PROPOSAL_OVER = {
    "formed": "Both sides have accepted already; end the pair instead.",
    "ended": "This pair is over already; wait for the next round.",
    "declined": "This proposal was declined; wait for the next round.",
    "expired": "This proposal waited too long and expired; wait for the next round.",
    "voided": "This proposal was overtaken by a change; wait for the next round.",
}
