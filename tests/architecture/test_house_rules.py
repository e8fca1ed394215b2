"""The house rules hold for every file, and each of them can fail."""

import importlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath

import pytest

from shared.chassis.log_events import CHASSIS_EVENTS, LogEvent, join
from tests.architecture import house_rules, log_lines
from tests.architecture.exceptions import KNOWN
from tests.architecture.house_rules import RULES, Rule
from tests.architecture.sources import Source, read

ROOT = Path(__file__).parents[2]
SERVICES = sorted(path.parent.name for path in (ROOT / "services").glob("*/__init__.py"))


@cache
def project() -> list[Source]:
    return read(ROOT, ("services", "shared", "dev", "deploy", "tests"))


def findings() -> Iterator[str]:
    """All that breaks a rule, without numbers that move with every edit."""
    found = [finding for rule in RULES for source in project() for finding in rule(source)]
    for finding in [*found, *log_findings()]:
        yield re.sub(r"has \d+ lines of code", "is too long", re.sub(r":\d+ ", " ", finding))


def log_findings() -> Iterator[str]:
    chassis = [source for source in project() if source.is_in("shared/chassis")]
    yield from log_lines.unlisted(chassis, join(CHASSIS_EVENTS))
    yield from log_lines.unwritten(chassis, CHASSIS_EVENTS)
    for name in SERVICES:
        sources = [source for source in project() if source.is_in(f"services/{name}")]
        events: tuple[LogEvent, ...] = importlib.import_module(
            f"services.{name}.log_events"
        ).LOG_EVENTS
        yield from log_lines.unlisted(sources, join(CHASSIS_EVENTS, events))
        yield from log_lines.unwritten(sources, events)


def test_every_file_keeps_every_rule() -> None:
    assert sorted(set(findings()) - KNOWN.keys()) == []


def test_no_exception_outlives_its_reason() -> None:
    assert sorted(KNOWN.keys() - set(findings())) == []


def test_the_rules_see_the_project() -> None:
    assert len(project()) > 100
    assert SERVICES == ["enrollment", "matching", "notifications", "reporting"]


DOMAIN = "services/enrollment/domain/volunteers.py"
HANDLER = "services/enrollment/handlers/volunteers.py"
TEST = "tests/enrollment/test_volunteers.py"
LONG_FUNCTION = "def long():\n" + "    x = 1\n" * 30
LONG_FILE = "x = 1\n" * 251

BROKEN = [
    (house_rules.domain_imports_are_pure, DOMAIN, "import pymongo"),
    (house_rules.domain_imports_are_pure, DOMAIN, "from shared.chassis.transactions import Tx"),
    (house_rules.domain_imports_are_pure, DOMAIN, "from shared.contracts.base import Code"),
    (house_rules.domain_imports_are_pure, DOMAIN, "import random"),
    (house_rules.domain_imports_are_pure, DOMAIN, "from services.matching.domain import score"),
    (
        house_rules.domain_imports_are_pure,
        "services/reporting/journal/domain/rules.py",
        "from services.reporting.projections.domain import figures",
    ),
    (house_rules.domain_is_told_time_and_chance, DOMAIN, "at = datetime.now(UTC)"),
    (house_rules.domain_is_told_time_and_chance, DOMAIN, "at = datetime.datetime.now()"),
    (house_rules.domain_is_told_time_and_chance, DOMAIN, "on = date.today()"),
    (house_rules.domain_is_told_time_and_chance, DOMAIN, "one = uuid4()"),
    (house_rules.environment_is_read_once, HANDLER, "import os\nhome = os.environ['HOME']"),
    (house_rules.environment_is_read_once, "shared/chassis/broker.py", "x = os.getenv('X')"),
    (
        house_rules.subscribing_is_the_chassis_matter,
        HANDLER,
        "@broker.subscriber('t')\ndef f(): ...",
    ),
    (house_rules.subscribing_is_the_chassis_matter, "dev/demo/x.py", "broker.subscriber('t')(f)"),
    (house_rules.only_the_relay_publishes, HANDLER, "await broker.publish(b'', topic='t')"),
    (house_rules.only_the_relay_publishes, HANDLER, "await self._broker.publish_batch(b'')"),
    (house_rules.only_the_relay_publishes, HANDLER, "await producer.send_and_wait('t')"),
    (house_rules.files_are_short, HANDLER, LONG_FILE),
    (house_rules.functions_are_short, HANDLER, LONG_FUNCTION),
    (house_rules.names_say_something, "shared/chassis/utils.py", ""),
    (house_rules.names_say_something, "services/matching/mail_helper.py", ""),
    (house_rules.names_say_something, "shared/common/clock.py", ""),
    (house_rules.names_say_something, HANDLER, "class FileManager: ..."),
    (house_rules.tests_wait_for_conditions, TEST, "await asyncio.sleep(1)"),
    (house_rules.tests_wait_for_conditions, TEST, "time.sleep(1)"),
    (house_rules.modules_say_what_they_are_for, HANDLER, "x = 1"),
    (house_rules.no_machine_is_named, TEST, "HOME = '/ho" + "me/ann'"),
]


@pytest.mark.parametrize(("rule", "path", "text"), BROKEN)
def test_a_rule_finds_what_breaks_it(rule: Rule, path: str, text: str) -> None:
    assert list(rule(Source(PurePosixPath(path), text)))


KEPT = [
    (house_rules.domain_imports_are_pure, DOMAIN, "from datetime import date\nimport unicodedata"),
    (house_rules.domain_imports_are_pure, DOMAIN, "from shared.chassis.refusals import Conflict"),
    (house_rules.domain_imports_are_pure, DOMAIN, "from services.enrollment.domain import people"),
    (house_rules.domain_imports_are_pure, HANDLER, "import asyncio"),
    (house_rules.domain_is_told_time_and_chance, DOMAIN, "def at(now: datetime): return now"),
    (house_rules.environment_is_read_once, "services/matching/cli.py", "os.environ"),
    (
        house_rules.subscribing_is_the_chassis_matter,
        house_rules.WHO_SUBSCRIBES,
        "b.subscriber('t')",
    ),
    (
        house_rules.only_the_relay_publishes,
        HANDLER,
        "unit.publish(facts)\nself._tx.publish(d, 'k')",
    ),
    (house_rules.only_the_relay_publishes, house_rules.WHO_PUBLISHES, "broker.publish(b'')"),
    (house_rules.files_are_short, HANDLER, LONG_FILE[:-6] + "# a comment\n\n"),
    (house_rules.functions_are_short, HANDLER, LONG_FUNCTION[:-10] + "    # a comment\n"),
    (house_rules.names_say_something, HANDLER, "class UnknownManager: ..."),
    (house_rules.tests_wait_for_conditions, house_rules.WHO_MAY_SLEEP_IN_TESTS, "asyncio.sleep(1)"),
    (house_rules.modules_say_what_they_are_for, HANDLER, '"""What it is for."""'),
    (house_rules.no_machine_is_named, TEST, "GET = '/programmes/1/home/x'"),
]


@pytest.mark.parametrize(("rule", "path", "text"), KEPT)
def test_a_rule_lets_pass_what_keeps_it(rule: Rule, path: str, text: str) -> None:
    assert list(rule(Source(PurePosixPath(path), text))) == []


def test_every_rule_is_seen_to_fail() -> None:
    assert {rule for rule, _, _ in BROKEN} == set(RULES)


LISTED = join((LogEvent("pair.formed", "info", "."), LogEvent("pair.lost", "warning", ".")))


@pytest.mark.parametrize(
    "text",
    [
        "log.info('pair.found')",
        "tx.note('pair.found')",
        "unit.note(f'round.{what}')",
        "log.error('pair.formed')",
        "unit.note('pair.lost')",
        "tx.note(f'pair.{what}')",
        "self._log.exception('pair.lost')",
    ],
)
def test_a_line_that_no_table_promises_is_found(text: str) -> None:
    source = Source(PurePosixPath(HANDLER), text)
    assert list(log_lines.unlisted([source], LISTED))


@pytest.mark.parametrize(
    "text",
    [
        "log.info('pair.formed', pair_id=1)",
        "log.warning('pair.lost')",
        "tx.note('pair.lost', level=logging.WARNING)",
        "log.log(level, 'pair.lost')",
        "tx.note(name_of(fact))",
    ],
)
def test_a_promised_line_is_fine(text: str) -> None:
    source = Source(PurePosixPath(HANDLER), text)
    assert list(log_lines.unlisted([source], LISTED)) == []


def test_a_promise_that_nothing_keeps_is_found() -> None:
    table = "LogEvent('pair.formed', 'info', '.'), LogEvent('pair.lost', 'warning', '.')"
    source = Source(PurePosixPath(HANDLER), f"{table}\nNAMES = {{Formed: 'pair.formed'}}")
    assert list(log_lines.unwritten([source], list(LISTED.values()))) == [
        "pair.lost is listed and never written"
    ]
