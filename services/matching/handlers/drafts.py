"""Drafts: the lead reads what a round would propose, changes it, and releases it or throws it away."""

from dataclasses import dataclass, replace
from uuid import UUID

from services.matching.domain import errors
from services.matching.domain.drafts import Draft, chosen
from services.matching.domain.pools import pool_of
from services.matching.domain.ports import Unit
from services.matching.domain.rounds import Round, RoundState
from services.matching.domain.terms import Terms
from services.matching.handlers.named import round_of
from services.matching.handlers.releasing import ask_again, ask_all, records_of, terms_or_end


@dataclass(frozen=True, slots=True)
class DraftOf:
    """The draft of a round of this programme."""

    programme_id: UUID
    round_id: UUID


async def read_draft(unit: Unit, which: DraftOf) -> Draft:
    """What the round would propose, and who is left over."""
    _, draft = await _drafted(unit, which)
    return draft


async def remove_match(unit: Unit, which: DraftOf, mentee_id: UUID) -> Draft:
    """Take the match of this mentee out."""
    round_, draft = await _drafted(unit, which)
    return _keep(unit, round_, draft.without(mentee_id))


async def place_match(unit: Unit, which: DraftOf, mentor_id: UUID, mentee_id: UUID) -> Draft:
    """Put a match in, in place of what the mentee had; all hard rules hold."""
    round_, draft = await _drafted(unit, which)
    terms = await _terms(unit, round_)
    # All matches of a draft are weighed by one policy, whatever the programme's has become.
    terms = replace(terms, weights=round_.weights or terms.weights)
    candidates = await unit.candidates.in_cohort(round_.programme_id, round_.cohort_id)
    records = await records_of(unit, round_.programme_id, candidates)
    pool = pool_of(round_.id, terms, unit.now.date(), candidates, records)
    taken = draft.taken_without(mentee_id)
    match = chosen(pool, (mentor_id, mentee_id), candidates, taken)
    return _keep(unit, round_, draft.placed(match))


async def release_round(unit: Unit, which: DraftOf) -> Round:
    """Ask all who are matched, but for those whom a rule forbids by now; they are left over with that reason."""
    round_, draft = await _drafted(unit, which)
    unit.programmes.claim(round_.programme_id, by=round_.id)
    terms = await _terms(unit, round_)
    outcome, asked = await ask_again(unit, round_, terms, draft.outcome)
    _, completed = round_.let_go(outcome)
    unit.drafts.remove(round_.id)
    return ask_all(unit, completed, terms, outcome, asked)


async def discard_round(unit: Unit, which: DraftOf) -> Round:
    """Throw the draft away; nobody is told of it."""
    round_, _ = await _drafted(unit, which)
    discarded = round_.discard()
    unit.drafts.remove(round_.id)
    unit.rounds.save(discarded)
    unit.note("round.discarded", round_id=round_.id, programme_id=round_.programme_id)
    return discarded


def _keep(unit: Unit, round_: Round, draft: Draft) -> Draft:
    unit.drafts.put(draft)
    unit.rounds.save(round_.redraft(draft.outcome))
    return draft


async def _drafted(unit: Unit, which: DraftOf) -> tuple[Round, Draft]:
    round_ = await round_of(unit, which.programme_id, which.round_id)
    draft = await unit.drafts.get(round_.id)
    if round_.state is not RoundState.DRAFTED or draft is None:
        raise errors.round_not_drafted(round_.state)
    return round_, draft


async def _terms(unit: Unit, round_: Round) -> Terms:
    terms = terms_or_end(await unit.programmes.get(round_.programme_id), round_)
    if isinstance(terms, str):
        raise errors.shut(terms)
    return terms
