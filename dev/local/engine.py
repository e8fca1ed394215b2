"""The Docker engine of this machine, where one answers: images, and containers that get removed.

testcontainers' own reaper is not used, since its image may not be there. Instead each container is
labelled with its launcher, and the next launcher removes what a killed one has left behind.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import docker  # type: ignore[import-untyped]
from docker.errors import DockerException, ImageNotFound, NotFound  # type: ignore[import-untyped]
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer

from dev.local.processes import NotReady, wait_until

_LABEL = "obverse.launcher"
_READY_WITHIN = 90.0  # seconds
_PAUSE = 0.2  # seconds between two looks at a container's state


def docker_answers() -> bool:
    """True when a Docker engine answers where DOCKER_HOST says, or at its usual socket."""
    try:
        client = docker.from_env(timeout=5)
        try:
            return bool(client.ping())
        finally:
            client.close()
    except (DockerException, OSError):
        return False


def obtain_image(name: str) -> None:
    """See that the engine has this image, pulled if need be. Raises NotReady if it can't be had."""
    client = docker.from_env()
    try:
        client.images.get(name)
    except ImageNotFound:
        try:
            client.images.pull(name)
        except (DockerException, OSError) as error:
            raise NotReady(
                f"a Docker engine answers, but the image {name} is neither there nor to be pulled "
                f"({error}); name another by OBVERSE_KAFKA_IMAGE or OBVERSE_MONGO_IMAGE, build a "
                "stand-in (deploy/images), or choose OBVERSE_TEST_STACK=jars or embedded"
            ) from error
    finally:
        client.close()


class Container:
    """One container with fixed ports on 127.0.0.1; Docker's synchronous client works in threads."""

    def __init__(
        self, image: str, *, ports: Sequence[int], command: str | None, env: Mapping[str, str]
    ) -> None:
        self._image = image
        self._ports = tuple(ports)
        self._command = command
        self._env = dict(env)
        self._container: Any = None  # testcontainers' DockerContainer

    async def start(self, ready: Callable[[], Awaitable[bool]]) -> None:
        """Create it, or start it again after kill(), and wait until `ready`. Raises NotReady."""
        if self._container is None:
            await asyncio.to_thread(self._create)
        else:
            await asyncio.to_thread(self._container.get_wrapped_container().start)

        async def ready_or_ended() -> bool:
            if await ready():
                return True
            if await asyncio.to_thread(self._status) != "running":
                raise NotReady(f"{self._image} has ended\n{self._log_tail()}")
            return False

        try:
            await wait_until(
                ready_or_ended, what=f"a container of {self._image} is ready", within=_READY_WITHIN
            )
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Remove it with its data."""
        container, self._container = self._container, None
        if container is not None:
            await asyncio.to_thread(container.stop)

    async def kill(self) -> None:
        """SIGKILL; it can be started again with its data."""
        if self._container is not None and await asyncio.to_thread(self._status) == "running":
            await asyncio.to_thread(self._container.get_wrapped_container().kill)
            await self.ended()

    async def ended(self) -> None:
        """Return when it does not run any more."""
        while await asyncio.to_thread(self._status) == "running":  # noqa: ASYNC110 - no event
            await asyncio.sleep(_PAUSE)

    def _create(self) -> None:
        testcontainers_config.ryuk_disabled = True  # its image may not be there: see above
        obtain_image(self._image)
        _remove_leftovers()
        container = DockerContainer(self._image, command=self._command, env=self._env)
        ports: dict[str, Any] = container.ports  # typed for port numbers, passed on to docker
        ports |= {str(port): ("127.0.0.1", port) for port in self._ports}
        container.with_kwargs(labels={_LABEL: _launcher(os.getpid())})
        self._container = container.start()

    def _status(self) -> str:
        if self._container is None:
            return "removed"
        wrapped = self._container.get_wrapped_container()
        try:
            wrapped.reload()
        except NotFound:
            return "removed"
        return str(wrapped.status)

    def _log_tail(self) -> str:
        output: bytes = self._container.get_wrapped_container().logs(tail=40)
        return output.decode(errors="replace")


def _launcher(pid: int) -> str | None:
    """Host, process id and its start, which tells it from a later one with the same id."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return f"{socket.gethostname()} {pid} {fields[19]}"


def _remove_leftovers() -> None:
    """Remove the containers of this machine's launchers that were killed."""
    client = docker.from_env()
    try:
        for container in client.containers.list(all=True, filters={"label": _LABEL}):
            label = str(container.labels[_LABEL])
            host, pid, _ = label.split(" ")
            if host == socket.gethostname() and _launcher(int(pid)) != label:
                container.remove(force=True, v=True)
    finally:
        client.close()
