"""Writes one call's changes, within one transaction; a statement that has nothing to write is not sent."""

# The driver's own annotations are incomplete.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from neo4j import AsyncManagedTransaction

from memgraph.changes import Changes
from memgraph.errors import WriteConflict
from memgraph.model import Episode
from memgraph.ports import Vectors
from memgraph.queries import cypher
from memgraph.stores.neo4j import rows
from memgraph.stores.rows import owner_values


async def write(tx: AsyncManagedTransaction, changes: Changes, vectors: Mapping[str, Vectors]) -> None:
    """Write everything; raises `WriteConflict` before anything where the scope has moved on."""
    key = changes.scope.key
    new = [e for e in changes.episodes if e.id not in changes.revised]
    sessions = list(dict.fromkeys(e.scope.session_id for e in new))
    claimed = await _single(
        tx,
        "write/claim",
        {
            **owner_values(changes.scope),
            "version": changes.version,
            "added": len(new) - len(changes.episodes_removed),
            "sessions": sessions,
        },
    )
    if claimed is None:
        raise WriteConflict("another writer changed this memory first: the call can be made again as it is")
    await _each(tx, "write/remove_facts", "ids", changes.facts_removed)
    anew: set[str] = set()
    if changes.episodes_removed:
        removed = await _single(tx, "write/remove_episodes", {"ids": list(changes.episodes_removed)})
        anew |= set(removed["sessions"] if removed else ())
    await _each(tx, "write/remove_links", "ids", changes.links_removed)
    episodes = [rows.episode_row(e, vectors.get(e.id)) for e in changes.episodes]
    await _each(tx, "write/episodes", "rows", episodes)
    pairs, tails, late = _chained(new, claimed["tails"])
    if tails:
        await _run(tx, "write/chain", {"pairs": pairs, "tails": tails})
    await _each(tx, "write/chain_anew", "sessions", sorted(anew | late))
    await _named(tx, key, changes)
    facts = [rows.fact_row(f, changes.assertions, vectors.get(f.id)) for f in changes.facts]
    await _each(tx, "write/facts", "rows", [{**f, "values": f["values"] | {"scope": key}} for f in facts])
    pairs = [[f.superseded_by, f.id] for f in changes.facts if f.superseded_by is not None]
    await _each(tx, "write/superseded", "pairs", pairs)
    drawn = [f.id for f in changes.facts if f.object_entity is not None and f.status == "current"]
    await _each(tx, "write/draw", "ids", drawn)
    await _each(tx, "write/remove_entities", "ids", changes.entities_removed)
    stored = {e.id for e in changes.episodes} | {f.id for f in changes.facts}
    later = [{"id": i, "vector": rows.numbers(v)} for i, v in vectors.items() if i not in stored]
    await _each(tx, "write/vectors", "rows", later)
    await _each(tx, "write/remove_pending", "ids", (*changes.pending_done, *changes.episodes_removed))
    waiting = [
        {
            "scope": key,
            "episode": p.episode,
            "need": p.need,
            "error": p.error,
            "attempts": p.attempts,
            "retry_at": rows.iso(p.retry_at),
        }
        for p in changes.pending
    ]
    await _each(tx, "write/pending", "rows", waiting)


async def _named(tx: AsyncManagedTransaction, key: str, changes: Changes) -> None:
    entities = [
        {"id": e.id, "scope": key, "name": e.name, "kind": e.kind, "aliases": list(e.aliases)} for e in changes.entities
    ]
    await _each(tx, "write/entities", "rows", entities)
    await _each(tx, "write/names", "rows", [rows.name_row(n, key) for n in changes.names])
    await _each(tx, "write/remove_names", "ids", changes.names_removed)
    links = [{"id": k.id, "a": k.a, "b": k.b, "rule": str(k.rule), "episode": k.episode} for k in changes.links]
    await _each(tx, "write/links", "rows", links)
    await _each(tx, "write/remove_mentions", "ids", changes.mentions_anew)
    mentions = [{"episode": m.episode, "name": m.name, "surface": m.surface, "kind": m.kind} for m in changes.mentions]
    await _each(tx, "write/mentions", "rows", mentions)


def _chained(
    new: Sequence[Episode], tails: Sequence[Sequence[Any]]
) -> tuple[list[list[str]], list[list[str]], set[str]]:
    """Which new episodes follow which, each session's new last one, and the sessions to be laid anew."""
    ends = {session: (at, place, ident) for session, ident, at, place in tails}
    by_session: dict[str, list[tuple[int, int, str]]] = {}
    for e in new:
        by_session.setdefault(e.scope.session_id, []).append((rows.micros(e.occurred_at), e.place, e.id))
    pairs: list[list[str]] = []
    last: list[list[str]] = []
    late: set[str] = set()
    for session, said in by_session.items():
        said.sort()
        end = ends.get(session)
        if end is not None and said[0] < end:
            late.add(session)
            continue
        chain = [*([end] if end is not None else []), *said]
        pairs += [[a[2], b[2]] for a, b in itertools.pairwise(chain)]
        last.append([session, chain[-1][2]])
    return pairs, last, late


async def _each(tx: AsyncManagedTransaction, path: str, name: str, values: Sequence[Any]) -> None:
    if values:
        await _run(tx, path, {name: list(values)})


async def _run(tx: AsyncManagedTransaction, path: str, params: Mapping[str, Any]) -> None:
    result = await tx.run(cypher(path), dict(params))
    await result.consume()


async def _single(tx: AsyncManagedTransaction, path: str, params: Mapping[str, Any]) -> dict[str, Any] | None:
    result = await tx.run(cypher(path), dict(params))
    record = await result.single()
    return None if record is None else dict(record.items())
