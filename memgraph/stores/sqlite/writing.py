"""Writes one call's changes into the file, within one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

import numpy as np

from memgraph.changes import Changes
from memgraph.errors import WriteConflict
from memgraph.model import Episode, FactState
from memgraph.ports import Vectors
from memgraph.stores.rows import owner_values
from memgraph.stores.sqlite import rows
from memgraph.stores.sqlite.connection import SQL


def write(connection: sqlite3.Connection, changes: Changes, vectors: Mapping[str, Vectors]) -> None:
    """Write everything; raises `WriteConflict` before anything where the scope has moved on."""
    key = changes.scope.key
    known = {f.id for f in changes.facts} & vectors.keys()
    replaced = known & _stored(connection, key, known)
    late = vectors.keys() - {e.id for e in changes.episodes} - {f.id for f in changes.facts}
    stale = bool(changes.episodes_removed or changes.facts_removed or changes.revised or replaced or late)
    connection.execute(SQL["scope_claim"], owner_values(changes.scope))
    claim = {"key": key, "version": changes.version, "stale": stale}
    if connection.execute(SQL["scope_advance"], claim).rowcount == 0:
        raise WriteConflict("another writer changed this memory first: the call can be made again as it is")
    _remove(connection, key, changes)
    for episode in changes.episodes:
        _put_episode(connection, key, episode, vectors.get(episode.id), is_stored=episode.id in changes.revised)
    _put_names(connection, key, changes)
    for fact in changes.facts:
        _put_fact(connection, key, fact, vectors.get(fact.id))
    connection.executemany(SQL["assertion_put"], [rows.assertion_values(a, key) for a in changes.assertions.values()])
    for ident in late:  # of what was stored before its vector could be made
        for kind, statement in (("episode", "episode_seq"), ("fact", "fact_seq")):
            for (seq,) in connection.execute(SQL[statement], (ident,)).fetchall():
                connection.execute(SQL["vector_put"], (key, kind, seq, _blob(vectors[ident])))
    for pending in changes.pending:
        values = {"scope": key, "episode": pending.episode, "need": pending.need, "error": pending.error}
        times = {"attempts": pending.attempts, "retry_at": rows.micros(pending.retry_at)}
        connection.execute(SQL["pending_put"], values | times)


def _stored(connection: sqlite3.Connection, scope: str, facts: set[str]) -> set[str]:
    found = connection.execute(SQL["facts_by_id"], {"scope": scope, "ids": rows.many(facts)})
    return {row["id"] for row in found}


def _remove(connection: sqlite3.Connection, key: str, changes: Changes) -> None:
    for fact in changes.facts_removed:
        connection.execute(SQL["evidence_delete"], (fact,))
        for (seq,) in connection.execute(SQL["fact_delete"], (fact,)).fetchall():
            connection.execute(SQL["fact_text_delete"], (seq,))
            connection.execute(SQL["vector_delete"], (key, "fact", seq))
    for episode in (*changes.episodes_removed, *changes.mentions_anew):
        connection.execute(SQL["mentions_delete"], (episode,))
    for episode in changes.episodes_removed:
        for (seq,) in connection.execute(SQL["episode_delete"], (episode,)).fetchall():
            connection.execute(SQL["episode_text_delete"], (seq,))
            connection.execute(SQL["vector_delete"], (key, "episode", seq))
    for statement, idents in (
        ("pending_delete", (*changes.pending_done, *changes.episodes_removed)),
        ("assertion_delete", changes.assertions_removed),
        ("link_delete", changes.links_removed),
        ("name_delete", changes.names_removed),
        ("entity_delete", changes.entities_removed),
    ):
        connection.executemany(SQL[statement], [(i,) for i in idents])


def _put_episode(
    connection: sqlite3.Connection, key: str, episode: Episode, vector: Vectors | None, *, is_stored: bool
) -> None:
    (seq,) = connection.execute(SQL["episode_insert"], rows.episode_values(episode)).fetchone()
    if is_stored:
        connection.execute(SQL["episode_text_delete"], (seq,))
        connection.execute(SQL["vector_delete"], (key, "episode", seq))
    connection.execute(SQL["episode_text_insert"], (seq, key, episode.content))
    if vector is not None:
        connection.execute(SQL["vector_put"], (key, "episode", seq, _blob(vector)))


def _put_names(connection: sqlite3.Connection, key: str, changes: Changes) -> None:
    connection.executemany(SQL["mention_put"], [rows.mention_values(m) for m in changes.mentions])
    for name in changes.names:
        first, last = name.ends
        values = {"id": name.id, "scope": key, "key": name.key, "text": name.text, "kind": name.kind}
        connection.execute(SQL["name_put"], values | {"first": first, "last": last, "entity": name.entity})
    for entity in changes.entities:
        values = {"id": entity.id, "scope": key, "name": entity.name, "kind": entity.kind}
        connection.execute(SQL["entity_put"], values | {"aliases": rows.many(entity.aliases)})
    for link in changes.links:
        values = {"id": link.id, "scope": key, "a": link.a, "b": link.b}
        connection.execute(SQL["link_put"], values | {"rule": str(link.rule), "episode": link.episode})


def _put_fact(connection: sqlite3.Connection, key: str, fact: FactState, vector: Vectors | None) -> None:
    (seq,) = connection.execute(SQL["fact_put"], rows.fact_values(fact, key)).fetchone()
    connection.execute(SQL["fact_text_delete"], (seq,))
    connection.execute(SQL["fact_text_insert"], (seq, key, fact.text))
    if vector is not None:
        connection.execute(SQL["vector_put"], (key, "fact", seq, _blob(vector)))
    connection.execute(SQL["evidence_delete"], (fact.id,))
    connection.executemany(
        SQL["evidence_put"],
        [(fact.id, e.assertion, e.episode, str(e.role), i) for i, e in enumerate(fact.evidence)],
    )


def _blob(vector: Vectors) -> bytes:
    return np.ascontiguousarray(vector, np.float32).tobytes()
