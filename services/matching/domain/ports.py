"""What the handlers need from the world: the stores of one unit of work, and the solver."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.matching.domain.assignment import Pairing
from services.matching.domain.candidates import Candidate
from services.matching.domain.declines import Decline
from services.matching.domain.drafts import Draft
from services.matching.domain.explaining.answers import Answer
from services.matching.domain.pairs import Pair, PairFact, PairState
from services.matching.domain.questions import KeptPool, Question
from services.matching.domain.records import Place
from services.matching.domain.reports import Report
from services.matching.domain.rounds import Outcome, Pin, Pool, Round, RoundCompleted
from services.matching.domain.routines import Routine, Start
from services.matching.domain.terms import Programme, Terms
from services.matching.domain.wishes import AskedFor

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

    def put_routine(self, programme_id: UUID, routine: Routine) -> None:
        """Keep what the lead set.

        The next round of the schedule is so many days from now, by the database's clock, or stays where it was
        when the number of days is the same.
        """
        ...

    async def fallen_due(self) -> list[Programme]:
        """Those whose schedule asks for a round by the database's clock."""
        ...

    def put_due(
        self, programme_id: UUID, cohort_ids: Collection[UUID], every_days: int | None
    ) -> None:
        """Keep whose rounds are to start, and move the schedule on; no days end it."""
        ...

    def took_up(self, programme_id: UUID, cohort_id: UUID) -> None:
        """Keep that the round of this cohort is not due any more."""
        ...

    async def to_start(self) -> list[Start]:
        """The rounds that the schedule wants."""
        ...

    def claim(self, programme_id: UUID, by: UUID) -> None:
        """Write to it, so that it is not closed or changed by a unit of work at the same moment.

        Whoever is erased writes to the programme, too.
        """
        ...


class Candidates(Protocol):
    """Volunteers as enrollment tells them."""

    async def get(self, volunteer_id: UUID) -> Candidate | None:
        """One of them."""
        ...

    async def of(self, volunteer_ids: Collection[UUID]) -> list[Candidate]:
        """These."""
        ...

    async def all_known(self, volunteer_ids: Collection[UUID]) -> bool:
        """Whether something is kept of each of these."""
        ...

    async def in_cohort(self, programme_id: UUID, cohort_id: UUID) -> list[Candidate]:
        """All of one cohort."""
        ...

    async def known_since(self, volunteer_ids: Collection[UUID]) -> Mapping[UUID, datetime]:
        """When matching first heard of each, as far as that was kept."""
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
        """The one of a programme that stands in the way of another; there is one at most."""
        ...

    async def in_programme(
        self, programme_id: UUID, *, before: UUID | None, limit: int
    ) -> list[Round]:
        """A page of a programme's rounds, the newest first."""
        ...

    async def unfinished(self) -> list[Round]:
        """All that a worker is to take up, the oldest first."""
        ...

    async def last_in(self, programme_id: UUID, cohort_id: UUID) -> Round | None:
        """The newest round of all who waited in a cohort that is a draft or released."""
        ...

    async def shadows_to_solve(self, programme_id: UUID) -> int:
        """How many shadows of a programme are not solved yet."""
        ...

    async def left_over(self, programme_id: UUID) -> Mapping[Place, tuple[UUID, ...]]:
        """The released rounds of all who waited in a programme, by whom they left over on which side."""
        ...

    def add(self, round_: Round) -> None:
        """Keep a new one."""
        ...

    def save(self, round_: Round, outcome: Outcome | None = None) -> None:
        """Keep its new state, and who was not matched for which reason."""
        ...


class Drafts(Protocol):
    """What rounds would propose. Of two units of work that change one draft, only one succeeds."""

    async def get(self, round_id: UUID) -> Draft | None:
        """The draft of a round."""
        ...

    def put(self, draft: Draft) -> None:
        """Keep it as it is now."""
        ...

    def remove(self, round_id: UUID) -> None:
        """Keep nothing of it."""
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

    async def rated_in(self, programme_id: UUID) -> list[Pair]:
        """Those of a programme that somebody has rated."""
        ...

    async def of_round(self, round_id: UUID) -> list[Pair]:
        """All that a round proposed, whatever became of it."""
        ...

    async def to_rematch(self, cohort_id: UUID) -> list[Pair]:
        """Those of a cohort that came to nothing, and whose two are to be matched again."""
        ...

    async def rematches(self) -> list[Start]:
        """The cohorts that have such pairs."""
        ...

    def rematched(self, cohort_id: UUID) -> None:
        """Keep that a round has taken these up."""
        ...

    async def in_group(self, group_id: UUID) -> list[Pair]:
        """All pairs of a group, whatever became of them."""
        ...

    async def shrinking(self, limit: int) -> list[Pair]:
        """Pairs that are over and whose group was not looked at since."""
        ...

    async def run_out(self, limit: int) -> list[Pair]:
        """Running sprints that began `sprints.LONGEST` ago or before, by the database's clock."""
        ...

    async def due(self, limit: int) -> list[Pair]:
        """Open proposals whose time has run out by the database's clock."""
        ...

    def put(self, pair: Pair) -> None:
        """Keep it as it is now."""
        ...


class Declines(Protocol):
    """Why proposals were declined, where somebody said so."""

    def add(self, decline: Decline) -> None:
        """Keep a new one."""
        ...

    async def count(self, programme_id: UUID) -> Mapping[str, int]:
        """How often each reason was given in a programme."""
        ...


class Pins(Protocol):
    """Pairs that the lead wishes."""

    async def in_programme(self, programme_id: UUID) -> list[Pin]:
        """Those of a programme, in the order of the two."""
        ...

    def put(self, programme_id: UUID, pair: Pairing) -> None:
        """Keep a pin; again is nothing."""
        ...

    def remove(self, programme_id: UUID, pair: Pairing) -> None:
        """Keep it no more."""
        ...


class Wishes(Protocol):
    """Pairs that volunteers wish."""

    async def in_programme(self, programme_id: UUID) -> list[AskedFor]:
        """All of a programme."""
        ...

    async def about(self, volunteer_ids: Collection[UUID]) -> list[AskedFor]:
        """Those that these volunteers ask, or that ask for them."""
        ...

    def put(self, wish: AskedFor) -> None:
        """Keep a wish; again is nothing."""
        ...

    def remove(self, wisher_id: UUID, other_id: UUID) -> None:
        """Keep nothing of what the one wished of the other."""
        ...

    def fulfilled(self, pair: Pairing) -> None:
        """Keep nothing of what the two wished of each other."""
        ...


class Questions(Protocol):
    """Questions about rounds."""

    async def get(self, question_id: UUID) -> Question | None:
        """One of them."""
        ...

    async def asked(self) -> list[Question]:
        """All that a worker is to answer, the oldest first."""
        ...

    async def count_asked(self, round_id: UUID) -> int:
        """How many about this round wait for an answer."""
        ...

    def put(self, question: Question) -> None:
        """Keep it as it is now."""
        ...


class Pools(Protocol):
    """What rounds were decided on, for a while."""

    async def holds(self, round_id: UUID, pairing: Pairing | None = None) -> bool:
        """Whether the pool of a round is kept, and has these two as mentor and mentee."""
        ...

    async def packed(self, round_id: UUID) -> bytes | None:
        """The packed pool of a round."""
        ...

    def put(self, pool: KeptPool) -> None:
        """Keep it."""
        ...

    def claim(self, round_id: UUID, by: UUID) -> None:
        """Write to it, so that it is not deleted by a unit of work at the same moment."""
        ...


class Reports(Protocol):
    """The reports of rounds."""

    async def get(self, round_id: UUID) -> Report | None:
        """The report of a round."""
        ...

    def put(self, round_id: UUID, report: Report) -> None:
        """Keep it."""
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
    def drafts(self) -> Drafts:
        """Its view of the drafts."""
        ...

    @property
    def pairs(self) -> Pairs:
        """Its view of the pairs."""
        ...

    @property
    def declines(self) -> Declines:
        """Its view of the declines."""
        ...

    @property
    def pins(self) -> Pins:
        """Its view of the pins."""
        ...

    @property
    def wishes(self) -> Wishes:
        """Its view of the wishes."""
        ...

    @property
    def questions(self) -> Questions:
        """Its view of the questions."""
        ...

    @property
    def pools(self) -> Pools:
        """Its view of the pools."""
        ...

    @property
    def reports(self) -> Reports:
        """Its view of the reports."""
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


class Explainer(Protocol):
    """Answers questions about a round by solving it again, outside of this process."""

    async def explain(self, pairing: Pairing | None, packed: bytes) -> Answer:
        """The answer about two, or what would help all who are left.

        Raises SolverFailed. Ends its work when it is cancelled.
        """
        ...
