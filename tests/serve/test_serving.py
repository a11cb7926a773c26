"""`memgraph serve` and `memgraph keys`, run as a person would run them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from memgraph import Memory
from tests.conftest import untraced


def memgraph(*args: str, code: int = 0, **env: str) -> str:
    command = [sys.executable, "-m", "memgraph", *args]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **env}, timeout=60, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


@contextmanager
def serve(*args: str, **env: str) -> Iterator[tuple[subprocess.Popen[str], str, list[str]]]:
    """The service on a free port: the process, its address and what it has logged so far."""
    command = [sys.executable, "-m", "memgraph", "serve", "--port", "0", *args]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**untraced(), **env})
    assert process.stderr is not None
    log: list[str] = []
    for line in process.stderr:
        log.append(line)
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            break
    else:
        raise AssertionError("".join(log))
    reader = threading.Thread(target=lambda: log.extend(process.stderr or ()))
    reader.start()
    try:
        yield process, found[0], log
    finally:
        process.terminate()
        process.wait(30)
        reader.join(10)
        process.stderr.close()


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return {"MEMGRAPH_SERVE_KEYS": str(tmp_path / "keys.json"), "MEMGRAPH_STORE": str(tmp_path / "memory.db")}


def test_keys_are_made_listed_and_revoked(env: dict[str, str]) -> None:
    assert "make one with" in memgraph("serve", code=2, **env)
    assert "this machine's own" in memgraph("serve", "--no-auth", "--host", "0.0.0.0", code=2, **env)
    key = memgraph("keys", "add", "crm", "--may", "read", "--user", "sam", **env).strip()
    assert re.fullmatch(r"mg_[0-9a-f]{12}_\S{43}", key)
    assert "later than" not in memgraph("keys", "add", "temp", "--expires", "2020-01-01T00:00Z", **env)
    listed = json.loads(memgraph("keys", "list", "--json", **env))
    assert [(k["name"], k["may"], k["users"]) for k in listed] == [("crm", 1, ["sam"]), ("temp", 2, ["*"])]
    assert "secret_hash" not in listed[0]
    assert "crm" in memgraph("keys", "list", **env)
    memgraph("keys", "revoke", listed[0]["id"], **env)
    assert "there is no key" in memgraph("keys", "revoke", listed[0]["id"], code=2, **env)
    assert "name" in memgraph("keys", "add", " ", code=2, **env)


def test_nothing_that_was_acknowledged_is_lost_when_the_service_stops(env: dict[str, str]) -> None:
    key = memgraph("keys", "add", "writer", **env).strip()
    acknowledged: list[str] = []
    with serve("--log", "json", **env) as (process, url, log):
        first = threading.Event()

        def write(number: int) -> None:
            with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=30) as client:
                for n in range(1000):
                    ident = f"{number}-{n}"
                    body = {"messages": [{"id": ident, "content": f"I live in town {ident}."}], "wait": n % 2 == 0}
                    try:
                        answer = client.post("/v1/memories", json={"user_id": f"u{number}", **body})
                    except httpx.TransportError:
                        return  # the service has stopped
                    if answer.status_code in (200, 202):
                        acknowledged.append(ident)
                        first.set()

        writers = [threading.Thread(target=write, args=(n,)) for n in range(4)]
        for writer in writers:
            writer.start()
        assert first.wait(30)
        process.send_signal(signal.SIGTERM)
        assert process.wait(40) == -signal.SIGTERM  # as uvicorn ends, when all is answered
        for writer in writers:
            writer.join(30)
    with Memory(env["MEMGRAPH_STORE"]) as memory:
        kept = {e.source_id for n in range(4) for e in memory.episodes(user_id=f"u{n}", limit=5000)}
        assert acknowledged
        assert kept >= set(acknowledged)
        assert memory.doctor() == []
        memory.retry_pending()
        assert memory.pending() == []
    requests = [json.loads(line) for line in log if '"event": "request"' in line]
    assert {r["route"] for r in requests} == {"/v1/memories"}
    assert {r["key"] for r in requests} == {key.split("_")[1]}
    assert "town" not in "".join(log)
    assert key not in "".join(log)


def test_without_keys_it_serves_this_machine_alone(env: dict[str, str]) -> None:
    with serve("--no-auth", **env) as (_, url, _log):
        assert httpx.post(f"{url}/v1/memories", json={"user_id": "u", "messages": "Hi"}, timeout=60).status_code == 200
        assert httpx.get(f"{url}/docs", timeout=60).status_code == 200
        rebound = httpx.get(f"{url}/v1/episodes?user_id=u", headers={"Host": "evil.example"}, timeout=60)
        assert rebound.status_code == 400


def test_schemathesis_finds_nothing(env: dict[str, str], tmp_path: Path) -> None:
    key = memgraph("keys", "add", "fuzz", **env).strip()
    with serve(**env, MEMGRAPH_SERVE_REQUESTS_A_MINUTE="100000") as (_, url, _log):
        command = [sys.executable, "-m", "schemathesis.cli", "run", f"{url}/openapi.json", "--max-examples", "3"]
        command += ["--header", f"Authorization: Bearer {key}", "--seed", "1", "--suppress-health-check", "all"]
        command += ["--exclude-path", "/v1/import"]  # JSON Lines, which it can't make
        command += ["--exclude-checks", "positive_data_acceptance"]  # no schema can say that a name must be known
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=280, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
