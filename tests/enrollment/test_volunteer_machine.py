"""Whatever a volunteer does, in whatever order: the rules of coming, pausing and leaving hold."""

from dataclasses import replace
from datetime import date, timedelta

import hypothesis.strategies as st
import pytest
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.enrollment.domain.volunteers import (
    CandidateChanged,
    Fact,
    Role,
    Status,
    Step,
    Volunteer,
    VolunteerEnrolled,
    VolunteerPaused,
    VolunteerResumed,
    VolunteerWithdrawn,
    enrol,
)
from shared.chassis.refusals import Conflict, Invalid
from tests.enrollment.people import PROFILE, PROGRAMME, TERMS, TODAY, TOPICS, VOLUNTEER

PROFILES = (
    PROFILE,
    replace(PROFILE, motivation=1),
    replace(PROFILE, roles=(Role.MENTOR,), needs=()),
    replace(PROFILE, roles=(Role.MENTEE,), offers=()),
)
DAYS = st.integers(-3, 40).map(lambda days: TODAY + timedelta(days=days))


class Lifecycle(RuleBasedStateMachine):
    """One volunteer, and what two others know who only hear the facts."""

    volunteer: Volunteer
    # Reporting and notifications hear the first three, matching hears the candidate.
    counted_as: frozenset[Role]
    standing: Status
    candidate: Volunteer

    def hear(self, step: Step) -> None:
        """Take the step, and let the others hear of it."""
        self.volunteer, facts = step
        for fact in facts:
            self.learn(fact)

    def learn(self, fact: Fact) -> None:
        match fact:
            case VolunteerEnrolled():
                self.counted_as = frozenset(fact.volunteer.profile.roles)
                self.standing = Status.ACTIVE
            case VolunteerPaused():
                self.standing = Status.PAUSED
            case VolunteerResumed():
                self.standing = Status.ACTIVE
            case VolunteerWithdrawn():
                self.standing = Status.WITHDRAWN
            case CandidateChanged():
                self.candidate = fact.volunteer

    @property
    def gone(self) -> bool:
        return self.volunteer.status is Status.WITHDRAWN

    @initialize(profile=st.sampled_from(PROFILES))
    def say_yes(self, profile: object) -> None:
        newcomer = replace(VOLUNTEER, profile=profile)  # type: ignore[arg-type]
        self.hear(enrol(newcomer, PROGRAMME, TOPICS, TODAY))

    @precondition(lambda self: not self.gone)
    @rule(profile=st.sampled_from(PROFILES))
    def describe_themselves(self, profile: object) -> None:
        self.hear(self.volunteer.change(profile, TERMS, TOPICS))  # type: ignore[arg-type]

    @precondition(lambda self: not self.gone)
    @rule(until=st.none() | DAYS)
    def pause(self, until: date | None) -> None:
        if until is not None and until <= TODAY:
            with pytest.raises(Invalid, match="pause_over"):
                self.volunteer.pause(until, TODAY)
            return
        self.hear(self.volunteer.pause(until, TODAY))
        assert self.volunteer.paused_until == until

    @precondition(lambda self: not self.gone)
    @rule()
    def resume(self) -> None:
        self.hear(self.volunteer.resume())
        assert self.volunteer.status is Status.ACTIVE

    @rule()
    def withdraw(self) -> None:
        self.hear(self.volunteer.withdraw())
        assert self.gone

    @rule(level=st.integers(1, 20))
    def move_in_the_directory(self, level: int) -> None:
        self.hear(self.volunteer.move(replace(self.volunteer.standing, level=level)))

    @precondition(lambda self: self.gone)
    @rule()
    def try_after_leaving(self) -> None:
        for attempt in (
            self.volunteer.resume,
            lambda: self.volunteer.pause(None, TODAY),
            lambda: self.volunteer.change(PROFILE, TERMS, TOPICS),
        ):
            with pytest.raises(Conflict, match="withdrawn"):
                attempt()

    @invariant()
    def everybody_knows_what_is(self) -> None:
        assert self.standing is self.volunteer.status
        assert self.candidate == self.volunteer
        if not self.gone:
            assert self.counted_as == frozenset(self.volunteer.profile.roles)

    @invariant()
    def only_one_who_is_away_has_a_day_to_come_back(self) -> None:
        assert self.volunteer.paused_until is None or self.volunteer.status is Status.PAUSED

    @invariant()
    def who_they_are_stays(self) -> None:
        assert self.volunteer.volunteer_id == VOLUNTEER.volunteer_id
        assert self.volunteer.consent == VOLUNTEER.consent


TestLifecycle = Lifecycle.TestCase
