"""A run's folder is read as the harness writes it, also where a process died in the middle of a line."""

import json
from pathlib import Path

import pytest

from dev.faults.history import Fault, History, Letter, Passing
from dev.faults.judging import FAIL, INCONCLUSIVE, KILLS_PER_CLASS, PASS, Judgement
from dev.faults.landing import AIMED_AT, landed
from dev.faults.loading import load
from shared.chassis.passages import PASSAGES
from tests.faults.made_up import NOON, event

TOPIC = "obverse.matching.pair.v1"
AT = "2026-11-24T12:00:00.000+00:00"


def write(path: Path, *lines: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(texts), encoding="utf-8")


def test_the_last_line_of_a_command_counts_and_one_without_outcome_is_unknown(
    tmp_path: Path,
) -> None:
    intent = {"id": "1", "at": AT, "command": "enrol", "path": "/v1", "outcome": None}
    done = {**intent, "outcome": "ok", "done_at": AT, "subject": {"volunteer_id": "ann"}}
    write(tmp_path / "journal.jsonl", intent, {**intent, "id": "2"}, done, '{"id": "3", "at"')
    found = load(tmp_path).commands
    assert [(one.id, one.outcome, one.at) for one in found] == [
        ("1", "ok", NOON),
        ("2", "unknown", NOON),
    ]
    assert found[0].subject == {"volunteer_id": "ann"}


def test_a_topic_holds_events_and_whatever_else_lies_there(tmp_path: Path) -> None:
    headers = {"ce_id": "e1", "ce_sequence": "1", "ce_type": "obverse.matching.pair.ended.v1"}
    row = {
        "partition": 2,
        "offset": 7,
        "key": "p1",
        "headers": headers,
        "value": '{"pair_id": "p1"}',
    }
    poison = {**row, "offset": 8, "headers": {}, "value": "{"}
    write(tmp_path / "topics" / f"{TOPIC}.jsonl", row, poison)
    history = load(tmp_path)
    assert [one.place for one in history.records] == [f"{TOPIC}:2:7", f"{TOPIC}:2:8"]
    assert [one.type for one in history.events] == ["pair.ended"]
    assert history.events[0].data == {"pair_id": "p1"}
    assert history.records[1].data is None


def test_logs_metrics_mails_faults_passages_offsets_and_reads(tmp_path: Path) -> None:
    write(tmp_path / "logs" / "matching-2.log", {"ts": AT, "event": "pair.formed"}, '{"ts": "20')
    write(
        tmp_path / "metrics" / "matching-2.txt",
        "# HELP x",
        'obverse_outbox_depth{database="m"} 3.0',
    )
    mail = {"at": AT, "message_id": "<r1@obverse.test>", "number": 1, "recipient_hash": "ab"}
    write(tmp_path / "mails" / "accepted.jsonl", mail)
    fault = {
        "at": AT,
        "fault": "kill",
        "target": "matching-2",
        "pid": 7,
        "class": None,
        "detail": None,
    }
    write(tmp_path / "injected.jsonl", fault)
    write(
        tmp_path / "passages" / "matching-2-7.jsonl",
        {"at": AT, "passage": "relay.sent", "count": 1},
    )
    write(tmp_path / "offsets.json", {"matching": {f"{TOPIC}:3": {"committed": 4, "end": 5}}})
    write(tmp_path / "reads.json", {"reports": {"p": None, "q": {}}, "waiting": None})
    write(tmp_path / "phases.json", {"healed": AT, "drain_seconds": 3.5})
    history = load(tmp_path)
    assert [(one.service, one.process, one.at) for one in history.lines] == [
        ("matching", "matching-2", NOON)
    ]
    assert history.gauge("obverse_outbox_depth", database="m") == 3.0
    assert [(one.reminder_id, one.at) for one in history.mails] == [("r1", NOON)]
    assert history.faults == [Fault(NOON, "kill", "matching-2", "", 7)]
    assert history.passings == [Passing(7, "matching", NOON, "relay.sent")]
    assert (history.offsets[0].partition, history.offsets[0].end) == (3, 5)
    assert history.reads == {"reports": {"q": {}}, "waiting": {}}
    assert history.phases == {"healed": NOON, "drain_seconds": 3.5}
    assert set(history.texts) == {"logs/matching-2.log", "metrics/matching-2.txt"}


def test_of_many_passings_the_first_at_each_place_and_the_last_are_kept(tmp_path: Path) -> None:
    names = ["relay.claimed", "relay.sent", "relay.claimed", "relay.claimed"]
    rows = [{"at": 10 + n, "passage": name, "count": 1} for n, name in enumerate(names)]
    write(tmp_path / "passages" / "matching-2-7.jsonl", *rows)
    assert load(tmp_path).passings == [
        Passing(7, "matching", 10, "relay.claimed"),
        Passing(7, "matching", 11, "relay.sent"),
        Passing(7, "matching", 13, "relay.claimed"),
    ]


def test_names_and_addresses_of_the_directory_are_what_must_not_come_out(tmp_path: Path) -> None:
    value = json.dumps({"name": "Ada Lovelace", "email": "ada@c.example"})
    row = {"partition": 0, "offset": 0, "key": "p", "headers": {}, "value": value}
    write(tmp_path / "topics" / "obverse-internal.enrollment.contact.v1.jsonl", row)
    write(tmp_path / "personal.json", {"personal": ["a secret wish"]})
    assert load(tmp_path).personal == ["Ada Lovelace", "ada@c.example", "a secret wish"]


def test_an_empty_folder_is_an_empty_history(tmp_path: Path) -> None:
    history = load(tmp_path)
    assert [*history.records, *history.commands, *history.mails] == []


def kill(landed_: str = "", pid: int = 7, at: float = 10.0) -> Fault:
    return Fault(at, "kill", "matching-1", landed_, pid)


def test_a_kill_is_of_the_class_that_was_aimed_at_or_of_the_last_place_passed() -> None:
    passings = [
        Passing(7, "matching", 1.0, "transaction.committed"),
        Passing(7, "matching", 9.0, "relay.sent"),
        Passing(7, "matching", 11.0, "transaction.begun"),  # of a later process with this id
        Passing(8, "matching", 9.5, "intake.applied"),
    ]
    faults = [
        kill("rebalance"),
        kill(),
        kill(pid=8),
        kill(pid=9),
        Fault(0, "pause", "x", "rebalance"),
    ]
    counts = landed(History(faults=faults, passings=passings))
    assert counts == {
        "inside_transaction": 0,
        "between_commit_and_offset": 1,
        "between_send_and_mark": 1,
        "rebalance": 1,
        "other": 1,
    }


def judged(kills: int, *, full: bool, missing: int = 0, broken: bool = False) -> Judgement:
    faults = [kill(name) for name in AIMED_AT for _ in range(kills)]
    there = PASSAGES[missing:]
    passings = [Passing(1, "matching", 0.0, name) for name in there]
    history = History(faults=faults, passings=passings, records=[event("pair.ended", "p1")])
    from dev.faults.checker import Finding, Kind

    findings = [
        Finding("I1", Kind.LOST, "gone", ("e1", "e2")),
        Finding("I6", Kind.LOST, "not seen either", ("e2",)),
        Finding("I13", Kind.UNSEEN, "late", ("p",)),
    ]
    return Judgement(5, history, findings if broken else [], full=full)


@pytest.mark.parametrize(
    ("judgement", "verdict"),
    [
        (judged(0, full=False), PASS),
        (judged(KILLS_PER_CLASS, full=True), PASS),
        (judged(KILLS_PER_CLASS - 1, full=True), INCONCLUSIVE),
        (judged(KILLS_PER_CLASS, full=True, missing=1), FAIL),
        (judged(KILLS_PER_CLASS, full=True, broken=True), FAIL),
        (judged(0, full=False, broken=True), FAIL),
    ],
)
def test_the_verdict(judgement: Judgement, verdict: str) -> None:
    assert judgement.verdict == verdict
    assert bool(judgement.reasons()) == (verdict != PASS)


def test_the_report_counts_what_is_bad_once_and_names_it() -> None:
    report = judged(KILLS_PER_CLASS, full=True, missing=2, broken=True).report()
    assert {name: report[name] for name in ("events", "kills", "lost", "unseen", "ghosts")} == {
        "events": 1,
        "kills": 20,
        "lost": 2,
        "unseen": 1,
        "ghosts": 0,
    }
    assert report["crash_points"]["named"] == report["crash_points"]["reached"] + 2
    assert report["crash_points"]["missed"] == ["http.validated", "http.claimed"]
    assert report["landed"]["rebalance"] == KILLS_PER_CLASS
    assert (report["seed"], report["verdict"]) == (5, "fail")
    assert report["reasons"][0] == "I1 lost: gone: e1, e2"


def test_a_value_too_deep_to_be_read_is_none(tmp_path: Path) -> None:
    row = {"partition": 0, "offset": 1, "key": "p1", "headers": {}, "value": "[" * 10_000}
    write(tmp_path / "topics" / f"{TOPIC}.jsonl", row)
    assert load(tmp_path).records[0].data is None


def test_dead_letters_are_those_that_were_listed(tmp_path: Path) -> None:
    assert load(tmp_path).letters is None
    row = {"service": "reporting", "group": "reporting-journal", "place": f"{TOPIC}:2:8"}
    listed = [{**row, "reason": "not_json"}]
    (tmp_path / "letters.json").write_text(json.dumps(listed))
    assert load(tmp_path).letters == [
        Letter("reporting", "reporting-journal", f"{TOPIC}:2:8", "not_json")
    ]
