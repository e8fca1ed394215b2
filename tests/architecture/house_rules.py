"""The house rules that a machine can keep. Each takes a file and tells what breaks it, and where."""

import ast
import re
import sys
from collections.abc import Callable, Iterator

from tests.architecture.sources import Source, dotted

Rule = Callable[[Source], Iterator[str]]

LONGEST_FILE, LONGEST_FUNCTION = 250, 30
WHERE_THE_ENVIRONMENT_IS_READ = re.compile(
    r"(shared/chassis|services/\w+)/(settings|cli|__main__)\.py"
)
WHO_PUBLISHES = "shared/chassis/relay.py"
WHO_SUBSCRIBES = "shared/chassis/subscribe.py"
WHO_MAY_SLEEP_IN_TESTS = "tests/support/waiting.py"

_DOMAIN = re.compile(r"services/\w+(/\w+)?/domain(/|\.py$)")
# Of the standard library, what reaches out of the process, or brings in time and chance.
_IMPURE = {
    "asyncio", "logging", "multiprocessing", "os", "pathlib", "random", "secrets", "shutil",
    "socket", "subprocess", "tempfile", "threading", "time", "urllib",
}  # fmt: skip
_CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "uuid.uuid4", "uuid4"}
# `manager` is a word of the domain, a person's superior; as the name of a module it says nothing.
_EMPTY_MODULE = re.compile(r"(^|_)(utils?|helpers?|common|managers?)($|_)")
_EMPTY_CLASS = re.compile(r"(Utils?|Utilities|Helpers?|Common)$|(Data|Task|File|Event)Manager$")
_MACHINE = re.compile(r"(?<![\w./])/(home|root|work)/\w+")


def domain_imports_are_pure(source: Source) -> Iterator[str]:
    """A domain imports itself, the standard library without its I/O, and refusals."""
    if not _DOMAIN.match(str(source.path)):
        return
    own = ".".join(source.path.parts[: source.path.parts.index("domain") + 1])
    for node in ast.walk(source.tree):
        for module in _imported(node):
            top = module.partition(".")[0]
            pure = top in sys.stdlib_module_names and top not in _IMPURE
            of_us = f"{module}.".startswith(f"{own}.") or module == "shared.chassis.refusals"
            if not pure and not of_us:
                yield source.at(node, f"a domain does not import {module}")


def domain_is_told_time_and_chance(source: Source) -> Iterator[str]:
    """A rule gets the moment and new ids as arguments."""
    if _DOMAIN.match(str(source.path)):
        for call in source.calls:
            if dotted(call.func).removeprefix("datetime.") in _CLOCKS | {"now", "today"}:
                yield source.at(call, f"a domain is told it, and does not call {dotted(call.func)}")


def environment_is_read_once(source: Source) -> Iterator[str]:
    """Settings and command lines read the environment, nobody else."""
    if not source.is_in("services", "shared"):
        return
    if WHERE_THE_ENVIRONMENT_IS_READ.fullmatch(str(source.path)):
        return
    for node in ast.walk(source.tree):
        if dotted(node) in {"os.environ", "os.getenv", "environ", "getenv"}:
            yield source.at(node, "settings read the environment, and pass on what they read")


def subscribing_is_the_chassis_matter(source: Source) -> Iterator[str]:
    """FastStream's own subscriber would decide about acknowledgement."""
    if source.is_in("services", "shared", "dev") and str(source.path) != WHO_SUBSCRIBES:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Attribute) and node.attr == "subscriber":
                yield source.at(node, "routes are given to Foundation.intake")


def only_the_relay_publishes(source: Source) -> Iterator[str]:
    """A unit of work takes up events; the relay alone sends them."""
    if not source.is_in("services", "shared") or str(source.path) == WHO_PUBLISHES:
        return
    for call in source.calls:
        owner, _, name = dotted(call.func).rpartition(".")
        to_a_unit = owner.rpartition(".")[2] in {"tx", "_tx", "unit", "_unit"}
        if name in {"publish", "publish_batch", "send_and_wait"} and not to_a_unit:
            yield source.at(call, "events go to the outbox: publish on the unit of work")


def files_are_short(source: Source) -> Iterator[str]:
    """A file can be read in one go."""
    if source.is_in("services", "shared", "dev") and len(source.code_lines) > LONGEST_FILE:
        yield f"{source.path} has {len(source.code_lines)} lines of code"


def functions_are_short(source: Source) -> Iterator[str]:
    """A function fits on a screen; a test may tell a longer story."""
    if source.is_in("tests"):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            lines = source.code_lines & set(range(node.lineno, (node.end_lineno or 0) + 1))
            if len(lines) > LONGEST_FUNCTION:
                yield f"{source.path} {node.name} has {len(lines)} lines of code"


def names_say_something(source: Source) -> Iterator[str]:
    """A module or a class is named after what it does."""
    for part in source.path.with_suffix("").parts:
        if _EMPTY_MODULE.search(part):
            yield f"{source.path} {part} does not say what it does"
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef) and _EMPTY_CLASS.search(node.name):
            yield source.at(node, f"{node.name} does not say what it does")


def tests_wait_for_conditions(source: Source) -> Iterator[str]:
    """A test that sleeps is slow or wrong; `tests.support.waiting.until` is neither."""
    if source.is_in("tests") and str(source.path) != WHO_MAY_SLEEP_IN_TESTS:
        for call in source.calls:
            if dotted(call.func) in {"asyncio.sleep", "time.sleep", "sleep"}:
                yield source.at(call, "wait for a condition")


def modules_say_what_they_are_for(source: Source) -> Iterator[str]:
    """Every module begins with a docstring."""
    if not ast.get_docstring(source.tree):
        yield f"{source.path} has no docstring"


def no_machine_is_named(source: Source) -> Iterator[str]:
    """The project runs anywhere, so no path is somebody's own."""
    for number, line in enumerate(source.text.splitlines(), start=1):
        if _MACHINE.search(line):
            yield f"{source.path}:{number} names a place of one machine"


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [name.name for name in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or "."]
    return []


RULES: tuple[Rule, ...] = (
    domain_imports_are_pure,
    domain_is_told_time_and_chance,
    environment_is_read_once,
    subscribing_is_the_chassis_matter,
    only_the_relay_publishes,
    files_are_short,
    functions_are_short,
    names_say_something,
    tests_wait_for_conditions,
    modules_say_what_they_are_for,
    no_machine_is_named,
)
