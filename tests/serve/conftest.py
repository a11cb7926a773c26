"""A real service over real HTTP, on each store."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
import uvicorn

from memgraph.serve.keys import KeyFile, May
from memgraph.serve.rest import create_app
from memgraph.serve.settings import ServeConfig
from tests.conftest import Place


@dataclass
class Service:
    """A running service: its address, its keys, and a client for each key."""

    url: str
    keys: KeyFile

    def client(self, may: May = May.ADMIN, *users: str, tenant: str = "default") -> httpx.Client:
        key = self.keys.add("test", users=users or ("*",), may=may, tenant=tenant)
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {key}"}, timeout=60)


class Running:
    """Uvicorn in a thread, on a port of its own."""

    def __init__(self, app: Any) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=10))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive(), "the service did not start"
            time.sleep(0.01)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(20)
        self._socket.close()


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    yield
    structlog.reset_defaults()


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """Starts services on a store, with settings."""
    running: list[Running] = []

    def start(place: Place, *, extractor: Any = None, **settings: Any) -> Service:
        keys = KeyFile(tmp_path / "keys.json")
        app = create_app(place.memory(extractor=extractor), ServeConfig(keys=keys.path, **settings), keys)
        running.append(Running(app))
        return Service(running[-1].url, keys)

    yield start
    for one in running:
        one.stop()


@pytest.fixture
def service(serving: Callable[..., Service], place: Place) -> Service:
    return serving(place)
