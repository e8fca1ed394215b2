"""What is started, with which settings, and that only one cluster is started at a time; `make faults-smoke` starts it."""

from pathlib import Path

import pytest

from dev.faults import run
from dev.faults.cluster import SERVICES, FaultCluster
from dev.faults.kills import AIMS
from dev.faults.landing import AIMED_AT, CLASS_OF
from dev.faults.run import only_one
from dev.faults.runs import FULL
from dev.local.processes import NotReady
from shared.chassis.passages import PASSAGES
from shared.chassis.settings import ServiceSettings, load


@pytest.fixture
def cluster(tmp_path: Path) -> FaultCluster:
    return FaultCluster(tmp_path, settings={"FAULT_MUTANT": "w1"})


def test_two_replicas_of_each_service_share_all_but_their_port(cluster: FaultCluster) -> None:
    assert [one.name for one in cluster.replicas] == [f"{s}-{n}" for s in SERVICES for n in (1, 2)]
    first, second = map(cluster.environment, cluster.of("matching"))
    differing = {name for name in first if first[name] != second[name]}
    assert differing == {"OBVERSE_HTTP_PORT", "FAULT_PASSAGES", "FAULT_ORDERS"}
    assert first["FAULT_MUTANT"] == "w1"


def test_the_settings_are_good_ones(cluster: FaultCluster) -> None:
    settings = load(ServiceSettings, cluster.environment(cluster.of("matching")[0]))
    assert settings.kafka_session_timeout_ms == 3_000
    assert settings.kafka_bootstrap_servers.count(",") == 2


def test_with_proxies_nobody_is_told_of_the_ports_behind_them(tmp_path: Path) -> None:
    cluster = FaultCluster(tmp_path, proxied=True)
    fronts = {proxy.port for proxy in cluster.proxies.values()}
    assert {
        int(text.split(":")[-1]) for text in cluster.kafka.bootstrap_servers.split(",")
    } < fronts
    assert all(node.front in fronts and node.front != node.port for node in cluster.mongo.nodes)


def test_one_cluster_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "FOLDER", tmp_path)
    with only_one(), pytest.raises(NotReady, match="another run"), only_one():
        pass
    with only_one():
        pass


def test_every_place_can_be_aimed_at_and_a_full_run_does_so_often_enough() -> None:
    assert set(AIMS) == set(PASSAGES) == set(FULL)
    landed = [CLASS_OF.get(passage) for passage in FULL]
    assert all(landed.count(name) >= 5 for name in AIMED_AT)
