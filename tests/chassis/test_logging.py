"""Logs: one JSON line per record, free of what is personal or secret."""

import io
import json
import logging
import re
from typing import Any
from uuid import UUID

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from pymongo.errors import OperationFailure

from shared.chassis.correlation import Trail, following
from shared.chassis.log_events import CHASSIS_EVENTS, LogEvent, join
from shared.chassis.logging import configure_logging, mask

EVENTS = join(CHASSIS_EVENTS, (LogEvent("box.packed", "info", "A box was packed."),))
TRAIL = Trail(
    UUID("0199c9f2-7d1e-7a53-8f5c-0d2b6a1b4c11"), UUID("0199c9f2-7d1e-7a53-8f5c-0d2b6a1b4c22"), None
)


def _refused() -> None:
    raise OperationFailure("Ada Lovelace", code=112)


class Lines:
    def __init__(self) -> None:
        self.out = io.StringIO()

    def all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.getvalue().splitlines()]

    def one(self) -> dict[str, Any]:
        (line,) = self.all()
        return line


@pytest.fixture
def lines(quiet_logging: None) -> Lines:
    lines = Lines()
    configure_logging("boxes", "info", EVENTS, lines.out)
    return lines


log = structlog.get_logger()


def test_a_line_has_its_fields_in_order(lines: Lines) -> None:
    with following(TRAIL):
        log.info("box.packed", box_id="7")
    line = lines.one()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", line.pop("ts"))
    assert list(line.items()) == [
        ("level", "info"),
        ("event", "box.packed"),
        ("service", "boxes"),
        ("logger", __name__),
        ("correlation_id", "0199c9f2-7d1e-7a53-8f5c-0d2b6a1b4c11"),
        ("causation_id", "0199c9f2-7d1e-7a53-8f5c-0d2b6a1b4c22"),
        ("box_id", "7"),
    ]


def test_what_is_below_the_level_is_left_out(lines: Lines) -> None:
    log.debug("box.packed")
    assert lines.all() == []


def test_a_name_that_no_table_lists_is_not_lost(lines: Lines) -> None:
    log.info("box.eaten")
    assert lines.one()["unlisted"] is True


def test_a_name_cannot_be_listed_twice() -> None:
    with pytest.raises(ValueError, match=r"box\.packed is listed twice"):
        join((EVENTS["box.packed"],), (EVENTS["box.packed"],))


class TestLibraries:
    def test_their_records_have_the_same_shape(self, lines: Lines) -> None:
        with following(TRAIL):
            logging.getLogger("pymongo.topology").warning("lost %s", "mongo-1")
        line = lines.one()
        assert line["event"] == "library.message"
        assert line["logger"] == "pymongo.topology"
        assert line["level"] == "warning"
        assert line["message"] == "lost mongo-1"
        assert line["correlation_id"] == "0199c9f2-7d1e-7a53-8f5c-0d2b6a1b4c11"
        assert "unlisted" not in line

    def test_what_they_say_of_every_message_is_left_out(self, lines: Lines) -> None:
        for name in ("aiokafka.consumer", "pymongo.command", "uvicorn.error"):
            logging.getLogger(name).info("Received")
        assert lines.all() == []

    def test_what_they_repeat_is_counted_and_told_ten_seconds_later(self, lines: Lines) -> None:
        for at in (100.0, 100.1, 109.9, 110.0, 125.0):
            self.say("Unable connect to node %s", f"{at:g}", at=at)
        self.say("Group Coordinator Request failed: %s", "x", at=100.2)

        told = [(line["message"], line.get("repeated")) for line in lines.all()]
        assert told == [
            ("Unable connect to node 100", None),
            ("Unable connect to node 110", 2),
            ("Unable connect to node 125", None),
            ("Group Coordinator Request failed: x", None),
        ]

    def test_what_we_say_again_is_written_again(self, lines: Lines) -> None:
        for _ in range(3):
            structlog.get_logger("shared.chassis.intake").warning("intake.paused", group="matching")
        assert [line["event"] for line in lines.all()] == ["intake.paused"] * 3

    def say(self, text: str, value: str, *, at: float) -> None:
        record = logging.LogRecord("aiokafka", logging.ERROR, "", 0, text, (value,), None)
        record.created = at
        logging.getLogger("aiokafka").handle(record)

    def test_extra_fields_are_lifted(self, lines: Lines) -> None:
        extra = {"topic": "boxes", "group_id": "g"}
        logging.getLogger("uvicorn.error").warning("odd", extra=extra)
        line = lines.one()
        assert (line["topic"], line["group_id"]) == ("boxes", "g")

    def test_a_structlog_extra_is_lifted(self, lines: Lines) -> None:
        log.info("box.packed", extra={"topic": "boxes"})
        line = lines.one()
        assert line["topic"] == "boxes"
        assert "extra" not in line


class TestPrivacy:
    @pytest.mark.parametrize(
        "key", ["name", "email", "body", "payload", "Authorization", "password"]
    )
    def test_private_fields_are_left_out(self, lines: Lines, key: str) -> None:
        log.info("box.packed", box_id="7", detail={"deep": {key: "4711"}}, **{key: "4711"})
        assert "4711" not in lines.out.getvalue()
        assert lines.one()["box_id"] == "7"

    @pytest.mark.parametrize(
        ("text", "masked"),
        [
            ("to ada@example.org: no", "to [email]: no"),
            ("<Ada.L+x@mail.example.co.uk>", "<[email]>"),
            ("Authorization: Bearer abc.def-g", "Authorization: Bearer [secret]"),
            ("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "[token]"),
            ("mongodb://ada:s3cret@mongo:27017/x", "mongodb://[secret]@mongo:27017/x"),
            ("nothing at all", "nothing at all"),
        ],
    )
    def test_texts_are_masked(self, lines: Lines, text: str, masked: str) -> None:
        log.info("box.packed", where=[text])
        logging.getLogger("asyncio").error(text)
        ours, theirs = lines.all()
        assert ours["where"] == [masked]
        assert theirs["message"] == masked

    @given(st.emails(domains=st.just("example.org")))
    def test_no_ordinary_address_gets_through(self, address: str) -> None:
        if re.fullmatch(r"[\w.+-]+@example\.org", address):
            assert address not in mask(f"mail to {address} failed")

    def test_an_exception_is_told_without_its_words(self, lines: Lines) -> None:
        try:
            try:
                _ = {"a": 1}["ada@example.org"]
            except KeyError as cause:
                raise ValueError("Ada Lovelace") from cause
        except ValueError:
            log.exception("schedule.failed")
        line = lines.one()
        assert line["exception"]["type"] == "builtins.ValueError"
        assert line["exception"]["cause"] == "builtins.KeyError"
        assert "test_logging.py" in line["exception"]["where"][0]
        assert "Ada" not in lines.out.getvalue()

    def test_where_we_called_a_deep_library_is_told_with_its_code(self, lines: Lines) -> None:
        source = "def deep(left):\n    return deep(left - 1) if left else fail()\n"
        library: dict[str, Any] = {"fail": _refused}
        exec(compile(source, "/lib/site-packages/deep.py", "exec"), library)
        try:
            library["deep"](40)
        except OperationFailure:
            log.exception("schedule.failed")
        told = lines.one()["exception"]
        assert told["code"] == 112
        assert told["where"][0].endswith(
            "test_where_we_called_a_deep_library_is_told_with_its_code"
        )
        assert len(told["where"]) == 13

    def test_a_library_s_exception_too(self, lines: Lines) -> None:
        try:
            int("Ada Lovelace")
        except ValueError:
            logging.getLogger("asyncio").exception("Task exception was never retrieved")
        assert lines.one()["exception"]["type"] == "builtins.ValueError"
        assert "Ada" not in lines.out.getvalue()

    def test_a_broken_connection_names_its_host(self, lines: Lines) -> None:
        log.warning("service.waiting", exc_info=ConnectionRefusedError("mongo-1:27017 refused"))
        assert lines.one()["exception"]["message"] == "mongo-1:27017 refused"


def test_half_a_character_and_line_breaks_stay_on_their_line(lines: Lines) -> None:
    log.info("box.packed", label='\ud800\n{"event": "forged"}')
    assert lines.one()["event"] == "box.packed"


def test_every_listed_event_says_what_it_means() -> None:
    for event in CHASSIS_EVENTS:
        assert re.fullmatch(r"[a-z_]+\.[a-z_]+", event.name)
        assert event.meaning.endswith(".")
        assert (
            event.level not in ("warning", "error")
            or len(event.action) > 10
            or event.name
            in (
                "relay.lease_lost",
                "dead_letter.discarded",
            )
        )
