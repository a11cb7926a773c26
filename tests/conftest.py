"""Real stores for the tests: an SQLite file, and real Neo4j servers of both lines."""

from __future__ import annotations

import importlib.util
import os
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from memgraph import AsyncMemory
from memgraph.ports import Settings
from tests.scripted import Script, ScriptedModel

ROOT = Path(__file__).parent.parent
LINES = ("5.26.19", "2026.08.1")


def load_launcher() -> ModuleType:
    """tools/neo4j/server.py, which is no part of the package."""
    spec = importlib.util.spec_from_file_location("neo4j_server", ROOT / "tools" / "neo4j" / "server.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["neo4j_server"] = module
    spec.loader.exec_module(module)
    return module


def untraced() -> dict[str, str]:
    """The environment for a process whose lines need not be counted, which makes it twice as fast."""
    return {name: value for name, value in os.environ.items() if name != "COVERAGE_PROCESS_CONFIG"}


@dataclass(frozen=True)
class Server:
    """A running Neo4j."""

    uri: str
    user: str
    password: str

    @property
    def auth(self) -> tuple[str, str]:
        return (self.user, self.password)

    @property
    def settings(self) -> Settings:
        return Settings(self.uri, self.user, self.password)


class Servers:
    """The Neo4j servers of this run: the one that MEMGRAPH_TEST_NEO4J_URI names, else one of each line."""

    def __init__(self) -> None:
        self._started: dict[str, Server] = {}
        self._running: list = []

    def get(self, line: str) -> Server:
        if line not in self._started:
            uri = os.environ.get("MEMGRAPH_TEST_NEO4J_URI")
            if uri:
                user = os.environ.get("MEMGRAPH_TEST_NEO4J_USER", "neo4j")
                self._started[line] = Server(uri, user, os.environ["MEMGRAPH_TEST_NEO4J_PASSWORD"])
            else:
                running = load_launcher().start(line)
                self._running.append(running)
                self._started[line] = Server(running.uri, "neo4j", running.password)
        return self._started[line]

    def stop(self) -> None:
        for running in self._running:
            running.stop()


def neo4j_lines() -> tuple[str, ...]:
    """One parameter for each server that the tests run on."""
    return ("given",) if os.environ.get("MEMGRAPH_TEST_NEO4J_URI") else LINES


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests on one Neo4j line stay in one worker, which starts that line's server."""
    for item in items:
        given = getattr(item, "callspec", None)
        line = next((v for v in given.params.values() if v in neo4j_lines()), None) if given else None
        if line:
            item.add_marker(pytest.mark.xdist_group(line))


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    started = Servers()
    yield started
    started.stop()


@pytest.fixture(params=neo4j_lines())
def neo4j(request: pytest.FixtureRequest, servers: Servers) -> Server:
    """Each Neo4j line in turn."""
    return servers.get(request.param)


@dataclass(frozen=True)
class Place:
    """Where a test's memory is kept."""

    address: str
    auth: tuple[str, str] | None

    def memory(self, **more: object) -> AsyncMemory:
        return AsyncMemory(self.address, auth=self.auth, **more)  # type: ignore[arg-type]


@pytest.fixture(params=["sqlite", *neo4j_lines()])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Each store in turn. Tests share the servers, so each names users of its own."""
    if request.param == "sqlite":
        return Place(str(tmp_path / "memory.db"), None)
    server = request.getfixturevalue("servers").get(request.param)
    return Place(server.uri, server.auth)


@pytest.fixture
def user() -> str:
    """A user that no other test has."""
    return f"user-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def serve() -> Iterator[Callable[[Script], ScriptedModel]]:
    """Starts scripted models."""
    started: list[ScriptedModel] = []

    def start(script: Script) -> ScriptedModel:
        started.append(ScriptedModel(script))
        return started[-1]

    yield start
    for model in started:
        model.close()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of whoever runs the tests, and no file of theirs, plays a part."""
    for name in [n for n in os.environ if n.startswith("MEMGRAPH_") and not n.startswith("MEMGRAPH_TEST_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("COLUMNS", raising=False)  # xdist sets it; output that goes nowhere is as wide as by default
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
