"""Writes one call's changes: one statement, and a second one where a session's order changes."""

# The driver's own annotations are incomplete.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

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
    written = await (await tx.run(cypher("write/changes"), {"changes": _parameters(changes, vectors)})).single()
    if written is None:
        raise WriteConflict("another writer changed this memory first: the call can be made again as it is")
    if written["sessions"]:
        await (await tx.run(cypher("write/chain_anew"), {"sessions": written["sessions"]})).consume()


def _parameters(changes: Changes, vectors: Mapping[str, Vectors]) -> dict[str, Any]:
    """What `write/changes` takes."""
    key = changes.scope.key
    new = [e for e in changes.episodes if e.id not in changes.revised]
    facts = [rows.fact_row(f, key, changes.assertions, vectors.get(f.id)) for f in changes.facts]
    stored = {e.id for e in changes.episodes} | {f.id for f in changes.facts}
    return {
        **owner_values(changes.scope),
        "version": changes.version,
        "added": len(new) - len(changes.episodes_removed),
        "facts_removed": list(changes.facts_removed),
        "episodes_removed": list(changes.episodes_removed),
        "links_removed": list(changes.links_removed),
        "episodes": [rows.episode_row(e, vectors.get(e.id)) for e in changes.episodes],
        "chains": _chains(new),
        "entities": [
            {"id": e.id, "scope": key, "name": e.name, "kind": e.kind, "aliases": list(e.aliases)}
            for e in changes.entities
        ],
        "names": [rows.name_row(n, key) for n in changes.names],
        "names_removed": list(changes.names_removed),
        "links": [{"id": k.id, "a": k.a, "b": k.b, "rule": str(k.rule), "episode": k.episode} for k in changes.links],
        "mentions_anew": list(changes.mentions_anew),
        "mentions": [
            {"episode": m.episode, "name": m.name, "surface": m.surface, "kind": m.kind} for m in changes.mentions
        ],
        "facts": facts,
        "superseded": [[f.superseded_by, f.id] for f in changes.facts if f.superseded_by is not None],
        "drawn": [f.id for f in changes.facts if f.object_entity is not None and f.status == "current"],
        "entities_removed": list(changes.entities_removed),
        "vectors": [{"id": i, "vector": rows.numbers(v)} for i, v in vectors.items() if i not in stored],
        "pending_done": [*changes.pending_done, *changes.episodes_removed],
        "pending": [
            {
                "scope": key,
                "episode": p.episode,
                "need": p.need,
                "error": p.error,
                "attempts": p.attempts,
                "retry_at": rows.iso(p.retry_at),
            }
            for p in changes.pending
        ],
    }


def _chains(new: Sequence[Episode]) -> list[dict[str, Any]]:
    """Of each session its new episodes, in the order of time."""
    by_session: dict[str, list[str]] = {}
    for episode in sorted(new, key=lambda e: (e.occurred_at, e.place, e.id)):
        by_session.setdefault(episode.scope.session_id, []).append(episode.id)
    return [{"session": session, "episodes": ids} for session, ids in by_session.items()]
