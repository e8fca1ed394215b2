"""A small file system over a folder: it is filled, and what the folder held survives."""

import os
from pathlib import Path

import pytest

from dev.faults.disk import SmallDisk, fill


def mounted(folder: Path) -> bool:
    return os.path.ismount(folder)


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


async def test_a_full_disk_takes_nothing_more_and_gives_back_what_it_held(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "log").write_text("what was there")
    small = SmallDisk(data)
    if not await small.take_in():
        pytest.skip("mounting is not allowed here")
    try:
        assert (data / "log").read_text() == "what was there"
        assert mounted(data)
        assert 40 * 1024 * 1024 < fill(data / "ballast") <= 49 * 1024 * 1024
        with pytest.raises(OSError, match="No space left on device"):
            (data / "more").write_bytes(bytes(1024 * 1024))
        (data / "ballast").unlink()
        (data / "more").write_text("what came later")
    finally:
        await small.give_back()
    assert not mounted(data)
    assert names(tmp_path) == ["data"]
    assert (data / "log").read_text() == "what was there"
    assert (data / "more").read_text() == "what came later"


async def test_where_mounting_is_not_allowed_nothing_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "log").write_text("what was there")
    no = tmp_path / "bin" / "mount"
    no.parent.mkdir()
    no.write_text("#!/bin/sh\nexit 1\n")
    no.chmod(0o755)
    monkeypatch.setenv("PATH", f"{no.parent}:{os.environ['PATH']}")
    small = SmallDisk(data)
    assert not await small.take_in()
    await small.give_back()
    assert (data / "log").read_text() == "what was there"
    assert names(tmp_path) == ["bin", "data"]
