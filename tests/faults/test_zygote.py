"""What a zygote forks is a process of the service like any other: it reads its settings, dies as told, and is not left behind."""

import signal
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from dev.faults.zygote import Zygote
from dev.local.identity import AUDIENCE, ISSUER, IdentityProvider
from dev.local.processes import Child, free_port, wait_until
from tests.support.processes import gone

SECONDS = 60.0


@pytest.fixture
async def zygote(tmp_path: Path) -> AsyncIterator[Zygote]:
    mother = Zygote("reporting", tmp_path)
    try:
        yield mother
    finally:
        await mother.stop()


@pytest.fixture
def waiting(tmp_path: Path) -> Mapping[str, str]:
    """Settings with which a service starts and finds nobody to connect to."""
    nobody = f"127.0.0.1:{free_port()}"
    return {
        "OBVERSE_ENVIRONMENT": "demo",
        "OBVERSE_MONGO_URL": f"mongodb://{nobody}/?serverSelectionTimeoutMS=500",
        "OBVERSE_KAFKA_BOOTSTRAP_SERVERS": nobody,
        "OBVERSE_HTTP_PORT": "0",
        "OBVERSE_AUTH_ISSUER": ISSUER,
        "OBVERSE_AUTH_AUDIENCE": AUDIENCE,
        "OBVERSE_AUTH_JWKS_FILE": str(IdentityProvider(tmp_path / "keys").jwks_file),
        "FAULT_PASSAGES": str(tmp_path / "passed-{pid}"),
    }


async def says(child: Child, word: str) -> None:
    async def said() -> bool:
        return word in child.log_tail()

    await wait_until(said, what=word, within=SECONDS, child=child)


def listened_to(folder: Path) -> set[int]:
    """The processes that wrote down what they passed."""
    return {int(path.name.removeprefix("passed-")) for path in folder.glob("passed-*")}


async def test_one_without_settings_says_what_is_missing_and_ends_with_an_error(
    zygote: Zygote, tmp_path: Path
) -> None:
    child = await zygote.fork("reporting-1", tmp_path / "logs" / "1.log", {})

    assert await child.ended() == 78
    assert "OBVERSE_MONGO_URL" in child.log_tail()


async def test_each_has_a_log_and_an_environment_of_its_own_and_dies_alone(
    zygote: Zygote, tmp_path: Path, waiting: Mapping[str, str]
) -> None:
    first, second = [await zygote.fork(name, tmp_path / name, waiting) for name in ("1", "2")]
    await says(first, "service.started")
    await says(second, "service.started")

    assert await first.kill() == -signal.SIGKILL
    assert second.running
    assert await second.stop(within=SECONDS) == 0
    assert listened_to(tmp_path) == {first.pid, second.pid}
    assert "service.stopped" in second.log_tail()
    assert "service.stopped" not in first.log_tail()


async def test_none_outlives_its_zygote(
    zygote: Zygote, tmp_path: Path, waiting: Mapping[str, str]
) -> None:
    child = await zygote.fork("reporting-1", tmp_path / "1", waiting)
    await says(child, "service.started")

    await zygote.stop()

    await wait_until(lambda: gone(child.pid), what="the process is gone", within=SECONDS)
    assert child.exit_code == -signal.SIGKILL
