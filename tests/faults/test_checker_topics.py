"""I1 to I4 and I8 on histories typed by hand: what must lie on the topics, in which order, and how often."""

from dataclasses import replace
from typing import Any

import pytest

from dev.faults.checker import Finding, Kind, effects, promises, stores, topics
from dev.faults.checker.findings import Check
from dev.faults.history import Fault, History, Reads, Record
from tests.faults.made_up import NOON, command, event, gauge

PAIR_TOPIC = "obverse.matching.pair.v1"
VOLUNTEER: dict[str, Any] = {
    "volunteer_id": "ann",
    "programme_id": "p",
    "cohort_id": "c",
    "roles": ["mentor"],
}
FULL = gauge("enrollment-1", "obverse_outbox_depth", 2, database="obverse_enrollment")


def findings(check: Check, history: History) -> list[tuple[str, Kind, tuple[str, ...]]]:
    return [(one.invariant, one.kind, one.ids) for one in check(history)]


def enrolled(sequence: int = 1, **change: Any) -> Record:
    return event("volunteer.enrolled", "ann", sequence, **VOLUNTEER | change)


CANDIDATE = event(
    "candidate.changed", "ann", 1, person_id="pa", status="active", capacity=1, **VOLUNTEER
)
ENROL = command("enrol", volunteer_id="ann")


def test_an_enrolment_that_is_on_its_topics_is_kept() -> None:
    history = History(commands=[ENROL], records=[enrolled(), CANDIDATE])
    assert findings(promises.kept, history) == []


def test_an_acknowledged_enrolment_that_is_nowhere_is_lost() -> None:
    history = History(commands=[ENROL], records=[CANDIDATE])
    (found,) = findings(promises.kept, history)
    assert found == ("I1", Kind.LOST, ("enrol of a command (volunteer_id ann)",))


def test_while_the_outbox_is_not_empty_it_is_only_unseen() -> None:
    history = History(commands=[ENROL], records=[CANDIDATE], samples=[FULL])
    (found,) = findings(promises.kept, history)
    assert found[1] is Kind.UNSEEN


@pytest.mark.parametrize("outcome", ["refused", "unknown"])
def test_nothing_was_promised_to_who_had_no_yes(outcome: str) -> None:
    history = History(commands=[replace(ENROL, outcome=outcome)])
    assert findings(promises.kept, history) == []


def test_a_second_yes_to_a_proposal_needs_no_second_event() -> None:
    yes = event("proposal.accepted", "p1", trail="first", side="mentor", pair_id="p1")
    about = {"pair_id": "p1", "volunteer_id": "ann"}
    history = History(
        commands=[command("accept", trail=one, **about) for one in ("first", "second")],
        records=[yes],
    )
    assert findings(promises.kept, history) == []


def test_the_yes_of_one_side_does_not_stand_for_that_of_the_other() -> None:
    yes = event("proposal.accepted", "p1", trail="first", side="mentor", pair_id="p1")
    history = History(
        commands=[
            command("accept", trail="first", pair_id="p1", volunteer_id="ann"),
            command("accept", trail="second", pair_id="p1", volunteer_id="bob"),
        ],
        records=[yes],
    )
    assert [one[2] for one in findings(promises.kept, history)] == [
        ("accept of second (pair_id p1)",)
    ]


def test_a_session_is_kept_under_its_id_whoever_wrote_it_down() -> None:
    held = event("session.held", "p1", trail="other", session_id="s1", pair_id="p1")
    report = command("report", trail="mine", pair_id="p1", session_id="s1")
    lost = command("report", trail="mine", pair_id="p1", session_id="s2")
    assert findings(promises.kept, History(commands=[report], records=[held])) == []
    assert findings(promises.kept, History(commands=[lost], records=[held]))[0][1] is Kind.LOST


def test_a_round_that_failed_owes_nothing() -> None:
    asked = command("round", round_id="r1")
    failed = Reads(rounds={"r1": {"state": "failed"}})
    assert findings(promises.kept, History(commands=[asked], reads=failed)) == []
    assert findings(promises.kept, History(commands=[asked]))[0][1] is Kind.LOST


def test_a_volunteer_of_whom_nobody_was_told_is_lost_to_the_others() -> None:
    told = event("principal.changed", "pa", volunteer_ids=["ann"])
    reach = event("contact.changed", "pa", name="Ann", email="ann@c.example")
    assert (
        findings(promises.introduced, History(records=[CANDIDATE, enrolled(), told, reach])) == []
    )
    assert findings(promises.introduced, History(records=[CANDIDATE, told])) == [
        ("I1", Kind.LOST, ("ann",))
    ]
    stranger = event("principal.changed", "pa", volunteer_ids=[])
    assert findings(promises.introduced, History(records=[CANDIDATE, stranger, reach])) == [
        ("I1", Kind.LOST, ("ann",))
    ]


def test_a_volunteer_whom_the_store_forgot_is_lost() -> None:
    there = Reads(roster={"p": [{"volunteer_id": "ann", "status": "active"}]})
    assert findings(stores.agree, History(records=[enrolled()], reads=there)) == []
    gone = History(records=[enrolled()], reads=Reads(roster={"p": []}))
    assert findings(stores.agree, gone) == [("I1", Kind.LOST, ("ann",))]


def test_a_volunteer_of_the_store_who_is_on_no_topic_is_lost() -> None:
    there = Reads(roster={"p": [{"volunteer_id": "ann", "status": "active"}]})
    assert findings(stores.agree, History(reads=there)) == [("I1", Kind.LOST, ("ann",))]
    waiting = History(reads=there, samples=[FULL])
    assert findings(stores.agree, waiting) == [("I1", Kind.UNSEEN, ("ann",))]


def test_an_effect_of_a_refused_command_is_a_ghost() -> None:
    refused = replace(ENROL, outcome="refused")
    (found,) = findings(effects.traced, History(commands=[refused], records=[enrolled()]))
    assert found == ("I2", Kind.GHOST, (enrolled().id,))


def test_an_event_that_nobody_asked_for_is_a_ghost() -> None:
    assert findings(effects.traced, History(records=[enrolled()])) == [
        ("I2", Kind.GHOST, (enrolled().id,))
    ]
    assert findings(effects.traced, History(commands=[ENROL], records=[enrolled()])) == []


def test_what_a_schedule_does_needs_no_command() -> None:
    expired = event("proposal.expired", "p1", trail="a tick", pair_id="p1")
    assert findings(effects.traced, History(records=[expired])) == []


def test_one_command_with_two_volunteers_is_doubled() -> None:
    second = event("volunteer.enrolled", "bob", **VOLUNTEER | {"volunteer_id": "bob"})
    (found,) = findings(effects.single, History(records=[enrolled(), second]))
    assert found == ("I3", Kind.DOUBLED, (enrolled().id, second.id))


def test_one_event_that_caused_the_same_twice_is_doubled() -> None:
    void: dict[str, Any] = {"trail": "t", "cause": "candidate 7", "pair_id": "p1"}
    twice = [event("proposal.voided", "p1", number, **void) for number in (2, 3)]
    (found,) = findings(effects.single, History(records=twice))
    assert found == ("I3", Kind.DOUBLED, (twice[0].id, twice[1].id))


def test_a_delivery_has_one_end() -> None:
    ends = [event("delivery.sent", "d1", 1), event("delivery.failed", "d1", 2, trail="other")]
    assert findings(effects.single, History(records=ends))[0][1] is Kind.DOUBLED


def test_one_person_who_is_two_volunteers_is_doubled() -> None:
    second = event("candidate.changed", "bob", 1, person_id="pa", trail="b", **VOLUNTEER)
    history = History(records=[CANDIDATE, second])
    assert findings(effects.single, history) == [("I3", Kind.DOUBLED, ("bob",))]


def numbered(*sequences: int) -> list[Record]:
    """Events of one key, in this order on one partition."""
    return [
        event("pair.ended", "p1", sequence, offset=offset)
        for offset, sequence in enumerate(sequences)
    ]


@pytest.mark.parametrize("sequences", [(1,), (1, 2, 3), (1, 1, 2), (1, 2, 1, 2, 3)])
def test_repetitions_are_in_order(sequences: tuple[int, ...]) -> None:
    assert findings(topics.order, History(records=numbered(*sequences))) == []


def test_a_number_that_is_missing_is_lost() -> None:
    assert findings(topics.order, History(records=numbered(1, 3, 4))) == [
        ("I4", Kind.LOST, (f"{PAIR_TOPIC}|p1 number 2",))
    ]


def test_a_first_number_that_is_missing_is_lost() -> None:
    assert findings(topics.order, History(records=numbered(2)))[0][1] is Kind.LOST


def test_a_first_occurrence_after_a_later_one_is_out_of_order() -> None:
    (found,) = findings(topics.order, History(records=numbered(1, 3, 2)))
    late = numbered(1, 3, 2)[2]
    assert found == ("I4", Kind.REORDERED, (f"{late.id} at {PAIR_TOPIC}:0:2",))


def test_a_key_in_two_partitions_has_no_order() -> None:
    apart = [event("pair.ended", "p1", 1), event("pair.ended", "p1", 2, partition=1)]
    assert findings(topics.order, History(records=apart))[0][1] is Kind.REORDERED


def test_two_events_in_one_place_are_doubled() -> None:
    one, other = event("pair.ended", "p1", 1), event("pair.ended", "p1", 1, offset=1, id_="other")
    (found,) = findings(topics.places, History(records=[one, other]))
    assert found[:2] == ("I8", Kind.DOUBLED)
    assert found[2] == (f"{one.id} at {PAIR_TOPIC}:0:0", f"other at {PAIR_TOPIC}:0:1")


def test_one_event_under_two_numbers_is_doubled() -> None:
    two = [event("pair.ended", "p1", number, id_="same") for number in (1, 2)]
    assert findings(topics.places, History(records=two)) == [("I8", Kind.DOUBLED, ("same",))]


def test_an_event_on_a_foreign_topic_is_a_ghost() -> None:
    stray = event("round.completed", "r1", topic=PAIR_TOPIC)
    assert findings(topics.places, History(records=[stray])) == [("I8", Kind.GHOST, (stray.id,))]


def test_what_the_harness_threw_in_is_nobodys_event() -> None:
    poison = event("pair.ended", "p1", 7, offset=5)
    marked = replace(poison, headers={**poison.headers, "x-injected": "1"}, offset=6)
    place = {"topic": PAIR_TOPIC, "partition": 0, "offset": 5}
    thrown_in = Fault(NOON, "poison", "pair", detail=place)
    history = History(records=[*numbered(1), poison, marked], faults=[thrown_in])
    assert findings(topics.order, history) == []


def test_a_finding_names_its_ids_in_one_line() -> None:
    from dev.faults.checker import shown

    many = Finding("I4", Kind.LOST, "gone", tuple(str(number) for number in range(60)))
    assert shown(many).startswith("I4 lost: gone: 0, 1, 2")
    assert shown(many).endswith("49 and 10 more")
