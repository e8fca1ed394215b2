"""The rule that chooses what the tests run against: in order, said aloud, never in silence."""

from pathlib import Path

import pytest

from dev.local.choice import Kind, Machine, choose
from dev.local.containers import ContainerKafka, ContainerMongo
from dev.local.parts import Broker, Capability, Database
from dev.local.processes import NotReady

_ADDRESSES = {
    "OBVERSE_TEST_KAFKA": "kafka.test:9092",
    "OBVERSE_TEST_MONGO": "mongodb://ada:secret@mongo.test/?replicaSet=rs0",
}


def _machine(*, docker: bool = False, images: bool = True, lacks: str = "Maven") -> Machine:
    def obtain(image: str) -> None:
        if not images:
            raise NotReady(f"the image {image} is neither there nor to be pulled")

    return Machine(lambda: docker, obtain, lambda: lacks)


@pytest.mark.parametrize(
    ("environment", "machine", "kind"),
    [
        (_ADDRESSES, _machine(docker=True, lacks=""), Kind.GIVEN),
        ({}, _machine(docker=True, lacks=""), Kind.CONTAINERS),
        ({}, _machine(lacks=""), Kind.JARS),
        ({}, _machine(), Kind.EMBEDDED),
        ({"OBVERSE_TEST_STACK": "embedded"}, _machine(docker=True, lacks=""), Kind.EMBEDDED),
        ({"OBVERSE_TEST_STACK": "jars"}, _machine(docker=True, lacks=""), Kind.JARS),
        ({"OBVERSE_TEST_STACK": "jars"} | _ADDRESSES, _machine(lacks=""), Kind.JARS),
        ({"OBVERSE_TEST_STACK": "containers"}, _machine(docker=True), Kind.CONTAINERS),
        ({"OBVERSE_TEST_STACK": "given"} | _ADDRESSES, _machine(docker=True), Kind.GIVEN),
        ({"OBVERSE_TEST_STACK": ""}, _machine(), Kind.EMBEDDED),
    ],
)
def test_the_first_that_is_there_is_taken_unless_one_is_forced(
    environment: dict[str, str], machine: Machine, kind: Kind
) -> None:
    stack = choose(environment, machine)
    assert stack.kind is kind
    assert stack.description.startswith(f"{kind}:")
    assert "\n" not in stack.description


@pytest.mark.parametrize(
    ("environment", "machine", "words"),
    [
        ({}, _machine(docker=True, images=False, lacks=""), "neither there nor to be pulled"),
        ({"OBVERSE_TEST_STACK": "containers"}, _machine(), "no Docker engine answers"),
        ({"OBVERSE_TEST_STACK": "jars"}, _machine(), "no Maven"),
        ({"OBVERSE_TEST_STACK": "given"}, _machine(), "OBVERSE_TEST_KAFKA"),
    ],
)
def test_a_stack_that_can_not_be_had_is_an_error_and_no_other_is_taken(
    environment: dict[str, str], machine: Machine, words: str
) -> None:
    with pytest.raises(NotReady, match=words):
        choose(environment, machine)


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"OBVERSE_TEST_STACK": "kubernetes"}, "given, containers, jars, embedded"),
        ({"OBVERSE_TEST_KAFKA": "kafka.test:9092"}, "set both"),
    ],
)
def test_settings_without_sense_are_refused(environment: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        choose(environment, _machine())


def test_the_reason_for_the_embedded_default_is_said() -> None:
    described = choose({}, _machine(lacks="Java 17 or newer (found: none)")).description
    assert "no Docker engine answers" in described
    assert "no Java 17 or newer (found: none)" in described


def test_no_password_is_printed() -> None:
    described = choose(_ADDRESSES, _machine()).description
    assert "mongo.test" in described
    assert "secret" not in described


def test_a_given_broker_is_not_ours_to_restart(tmp_path: Path) -> None:
    broker = choose(_ADDRESSES, _machine()).broker(tmp_path)
    assert broker.bootstrap_servers == "kafka.test:9092"
    assert Capability.IDEMPOTENCE in broker.capabilities
    assert not broker.capabilities & {Capability.RESTART, Capability.TLS}


@pytest.mark.parametrize("forced", list(Kind))
def test_each_stack_makes_both_parts(
    forced: Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OBVERSE_KAFKA_IMAGE", "kafka:test")
    machine = _machine(docker=True, lacks="")
    stack = choose({"OBVERSE_TEST_STACK": forced} | _ADDRESSES, machine)
    broker: Broker = stack.broker(tmp_path)
    database: Database = stack.database(tmp_path)
    assert ":" in broker.bootstrap_servers
    assert database.url.startswith("mongodb://")
    assert isinstance(broker, ContainerKafka) is isinstance(database, ContainerMongo)
