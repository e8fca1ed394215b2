"""A programme under whatever a lead may try, in any order: it never gets where its rules do not let it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from services.enrollment.domain.programmes import (
    Answer,
    Cohort,
    CohortOpened,
    Measurement,
    Objective,
    Programme,
    ProgrammeChanged,
    ProgrammeClosed,
    ProgrammeOpened,
    Results,
    Stage,
    Step,
    draft_programme,
)
from services.enrollment.domain.programmes.lifecycle import Fact
from services.enrollment.domain.programmes.readiness import QUESTIONNAIRE
from shared.chassis.refusals import Refusal
from tests.enrollment.people import COHORT_TERMS, PERSON_ID, TERMS, TODAY

CODES = [question.code for question in QUESTIONNAIRE]
SKILL = Objective("skill", "points", 2.0, 3.0, date(2027, 6, 1))
ANSWERS = st.dictionaries(st.sampled_from(CODES), st.sampled_from(Answer))
ALL_ANSWERS = st.fixed_dictionaries({code: st.sampled_from(Answer) for code in CODES})
RESULTS = st.sampled_from([Results(), Results(UUID(int=5)), Results(None, "Fine.", "https://w/p")])


class Lead(RuleBasedStateMachine):
    """Tries everything; keeps what was told, and what the others make of it."""

    programme: Programme
    told: list[Fact]
    ids: int

    @initialize(pilot=st.booleans(), pilot_only=st.booleans(), sponsor=st.booleans())
    def draft(self, *, pilot: bool, pilot_only: bool, sponsor: bool) -> None:
        terms = replace(TERMS, pilot_only=pilot_only and pilot, objectives=(SKILL,))
        cohort = replace(COHORT_TERMS, pilot=pilot)
        drafted = draft_programme(terms, cohort, (UUID(int=10), UUID(int=100)), TODAY)
        self.programme = replace(drafted, sponsor_id=PERSON_ID if sponsor else None)
        self.told = []
        self.ids = 100

    @rule(answers=st.one_of(ANSWERS, ALL_ANSWERS))
    def answer(self, answers: dict[str, Answer]) -> None:
        self._try(lambda: self.programme.answer(answers, TODAY))

    @rule()
    def open(self) -> None:
        self._try(lambda: self.programme.open(TODAY))

    @rule(pilot=st.booleans())
    def open_cohort(self, *, pilot: bool) -> None:
        self.ids += 1
        cohort = Cohort(UUID(int=self.ids), replace(COHORT_TERMS, pilot=pilot))
        self._try(lambda: self.programme.open_cohort(cohort, TODAY))

    @rule(which=st.integers(100, 104), results=RESULTS)
    def promote(self, which: int, results: Results) -> None:
        self._try(lambda: self.programme.promote(UUID(int=which), results, TODAY))

    @rule(which=st.integers(100, 104))
    def close_cohort(self, which: int) -> None:
        self._try(lambda: self.programme.close_cohort(UUID(int=which)))

    @rule(value=st.integers(0, 2), day=st.integers(1, 14))
    def measure(self, value: int, day: int) -> None:
        measured = Measurement("skill", float(value), date(2027, 1, day))
        self._try(lambda: self.programme.measure(measured, TODAY))

    @rule(pilot_only=st.booleans(), again=st.booleans())
    def change(self, *, pilot_only: bool, again: bool) -> None:
        terms = replace(self.programme.terms, pilot_only=pilot_only)
        first = replace(COHORT_TERMS, size_cap=9) if again else None
        self._try(lambda: self.programme.change(terms, TODAY, first))

    @rule()
    def close(self) -> None:
        self._try(self.programme.close)

    def _try(self, step: Callable[[], Step]) -> None:
        before = self.programme
        refusal: Refusal | None = None
        facts: tuple[Fact, ...] = ()
        try:
            self.programme, facts = step()
        except Refusal as said:
            refusal = said
        if refusal:
            assert refusal.detail.endswith(".")
            assert before.stage is not Stage.CLOSED or refusal.code == "programme_closed"
        if before.stage is Stage.CLOSED:
            assert self.programme == before
        if facts:
            assert self.programme != before
        self.told += facts

    @invariant()
    def nobody_learns_of_a_draft(self) -> None:
        if self.programme.draft:
            assert self.told == []

    @invariant()
    def it_opens_and_closes_once(self) -> None:
        opened = [fact for fact in self.told if isinstance(fact, ProgrammeOpened)]
        closed = [fact for fact in self.told if isinstance(fact, ProgrammeClosed)]
        assert len(opened) == (not self.programme.draft)
        assert len(closed) == (self.programme.closed and not self.programme.draft)
        assert self.told[:1] == opened
        assert self.told[-1:] == closed or not closed

    @invariant()
    def whoever_opened_had_answered_everything(self) -> None:
        if not self.programme.draft:
            assert self.programme.readiness
            assert self.programme.readiness.score is not None

    @invariant()
    def every_cohort_that_was_told_was_allowed(self) -> None:
        pilots_only = False
        for fact in self.told:
            if isinstance(fact, (ProgrammeOpened, ProgrammeChanged)):
                pilots_only = fact.programme.pilot_only
            if isinstance(fact, CohortOpened):
                assert fact.cohort.terms.pilot or not pilots_only

    @invariant()
    def the_others_know_whether_it_is_for_pilots_only(self) -> None:
        last = [fact for fact in self.told if isinstance(fact, (ProgrammeOpened, ProgrammeChanged))]
        if last:
            assert last[-1].programme.pilot_only == self.programme.pilot_only
            assert last[-1].programme.terms == self.programme.terms

    @invariant()
    def a_kpi_has_one_value_a_day(self) -> None:
        days = [one.measured_on for one in self.programme.measurements]
        assert days == sorted(set(days))


def test_a_hundred_leads_with_thirty_ideas_each_break_no_rule() -> None:
    often = settings(
        max_examples=100, stateful_step_count=30, deadline=None, derandomize=True, database=None
    )
    run_state_machine_as_test(Lead, settings=often)
