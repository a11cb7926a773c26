#!/usr/bin/env python3
"""How the service bears many clients at once, and whether it loses anything.

    python benchmarks/serve.py [--clients 50] [--seconds 60] [--store URL]

Every client is a user of its own and takes turns: it adds a message that states a fact, then asks for it. At the end
every acknowledged message must be in the store, and every client must have seen its own alone.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table

TOWNS = ["Porto", "Bergen", "Graz", "Leeds", "Turku", "Ghent", "Lviv", "Nantes"]


@dataclass(slots=True)
class Seen:
    """What the clients saw: seconds by kind of request, failures, acknowledged ids by user."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {"add": [], "search": []})
    failures: list[str] = field(default_factory=list[str])
    kept: dict[str, set[str]] = field(default_factory=dict[str, set[str]])


async def client(url: str, number: int, until: float, seen: Seen) -> None:
    """Add and search in turns until the time is up."""
    user = f"user-{number}"
    kept = seen.kept.setdefault(user, set())
    async with httpx.AsyncClient(base_url=url, timeout=60) as http:
        turn = 0
        while time.perf_counter() < until:
            ident = f"{user}-{turn}"
            message = {"id": ident, "name": user, "content": f"I moved to {TOWNS[(number + turn) % len(TOWNS)]}."}
            body = {"user_id": user, "run_id": str(turn // 20), "messages": [message]}
            if (await timed(http, "add", "/v1/memories", body, seen)) is not None:
                kept.add(ident)
            found = await timed(http, "search", "/v1/search", {"user_id": user, "query": "Where do I live?"}, seen)
            if found is not None and any(user not in str(r) for r in found["results"]):
                seen.failures.append(f"{user} saw somebody else's")
            turn += 1


async def timed(http: httpx.AsyncClient, kind: str, path: str, body: dict[str, object], seen: Seen) -> dict | None:
    """One request: its answer, or None where it failed."""
    began = time.perf_counter()
    try:
        answer = await http.post(path, json=body)
    except httpx.HTTPError as error:
        seen.failures.append(f"{kind}: {error!r}")
        return None
    seen.seconds[kind].append(time.perf_counter() - began)
    if answer.status_code != 200:
        seen.failures.append(f"{kind}: {answer.status_code} {answer.text[:200]}")
        return None
    return answer.json()


async def load(url: str, clients: int, seconds: float) -> Seen:
    """All clients at once; then count what is there."""
    seen = Seen()
    until = time.perf_counter() + seconds
    await asyncio.gather(*(client(url, n, until, seen) for n in range(clients)))
    async with httpx.AsyncClient(base_url=url, timeout=60) as http:
        for user, kept in seen.kept.items():
            stats = (await http.get("/v1/stats", params={"user_id": user})).json()
            if stats["episodes"] != len(kept):
                seen.failures.append(f"{user}: {len(kept)} acknowledged, {stats['episodes']} stored")
    return seen


def main() -> int:
    """Start the service, load it, print what it did."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--store", help="a new file if not given")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = args.store or str(Path(folder) / "memory.db")
        command = [sys.executable, "-m", "memgraph", "serve", "--no-auth", "--port", "0", "--store", store]
        command = ["env", f"MEMGRAPH_SERVE_REQUESTS_A_MINUTE={10**7}", *command]
        with (Path(folder) / "log").open("w+") as log, subprocess.Popen(command, stderr=log) as service:
            url = None
            while url is None:
                assert service.poll() is None, "the service did not start"
                time.sleep(0.1)
                found = re.search(r"http://127\.0\.0\.1:\d+", (Path(folder) / "log").read_text())
                url = found and found[0]
            seen = asyncio.run(load(url, args.clients, args.seconds))
            service.terminate()
    table = Table("request", "count", "a second", "p50 ms", "p95 ms", "most ms")
    for kind, took in seen.seconds.items():
        ms = sorted(1000 * s for s in took)
        p95 = ms[int(0.95 * (len(ms) - 1))]
        rate = len(ms) / args.seconds
        table.add_row(kind, str(len(ms)), f"{rate:.0f}", f"{statistics.median(ms):.0f}", f"{p95:.0f}", f"{ms[-1]:.0f}")
    Console().print(f"{args.clients} clients for {args.seconds:g} s", table, f"{len(seen.failures)} failures")
    for failure in seen.failures[:10]:
        Console().print(failure, markup=False)
    return 1 if seen.failures else 0


if __name__ == "__main__":
    sys.exit(main())
