"""A broker whose disk is full: its data are moved to a small file system, which is filled up."""

import asyncio
import contextlib
import os
import shutil
import time
from pathlib import Path
from typing import Any

from dev.faults.harm import answers
from dev.faults.journal import now
from dev.faults.kafka_cluster import KafkaNode
from dev.faults.run import Run
from dev.local.processes import NotReady

ROOM_MIB = 48  # beyond what the broker has already
SECONDS_TO_FAIL = 90.0
SECONDS_FULL = 10.0
_MIB = 1024 * 1024


async def fill_disk(run: Run) -> None:
    """Until the broker ends; commands are taken meanwhile; then there is room again, and it comes back."""
    node = run.chance.choice(run.cluster.kafka.nodes)
    target = f"kafka-{node.number}"
    small = SmallDisk(node.data)
    await node.stop()
    try:
        mounted = await small.take_in()
        await _up(node)
        if not mounted:
            _tell(
                run, target, {"skipped": "a small file system could not be mounted and filled here"}
            )
            return
        began = time.monotonic()
        ballast = await asyncio.to_thread(fill, node.data / "ballast")
        seconds = await _until_ended(node)
        await asyncio.sleep(SECONDS_FULL)
        detail = answers(run, began) | {"failed_limit": 0}
        (node.data / "ballast").unlink()
        await _up(node)
        detail |= {"ballast_mib": ballast // _MIB, "offline_after_seconds": seconds}
        _tell(run, target, detail)
    finally:
        await node.stop()
        await small.give_back()
        await _up(node)


class SmallDisk:
    """A file system in memory over a data folder, with what the folder held, and little room.

    A child of ours unmounts it when it is told to, and also when we are gone.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._aside = folder.with_name(f"{folder.name}.aside")
        self._guard: asyncio.subprocess.Process | None = None

    async def take_in(self) -> bool:
        """Put it there; False where that is not possible, and then nothing has changed."""
        used = sum(file.stat().st_blocks * 512 for file in self._folder.rglob("*"))
        size = f"size={used // _MIB + ROOM_MIB}m"
        self._folder.rename(self._aside)
        self._folder.mkdir()
        if await _runs("mount", "-t", "tmpfs", "-o", size, "tmpfs", str(self._folder)):
            command = ("sh", "-c", 'cat > /dev/null; umount -l "$0"', str(self._folder))
            pipe = asyncio.subprocess.PIPE
            self._guard = await asyncio.create_subprocess_exec(
                *command, stdin=pipe, start_new_session=True
            )
            if await _copied(self._aside, self._folder):
                return True
        await self._unmount()
        self._folder.rmdir()
        self._aside.rename(self._folder)
        return False

    async def give_back(self) -> None:
        """What it holds goes back to the disk, and it is gone."""
        if self._guard is None:
            return
        (self._folder / "ballast").unlink(missing_ok=True)
        shutil.rmtree(self._aside)
        self._aside.mkdir()
        kept = await _copied(self._folder, self._aside)
        await self._unmount()
        self._folder.rmdir()
        self._aside.rename(self._folder)
        if not kept:
            raise NotReady(f"the data of {self._folder} could not be given back")

    async def _unmount(self) -> None:
        if self._guard is None or self._guard.stdin is None:
            return
        self._guard.stdin.close()
        if await self._guard.wait() != os.EX_OK:
            raise NotReady(f"{self._folder} could not be unmounted")
        self._guard = None


async def _copied(folder: Path, to: Path) -> bool:
    return await _runs("cp", "-a", "--sparse=always", f"{folder}/.", str(to))


def fill(file: Path) -> int:
    """Write until nothing more fits; how many bytes that took."""
    chunk, size = bytes(_MIB), 0
    with contextlib.suppress(OSError), file.open("wb", buffering=0) as ballast:
        while written := ballast.write(chunk):
            size += written
            chunk = chunk if written == len(chunk) else bytes(512)
    return size


async def _runs(*command: str) -> bool:
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    return await process.wait() == os.EX_OK


async def _up(node: KafkaNode) -> None:
    if not node.running:
        await node.start()
    await node.answering()


async def _until_ended(node: KafkaNode) -> float:
    """Until the broker has ended of it. Raises NotReady where it goes on."""
    began = time.monotonic()
    while node.running:
        if time.monotonic() - began > SECONDS_TO_FAIL:
            raise NotReady(f"broker {node.number} goes on although its disk is full")
        await asyncio.sleep(0.1)
    return round(time.monotonic() - began, 1)


def _tell(run: Run, target: str, detail: dict[str, Any]) -> None:
    run.injected.write({"at": now(), "fault": "disk_full", "target": target, "detail": detail})
    run.tell(f"  disk_full {target} {detail}")
