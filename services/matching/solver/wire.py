"""Pool and outcome as JSON. The pool is written in one order, so that its hash names it."""

import hashlib
from dataclasses import replace
from uuid import UUID

from pydantic import TypeAdapter

from services.matching.domain.rounds import HistoryEntry, Outcome, Pool
from services.matching.domain.terms import Terms

_POOL = TypeAdapter(Pool)
_TERMS = TypeAdapter(Terms)
_OUTCOME = TypeAdapter(Outcome)


def write_pool(pool: Pool) -> bytes:
    """The pool as JSON: entrants in the order of their ids, weights in the order of their names."""
    return _POOL.dump_json(
        replace(
            pool,
            terms=_ordered(pool.terms),
            entrants=tuple(sorted(pool.entrants, key=lambda entrant: entrant.candidate.id)),
            pins=tuple(sorted(pool.pins, key=lambda pin: (pin.mentor_id, pin.mentee_id, pin.by))),
            history=tuple(sorted(pool.history, key=_place_in_history)),
        )
    )


def read_pool(text: bytes) -> Pool:
    """The pool; raises ValueError when it is none."""
    return _POOL.validate_json(text)


def write_outcome(outcome: Outcome) -> bytes:
    """The outcome as JSON."""
    return _OUTCOME.dump_json(outcome)


def read_outcome(text: bytes) -> Outcome:
    """The outcome; raises ValueError when it is none."""
    return _OUTCOME.validate_json(text)


def input_hash(pool: Pool) -> str:
    """SHA-256 of the pool, hex."""
    return hashlib.sha256(write_pool(pool)).hexdigest()


def policy_hash(terms: Terms) -> str:
    """SHA-256 of the policy, hex."""
    return hashlib.sha256(_TERMS.dump_json(_ordered(terms))).hexdigest()


def _place_in_history(entry: HistoryEntry) -> tuple[UUID, UUID, int, int, list[tuple[str, int]]]:
    ratings = (entry.rated_by_mentor or 0, entry.rated_by_mentee or 0)
    return entry.mentor_id, entry.mentee_id, *ratings, sorted(entry.shares.items())


def _ordered(terms: Terms) -> Terms:
    return replace(terms, weights=dict(sorted(terms.weights.items())))
