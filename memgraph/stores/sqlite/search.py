"""Gathers the signals for a question from one consistent view of the file."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from memgraph.changes import EpisodeSignal, FactSignal, Signals
from memgraph.model import Scope
from memgraph.ports import Cue
from memgraph.stores.sqlite import rows
from memgraph.stores.sqlite.connection import SQL
from memgraph.stores.sqlite.vectors import Matrices

_HOPS = 2
_MANY = 2_000  # episodes from which on common words are left out of a search by words
_COMMON_SHARE = 0.1
_UNREACHED = (0.0, "")


def recall(connection: sqlite3.Connection, matrices: Matrices, scope: Scope, cue: Cue) -> Signals:
    """Candidates by vector, by words, by the graph around the names in the question, and their neighbours."""
    args = {
        "scope": scope.key,
        "agent": scope.agent if scope.user is not None else None,
        "session": scope.session,
        "as_of": rows.micros(cue.as_of),
        "known_at": rows.LATEST if cue.known_at is None else rows.micros(cue.known_at),
        "is_any": cue.known_at is not None,  # what was believed then is decided by replay
        "pool": cue.pool,
    }
    around = _around(connection, cue, args)
    facts = _facts(connection, matrices, cue, args, around) if "fact" in cue.kinds else ()
    episodes: tuple[EpisodeSignal, ...] = ()
    if "episode" in cue.kinds:
        episodes = _episodes(connection, matrices, cue, args, around)
    return Signals(episodes, facts)


def _match(scope: str, terms: Sequence[str]) -> str | None:
    """An FTS5 query for any of the terms within a scope; the terms hold letters and digits only."""
    if not terms:
        return None
    either = " OR ".join(f'"{term}"' for term in terms)
    return f'scope : "{scope}" AND text : ({either})'


def _around(connection: sqlite3.Connection, cue: Cue, args: Mapping[str, Any]) -> dict[int, tuple[str, float, str]]:
    """Facts within two hops of the entities that the question names: seq -> (id, nearness, path)."""
    asked = {"scope": args["scope"], "keys": rows.many(cue.names), "words": rows.many(cue.short)}
    found = connection.execute(SQL["entities_named"], asked)
    frontier = [row["entity"] for row in found]
    seen, facts = set(frontier), dict[int, tuple[str, float, str]]()
    paths = dict.fromkeys(frontier, "")
    for hop in range(1, _HOPS + 1):
        if not frontier:
            break
        reached: list[str] = []
        for row in connection.execute(SQL["facts_around"], {**args, "entities": rows.many(frontier)}).fetchall():
            start = row["subject"] if row["subject"] in paths else row["object_entity"]
            path = f"{paths[start]} {row['predicate']}".strip()
            facts.setdefault(row["seq"], (row["id"], 1.0 / hop, path))
            for entity in (row["subject"], row["object_entity"]):
                if entity is not None and entity not in seen:
                    seen.add(entity)
                    paths[entity] = path
                    reached.append(entity)
        frontier = reached
    return facts


def _facts(
    connection: sqlite3.Connection,
    matrices: Matrices,
    cue: Cue,
    args: Mapping[str, Any],
    around: Mapping[int, tuple[str, float, str]],
) -> tuple[FactSignal, ...]:
    similarities = matrices.similarities(connection, args["scope"], "fact", cue.vector)
    allowed = [row["seq"] for row in connection.execute(SQL["fact_seqs_holding"], args)]
    similarities = similarities.within(np.asarray(allowed, np.int64))
    text = _text_scores(connection, "search_fact_text", cue, args, size=0)
    seqs = list(dict.fromkeys([*similarities.best(cue.pool), *text, *list(around)[: cue.pool]]))
    found = connection.execute(SQL["facts_by_seq"], {"seqs": rows.many(seqs)}).fetchall()
    episodes: dict[str, list[str]] = {}
    resting = {"facts": rows.many(row["id"] for row in found)}
    for fact, episode in connection.execute(SQL["episodes_of_facts"], resting):
        episodes.setdefault(fact, []).append(episode)
    order = [row["seq"] for row in found]
    return tuple(
        FactSignal(
            fact,
            tuple(episodes.get(fact.id, ())),
            cosine,
            text.get(seq, 0.0),
            *(around[seq][1:] if seq in around else _UNREACHED),
        )
        for seq, fact, cosine in zip(order, rows.facts(found, ()), similarities.of(order), strict=True)
    )


def _episodes(
    connection: sqlite3.Connection,
    matrices: Matrices,
    cue: Cue,
    args: Mapping[str, Any],
    around: Mapping[int, tuple[str, float, str]],
) -> tuple[EpisodeSignal, ...]:
    similarities = matrices.similarities(connection, args["scope"], "episode", cue.vector)
    statement, within = "search_episode_text", None
    if args["agent"] or args["session"] or cue.is_past:
        statement = "search_episode_text_within"
        within = {row["seq"] for row in connection.execute(SQL["episode_seqs_within"], args)}
        similarities = similarities.within(np.fromiter(within, np.int64, len(within)))
    text = _text_scores(connection, statement, cue, args, len(similarities.seqs))
    nearest = similarities.best(cue.pool)
    hops = _evidence_hops(connection, around, cue.pool)
    pool = list(dict.fromkeys([*nearest, *text, *hops]))
    if within is not None:
        pool = [seq for seq in pool if seq in within]
    best = {*nearest, *text}
    asked = {"seqs": rows.many(best.intersection(pool))}
    beside = {seq: around for seq, *around in connection.execute(SQL["neighbours"], asked)}
    nearby = (s for pair in beside.values() for s in pair if s is not None and (within is None or s in within))
    whole = list(dict.fromkeys([*pool, *nearby]))
    found = connection.execute(SQL["episodes_in_short"], {"seqs": rows.many(whole)}).fetchall()
    ids = {seq: ident for seq, ident, _ in found}
    return tuple(
        EpisodeSignal(
            ident,
            speaker,
            None,  # few win; reading those once more costs less than reading all
            cosine,
            text.get(seq, 0.0),
            *hops.get(seq, _UNREACHED),
            neighbours=tuple(ids[s] for s in beside.get(seq, ()) if s in ids),
        )
        for (seq, ident, speaker), cosine in zip(found, similarities.of([r[0] for r in found]), strict=True)
    )


def _text_scores(
    connection: sqlite3.Connection, statement: str, cue: Cue, args: Mapping[str, Any], size: int
) -> dict[int, float]:
    """BM25 of the best texts that hold any of the question's words, of `size` texts in the scope."""
    terms = cue.terms if size < _MANY else _telling(connection, cue.terms, args["scope"], size)
    match = _match(args["scope"], terms)
    if match is None:
        return {}
    found = connection.execute(SQL[statement], {**args, "match": match})
    return {row["seq"]: row["score"] for row in found}


def _telling(connection: sqlite3.Connection, terms: Sequence[str], scope: str, size: int) -> Sequence[str]:
    """The terms without those that so many of a large scope's episodes hold that they cost more than they tell."""
    most = size * _COMMON_SHARE
    counts: dict[str, int] = {}
    for term in terms:
        count = connection.execute(SQL["count_text"], {"match": f'text : "{term}"'}).fetchone()[0]
        if count > most:  # in all scopes together; what counts is this one
            count = connection.execute(SQL["count_text"], {"match": _match(scope, [term])}).fetchone()[0]
        counts[term] = count
    return [t for t in terms if counts[t] <= most] or sorted(terms, key=lambda t: counts[t])[:1]


def _evidence_hops(
    connection: sqlite3.Connection, around: Mapping[int, tuple[str, float, str]], pool: int
) -> dict[int, tuple[float, str]]:
    """The episodes that the facts around rest on, each as near as its nearest fact."""
    near = {ident: (nearness, path) for ident, nearness, path in list(around.values())[:pool]}
    hops: dict[int, tuple[float, str]] = {}
    for row in connection.execute(SQL["evidence_seqs"], {"facts": rows.many(near), "pool": pool}):
        hops[row["seq"]] = max(hops.get(row["seq"], (0.0, "")), near[row["fact"]])
    return hops
