"""Ways to spoil a valid history, each by one stroke; None where this history has nothing to spoil in that way."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from dev.faults.history import Fault, History, Letter, Line, Mail, Reads, Record
from tests.faults.made_up import NOON, event, gauge, line, mail, named
from tests.faults.small_world import PROGRAMME

Corruption = Callable[[History, random.Random], History | None]


def _single(history: History) -> list[Record]:
    """Events that appear once only."""
    counts = Counter((one.lane, one.sequence) for one in history.occurrences)
    return [one for one in history.occurrences if counts[one.lane, one.sequence] == 1]


def drop_an_event(history: History, chance: random.Random) -> History:
    gone = chance.choice(_single(history))
    return replace(history, records=[one for one in history.records if one is not gone])


def invent_an_event(history: History, chance: random.Random) -> History:
    ids: dict[str, Any] = {
        "pair_id": named("ghost"),
        "programme_id": PROGRAMME,
        "session_id": named("nothing"),
    }
    ghost = event("session.cancelled", named("ghost"), trail=named("nobody"), offset=10_000, **ids)
    return replace(history, records=[*history.records, ghost])


def double_an_effect(history: History, chance: random.Random) -> History | None:
    """The same cause published once more, under a new id and the next number."""
    last = {record.lane: record for record in history.occurrences}
    ends = [one for one in last.values() if "internal.enrollment" not in one.topic]
    ends = [one for one in ends if one.type not in ("volunteer.paused", "volunteer.resumed")]
    one = chance.choice(ends)
    headers = {**one.headers, "ce_id": named("again"), "ce_sequence": str(one.sequence + 1)}
    return replace(
        history, records=[*history.records, replace(one, headers=headers, offset=10_000)]
    )


def give_a_place_twice(history: History, chance: random.Random) -> History:
    """What a rolled back write leaves: another event under the same number."""
    one = chance.choice(history.occurrences)
    other = replace(one, headers={**one.headers, "ce_id": named("other")}, offset=10_000)
    return replace(history, records=[*history.records, other])


def swap_two(history: History, chance: random.Random) -> History | None:
    """The two first numbers of a key change places on the topic."""
    single = {(one.lane, one.sequence): one for one in _single(history)}
    lanes = [lane for lane, sequence in single if sequence == 1 and (lane, 2) in single]
    if not lanes:
        return None
    lane = chance.choice(lanes)
    first, second = single[lane, 1], single[lane, 2]
    places = {id(first): second.offset, id(second): first.offset}
    return replace(
        history,
        records=[replace(one, offset=places.get(id(one), one.offset)) for one in history.records],
    )


def move_to_another_topic(history: History, chance: random.Random) -> History | None:
    rounds = [one for one in history.records if one.type == "round.completed"]
    if not rounds:
        return None
    one = chance.choice(rounds)
    stray = replace(one, topic="obverse.matching.pair.v1", offset=10_000)
    return replace(history, records=[*history.records, stray])


def lose_a_mail(history: History, chance: random.Random) -> History | None:
    if not history.mails:
        return None
    gone = chance.choice(list(history.mails))
    return replace(history, mails=[one for one in history.mails if one is not gone])


def forget_a_reminder(history: History, chance: random.Random) -> History | None:
    """Neither a mail nor a word about it."""
    if not history.mails:
        return None
    gone = chance.choice(list(history.mails))
    return replace(
        history,
        mails=[one for one in history.mails if one is not gone],
        records=[one for one in history.records if one.key != gone.reminder_id],
    )


def send_a_mail_twice(history: History, chance: random.Random) -> History | None:
    if not history.mails:
        return None
    return replace(history, mails=[*history.mails, chance.choice(list(history.mails))])


def invent_a_mail(history: History, chance: random.Random) -> History:
    return replace(history, mails=[*history.mails, mail(named("no reminder"))])


def send_early(history: History, chance: random.Random) -> History | None:
    kinds = {r.key: r.data["kind"] for r in history.records if r.type == "delivery.sent"}
    early = [one for one in history.mails if kinds.get(one.reminder_id) == "session_reminder"]
    if not early:
        return None
    chosen = chance.choice(early)

    def sooner(one: Mail) -> Mail:
        return replace(one, at=one.at - 0.6) if one is chosen else one

    return replace(history, mails=[sooner(one) for one in history.mails])


def tell_a_name(history: History, chance: random.Random) -> History | None:
    if not history.personal:
        return None
    name = chance.choice(list(history.personal))
    return replace(history, texts={**history.texts, "logs/x-1.log": f'{{"event": "{name} came"}}'})


def _batches(history: History) -> list[Line]:
    return [one for one in history.lines if one.event == "intake.batch_applied"]


def apply_a_batch_twice(history: History, chance: random.Random) -> History | None:
    applied = [one for one in _batches(history) if one.fields.get("applied", 0) > 0]
    if not applied:
        return None
    one = chance.choice(applied)
    again = replace(one, process=one.process[:-1] + "2")
    return replace(history, lines=[*history.lines, again])


def pass_over_in_silence(history: History, chance: random.Random) -> History:
    """A batch whose offsets are committed and of which no line tells."""
    one = chance.choice(_batches(history))
    silent = [o for o in history.lines if o.fields.get("offsets") != one.fields["offsets"]]
    others = [o for o in history.lines if o.fields.get("group") != one.fields["group"]]
    kept = {id(line) for line in (*silent, *others)}
    return replace(history, lines=[o for o in history.lines if id(o) in kept])


def count_too_few(history: History, chance: random.Random) -> History | None:
    able = [one for one in _batches(history) if one.fields.get("applied", 0) > 0]
    if not able:
        return None
    chosen = chance.choice(able)
    fields = {**chosen.fields, "applied": chosen.fields["applied"] - 1}
    lines = [replace(o, fields=fields) if o is chosen else o for o in history.lines]
    return replace(history, lines=lines)


def fall_behind(history: History, chance: random.Random) -> History:
    chosen = chance.choice(list(history.offsets))
    behind = replace(chosen, end=chosen.end + 1)
    return replace(history, offsets=[behind if o is chosen else o for o in history.offsets])


def leave_an_outbox(history: History, chance: random.Random) -> History:
    depths = [one for one in history.samples if one.name == "obverse_outbox_depth"]
    chosen = chance.choice(depths)
    full = replace(chosen, value=3.0)
    return replace(history, samples=[full if o is chosen else o for o in history.samples])


def give_a_fence_twice(history: History, chance: random.Random) -> History:
    taken = [one for one in history.lines if one.event == "relay.lease_taken"]
    one = chance.choice(taken)
    other = "2" if one.process.endswith("1") else "1"
    again = replace(one, process=one.process[:-1] + other)
    return replace(history, lines=[*history.lines, again])


def send_without_a_lease(history: History, chance: random.Random) -> History:
    sent = line("matching-2", "relay.batch_sent", 99.0, fence=0, events=1)
    return replace(history, lines=[*history.lines, sent])


def refuse_afterwards(history: History, chance: random.Random) -> History | None:
    """An effect whose command was refused."""
    chosen = chance.choice([one for one in history.commands if one.outcome == "ok"])
    refused = replace(chosen, outcome="refused")
    return replace(history, commands=[refused if o is chosen else o for o in history.commands])


def _change_reads(history: History, **change: Any) -> History:
    return replace(history, reads=cast("Reads", {**history.reads, **change}))


def lose_a_volunteer_in_the_store(history: History, chance: random.Random) -> History | None:
    roster = history.reads["roster"][PROGRAMME]
    if not roster:
        return None
    gone = chance.choice(roster)
    kept = [one for one in roster if one is not gone]
    return _change_reads(history, roster={PROGRAMME: kept})


def miscount_in_a_report(history: History, chance: random.Random) -> History:
    report = history.reads["reports"][PROGRAMME]
    part, name = chance.choice(
        [("proposals", "made"), ("pairs", "formed"), ("rounds", "completed"), ("sessions", "held")]
    )
    wrong = report[part][name] + chance.choice((-1, 1))
    changed = {**report, part: {**report[part], name: wrong}}
    return _change_reads(history, reports={PROGRAMME: changed})


def miss_a_move(history: History, chance: random.Random) -> History | None:
    """The directory says that somebody sits elsewhere, and no topic does."""
    status = {one.key: one.data["status"] for one in history.of_type("candidate.changed")}
    here = [who for who in history.directory if status[who] != "withdrawn"]
    if not here:
        return None
    who = chance.choice(here)
    moved = {**history.directory[who], "site": "Berlin"}
    return replace(history, directory={**history.directory, who: moved})


def forget_who_waits(history: History, chance: random.Random) -> History:
    waiting = history.reads["waiting"][PROGRAMME]
    side = chance.choice(sorted(waiting))
    return _change_reads(history, waiting={PROGRAMME: {**waiting, side: waiting[side] + 1}})


def hold_a_key_for_nothing(history: History, chance: random.Random) -> History:
    gauges = [one for one in history.samples if one.name == "obverse_keys_waiting"]
    chosen = chance.choice(gauges)
    held = replace(chosen, value=1.0)
    return replace(history, samples=[held if o is chosen else o for o in history.samples])


def lose_a_dead_letter(history: History, chance: random.Random) -> History:
    """Poison was thrown in, and nobody has kept it."""
    place = {"topic": "obverse.matching.pair.v1", "partition": 0, "offset": 10_000}
    detail = {**place, "reason": "not_json", "services": ["enrollment", "reporting"]}
    poison = Fault(NOON, "poison", "pair", detail=detail)
    return replace(history, faults=[*history.faults, poison])


def keep_a_letter_that_nobody_threw_in(history: History, chance: random.Random) -> History:
    """An event of ours was taken for deadly, and nobody has redriven it."""
    place = chance.choice(history.events).place
    letter = Letter("reporting", "reporting-projections", place, "killed_process")
    return replace(history, letters=[letter])


def lose_a_letter_by_name(history: History, chance: random.Random) -> History:
    """As many are kept as were thrown in, but one of them lies elsewhere."""
    place = f"obverse.matching.pair.v1:0:{chance.randrange(10_000, 20_000)}"
    topic, partition, offset = place.split(":")
    detail = {"topic": topic, "partition": int(partition), "offset": int(offset)}
    thrown = detail | {"reason": "not_json", "services": ["reporting", "reporting"]}
    poison = Fault(NOON, "poison", topic, detail=thrown)
    letters = [
        Letter("reporting", "reporting-journal", name, "not_json") for name in (place, f"{place}0")
    ]
    two = gauge("reporting-1", "obverse_dead_letters_open", 2, reason="not_json")
    samples = [*history.samples, two]
    faults = [*history.faults, poison]
    return replace(history, faults=faults, samples=samples, letters=letters)


CORRUPTIONS: tuple[tuple[str, Corruption], ...] = (
    ("I1", lose_a_volunteer_in_the_store),
    ("I1", forget_who_waits),
    ("I1", miss_a_move),
    ("I1 I4 I6 I8 I9", drop_an_event),
    ("I2", invent_an_event),
    ("I2", refuse_afterwards),
    ("I3", double_an_effect),
    ("I3", apply_a_batch_twice),
    ("I4", swap_two),
    ("I6", miscount_in_a_report),
    ("I7", pass_over_in_silence),
    ("I7", count_too_few),
    ("I7", hold_a_key_for_nothing),
    ("I7", lose_a_dead_letter),
    ("I7", keep_a_letter_that_nobody_threw_in),
    ("I7", lose_a_letter_by_name),
    ("I8", give_a_place_twice),
    ("I8", move_to_another_topic),
    ("I8", leave_an_outbox),
    ("I9", lose_a_mail),
    ("I9", forget_a_reminder),
    ("I9", send_a_mail_twice),
    ("I9", invent_a_mail),
    ("I9", send_early),
    ("I10", give_a_fence_twice),
    ("I10", send_without_a_lease),
    ("I12", tell_a_name),
    ("I13", fall_behind),
)
