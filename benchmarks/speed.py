#!/usr/bin/env python3
"""Messages added a second, and how long a search takes, on each store.

    python benchmarks/speed.py                                     # SQLite, and both Neo4j lines, started here
    python benchmarks/speed.py --stores sqlite --sizes 600 10000
    python benchmarks/speed.py --locomo locomo10.json              # real talk instead of made-up talk
    python benchmarks/speed.py --stores sqlite --sizes 100000 --no-facts   # large scopes, stored unread

Everything counts: checks, extraction by rules (in --processes), embedding, resolution, the commit. "batched" adds
sessions of 20 messages, "single" one message a call; searches ask for 10 hits of both kinds. On Neo4j each search is
followed by the floor: the bare driver, one query of 50 nearest vectors, 50 best texts and two hops from them (on 2026
without the scope filter). Machines are noisy, so it is their ratio that compares. "nearest %" is how many of the
episodes nearest to a question its approximate index brings to a search; SQLite compares with all of them.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import importlib.util
import json
import random
import statistics
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

from neo4j import AsyncDriver, AsyncGraphDatabase

from memgraph import AsyncMemory
from memgraph.config import Config
from memgraph.model import Scope
from memgraph.ports import Cue, Vectors
from memgraph.providers import static
from memgraph.providers.static import StaticEmbedder

SESSION = 20
SINGLES = 100
SEARCHES = 200
FLOOR = """
CALL () {
  CALL db.index.vector.queryNodes('episode_embedding', 50, $vector) YIELD node RETURN node
  UNION
  CALL db.index.fulltext.queryNodes('episode_text', $words, {limit: 50}) YIELD node RETURN node
}
OPTIONAL MATCH (node)-[:MENTIONS]->(entity:Entity)
OPTIONAL MATCH (entity)<-[:SUBJECT]-(fact:Fact)-[:OBJECT]->(other:Entity) WHERE fact.valid_to IS NULL
RETURN node.id, node.content, collect(DISTINCT other.id)[..10]
"""
COMPARED = 30  # searches whose nearest episodes are looked up exactly, too
EXACT = """
MATCH (e:Episode) WHERE e.scope = $scope
RETURN e.id AS id ORDER BY vector.similarity.cosine(e.embedding, $vector) DESC LIMIT $pool
"""
START = dt.datetime(2024, 1, 1, 9, tzinfo=dt.UTC)
FIRST = "Ada Ben Cleo Dov Eva Finn Gita Hugo Ines Jonas Kira Leo Mona Nils Orla Pavel Rosa Sven Tara Udo".split()
LAST = "Moss Reed Vale Stone Marsh Lund Kovac Diaz Okoye Ito".split()
PEOPLE = [f"{a} {b}" for a in FIRST for b in LAST]
FIRMS = [f"{a}{b}" for a in ("North", "Silver", "Alder", "Bright") for b in ("wind", "line", "gate", "works", "ford")]
TOWNS = ["Porto", "Bergen", "Graz", "Leeds", "Turku", "Ghent", "Lviv", "Nantes"]


def made_up(count: int, rng: random.Random) -> list[str]:
    """English words at random, as often as they are used; every eighth message states a fact."""
    table = Path(static.__file__).parent / "static_minilm" / "tokenizer.json"
    known: dict[str, int] = json.loads(table.read_text())["model"]["vocab"]
    words = [w for w in known if w.isascii() and w.isalpha() and len(w) > 2][:4000]
    weights = [1 / (rank + 1) for rank in range(len(words))]
    texts = []
    for n in range(count):
        talk = rng.choices(words, weights, k=rng.randint(6, 24))
        text = " ".join(talk).capitalize() + "."
        if n % 8 == 0:
            who, firm, town = rng.choice(PEOPLE), rng.choice(FIRMS), rng.choice(TOWNS)
            text += f" {who} works at {firm}." if n % 16 else f" {who} lives in {town}."
        texts.append(text)
    return texts


def from_locomo(path: Path, count: int) -> list[str]:
    texts = [
        turn["text"]
        for item in json.loads(path.read_text())
        for name, session in item["conversation"].items()
        if name.startswith("session_") and isinstance(session, list)
        for turn in session
    ]
    return (texts * (count // len(texts) + 1))[:count]


def messages(texts: list[str], first: int) -> list[dict[str, Any]]:
    return [
        {
            "id": f"m{n}",
            "role": "user",
            "name": PEOPLE[n % 2],
            "content": text,
            "timestamp": START + dt.timedelta(minutes=n),
        }
        for n, text in enumerate(texts, first)
    ]


async def measure(
    address: str, auth: Any, size: int, texts: list[str], rng: random.Random, *, infer: bool, processes: int
) -> dict[str, float]:
    user = f"speed-{uuid.uuid4().hex[:8]}"
    embedder = StaticEmbedder()
    driver = (
        AsyncGraphDatabase.driver(address, auth=auth, notifications_min_severity="OFF") if "://" in address else None
    )
    async with AsyncMemory(address, auth=auth, config=Config(extract_processes=processes)) as memory:
        await memory.add(messages(texts[:SESSION], 10**6), user_id=f"{user}-warm")
        await memory.search("warm", user_id=f"{user}-warm")
        all_messages = messages(texts, 0)
        batched, singles = all_messages[: size - SINGLES], all_messages[size - SINGLES :]
        began = time.perf_counter()
        for start in range(0, len(batched), SESSION):
            await memory.add(batched[start : start + SESSION], user_id=user, run_id=f"s{start}", infer=infer)
        batched_s = time.perf_counter() - began
        began = time.perf_counter()
        for message in singles:
            await memory.add(message, user_id=user, run_id="singles", infer=infer)
        singles_s = time.perf_counter() - began
        took, floor, nearest = [], [], []
        for n in range(SEARCHES + 10):
            words = rng.choice(texts).rstrip(".").split()
            question = f"What did {rng.choice(PEOPLE)} say about {' '.join(rng.sample(words, min(4, len(words))))}?"
            began = time.perf_counter()
            found = await memory.search(question, user_id=user, limit=10)
            if n >= 10:  # the first ones load the scope
                took.append(1000 * (time.perf_counter() - began))
            assert found["results"]
            if driver is not None:
                (vector,) = await embedder.embed([question])
                began = time.perf_counter()
                await driver.execute_query(FLOOR, vector=vector.tolist(), words=question.rstrip("?"), routing_="r")
                floor.append(1000 * (time.perf_counter() - began))
                if n < COMPARED:
                    nearest.append(await share_of_nearest(memory, driver, Scope(user=user), vector))
        await memory.delete_all(user_id=user)
        await memory.delete_all(user_id=f"{user}-warm")
    if driver is not None:
        await driver.close()
    return {
        "batched": len(batched) / batched_s,
        "single": SINGLES / singles_s,
        "p50": statistics.median(took),
        "p95": statistics.quantiles(took, n=20)[-1],
        "floor": statistics.median(floor) if floor else float("nan"),
        "nearest": 100 * statistics.mean(nearest) if nearest else 100.0,
    }


async def share_of_nearest(memory: AsyncMemory, driver: AsyncDriver, scope: Scope, vector: Vectors) -> float:
    """What share of the nearest episodes are among the candidates of a search without words."""
    now, pool = dt.datetime.now(dt.UTC), Config().pool
    cue = Cue(
        vector=vector,
        terms=(),
        names=(),
        short=(),
        kinds=frozenset({"episode"}),
        since=now,
        as_of=now,
        known_at=None,
        is_past=False,
        pool=pool,
    )
    brought = (await (await memory._opened()).recall(scope, cue)).episodes.ids
    asked = {"scope": scope.key, "vector": vector.tolist(), "pool": pool}
    exact = [r["id"] for r in (await driver.execute_query(EXACT, asked)).records]
    return len({*exact} & {*brought}) / len(exact)


def launcher() -> Any:
    file = Path(__file__).parent.parent / "tools" / "neo4j" / "server.py"
    spec = importlib.util.spec_from_file_location("neo4j_server", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["neo4j_server"] = module
    spec.loader.exec_module(module)
    return module


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--stores", nargs="+", default=["sqlite", "5.26.19", "2026.08.1"], help="sqlite, versions, URIs"
    )
    parser.add_argument("--sizes", nargs="+", type=int, default=[600, 10_000])
    parser.add_argument("--locomo", type=Path, help="locomo10.json (github snap-research/locomo, CC BY-NC 4.0)")
    parser.add_argument("--no-facts", action="store_true", help="store the messages without reading facts out of them")
    parser.add_argument("--processes", type=int, default=2, help="that share the reading of a batch (default: 2)")
    parser.add_argument("--password", default="memgraph-test", help="of the servers given by URI")
    args = parser.parse_args()
    heads = f"{'batched/s':>10} {'single/s':>9} {'p50 ms':>8} {'p95 ms':>8} {'floor ms':>9} {'nearest %':>9}"
    print(f"{'store':28} {'episodes':>8} {heads}")
    for store in args.stores:
        server = None
        if "://" in store:
            address, auth = store, ("neo4j", args.password)
        elif store == "sqlite":
            address, auth = str(Path(tempfile.mkdtemp()) / "speed.db"), None
        else:
            server = launcher().start(store)
            address, auth = server.uri, ("neo4j", server.password)
        for size in args.sizes:
            rng = random.Random(7)
            texts = from_locomo(args.locomo, size) if args.locomo else made_up(size, rng)
            got = asyncio.run(
                measure(address, auth, size, texts, rng, infer=not args.no_facts, processes=args.processes)
            )
            figures = (
                f"{got['batched']:10.0f} {got['single']:9.0f} {got['p50']:8.1f} {got['p95']:8.1f} {got['floor']:9.1f} "
                f"{got['nearest']:9.1f}"
            )
            print(f"{store:28} {size:8} {figures}", flush=True)
        if server is not None:
            server.stop()


if __name__ == "__main__":
    main()
