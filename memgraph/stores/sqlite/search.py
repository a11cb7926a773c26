"""Gathers the signals for a question from one consistent view of the file."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from memgraph.changes import EpisodeSignals, FactSignal, Signals
from memgraph.model import Scope
from memgraph.ports import FLANK, HOPS, WHOLE, Cue
from memgraph.stores.sqlite import rows
from memgraph.stores.sqlite.connection import SQL
from memgraph.stores.sqlite.vectors import Matrices, looked_up
from memgraph.stores.sqlite.words import Words, terms_of

_OVERFETCH = 4


@dataclass(slots=True)
class _Around:
    """What the graph reaches from the names in a question: the facts by seq, with their hops and the fact before."""

    asked: list[str] = field(default_factory=list[str])
    facts: dict[int, tuple[str, int, str | None]] = field(default_factory=dict[int, tuple[str, int, str | None]])
    next_to: list[str] = field(default_factory=list[str])  # entities one step away


def recall(connection: sqlite3.Connection, matrices: Matrices, scope: Scope, cue: Cue) -> Signals:
    """Candidates by vector, by words, by the graph around the names in the question, and their neighbours."""
    args = {
        "scope": scope.key,
        "agent": scope.agent if scope.user is not None else None,
        "session": scope.session,
        "since": rows.micros(cue.since),
        "as_of": rows.micros(cue.as_of),
        "known_at": rows.LATEST if cue.known_at is None else rows.micros(cue.known_at),
        "is_any": cue.known_at is not None,  # what was believed then is decided by replay
        "pool": cue.pool,
    }
    around = _around(connection, cue, args)
    facts = _facts(connection, matrices, cue, args, around) if "fact" in cue.kinds else ()
    if "episode" not in cue.kinds:
        return Signals(facts=facts, asked=tuple(around.asked))
    few = cue.graph_pool
    mentions = _mentions(connection, around.next_to[: few // 2], few)
    naming = connection.execute(SQL["episode_seqs"], {"ids": rows.many({episode for episode, _ in mentions})})
    nearby = [ident for ident, _, _ in around.facts.values()][:few]
    resting = connection.execute(SQL["evidence_seqs"], {"facts": rows.many(nearby), "pool": few})
    reached = [r["seq"] for r in (*resting, *naming)]
    episodes = _episodes(connection, matrices, cue, args, reached, scope)
    return Signals(episodes, facts, tuple(around.asked), mentions)


def _mentions(connection: sqlite3.Connection, entities: Sequence[str], count: int) -> tuple[tuple[str, str], ...]:
    """Pairs of an episode and an entity that it names, the latest."""
    found: set[tuple[int, str, str]] = set()
    for name, entity in connection.execute(SQL["names_of"], {"entities": rows.many(entities)}).fetchall():
        latest = connection.execute(SQL["latest_mentions"], {"name": name, "pool": count})
        found.update((-occurred_at, episode, entity) for episode, occurred_at in latest)
    return tuple((episode, entity) for _, episode, entity in sorted(found)[:count])


def _around(connection: sqlite3.Connection, cue: Cue, args: Mapping[str, Any]) -> _Around:
    named = {"scope": args["scope"], "keys": rows.many(cue.names), "words": rows.many(cue.short)}
    asked = [row["entity"] for row in connection.execute(SQL["entities_named"], named)]
    out = _Around(asked)
    led: dict[str, str | None] = dict.fromkeys(asked)  # an entity -> the fact that led to it
    frontier = asked
    for hops in range(1, HOPS + 1):
        if not frontier or len(out.facts) >= cue.graph_pool:
            break
        reached: list[str] = []
        found = connection.execute(SQL["facts_around"], {**args, "entities": rows.many(frontier)}).fetchall()
        for row in found:
            start = row["subject"] if row["subject"] in led else row["object_entity"]
            out.facts.setdefault(row["seq"], (row["id"], hops, led[start]))
            for entity in (row["subject"], row["object_entity"]):
                if entity is not None and entity not in led:
                    led[entity] = row["id"]
                    reached.append(entity)
        if hops == 1:
            out.next_to = reached
        frontier = reached[: cue.pool]
    return out


def _facts(
    connection: sqlite3.Connection, matrices: Matrices, cue: Cue, args: Mapping[str, Any], around: _Around
) -> tuple[FactSignal, ...]:
    few = cue.fact_pool
    similarities = matrices.current(connection, args["scope"], "fact", len(cue.vector)).similarities(cue.vector)
    nearest = similarities.best(_OVERFETCH * few)  # many of the best may no longer hold
    worded = Words(connection, "fact", args["scope"], similarities.seqs).best(terms_of(cue), _OVERFETCH * few)
    reached = list(around.facts)[: cue.graph_pool]
    seqs = rows.many({*nearest, *worded, *reached})
    holding = {row["seq"]: row for row in connection.execute(SQL["facts_by_seq"], {**args, "seqs": seqs})}
    chosen = {seq for best in (nearest, worded) for seq in [s for s in best if s in holding][:few]}.union(reached)
    found = [row for seq, row in holding.items() if seq in chosen]
    episodes: dict[str, list[str]] = {}
    for fact, episode in connection.execute(SQL["episodes_of_facts"], {"facts": rows.many(r["id"] for r in found)}):
        episodes.setdefault(fact, []).append(episode)
    order = [row["seq"] for row in found]
    return tuple(
        FactSignal(fact, tuple(episodes.get(fact.id, ())), cosine, *around.facts.get(seq, ("", 0, None))[1:])
        for seq, fact, cosine in zip(order, map(rows.fact, found), similarities.of(order).tolist(), strict=True)
    )


def _episodes(
    connection: sqlite3.Connection,
    matrices: Matrices,
    cue: Cue,
    args: Mapping[str, Any],
    reached: Sequence[int],
    scope: Scope,
) -> EpisodeSignals:
    matrix = matrices.current(connection, args["scope"], "episode", len(cue.vector))
    similarities, conversation = matrix.similarities(cue.vector), matrix.conversation()
    words = Words(connection, "episode", args["scope"], similarities.seqs)
    within = None
    if args["agent"] or args["session"] or cue.is_past:
        within = np.array([row["seq"] for row in connection.execute(SQL["episode_seqs_within"], args)], np.int64)
        similarities = similarities.within(within)
    if len(similarities.seqs) <= WHOLE:
        nearest: list[int] = [int(s) for s in similarities.seqs]
    else:
        nearest = similarities.best(cue.pool)
    worded = words.best(terms_of(cue), cue.pool, within)
    whole = np.union1d(conversation.flanked([*nearest, *worded], FLANK), np.array(reached, np.int64))
    if within is not None:
        whole = np.intersect1d(whole, within, assume_unique=True)
    if not len(whole):
        return EpisodeSignals()
    ids, speakers, texts, read, said_at = zip(*matrix.told(connection, whole.tolist(), scope), strict=True)
    before = np.full(len(whole), -1)
    at, is_candidate = looked_up(whole, conversation.before(whole))
    before[is_candidate] = at
    cosines = similarities.of(whole)
    return EpisodeSignals(ids, speakers, texts, read, np.array(said_at, np.int64), cosines, before)
