"""How matching says no: each refusal has a code for machines and a sentence that says what to do next."""

from shared.chassis.refusals import Conflict, Invalid, NotFound, Refusal


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


def shut(what: str) -> Refusal:
    """Nobody is paired any more in what is closed, as `Programme.shut` says it."""
    return cohort_closed() if what == "cohort_closed" else programme_closed()


def programme_over() -> Refusal:
    """A pair of today would have no day left."""
    return Conflict(
        "programme_over", "The programme has ended; change its dates or start the round in another."
    )


def round_running() -> Refusal:
    """Rounds of one programme run one at a time."""
    return Conflict(
        "round_running",
        "Another round of this programme is not over; wait until it is solved, and release or discard its draft.",
    )


def round_not_drafted(state: str) -> Refusal:
    """Only a draft can be read, changed, released or discarded; `state` is where the round stands."""
    return Conflict(f"round_{state}", _NOT_DRAFTED[state])


def match_unknown() -> Refusal:
    """The draft has no match of this mentee."""
    return NotFound("match_unknown", "The draft has no match of this mentee; read it again.")


def volunteer_unknown() -> Refusal:
    """No such volunteer in this cohort, or none any more."""
    return NotFound("volunteer_unknown", "Name two volunteers of this cohort.")


def shadow_running() -> Refusal:
    """Shadows of one programme run one at a time."""
    return Conflict(
        "shadow_running", "Another shadow of this programme is not solved yet; wait until it is."
    )


def not_compared() -> Refusal:
    """No shadow, or one that is not solved."""
    return Conflict(
        "not_compared", "There is no comparison; start a shadow round and wait until it is solved."
    )


def pool_gone() -> Refusal:
    """What a round was decided on is kept for a while only, and not once somebody in it was erased."""
    return Conflict(
        "pool_gone",
        "What this round was decided on is not kept: it is too old or too large, or somebody in it was erased; "
        "ask about a newer round.",
    )


def round_not_solved() -> Refusal:
    """There is nothing to ask about yet."""
    return Conflict("round_not_solved", "The round is not solved yet; ask once it is.")


def shadow_not_asked() -> Refusal:
    """A shadow is compared, and not explained pair by pair."""
    return Conflict(
        "shadow_not_asked", "A shadow is only compared; ask about a round whose proposals are made."
    )


def too_many_questions() -> Refusal:
    """Each question takes a worker some time."""
    return Conflict(
        "too_many_questions",
        "Many questions about this round wait for an answer; wait until some are answered.",
    )


def not_in_round() -> Refusal:
    """One of the two took no part in the round, on that side."""
    return NotFound(
        "not_in_round", "Name a mentor and a mentee who took part in this round, each on that side."
    )


def question_unknown() -> Refusal:
    """No such question about this round."""
    return NotFound("question_unknown", "Nothing like this was asked about this round; ask first.")


def report_missing() -> Refusal:
    """The round is not solved, found nobody, or was solved before there were reports."""
    return NotFound(
        "report_missing",
        "There is no report: wait until the round is solved; one that failed or found nobody has none.",
    )


def too_few_ratings(words: str) -> Refusal:
    """No advice on weights out of the ratings of a few; the words say how many are missing."""
    return Conflict("too_few_ratings", words)


def side_not_yours() -> Refusal:
    """The caller has not said yes to this role."""
    return Invalid(
        "side_not_yours", "Name a side that you take in this programme: mentor or mentee.", "/side"
    )


def not_waiting() -> Refusal:
    """One of the two waits for nobody on this side."""
    return Conflict(
        "not_waiting",
        "One of the two is paused, has no such role, or is asked or paired already; look who waits.",
    )


def forbidden(rule: str) -> Refusal:
    """A hard rule forbids these two; its code is the code of the refusal."""
    return Conflict(rule, _FORBIDDEN.get(rule, "A rule of this programme forbids these two."))


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


_NOT_DRAFTED = {
    "requested": "The round is not solved yet; wait until it is a draft.",
    "solving": "The round is not solved yet; wait until it is a draft.",
    "completed": "The round is released already; answer or end its pairs instead.",
    "discarded": "The draft was discarded; start another round.",
    "compared": "A shadow round is never released; start a round with its policy instead.",
    "failed": "The round failed and has no draft; start another round.",
}
_FORBIDDEN = {
    "not_active": "One of the two is not active; wait until both are.",
    "other_cohort": "The two are not in one cohort; choose two who are.",
    "same_person": "Nobody is paired with themselves; choose two people.",
    "no_hours": "One of the two gave no hours; ask them to give some first.",
    "no_capacity": "One of the two has no free place; end a pair or choose another.",
    "not_available": "One of the two is not available to the other; choose another.",
    "level_gap": "The levels of the two are not as far apart as the policy asks; choose another.",
    "same_unit": "The two are in one unit; choose somebody of another one.",
    "same_site": "The two are at one site; choose somebody of another one.",
    "reporting_line": "One of the two is in the other's chain of managers; choose another.",
    "same_manager": "The two have one direct manager; choose another.",
    "need_not_covered": "The mentor teaches nothing that the mentee wants most; choose another.",
    "no_common_format": "The two share no format of this programme; choose another or another format.",
    "no_common_language": "The two share no language; choose another.",
    "no_common_slot": "The two have too little time in common; choose another.",
}
_PROPOSAL_OVER = {
    "formed": "Both sides have accepted already; end the pair instead.",
    "ended": "This pair is over already; wait for the next round.",
    "declined": "This proposal was declined; wait for the next round.",
    "expired": "This proposal waited too long and expired; wait for the next round.",
    "voided": "This proposal was overtaken by a change; wait for the next round.",
}


def pins_conflict(words: str) -> Refusal:
    """The pins of a round cannot be kept together."""
    return Invalid("pins_conflict", words, "/pins")
