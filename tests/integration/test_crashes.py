"""What was acknowledged is there, nothing is half there: writers that are killed, servers and lines that go away."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from memgraph import AsyncMemory, Memory, StoreUnavailable
from tests.conftest import LINES, Place, Server, load_launcher

WRITER = """
import sys
from memgraph import Memory
address, password, user = sys.argv[1:]
with Memory(address, auth=("neo4j", password) if password else None) as memory:
    for n in range(10_000):
        texts = ["I live in Porto.", "I work at Contoso."]
        memory.add(
            [{"id": f"{n}-{i}", "name": f"Person{n}", "content": t} for i, t in enumerate(texts)],
            user_id=user, run_id="r", timestamp="2025-01-01T00:00Z",
        )
        print(n, flush=True)
"""


def test_a_process_killed_while_adding_leaves_whole_messages_only(place: Place, user: str) -> None:
    password = place.auth[1] if place.auth else ""
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, place.address, password, user], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    acknowledged = -1
    for line in writer.stdout:
        acknowledged = int(line)
        if acknowledged >= 12:
            break
    writer.send_signal(signal.SIGKILL)
    acknowledged = max([acknowledged, *(int(line) for line in writer.stdout if line.endswith("\n"))])
    writer.wait()
    writer.stdout.close()
    with Memory(place.address, auth=place.auth) as memory:
        heard = {e.source_id for e in memory.episodes(user_id=user, limit=100_000)}
        facts = {(f.subject.name, f.predicate) for f in memory.facts(user_id=user)}
        for n in range(acknowledged + 1):
            assert {f"{n}-0", f"{n}-1"} <= heard
        whole = {int(i.split("-")[0]) for i in heard}
        assert len(heard) == 2 * len(whole)
        assert facts == {(f"Person{n}", p) for n in whole for p in ("lives_in", "works_at")}
        assert memory.doctor() == []
        assert memory.add("Ana lives in Porto.", user_id=user)["results"]


class CutLine:
    """A line to a server that is cut after so many bytes were sent to it."""

    def __init__(self, server: Server) -> None:
        host, port = server.uri.removeprefix("bolt://").split(":")
        self.target = (host, int(port))
        self.left: int | None = None

    async def __aenter__(self) -> CutLine:
        self.listener = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.uri = f"bolt://127.0.0.1:{self.listener.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *error: object) -> None:
        self.listener.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to_reader, to_writer = await asyncio.open_connection(*self.target)

        async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, is_counted: bool) -> None:
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):
                while data := await source.read(512):
                    if is_counted and self.left is not None:
                        self.left -= len(data)
                        if self.left < 0:
                            break
                    sink.write(data)
                    await sink.drain()
            for end in (writer, to_writer):
                end.close()

        await asyncio.gather(pump(reader, to_writer, is_counted=True), pump(to_reader, writer, is_counted=False))


@pytest.mark.anyio
@pytest.mark.parametrize("after_bytes", [700, 3_000, 9_000])
async def test_a_line_cut_within_a_transaction_leaves_nothing(neo4j: Server, user: str, after_bytes: int) -> None:
    messages = [
        {"id": f"{n}", "name": f"Person{n}", "content": "I live in Porto.", "timestamp": "2025-01-01T00:00Z"}
        for n in range(20)
    ]
    async with CutLine(neo4j) as line, AsyncMemory(line.uri, auth=neo4j.auth) as memory:
        await memory.add("hello", user_id=user)
        line.left = after_bytes
        with pytest.raises(StoreUnavailable):
            await asyncio.wait_for(memory.add(messages, user_id=user, run_id="r"), 60)
        line.left = None
    async with AsyncMemory(neo4j.uri, auth=neo4j.auth) as memory:
        assert (await memory.stats(user_id=user))["episodes"] == 1
        await memory.add(messages, user_id=user, run_id="r")
        assert len(await memory.facts(user_id=user)) == 20
        assert await memory.doctor() == []


# A server that was given is not ours to kill.
@pytest.mark.parametrize("line", LINES if "MEMGRAPH_TEST_NEO4J_URI" not in os.environ else LINES[:0])
def test_a_server_killed_while_adding_keeps_what_it_acknowledged(line: str, tmp_path: Path) -> None:
    launcher = load_launcher()
    server = launcher.start(line, home=tmp_path / "home")
    memory = Memory(server.uri, auth=("neo4j", server.password))
    acknowledged = []
    try:
        for n in range(15):
            said = {"name": f"Person{n}", "content": "I live in Porto."}
            memory.add(said, user_id="u", run_id="r", timestamp="2025-01-01T00:00Z")
            acknowledged.append(f"Person{n}")
        killed = time.monotonic()
        server.stop(kill=True)
        with pytest.raises(StoreUnavailable, match="try again"):
            memory.add({"name": "Person99", "content": "I live in Porto."}, user_id="u")
        assert time.monotonic() - killed < 60
        server = launcher.start(line, port=server.port, home=tmp_path / "home")
        assert sorted(f.subject.name for f in memory.facts(user_id="u")) == sorted(acknowledged)
        memory.add({"name": "Person99", "content": "I live in Porto."}, user_id="u")
        assert memory.doctor() == []
    finally:
        memory.close()
        server.stop()
