"""MongoDB behind the ports. Every write is keyed, so that the same again is nothing."""

from logging import INFO
from uuid import UUID

from services.matching import translation
from services.matching.domain.pairs import PairState
from services.matching.domain.ports import Fact
from services.matching.store.candidates import CANDIDATES, StoredCandidates
from services.matching.store.pairs import DECLINES, PAIRS, StoredDeclines, StoredPairs
from services.matching.store.programmes import PROGRAMMES, StoredProgrammes
from services.matching.store.questions import (
    POOLS,
    QUESTIONS,
    StoredPools,
    StoredQuestions,
    StoredReports,
)
from services.matching.store.rounds import ROUNDS, StoredDrafts, StoredRounds
from services.matching.store.wishes import PINS, WISHES, StoredPins, StoredWishes
from shared.chassis.ids import new_id
from shared.chassis.mongo import Index
from shared.chassis.transactions import Tx

INDEXES = (
    Index(POOLS, [("kept_at", 1)], period="retention_pools_days"),
    Index(POOLS, [("people", 1)]),
    Index(QUESTIONS, [("state", 1)]),
    Index(QUESTIONS, [("asked_at", 1)], period="retention_pools_days"),
    Index(QUESTIONS, [("mentor_id", 1)]),
    Index(QUESTIONS, [("mentee_id", 1)]),
    Index(CANDIDATES, [("programme_id", 1), ("cohort_id", 1)]),
    Index(CANDIDATES, [("person_id", 1)]),
    Index(DECLINES, [("programme_id", 1)]),
    Index(PROGRAMMES, [("routine.next_at", 1)]),
    # What the handler checks in words the index makes certain: one open round per programme.
    Index(ROUNDS, [("programme_id", 1)], unique=True, partial={"open": True}),
    Index(ROUNDS, [("state", 1)]),
    Index(ROUNDS, [("programme_id", 1), ("state", 1)]),
    Index(PINS, [("programme_id", 1)]),
    Index(WISHES, [("programme_id", 1)]),
    Index(WISHES, [("wisher_id", 1)]),
    Index(WISHES, [("other_id", 1)]),
    Index(PAIRS, [("volunteers", 1), ("state", 1)]),
    Index(PAIRS, [("people", 1), ("state", 1)]),
    Index(PAIRS, [("programme_id", 1), ("state", 1), ("_id", 1)]),
    Index(PAIRS, [("expires_at", 1)], partial={"state": PairState.PROPOSED.value}),
    Index(PAIRS, [("round_id", 1)]),
    Index(PAIRS, [("rematch", 1), ("cohort_id", 1)], partial={"rematch": True}),
    Index(PAIRS, [("group_id", 1)]),
    Index(PAIRS, [("shrinks", 1)], partial={"shrinks": True}),
    Index(PAIRS, [("starts_at", 1)], partial={"state": PairState.FORMED.value}),
)


class Unit:
    """The unit of work that handlers get."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self.now = tx.now
        self.programmes = StoredProgrammes(tx)
        self.candidates = StoredCandidates(tx)
        self.rounds = StoredRounds(tx)
        self.drafts = StoredDrafts(tx)
        self.questions = StoredQuestions(tx)
        self.pools = StoredPools(tx)
        self.reports = StoredReports(tx)
        self.pairs = StoredPairs(tx)
        self.pins = StoredPins(tx)
        self.wishes = StoredWishes(tx)
        self.declines = StoredDeclines(tx)

    def new_id(self) -> UUID:
        """A fresh random id."""
        return new_id()

    def publish(self, *facts: Fact) -> None:
        """Put the facts into the outbox, and a line of each into the log."""
        for fact in facts:
            self._tx.publish(*translation.outgoing(fact))
            event, ids = translation.log_line(fact)
            self.note(event, **ids)

    def note(self, event: str, *, level: int = INFO, **ids: object) -> None:
        """Log once this is committed."""
        self._tx.note(event, level=level, **{name: str(value) for name, value in ids.items()})
