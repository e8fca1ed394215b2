"""I3, I5, I6, I7 and I9 to I13 on histories typed by hand: what groups, relays, mails and reports tell."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from dev.faults.checker import (
    Kind,
    consumption,
    drain,
    fences,
    mails,
    pairing,
    privacy,
    reports,
    stores,
)
from dev.faults.checker.findings import Check
from dev.faults.checker.reminders import gaps_told
from dev.faults.history import Fault, History, Line, Offset, Reads, Record, Sample
from tests.faults.made_up import NOON, batch, command, event, gauge, line, mail
from tests.faults.small_world import SLOT

TOPIC = "obverse.matching.pair.v1"
GROUP = "reporting-projections"
KILL = Fault(NOON, "kill", "reporting-1", pid=7)


def findings(check: Check, history: History) -> list[tuple[str, Kind, tuple[str, ...]]]:
    return [(one.invariant, one.kind, one.ids) for one in check(history)]


def four() -> list[Record]:
    """Four events of four keys, at the offsets 0 to 3."""
    return [event("pair.ended", f"p{n}", offset=n, id_=f"e{n}") for n in range(4)]


def read(*lines: Line, committed: int = 4, faults: Sequence[Fault] = (KILL,)) -> History:
    offset = Offset(GROUP, TOPIC, 0, committed, 4)
    return History(records=four(), lines=lines, offsets=[offset], faults=faults)


def took(
    first: int, last: int, process: str = "reporting-1", *, at: float = 0.0, **counts: int
) -> Line:
    return batch(process, GROUP, TOPIC, first, last, at=at, **counts)


def test_every_message_has_its_line() -> None:
    history = read(took(0, 1, applied=2), took(2, 3, applied=1, dead_lettered=1))
    assert findings(consumption.accounted, history) == []


def test_a_message_that_was_passed_in_silence_is_lost() -> None:
    assert findings(consumption.accounted, read(took(0, 0, applied=1), took(2, 3, applied=2))) == [
        ("I7", Kind.LOST, (f"e1 at {TOPIC}:0:1",))
    ]


def test_what_lies_ahead_of_the_committed_offset_needs_no_line_yet() -> None:
    assert findings(consumption.accounted, read(took(0, 1, applied=2), committed=2)) == []


def test_a_batch_that_counts_fewer_than_it_took_is_found() -> None:
    (found,) = findings(consumption.accounted, read(took(0, 3, applied=3)))
    assert found == ("I7", Kind.BROKEN, (f"{TOPIC}:0:0 of reporting-1",))


def test_a_redelivery_that_says_duplicate_is_fine() -> None:
    again = took(0, 3, "reporting-2", duplicate=4)
    assert findings(consumption.once, read(took(0, 3, applied=4), again)) == []


def test_a_redelivery_that_was_applied_is_doubled() -> None:
    again = took(2, 3, "reporting-2", applied=2)
    assert findings(consumption.once, read(took(0, 3, applied=4), again)) == [
        ("I3", Kind.DOUBLED, (f"e2 at {TOPIC}:0:2", f"e3 at {TOPIC}:0:3"))
    ]


def test_a_line_that_died_with_its_process_hides_no_other_double() -> None:
    # Of 0 to 1 only the redelivery has a line, and 2 to 3 were applied twice.
    lines = [took(0, 1, duplicate=2), took(2, 3, applied=2), took(2, 3, "reporting-2", applied=2)]
    assert [one[:2] for one in findings(consumption.once, read(*lines))] == [("I3", Kind.DOUBLED)]


def test_a_repetition_on_the_topic_is_one_fact() -> None:
    records = [*four(), event("pair.ended", "p0", offset=4, id_="e0")]
    right = [took(0, 3, applied=4), took(4, 4, duplicate=1)]
    wrong = [took(0, 3, applied=4), took(4, 4, applied=1)]
    assert findings(consumption.once, History(records=records, lines=right)) == []
    assert [
        one[:2] for one in findings(consumption.once, History(records=records, lines=wrong))
    ] == [("I3", Kind.DOUBLED)]


def waits(offset: int, at: float) -> Line:
    place = f"{TOPIC}:0:{offset}"
    return line("reporting-1", "intake.message_waiting", at, group=GROUP, place=place)


def held() -> list[Record]:
    """Four events, the first two and the last of one key."""
    keys = [("p0", 1), ("p0", 2), ("p1", 1), ("p0", 3)]
    return [event("pair.ended", key, number, offset=n) for n, (key, number) in enumerate(keys)]


def test_what_waited_is_applied_with_the_batch_that_freed_it() -> None:
    # 0 was a dead letter, and came back as a repetition at 4.
    records = [*held(), event("pair.ended", "p0", 1, offset=4)]
    lines = [took(0, 0, dead_lettered=1, at=1), took(1, 1, waiting=1, at=2), waits(1, 2)]
    freed = took(4, 4, applied=2, at=3)
    assert findings(consumption.once, History(records=records, lines=[*lines, freed])) == []


@pytest.mark.parametrize(("offset", "at"), [(2, 2), (3, 4)], ids=["another key", "later"])
def test_what_waited_elsewhere_or_later_excuses_no_double(offset: int, at: float) -> None:
    again = took(0, 1, applied=1, duplicate=1, at=3)
    lines = [took(0, 1, applied=2, at=1), waits(offset, at), again]
    assert [
        one[:2] for one in findings(consumption.once, History(records=held(), lines=lines))
    ] == [("I3", Kind.DOUBLED)]


def test_where_nothing_died_each_message_has_one_line() -> None:
    lines = [took(0, 3, applied=4), took(3, 3, "reporting-2", duplicate=1)]
    assert findings(consumption.one_line, read(*lines, faults=[])) == [
        ("I11", Kind.BROKEN, (f"{TOPIC}:0:3",))
    ]
    assert findings(consumption.one_line, read(*lines, faults=[KILL])) == []
    poison = Fault(NOON, "poison", "pair")
    assert len(findings(consumption.one_line, read(*lines, faults=[poison]))) == 1


def waiting(keys: float, letters: float) -> History:
    """What the two databases of reporting tell."""
    samples = [
        gauge("reporting-1", "obverse_keys_waiting", keys, database="journal"),
        gauge("reporting-1", "obverse_keys_waiting", 0, database="projections"),
    ]
    if letters:
        name = "obverse_dead_letters_open"
        samples.append(gauge("reporting-1", name, letters, database="journal", reason="not_json"))
    return History(samples=samples)


def test_a_key_waits_for_a_dead_letter_only() -> None:
    assert findings(consumption.letters, waiting(0, 0)) == []
    assert findings(consumption.letters, waiting(1, 1)) == []
    assert findings(consumption.letters, waiting(1, 0)) == [("I7", Kind.LOST, ("reporting",))]


@pytest.mark.parametrize(("kept", "kinds"), [(1.0, []), (0.0, [Kind.LOST]), (2.0, [Kind.BROKEN])])
def test_poison_becomes_as_many_dead_letters(kept: float, kinds: list[Kind]) -> None:
    detail = {"topic": TOPIC, "partition": 0, "offset": 9}
    poison = Fault(
        NOON, "poison", "pair", detail=detail | {"reason": "not_json", "services": ["reporting"]}
    )
    samples = waiting(0, kept).samples
    found = findings(consumption.letters, History(faults=[poison], samples=samples))
    assert [one[1] for one in found] == kinds
    assert all(one[2] == (f"{TOPIC}:0:9",) for one in found)


def candidate(who: str, side: str, capacity: int = 1, **said: Any) -> Record:
    base: dict[str, Any] = {
        "volunteer_id": str(UUID(int=int(who))), "person_id": str(UUID(int=int(who) + 100)),
        "programme_id": str(UUID(int=1)), "cohort_id": str(UUID(int=2)), "status": "active",
        "roles": [side], "formats": ["one_to_one"], "hours_per_month": 4.0, "capacity": capacity,
        "offers": [{"topic": "crm", "proficiency": 5}] if side == "mentor" else [],
        "needs": [] if side == "mentor" else [{"topic": "crm", "priority": 1, "level": 1}],
        "slots": [SLOT], "time_zone": "UTC", "languages": ["en"], "hobbies": [], "motivation": 3,
        "openness": 3, "unit": "", "site": "", "level": 2 if side == "mentor" else 8,
        "managers": [], "managers_complete": False, "avoid": [],
    }  # fmt: skip
    return event("candidate.changed", str(base["volunteer_id"]), **base | said)


OPENED = event(
    "programme.opened", str(UUID(int=1)), programme_id=str(UUID(int=1)), starts_on="2026-11-01",
    ends_on="2027-05-01", languages=["en"], objectives=[], pilot_only=False,
    formats=[{"format": "one_to_one", "people_min": 2, "people_max": 2, "days": 9, "cadence_days": 9}],
    matching={"level_gap": 2, "common_slot_minutes": 30, "weights": {}},
    reminders={"session_hours_before": [24.0], "proposal_hours_after": [], "proposal_expires_hours": 9.0},
)  # fmt: skip


def pair_event(
    type_: str, pair: int, mentor: str, mentee: str, at: float, sequence: int = 1
) -> Record:
    people: dict[str, Any] = {
        "mentor_id": str(UUID(int=int(mentor))),
        "mentee_id": str(UUID(int=int(mentee))),
    }
    key = str(UUID(int=pair))
    ids: dict[str, Any] = {"pair_id": key, "programme_id": str(UUID(int=1)), "outcome": "completed"}
    return event(type_, key, sequence, at=at, trail=f"of {type_}", **people, **ids)


def made(pair: int, mentor: str, mentee: str, at: float = 1.0) -> Record:
    return pair_event("proposal.made", pair, mentor, mentee, at)


PEOPLE = [OPENED, candidate("11", "mentor"), candidate("12", "mentee"), candidate("13", "mentee")]


def test_a_pair_within_the_rules_and_the_room_of_both_is_fine() -> None:
    history = History(records=[*PEOPLE, made(71, "11", "12")])
    assert findings(pairing.rules, history) == []
    assert findings(pairing.capacity, history) == []


def test_one_more_pair_than_room_is_found() -> None:
    history = History(records=[*PEOPLE, made(71, "11", "12"), made(72, "11", "13", at=2.0)])
    found = findings(pairing.capacity, history)
    assert found[0] == ("I5", Kind.BROKEN, (str(UUID(int=111)),))


def test_room_that_was_freed_may_be_taken_again() -> None:
    ended = [
        pair_event("pair.formed", 71, "11", "12", 1.5),
        pair_event("pair.ended", 71, "11", "12", 2.0, 2),
    ]
    history = History(records=[*PEOPLE, made(71, "11", "12"), *ended, made(72, "11", "13", at=2.5)])
    assert findings(pairing.capacity, history) == []
    too_soon = History(
        records=[*PEOPLE, made(71, "11", "12"), *ended, made(72, "11", "13", at=1.8)]
    )
    assert [one[0] for one in findings(pairing.capacity, too_soon)] == ["I5"]


@pytest.mark.parametrize(("whose", "judged"), [("notifications-1", True), ("matching-2", False)])
def test_room_over_time_is_judged_unless_matching_had_a_wrong_clock(
    whose: str, judged: bool
) -> None:
    freed = pair_event("proposal.declined", 71, "11", "12", at=2.5, sequence=2)
    too_soon = [*PEOPLE, made(71, "11", "12"), made(72, "11", "13", at=2.0), freed]
    history = History(records=too_soon, faults=[Fault(NOON, "clock", whose)])
    assert bool(findings(pairing.capacity, history)) is judged


@pytest.mark.parametrize(
    ("whose", "at", "found"),
    [("enrollment-1", -3600.0, []), ("matching-2", -3600.0, []), ("reporting-1", -4.0, ["I5"])],
)
def test_a_pair_is_made_before_its_people_were_told_of_only_by_a_wrong_clock(
    whose: str, at: float, found: list[str]
) -> None:
    told_at_0 = [OPENED, candidate("11", "mentor"), candidate("12", "mentee")]
    clock = Fault(NOON, "clock", whose)
    history = History(records=[*told_at_0, made(71, "11", "12", at=at)], faults=[clock])
    assert [one[0] for one in findings(pairing.rules, history)] == found


def test_a_pair_that_no_version_of_the_two_allows_is_found() -> None:
    low = candidate("12", "mentee", level=3)
    history = History(records=[OPENED, candidate("11", "mentor"), low, made(71, "11", "12")])
    assert findings(pairing.rules, history) == [("I5", Kind.BROKEN, (str(UUID(int=71)),))]


def test_a_pair_of_people_whom_nobody_told_of_is_found() -> None:
    history = History(records=[OPENED, candidate("11", "mentor"), made(71, "11", "12")])
    assert len(findings(pairing.rules, history)) == 1


def report(**change: int | str) -> History:
    """Ann is a mentor; `change` is what the report says otherwise."""
    cells: dict[str, int | str] = {
        "erased": 0, "withdrawn": 0, "paused": 0, "paired": 0, "proposed": 0, "waiting": 1, "total": 1,
    }  # fmt: skip
    nobody = {**cells, "waiting": 0, "total": 0}
    zero: Mapping[str, tuple[str, ...]] = {
        "proposals": ("made", "accepted", "open", "declined", "expired", "voided"),
        "pairs": ("formed", "active", "completed", "stopped"),
        "rounds": ("completed",),
    }
    shown = {part: dict.fromkeys(names, 0) for part, names in zero.items()}
    sessions = dict.fromkeys(("planned", "held", "cancelled", "minutes"), "hidden")
    sessions |= {"mood_mean": "hidden", "days_to_first_median": "hidden"}
    told = {
        "volunteers": {"mentor": cells | change, "mentee": nobody},
        **shown,
        "sessions": sessions,
    }
    ann: dict[str, Any] = {
        "volunteer_id": "ann",
        "programme_id": "p",
        "cohort_id": "c",
        "roles": ["mentor"],
    }
    return History(
        records=[event("volunteer.enrolled", "ann", **ann)],
        reads=Reads(reports={"p": told}),
    )


def test_a_report_that_says_what_the_topics_say_is_right() -> None:
    assert findings(reports.equal, report()) == []
    assert findings(reports.counted_once, report()) == []


def test_a_report_that_says_less_has_lost_and_one_that_says_more_has_doubled() -> None:
    assert findings(reports.equal, report(waiting=0)) == [
        ("I6", Kind.LOST, ("p volunteers.mentor.waiting",))
    ]
    assert findings(reports.equal, report(waiting=2)) == [
        ("I6", Kind.DOUBLED, ("p volunteers.mentor.waiting",))
    ]


def test_a_report_that_is_still_behind_has_not_seen() -> None:
    history = report(waiting=0)
    behind = Offset("reporting-projections", "obverse.enrollment.volunteer.v1", 0, 0, 1)
    late = History(records=history.records, reads=history.reads, offsets=[behind])
    assert findings(reports.equal, late)[0][1] is Kind.UNSEEN


def test_a_role_that_is_counted_twice_is_found() -> None:
    assert findings(reports.counted_once, report(paired=1)) == [("I5", Kind.BROKEN, ("p mentor",))]
    assert findings(reports.counted_once, report(paired="<5")) == []


PAIR, SESSION = str(UUID(int=71)), str(UUID(int=81))
TO_MENTOR = "8f3eaf4e-0000-0000-0000-000000000000"


def session_history(*accepted: float, lines: Sequence[Line] = (), told: str = "sent") -> History:
    """A session a day and ten seconds after noon: its reminders are due ten seconds after noon."""
    ids: dict[str, Any] = {"pair_id": PAIR, "programme_id": str(UUID(int=1)), "session_id": SESSION}
    planned = event(
        "session.planned", PAIR, starts_at="2026-11-25T12:00:10.000Z", minutes=60, **ids
    )
    formed = pair_event("pair.formed", 71, "11", "12", 0.0)
    records = [OPENED, formed, planned]
    introductions, reminders = ids_of(records)
    sent = [
        event("delivery.sent", one, delivery_id=one, kind="introduction") for one in introductions
    ]
    ends = [
        event(f"delivery.{told}", one, delivery_id=one, kind="session_reminder")
        for one in reminders
    ]
    mentor, mentee = reminders
    there = [mail(one, 1.0) for one in introductions]
    there += [mail(mentor, at) for at in accepted]
    there += [mail(mentee, 10.5)]
    records = [*records, *sent, *ends]
    return History(records=records, mails=there, lines=lines, phases={"drained": NOON + 300})


def ids_of(records: Sequence[Record]) -> tuple[list[str], list[str]]:
    """The reminders that these events call for: introductions, and those of sessions."""
    from dev.faults.checker.folded import fold
    from dev.faults.checker.reminders import occasions

    history = History(records=records)
    found = list(occasions(history, fold(history)).values())
    return (
        [one.id for one in found if one.kind == "introduction"],
        [one.id for one in found if one.kind == "session_reminder"],
    )


def test_the_id_of_a_reminder_is_the_one_that_notifications_gives_it() -> None:
    from uuid import uuid5

    namespace = UUID("5c0f4c1e-3a57-4d6b-9a53-0b1f6f0f9d3a")
    mentor = UUID(int=11)
    introductions, _ = ids_of(session_history(10.0).records[:3])
    assert introductions[0] == str(uuid5(namespace, f"introduction/{PAIR}//{mentor}/once"))


def test_a_mail_at_its_time_is_right() -> None:
    history = session_history(10.0)
    assert findings(mails.right, history) == []
    assert findings(mails.none_forgotten, history) == []


def test_a_mail_before_its_time_is_early() -> None:
    (found,) = findings(mails.right, session_history(9.9))
    assert found[:2] == ("I9", Kind.BROKEN)


def test_a_second_copy_needs_its_line() -> None:
    assert findings(mails.right, session_history(10.0, 20.0))[0][:2] == ("I9", Kind.DOUBLED)
    mentor = session_history(10.0).mails[2].reminder_id
    repeated = line("notifications-1", "delivery.repeated", reminder_id=mentor)
    assert findings(mails.right, session_history(10.0, 20.0, lines=[repeated])) == []
    assert len(findings(mails.right, session_history(10.0, 20.0, 30.0, lines=[repeated]))) == 1


def test_a_mail_that_was_told_and_never_came_is_lost() -> None:
    (found,) = findings(mails.right, session_history())
    assert found[:2] == ("I9", Kind.LOST)


def test_a_mail_that_came_and_was_told_as_not_sent_is_found() -> None:
    found = findings(mails.right, session_history(10.0, told="suppressed"))
    assert {one[1] for one in found} == {Kind.BROKEN}


def test_a_mail_that_came_and_of_which_nobody_was_told_is_lost() -> None:
    history = session_history(10.0)
    silent = History(records=history.records[:-2], mails=history.mails, phases=history.phases)
    assert findings(mails.right, silent)[0][1] is Kind.LOST


def test_a_mail_about_nothing_is_a_ghost() -> None:
    (found, *_) = findings(mails.right, History(mails=[mail("nothing")]))
    assert found == ("I9", Kind.GHOST, ("<nothing@obverse.test>",))


def test_a_lead_may_be_told_of_a_gap_on_the_next_morning_and_not_before() -> None:
    programme, lead = str(UUID(int=1)), str(UUID(int=2))
    opened = event("gap.opened", programme)
    records = [
        event("principal.changed", lead, person_id=lead, roles={programme: ["lead"]}),
        replace(opened, data={"programme_id": programme, "topic": "crm"}),
    ]
    (id_,) = gaps_told(History(records=records))
    told = event("delivery.sent", id_, delivery_id=id_, kind="gap_opened")
    a_day = 24 * 3600.0

    def right(at: float) -> list[tuple[str, Kind, tuple[str, ...]]]:
        return findings(mails.right, History(records=[*records, told], mails=[mail(id_, at)]))

    assert right(a_day) == []
    assert [found[:2] for found in right(60.0)] == [("I9", Kind.BROKEN)]


def test_one_reminder_has_one_message_id() -> None:
    history = session_history(10.0)
    other = mail(history.mails[2].reminder_id, 11.0, domain="elsewhere.test")
    two = History(records=history.records, mails=[*history.mails, other])
    assert "one reminder has two Message-IDs" in {one.what for one in mails.right(two)}


def test_a_reminder_that_was_due_and_of_which_nothing_came_is_lost_or_unseen() -> None:
    history = session_history(10.0)
    bare = History(records=history.records[:-1], phases=history.phases)
    assert [one[1] for one in findings(mails.none_forgotten, bare)] == [Kind.LOST]
    mentee = history.mails[3].reminder_id
    listed = Reads(deliveries={"x": [{"delivery_id": mentee, "outcome": "waiting"}]})
    waits = History(records=bare.records, phases=bare.phases, reads=listed)
    assert [one[1] for one in findings(mails.none_forgotten, waits)] == [Kind.UNSEEN]
    early = History(records=bare.records, phases={"drained": NOON + 20})
    assert findings(mails.none_forgotten, early) == []


def fence(process: str, number: int, event_: str = "relay.lease_taken", at: float = 0.0) -> Line:
    return line(process, event_, at, fence=number)


def sent(process: str, number: int) -> Line:
    return fence(process, number, "relay.batch_sent")


FENCES_RIGHT = [
    [fence("m-1", 1), sent("m-1", 1), fence("m-2", 2), sent("m-2", 2), fence("m-1", 3)],
    [fence("m-1", 1), fence("e-1", 1)],  # two services have two leases
]
FENCES_WRONG = [
    [fence("m-1", 1), fence("m-2", 1)],  # given twice
    [fence("m-1", 1), fence("m-1", 1)],
    [fence("m-1", 2), fence("m-1", 1)],  # went back
    [fence("m-1", 1), sent("m-2", 1)],  # another's
    [sent("m-1", 0)],  # nobody's
    [fence("m-1", 2, at=0.0), fence("m-2", 1, at=5.0)],  # went back between two
]


@pytest.mark.parametrize("lines", FENCES_RIGHT)
def test_fences_that_grow_are_right(lines: list[Line]) -> None:
    assert findings(fences.grow, History(lines=lines)) == []


@pytest.mark.parametrize("lines", FENCES_WRONG)
def test_fences_that_do_not_grow_are_found(lines: list[Line]) -> None:
    assert {one[0] for one in findings(fences.grow, History(lines=lines))} == {"I10"}


def round_line(event_: str, number: int) -> Line:
    return line("matching-1", event_, round_id="r1", fence=number)


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        ([("round.started", 1), ("round.completed", 1)], 0),
        ([("round.started", 1), ("round.started", 2), ("round.completed", 2)], 0),
        ([("round.started", 1), ("round.started", 1), ("round.completed", 1)], 0),  # after trouble
        ([("round.started", 1), ("round.started", 2), ("round.completed", 1)], 1),
        ([("round.started", 1), ("round.completed", 1), ("round.completed", 1)], 1),
    ],
)
def test_a_round_ends_once_under_its_newest_fence(lines: list[tuple[str, int]], wrong: int) -> None:
    history = History(lines=[round_line(*one) for one in lines])
    assert len(findings(fences.grow, history)) == wrong


def test_two_processes_have_not_one_round_under_one_fence() -> None:
    other = line("matching-2", "round.started", round_id="r1", fence=1)
    history = History(lines=[round_line("round.started", 1), other])
    assert findings(fences.grow, history) == [("I10", Kind.BROKEN, ("r1",))]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ('{"event": "pair.formed", "pair_id": "71"}', 0),
        ('{"event": "ada lovelace came"}', 1),
        ('{"to": "ada@c.example"}', 1),
        ('{"event": "Lovelace, Ada"}', 0),  # not as it was planted
        ('{"event": "\\u0410\\u043d\\u043d\\u0430"}', 1),
    ],
)
def test_what_was_planted_is_in_no_log(text: str, count: int) -> None:
    planted = ["Ada Lovelace", "ada@c.example", "Анна"]
    history = History(personal=planted, texts={"logs/x-1.log": text})
    assert len(findings(privacy.kept_private, history)) == count


def test_what_was_planted_is_on_no_public_topic() -> None:
    public = event("volunteer.enrolled", "ann", note="Ada Lovelace")
    internal = event("contact.changed", "pa", name="Ada Lovelace")
    history = History(personal=["Ada Lovelace"], records=[public, internal])
    assert findings(privacy.kept_private, history) == [
        ("I12", Kind.BROKEN, (f"{public.place}, 1 of those planted",))
    ]


def depth(value: float) -> Sample:
    return gauge("matching-1", "obverse_outbox_depth", value, database="obverse_matching")


def test_after_the_drain_nothing_is_left() -> None:
    there = Offset("matching", TOPIC, 0, 4, 4)
    phases = {"healed": NOON, "drained": NOON + 60}
    history = History(offsets=[there], samples=[depth(0)], phases=phases)
    assert findings(drain.drained, history) == []


def test_what_is_left_is_unseen() -> None:
    behind = [Offset("matching", TOPIC, 0, 3, 4), Offset("matching", TOPIC, 1, None, 2)]
    history = History(offsets=behind, samples=[depth(2)])
    assert findings(drain.drained, history) == [
        ("I13", Kind.UNSEEN, (f"{TOPIC}:0:3",)),
        ("I13", Kind.UNSEEN, (f"{TOPIC}:1:0",)),
        ("I8", Kind.UNSEEN, ("obverse_matching: 2",)),
    ]


def test_a_drain_that_takes_too_long_or_never_ends_is_found() -> None:
    slow = History(phases={"healed": NOON, "drained": NOON + 121})
    assert findings(drain.drained, slow)[0][:2] == ("I13", Kind.BROKEN)
    assert findings(drain.drained, History(phases={"healed": NOON}))[0][1] is Kind.UNSEEN


def fed(employees: int, *rows: int) -> History:
    """A directory that was imported so often, and has so many employees."""
    imports = [
        replace(command("import", trail=f"{n}"), answer={"good": good, "applied": True})
        for n, good in enumerate(rows)
    ]
    counts = {"employees": employees, "volunteers": 0, "mentors": 0, "mentees": 0}
    return History(commands=imports, reads=Reads(enrolment={"p": counts}))


def test_the_directory_has_as_many_employees_as_each_import_brought() -> None:
    assert findings(stores.agree, fed(2000, 2000, 2000)) == []


def test_an_employee_who_is_missing_is_lost_and_one_too_many_is_doubled() -> None:
    lost, doubled = fed(1999, 2000, 2000), fed(2001, 2000)
    assert findings(stores.agree, lost) == [("I1", Kind.LOST, ("p employees",))]
    assert findings(stores.agree, doubled) == [("I1", Kind.DOUBLED, ("p employees",))]


def test_a_directory_that_no_import_is_known_to_have_stored_is_not_judged() -> None:
    dry = replace(command("import"), answer={"good": 7, "applied": False})
    unknown = replace(command("import", "unknown", trail="2"), answer=None)
    history = replace(fed(5), commands=[dry, unknown])
    assert findings(stores.agree, history) == []


def moved(unit: str, status: str = "active", site: str = "London") -> History:
    """By the directory somebody sits in Sales in London; this is what the topic says of them."""
    data: dict[str, Any] = {"volunteer_id": "v", "unit": unit, "site": site, "status": status}
    return History(
        commands=[command("enrol", volunteer_id="v", staff_number="E1")],
        records=[event("candidate.changed", "v", 1, **data)],
        directory={"E1": {"unit": "Sales", "site": "London"}},
    )


def test_a_volunteer_sits_where_the_last_import_said() -> None:
    assert findings(stores.agree, moved("Sales")) == []
    for history in (moved("Finance"), moved("Sales", site="Berlin")):
        ((invariant, kind, ids),) = findings(stores.agree, history)
        assert (invariant, kind) == ("I1", Kind.LOST)
        assert ids[0].startswith("v (")


def test_who_has_left_is_not_followed_through_the_directory() -> None:
    assert findings(stores.agree, moved("Finance", status="withdrawn")) == []


def told_topic(code: str, sequence: int = 1, *, retired: bool = False, label: str = "AI") -> Record:
    data: dict[str, Any] = {"parent": None, "label_en": label, "label_ru": "ИИ"}
    return event("topic.changed", code, sequence, **data, retired=retired)


def tree(**labels: str) -> dict[str, dict[str, Any]]:
    return {
        code: {"topic": code, "parent": None, "label_en": label, "label_ru": "ИИ"}
        for code, label in labels.items()
    }


def test_the_last_word_about_a_topic_is_what_is_read() -> None:
    records = [
        told_topic("ai", label="Robots"),
        told_topic("ai", 2),
        told_topic("fax", retired=True),
    ]
    assert findings(stores.agree, History(records=records, reads=Reads(topics=tree(ai="AI")))) == []


def test_a_topic_that_is_read_and_was_told_otherwise_or_never_is_found() -> None:
    read = Reads(topics=tree(ai="AI", crm="CRM"))
    history = History(records=[told_topic("ai", label="Robots")], reads=read)
    assert [ids for *_, ids in findings(stores.agree, history)] == [
        ("crm",),
        ("ai (None / AI / ИИ, on the topic None / Robots / ИИ)",),
    ]


def test_a_topic_that_was_told_and_is_not_read_is_lost() -> None:
    records = [told_topic("ai"), told_topic("crm", label="CRM")]
    history = History(records=records, reads=Reads(topics=tree(ai="AI")))
    assert findings(stores.agree, history) == [("I1", Kind.LOST, ("crm",))]
