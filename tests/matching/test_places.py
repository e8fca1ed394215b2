"""Nobody is above capacity, in whatever order rounds, drafts, hands, answers and time come: the pure rules alone."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.matching.domain.candidates import Candidate, Side
from services.matching.domain.drafts import Draft, chosen
from services.matching.domain.pairs import Ending, Pair, PairState, Step, propose
from services.matching.domain.pools import confirmed, pool_of
from services.matching.domain.records import Records
from services.matching.domain.rounds import Outcome, Pool
from services.matching.solver.run import decide
from shared.chassis.refusals import Refusal
from tests.matching.builders import NOW, TERMS, TODAY, a_mentee, a_mentor

MENTORS, MENTEES = (1, 2, 3), (11, 12, 13, 14)
numbers = st.sampled_from(MENTORS + MENTEES)


class Places(RuleBasedStateMachine):
    """Three mentors with one or two places, and four mentees of whom one teaches, too."""

    def __init__(self) -> None:
        super().__init__()
        mentors = [a_mentor(number, capacity=1 + number % 2) for number in MENTORS]
        mentees = [a_mentee(number) for number in MENTEES[1:]]
        both = a_mentee(
            11, roles=("mentor", "mentee"), offers=a_mentor(1).offers, level=5, capacity=2
        )
        them = [*mentors, both, *mentees]
        self.people: dict[UUID, Candidate] = {one.id: one for one in them}
        self.pairs: dict[UUID, Pair] = {}
        self.draft: Draft | None = None
        self.made = 0

    def pool(self) -> Pool:
        records = Records(tuple(self.pairs.values()))
        return pool_of(UUID(int=0xC000), TERMS, TODAY, self.people.values(), records)

    def keep(self, step: Step) -> None:
        self.pairs[step.pair.id] = step.pair

    def ask_all(self, outcome: Outcome) -> None:
        for match in confirmed(outcome, self.pool()).matches:
            self.made += 1
            sides = self.people[match.mentor_id], self.people[match.mentee_id]
            self.keep(propose(UUID(int=0xE000 + self.made), None, match, sides, TERMS, NOW))

    @rule()
    def a_round_is_drafted(self) -> None:
        outcome = decide(self.pool(), lambda step, done, total: None)
        self.draft = Draft(UUID(int=0xC000), outcome)

    @precondition(lambda self: self.draft is not None)
    @rule(mentor=numbers, mentee=numbers)
    def the_lead_changes_the_draft(self, mentor: int, mentee: int) -> None:
        assert self.draft is not None
        them = UUID(int=mentor), UUID(int=mentee)
        taken = self.draft.taken_without(them[1])
        try:
            match = chosen(self.pool(), them, list(self.people.values()), taken)
        except Refusal:
            return
        self.draft = self.draft.placed(match)

    @precondition(lambda self: self.draft is not None)
    @rule()
    def the_draft_is_released(self) -> None:
        assert self.draft is not None
        self.ask_all(self.draft.outcome)
        self.draft = None

    @rule(mentor=numbers, mentee=numbers)
    def the_lead_proposes_by_hand(self, mentor: int, mentee: int) -> None:
        them = UUID(int=mentor), UUID(int=mentee)
        try:
            match = chosen(self.pool(), them, list(self.people.values()))
        except Refusal:
            return
        self.made += 1
        sides = self.people[them[0]], self.people[them[1]]
        self.keep(propose(UUID(int=0xE000 + self.made), None, match, sides, TERMS, NOW))

    @precondition(lambda self: self.pairs)
    @rule(
        data=st.data(),
        side=st.sampled_from(Side),
        word=st.sampled_from(("accept", "decline", "end", "expire", "void", "leave")),
    )
    def something_happens_to_a_pair(self, data: st.DataObject, side: Side, word: str) -> None:
        pair = self.pairs[data.draw(st.sampled_from(sorted(self.pairs)))]
        acts = {
            "accept": lambda: pair.accept(side, NOW, TERMS),
            "decline": lambda: pair.decline(side, NOW),
            "end": lambda: pair.end(Ending.STOPPED),
        }
        if word not in acts:
            self.overtaken(pair, word)
            return
        try:
            self.keep(acts[word]())
        except Refusal:
            assert pair.state is not PairState.PROPOSED or word == "end"

    def overtaken(self, pair: Pair, word: str) -> None:
        if word == "leave" and pair.live:
            self.keep(pair.leave())
        elif pair.state is PairState.PROPOSED:
            self.keep(pair.expire() if word == "expire" else pair.void())

    @precondition(lambda self: self.pairs)
    @rule(data=st.data(), side=st.sampled_from(Side))
    def too_late_is_refused_whoever_answers(self, data: st.DataObject, side: Side) -> None:
        pair = self.pairs[data.draw(st.sampled_from(sorted(self.pairs)))]
        late = NOW + timedelta(hours=TERMS.proposal_expires_hours)
        if pair.state is PairState.PROPOSED and not pair.accepted:
            with pytest.raises(Refusal) as refused:
                pair.accept(side, late, TERMS)
            assert refused.value.code == "proposal_expired"

    @rule(number=numbers, status=st.sampled_from(("active", "paused")))
    def somebody_pauses_or_comes_back(self, number: int, status: str) -> None:
        one = self.people[UUID(int=number)]
        self.people[one.id] = replace(one, status=status)

    @invariant()
    def nobody_is_above_capacity(self) -> None:
        live = [pair for pair in self.pairs.values() if pair.live]
        used = Counter(party.volunteer_id for pair in live for party in pair.parties)
        assert all(count <= self.people[id_].capacity for id_, count in used.items())
        assert max(Counter(pair.mentee_id for pair in live).values(), default=0) <= 1

    @invariant()
    def nobody_is_paired_again_or_with_themselves(self) -> None:
        lasting = [one for one in self.pairs.values() if one.state is not PairState.VOIDED]
        them = [(one.mentor.person_id, one.mentee.person_id) for one in lasting]
        assert len(them) == len(set(them))
        assert all(mentor != mentee for mentor, mentee in them)


Places.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
test_nobody_is_above_capacity_in_whatever_order = Places.TestCase
