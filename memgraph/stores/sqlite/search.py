"""Gathers the signals for a question from one consistent view of the file."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from memgraph.changes import EpisodeSignal, FactSignal, Signals
from memgraph.model import Episode, Scope
from memgraph.ports import FLANK, HOPS, WHOLE, Cue
from memgraph.stores.sqlite import rows
from memgraph.stores.sqlite.connection import SQL
from memgraph.stores.sqlite.vectors import Matrices

_MANY = 2_000  # episodes from which on common words are left out of a search by words
_COMMON_SHARE = 0.1
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
        return Signals((), facts, tuple(around.asked))
    few = cue.graph_pool
    mentioned = {"entities": rows.many(around.next_to[: few // 2]), "pool": few}
    mentions = connection.execute(SQL["mentions_of"], mentioned).fetchall()
    nearby = [ident for ident, _, _ in around.facts.values()][:few]
    resting = connection.execute(SQL["evidence_seqs"], {"facts": rows.many(nearby), "pool": few})
    reached = [r["seq"] for r in (*resting, *mentions)]
    episodes = _episodes(connection, matrices, cue, args, reached, scope)
    pairs = tuple((r["episode"], r["entity"]) for r in mentions)
    return Signals(episodes, facts, tuple(around.asked), pairs)


def _match(scope: str, terms: Sequence[str]) -> str | None:
    """An FTS5 query for any of the terms within a scope."""
    return f'scope : "{scope}" AND text : ({" OR ".join(terms)})' if terms else None


def _terms(cue: Cue) -> list[str]:
    """What to look for, as FTS5 writes it; a cue's terms hold letters, digits and, in phrases, spaces only."""
    whole = [f'"{t}"' for t in (*cue.phrases, *(t for t in cue.terms if t not in cue.beginnings))]
    return [*whole, *(f'"{b}" *' for b in cue.beginnings)]


def _around(connection: sqlite3.Connection, cue: Cue, args: Mapping[str, Any]) -> _Around:
    named = {"scope": args["scope"], "keys": rows.many(cue.names), "words": rows.many(cue.short)}
    asked = [row["entity"] for row in connection.execute(SQL["entities_named"], named)]
    out = _Around(asked)
    led: dict[str, str | None] = dict.fromkeys(asked)  # an entity -> the fact that led to it
    frontier = asked
    for hops in range(1, HOPS + 1):
        if not frontier:
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
    nearest = similarities.best(_OVERFETCH * few)  # many of the nearest may no longer hold
    worded: list[int] = []
    match = _match(args["scope"], _terms(cue))
    if match is not None:
        worded = [r["seq"] for r in connection.execute(SQL["search_fact_text"], {**args, "match": match, "pool": few})]
    reached = list(around.facts)[: cue.graph_pool]
    seqs = rows.many({*nearest, *worded, *reached})
    holding = {row["seq"]: row for row in connection.execute(SQL["facts_by_seq"], {**args, "seqs": seqs})}
    chosen = {*[seq for seq in nearest if seq in holding][:few], *worded, *reached}
    found = [row for seq, row in holding.items() if seq in chosen]
    episodes: dict[str, list[str]] = {}
    for fact, episode in connection.execute(SQL["episodes_of_facts"], {"facts": rows.many(r["id"] for r in found)}):
        episodes.setdefault(fact, []).append(episode)
    order = [row["seq"] for row in found]
    return tuple(
        FactSignal(fact, tuple(episodes.get(fact.id, ())), cosine, *around.facts.get(seq, ("", 0, None))[1:])
        for seq, fact, cosine in zip(order, rows.facts(found, ()), similarities.of(order), strict=True)
    )


def _episodes(
    connection: sqlite3.Connection,
    matrices: Matrices,
    cue: Cue,
    args: Mapping[str, Any],
    reached: Sequence[int],
    scope: Scope,
) -> tuple[EpisodeSignal, ...]:
    matrix = matrices.current(connection, args["scope"], "episode", len(cue.vector))
    similarities, conversation = matrix.similarities(cue.vector), matrix.conversation()
    statement, within = "search_episode_text", None
    if args["agent"] or args["session"] or cue.is_past:
        statement = "search_episode_text_within"
        within = {row["seq"] for row in connection.execute(SQL["episode_seqs_within"], args)}
        similarities = similarities.within(np.fromiter(within, np.int64, len(within)))
    if len(similarities.seqs) <= WHOLE:
        nearest: list[int] = [int(s) for s in similarities.seqs]
    else:
        nearest = similarities.best(cue.pool)
    worded: list[int] = []
    match = _match(args["scope"], _telling(connection, _terms(cue), args["scope"], len(similarities.seqs)))
    if match is not None:
        worded = [r["seq"] for r in connection.execute(SQL[statement], {**args, "match": match})]
    whole = list(dict.fromkeys([*conversation.flanked([*nearest, *worded], FLANK), *reached]))
    if within is not None:
        whole = [seq for seq in whole if seq in within]
    before = conversation.before(whole)

    def read(row: sqlite3.Row) -> Episode:
        return rows.episode(row, scope)

    found = matrix.episodes(connection, whole)
    ids = {row[0]: row[1] for row in found}
    cosines = similarities.of(whole)
    return tuple(
        EpisodeSignal(row[1], row[2], row[3], row[4], cosine, ids.get(before.get(row[0], -1)), partial(read, row))
        for row, cosine in zip(found, cosines, strict=True)
    )


def _telling(connection: sqlite3.Connection, terms: Sequence[str], scope: str, size: int) -> Sequence[str]:
    """The terms without those that so many of a large scope's episodes hold that they cost more than they tell."""
    if size < _MANY:
        return terms
    most = size * _COMMON_SHARE
    counts: dict[str, int] = {}
    for term in terms:
        count = connection.execute(SQL["count_text"], {"match": f"text : {term}"}).fetchone()[0]
        if count > most:  # in all scopes together; what counts is this one
            count = connection.execute(SQL["count_text"], {"match": _match(scope, [term])}).fetchone()[0]
        counts[term] = count
    return [t for t in terms if counts[t] <= most] or sorted(terms, key=lambda t: counts[t])[:1]
