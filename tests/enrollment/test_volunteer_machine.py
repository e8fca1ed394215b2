"""Whatever a volunteer does, in whatever order: the rules of coming, pausing and leaving hold."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import hypothesis.strategies as st
import pytest
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.enrollment.domain.volunteers import (
    Avoided,
    CandidateChanged,
    Consent,
    Fact,
    Profile,
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
    replace(PROFILE, available_until=TODAY + timedelta(days=9)),
    replace(PROFILE, roles=(Role.MENTOR,), needs=()),
    replace(PROFILE, roles=(Role.MENTEE,), offers=()),
)
DAYS = st.integers(-3, 40).map(lambda days: TODAY + timedelta(days=days))


def heard_by_matching(volunteer: Volunteer) -> tuple[Volunteer, tuple[UUID, ...]]:
    """Not when a consent was given or taken back, and of a list only whom it means."""
    return replace(volunteer, consent=VOLUNTEER.consent, avoid=()), volunteer.avoided


class Lifecycle(RuleBasedStateMachine):
    """One volunteer, and what two others know who only hear the facts."""

    volunteer: Volunteer
    # Reporting and notifications hear the first three, matching hears the candidate.
    counted_as: frozenset[Role]
    counted_in: UUID
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
                self.counted_in = fact.volunteer.cohort_id
                self.standing = Status.ACTIVE
            case VolunteerPaused():
                self.standing = Status.PAUSED
            case VolunteerResumed():
                self.standing = Status.ACTIVE
            case VolunteerWithdrawn():
                self.standing = Status.WITHDRAWN
            case CandidateChanged():
                self.candidate = fact.volunteer

    today: date = TODAY
    consents: int = 1

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
        if until is not None and until <= self.today:
            with pytest.raises(Invalid, match="pause_over"):
                self.volunteer.pause(until, self.today)
            return
        self.hear(self.volunteer.pause(until, self.today))
        assert self.volunteer.paused_until == until

    @precondition(lambda self: not self.gone)
    @rule()
    def resume(self) -> None:
        until = self.volunteer.profile.available_until
        if self.volunteer.status is Status.PAUSED and until and until <= self.today:
            with pytest.raises(Conflict, match="no_longer_available"):
                self.volunteer.resume(self.today)
            return
        self.hear(self.volunteer.resume(self.today))
        assert self.volunteer.status is Status.ACTIVE

    @precondition(lambda self: not self.gone)
    @rule(cohort=st.integers(11, 13))
    def go_on_in_a_cohort(self, cohort: int) -> None:
        before = self.volunteer
        self.hear(before.join(UUID(int=cohort)))
        assert replace(self.volunteer, cohort_id=before.cohort_id) == before
        assert self.counted_in == self.volunteer.cohort_id

    @rule(days=st.integers(0, 5))
    def let_time_pass(self, days: int) -> None:
        self.today += timedelta(days=days)
        self.hear(self.volunteer.pass_day(self.today))
        until = self.volunteer.profile.available_until
        if self.volunteer.status is Status.ACTIVE:
            assert until is None or until > self.today
        assert self.volunteer.pass_day(self.today) == (self.volunteer, ())

    @rule(capacity=st.integers(1, 3))
    def name_another_capacity_elsewhere(self, capacity: int) -> None:
        self.hear(self.volunteer.share_capacity(capacity))

    @precondition(lambda self: not self.gone)
    @rule(avoid=st.lists(st.integers(1, 4), max_size=3))
    def keep_away(self, avoid: list[int]) -> None:
        people = tuple(Avoided(f"S{one}", UUID(int=one)) for one in avoid)
        self.hear(self.volunteer.keep_away_from(people))
        assert set(self.volunteer.avoided) == {UUID(int=one) for one in avoid}

    @rule()
    def take_the_consent_back(self) -> None:
        self.hear(self.volunteer.revoke(self.today))
        assert self.gone
        assert self.volunteer.consent.revoked_on is not None

    @precondition(lambda self: self.gone)
    @rule(profile=st.sampled_from(PROFILES[:2]))
    def say_yes_again(self, profile: Profile) -> None:
        consent = Consent("again", self.today, "en")
        yes = replace(VOLUNTEER, profile=profile, consent=consent)
        before = self.volunteer
        self.hear(enrol(before.renew(yes), PROGRAMME, TOPICS, self.today))
        self.consents += 1
        assert self.volunteer.status is Status.ACTIVE
        assert self.volunteer.earlier[-1] == before.consent

    @rule()
    def withdraw(self) -> None:
        self.hear(self.volunteer.withdraw())
        assert self.gone

    @rule(level=st.integers(1, 20))
    def move_in_the_directory(self, level: int) -> None:
        self.hear(self.volunteer.move(replace(self.volunteer.standing, level=level)))

    @precondition(lambda self: not self.gone)
    @rule()
    def say_yes_while_here(self) -> None:
        with pytest.raises(Conflict, match="already_enrolled"):
            self.volunteer.renew(VOLUNTEER)

    @precondition(lambda self: self.gone)
    @rule()
    def try_after_leaving(self) -> None:
        attempts: tuple[Callable[[], Step], ...] = (
            lambda: self.volunteer.resume(TODAY),
            lambda: self.volunteer.pause(None, TODAY),
            lambda: self.volunteer.change(PROFILE, TERMS, TOPICS),
            lambda: self.volunteer.keep_away_from(()),
            lambda: self.volunteer.join(UUID(int=13)),
        )
        for attempt in attempts:
            with pytest.raises(Conflict, match="withdrawn"):
                attempt()

    @invariant()
    def everybody_knows_what_is(self) -> None:
        assert self.standing is self.volunteer.status
        assert heard_by_matching(self.candidate) == heard_by_matching(self.volunteer)
        if not self.gone:
            assert self.counted_as == frozenset(self.volunteer.profile.roles)

    @invariant()
    def only_one_who_is_away_has_a_day_to_come_back(self) -> None:
        assert self.volunteer.paused_until is None or self.volunteer.status is Status.PAUSED
        assert (self.volunteer.paused_because is not None) == (
            self.volunteer.status is Status.PAUSED
        )

    @invariant()
    def who_they_are_stays(self) -> None:
        assert self.volunteer.volunteer_id == VOLUNTEER.volunteer_id
        assert len(self.volunteer.earlier) == self.consents - 1
        first = (*self.volunteer.earlier, self.volunteer.consent)[0]
        assert replace(first, revoked_on=None) == VOLUNTEER.consent


TestLifecycle = Lifecycle.TestCase
