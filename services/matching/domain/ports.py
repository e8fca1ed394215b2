"""What the handlers need from the world: the stores of one unit of work, and the solver."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.matching.domain.candidates import Candidate
from services.matching.domain.pairs import Pair, PairFact, PairState
from services.matching.domain.rounds import Outcome, Pool, Round, RoundCompleted
from services.matching.domain.terms import Programme, Terms

Fact = PairFact | RoundCompleted


class Programmes(Protocol):
    """Programmes as enrollment tells them; each part is kept by itself, in whatever order it comes."""

    async def get(self, programme_id: UUID) -> Programme | None:
        """The programme."""
        ...

    async def of(self, programme_ids: Collection[UUID]) -> Mapping[UUID, Programme]:
        """These, as far as they are known."""
        ...

    def put_terms(self, programme_id: UUID, terms: Terms) -> None:
        """Keep its terms."""
        ...

    def put_cohort(self, programme_id: UUID, cohort_id: UUID) -> None:
        """Keep that it has this cohort."""
        ...

    def close(self, programme_id: UUID) -> None:
        """Keep that it takes nobody any more."""
        ...

    def close_cohort(self, programme_id: UUID, cohort_id: UUID) -> None:
        """Keep that this cohort of it takes nobody any more."""
        ...

    def claim(self, programme_id: UUID, by: UUID) -> None:
        """Write to it, so that it is not closed or changed by a unit of work at the same moment."""
        ...


class Candidates(Protocol):
    """Volunteers as enrollment tells them."""

    async def get(self, volunteer_id: UUID) -> Candidate | None:
        """One of them."""
        ...

    async def of(self, volunteer_ids: Collection[UUID]) -> list[Candidate]:
        """These."""
        ...

    async def in_cohort(self, programme_id: UUID, cohort_id: UUID) -> list[Candidate]:
        """All of one cohort."""
        ...

    def put(self, candidate: Candidate) -> None:
        """Keep the newest state."""
        ...

    def remove(self, volunteer_id: UUID) -> None:
        """Keep nothing of this one."""
        ...

    def claim(self, person_ids: Collection[UUID], by: UUID) -> None:
        """Write to all that is kept of these people.

        Of two units of work that claim one person, or claim and put one, only one succeeds; the other runs
        again and sees what the first has done. This is what keeps everybody within their capacity.
        """
        ...


class Rounds(Protocol):
    """Rounds of matching."""

    async def get(self, round_id: UUID) -> Round | None:
        """One of them."""
        ...

    async def open_in(self, programme_id: UUID) -> Round | None:
        """The one of a programme that is not over; there is one at most."""
        ...

    async def unfinished(self) -> list[Round]:
        """All that are not over, the oldest first."""
        ...

    def add(self, round_: Round) -> None:
        """Keep a new one."""
        ...

    def save(self, round_: Round, outcome: Outcome | None = None) -> None:
        """Keep its new state, and who was not matched for which reason."""
        ...


class Pairs(Protocol):
    """Pairs from the proposal to the end. Of two units of work that save one pair, only one succeeds."""

    async def get(self, pair_id: UUID) -> Pair | None:
        """One of them."""
        ...

    async def of_people(self, person_ids: Collection[UUID]) -> list[Pair]:
        """All that these people are or were in."""
        ...

    async def of_volunteers(
        self, volunteer_ids: Collection[UUID], states: Collection[PairState]
    ) -> list[Pair]:
        """Those of these volunteers in these states, the newest first."""
        ...

    async def in_programme(
        self, programme_id: UUID, states: Collection[PairState], *, after: UUID | None, limit: int
    ) -> list[Pair]:
        """A page of a programme's pairs in these states, in the order of their ids; 0 is no limit."""
        ...

    async def due(self, limit: int) -> list[Pair]:
        """Open proposals whose time has run out by the database's clock."""
        ...

    def put(self, pair: Pair) -> None:
        """Keep it as it is now."""
        ...


class Unit(Protocol):
    """One unit of work."""

    @property
    def now(self) -> datetime:
        """When it began, UTC."""
        ...

    @property
    def programmes(self) -> Programmes:
        """Its view of the programmes."""
        ...

    @property
    def candidates(self) -> Candidates:
        """Its view of the candidates."""
        ...

    @property
    def rounds(self) -> Rounds:
        """Its view of the rounds."""
        ...

    @property
    def pairs(self) -> Pairs:
        """Its view of the pairs."""
        ...

    def new_id(self) -> UUID:
        """A fresh random id."""
        ...

    def publish(self, *facts: Fact) -> None:
        """Tell the others, if the unit of work succeeds."""
        ...

    def note(self, event: str, *, level: int = ..., **ids: object) -> None:
        """Write a log line, at level info where none is given, if the unit of work succeeds."""
        ...


class SolverFailed(Exception):
    """The solver gave no answer; `code` says why, in a word that may be logged and shown."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Solver(Protocol):
    """Finds the best pairs, outside of this process."""

    async def solve(self, pool: Pool) -> Outcome:
        """The outcome; raises SolverFailed. Ends its work when it is cancelled."""
        ...
