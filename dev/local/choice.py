"""Which broker and database the tests run against, decided by one rule and said aloud.

Addresses in OBVERSE_TEST_KAFKA and OBVERSE_TEST_MONGO; else testcontainers where a Docker engine
answers; else Apache Kafka from its jars where Java and Maven are there; else the embedded parts.
OBVERSE_TEST_STACK forces one. What was chosen and can not be had is an error: nothing falls back in
silence.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from dev.local import kafka as jars
from dev.local.broker import EmbeddedBroker
from dev.local.containers import ContainerKafka, ContainerMongo, kafka_image, mongo_image
from dev.local.engine import docker_answers, obtain_image
from dev.local.given import GivenBroker, GivenMongo
from dev.local.kafka import ApacheKafka
from dev.local.mongo import EmbeddedMongo
from dev.local.parts import Broker, Database
from dev.local.processes import NotReady

_OLDEST_JAVA = 17


class Kind(StrEnum):
    """The stacks there are; the values of OBVERSE_TEST_STACK."""

    GIVEN = "given"
    CONTAINERS = "containers"
    JARS = "jars"
    EMBEDDED = "embedded"


@dataclass(frozen=True)
class Machine:
    """What the choice asks the machine; tests answer in its place."""

    docker_answers: Callable[[], bool]
    obtain_image: Callable[[str], None]  # raises NotReady
    lacks_for_jars: Callable[[], str]  # empty when nothing is missing


@dataclass(frozen=True)
class Stack:
    """A choice: what to print, and how to make the two parts (not started yet) in a folder."""

    kind: Kind
    description: str  # one line
    broker: Callable[[Path], Broker]
    database: Callable[[Path], Database]


def lacks_for_jars() -> str:
    """What this machine lacks to run Apache Kafka from jars, empty for nothing."""
    version = jars.java_version()
    if version is None or version < _OLDEST_JAVA:
        return f"Java {_OLDEST_JAVA} or newer (found: {version or 'none'})"
    return "" if shutil.which("mvn") or jars.has_jars() else "Maven"


THIS_MACHINE = Machine(docker_answers, obtain_image, lacks_for_jars)


def choose(environment: Mapping[str, str] | None = None, machine: Machine = THIS_MACHINE) -> Stack:
    """The stack for this run, from the environment (os.environ if None) and the machine.

    Images are pulled here, so that their absence is known before the first test. Raises NotReady
    when the stack can not be had, or ValueError for settings that make no sense.
    """
    environment = os.environ if environment is None else environment
    addresses = _addresses(environment)
    forced = environment.get("OBVERSE_TEST_STACK", "")
    if forced and forced not in {kind.value for kind in Kind}:
        raise ValueError(f"OBVERSE_TEST_STACK is {forced!r}, not one of {', '.join(Kind)}")
    kind, reason = (Kind(forced), "forced") if forced else _by_rule(addresses, machine)
    match kind:
        case Kind.GIVEN:
            return _given(addresses, reason)
        case Kind.CONTAINERS:
            return _containers(reason, machine)
        case Kind.JARS:
            return _jars(reason, machine)
        case Kind.EMBEDDED:
            return _embedded(reason)


def _addresses(environment: Mapping[str, str]) -> tuple[str, str] | None:
    names = ("OBVERSE_TEST_KAFKA", "OBVERSE_TEST_MONGO")
    broker, database = (environment.get(name, "") for name in names)
    if bool(broker) != bool(database):
        raise ValueError(f"set both {names[0]} and {names[1]}, or neither")
    return (broker, database) if broker else None


def _by_rule(addresses: tuple[str, str] | None, machine: Machine) -> tuple[Kind, str]:
    if addresses:
        return Kind.GIVEN, "their addresses are set"
    if machine.docker_answers():
        return Kind.CONTAINERS, "a Docker engine answers"
    lacks = machine.lacks_for_jars()
    if not lacks:
        return Kind.JARS, "no Docker engine answers; Java and Maven are here"
    return Kind.EMBEDDED, f"no Docker engine answers; no {lacks}"


def _given(addresses: tuple[str, str] | None, reason: str) -> Stack:
    if addresses is None:
        raise NotReady(
            "OBVERSE_TEST_STACK=given needs OBVERSE_TEST_KAFKA (host:port) "
            "and OBVERSE_TEST_MONGO (a connection string)"
        )
    broker, url = addresses
    host = url.rpartition("@")[2].rpartition("//")[2]  # without the password
    return Stack(
        Kind.GIVEN,
        f"given: Kafka at {broker}, MongoDB at {host} ({reason})",
        lambda _: GivenBroker(broker),
        lambda _: GivenMongo(url),
    )


def _containers(reason: str, machine: Machine) -> Stack:
    if not machine.docker_answers():
        raise NotReady("OBVERSE_TEST_STACK=containers, but no Docker engine answers")
    kafka, mongo = kafka_image(), mongo_image()
    for image in (kafka, mongo):
        machine.obtain_image(image)
    return Stack(
        Kind.CONTAINERS,
        f"containers: {kafka} and {mongo} ({reason})",
        lambda _: ContainerKafka(image=kafka),
        lambda _: ContainerMongo(image=mongo),
    )


def _jars(reason: str, machine: Machine) -> Stack:
    if lacks := machine.lacks_for_jars():
        raise NotReady(f"OBVERSE_TEST_STACK=jars, but this machine has no {lacks}")
    return Stack(
        Kind.JARS,
        f"jars: Apache Kafka {jars.VERSION} under Java, embedded mongod ({reason})",
        lambda folder: ApacheKafka(folder / "kafka"),
        lambda folder: EmbeddedMongo(folder / "mongo"),
    )


def _embedded(reason: str) -> Stack:
    return Stack(
        Kind.EMBEDDED,
        f"embedded: tansu (no idempotence, durability, TLS, ...) and mongod from wheels ({reason})",
        lambda folder: EmbeddedBroker(folder / "broker"),
        lambda folder: EmbeddedMongo(folder / "mongo"),
    )
