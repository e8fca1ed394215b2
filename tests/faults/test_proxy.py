"""The proxy does to connections what its modes say, and is harmless once it is open again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import pytest

from dev.faults.proxy import Mode, Proxy
from dev.local.processes import free_port

SHORT = 0.3


@pytest.fixture
async def echo() -> AsyncIterator[int]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(line)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


@pytest.fixture
async def proxy(echo: int) -> AsyncIterator[Proxy]:
    proxy = Proxy(free_port(), echo)
    await proxy.start()
    yield proxy
    await proxy.stop()


async def connect(proxy: Proxy) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", proxy.port)


async def silent(answer: Awaitable[Any]) -> bool:
    try:
        await asyncio.wait_for(answer, SHORT)
    except TimeoutError:
        return True
    return False


async def test_what_is_said_comes_through_and_the_end_too(proxy: Proxy) -> None:
    reader, writer = await connect(proxy)
    writer.write(b"hello\n")
    assert await reader.readline() == b"hello\n"
    writer.write_eof()
    assert await reader.read() == b""


async def test_latency_is_there_in_both_directions(proxy: Proxy) -> None:
    proxy.become(Mode.OPEN, latency=0.1)
    reader, writer = await connect(proxy)
    began = asyncio.get_running_loop().time()
    writer.write(b"hello\n")
    await reader.readline()
    assert asyncio.get_running_loop().time() - began >= 0.2


async def test_a_cut_resets_what_is_open_and_takes_nothing_new(proxy: Proxy) -> None:
    reader, writer = await connect(proxy)
    writer.write(b"hello\n")
    await reader.readline()
    proxy.become(Mode.CUT)
    with pytest.raises(ConnectionResetError):
        await reader.readline()
    other, _ = await connect(proxy)
    with pytest.raises(ConnectionResetError):
        await other.readline()


@pytest.mark.parametrize("mode", [Mode.HALF_OPEN, Mode.DEAF])
async def test_a_silent_line_says_nothing_and_goes_on_later(proxy: Proxy, mode: Mode) -> None:
    reader, writer = await connect(proxy)
    proxy.become(mode)
    writer.write(b"hello\n")
    line = asyncio.ensure_future(reader.readline())
    assert await silent(asyncio.shield(line))
    proxy.become(Mode.OPEN)
    assert await line == b"hello\n"


async def test_after_a_cut_new_connections_work_again(proxy: Proxy) -> None:
    proxy.become(Mode.CUT)
    proxy.become(Mode.OPEN)
    reader, writer = await connect(proxy)
    writer.write(b"hello\n")
    assert await reader.readline() == b"hello\n"


async def test_a_slow_close_is_noticed_late(proxy: Proxy) -> None:
    proxy.become(Mode.SLOW_CLOSE)
    reader, writer = await connect(proxy)
    writer.write(b"hello\n")
    assert await reader.readline() == b"hello\n"
    writer.write_eof()
    assert await silent(reader.read())


async def test_what_was_said_before_a_latency_ended_arrives_before_what_comes_then(
    proxy: Proxy,
) -> None:
    reader, writer = await connect(proxy)
    proxy.become(Mode.OPEN, latency=SHORT)
    writer.write(b"first\n")
    assert await silent(reader.readline())  # it has been heard, and is on its way
    proxy.become(Mode.OPEN)
    writer.write(b"second\n")
    assert [await reader.readline(), await reader.readline()] == [b"first\n", b"second\n"]


async def test_more_than_a_line_takes_comes_through_whole(proxy: Proxy) -> None:
    lines = b"".join(b"%07d\n" % number for number in range(1_000_000))
    reader, writer = await connect(proxy)
    writer.write(lines)
    writer.write_eof()
    assert await reader.read() == lines
