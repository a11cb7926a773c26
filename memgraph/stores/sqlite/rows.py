"""Rows of the SQLite file to the model and back. Times are microseconds since 1970, lists JSON."""

from __future__ import annotations

import functools
import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from memgraph.model import (
    Assertion,
    Entity,
    Episode,
    Evidence,
    FactState,
    Link,
    LinkRule,
    Mention,
    Name,
    Revision,
    Role,
    Scope,
)
from memgraph.stores import rows
from memgraph.stores.rows import micros, moment

LATEST = 2**62


def many(values: Iterable[object]) -> str:
    """A list for json_each."""
    return json.dumps(list(values))


def owner(row: sqlite3.Row) -> Scope:
    """The scope that owns a row."""
    return Scope(row["tenant"], row["user"], row["agent"], row["session"])


def episode_values(episode: Episode) -> dict[str, Any]:
    """An episode as the columns of its table."""
    return {
        "id": episode.id,
        "scope": episode.scope.key,
        "session_id": episode.scope.session_id,
        "agent": episode.scope.agent,
        "session": episode.scope.session,
        "place": episode.place,
        "speaker": episode.speaker,
        "role": episode.role,
        "content": episode.content,
        "occurred_at": micros(episode.occurred_at),
        "recorded_at": micros(episode.recorded_at),
        "message_id": episode.message_id,
        "metadata": json.dumps(dict(episode.metadata), ensure_ascii=False, sort_keys=True),
        "revisions": json.dumps([[r.content, micros(r.replaced_at)] for r in episode.revisions], ensure_ascii=False),
    }


def episode(row: sqlite3.Row, scope: Scope) -> Episode:
    """An episode out of its row; `scope` gives tenant and user."""
    return Episode(
        id=row["id"],
        scope=Scope(scope.tenant, scope.user, row["agent"], row["session"]),
        speaker=row["speaker"],
        role=row["role"],
        content=row["content"],
        occurred_at=moment(row["occurred_at"]),
        recorded_at=moment(row["recorded_at"]),
        place=row["place"],
        message_id=row["message_id"],
        metadata=json.loads(row["metadata"]),
        revisions=tuple(Revision(text, moment(at)) for text, at in json.loads(row["revisions"])),
    )


def fact_values(fact: FactState, scope: str) -> dict[str, Any]:
    """A fact as the columns of its table."""
    return {
        "id": fact.id,
        "scope": scope,
        "slot": fact.slot,
        "subject": fact.subject,
        "predicate": fact.predicate,
        "qualifier": fact.qualifier,
        "object_entity": fact.object_entity,
        "object_value": fact.object_value,
        "object_text": fact.object_text,
        "text": fact.text,
        "valid_from": micros(fact.valid_from),
        "valid_to": None if fact.valid_to is None else micros(fact.valid_to),
        "recorded_at": micros(fact.recorded_at),
        "retired_at": None if fact.retired_at is None else micros(fact.retired_at),
        "confidence": fact.confidence,
        "status": str(fact.status),
        "rule": fact.rule,
        "why": fact.why,
        "superseded_by": fact.superseded_by,
        "source_ids": json.dumps(fact.source_ids),
    }


@functools.lru_cache(maxsize=4096)
def fact(row: sqlite3.Row) -> FactState:
    """A fact out of its row, without its evidence. Searches read the same ones again and again."""
    return facts([row], ())[0]


def facts(found: Iterable[sqlite3.Row], evidence: Iterable[sqlite3.Row]) -> tuple[FactState, ...]:
    """Facts out of their rows and those of their evidence."""
    by_fact: dict[str, list[Evidence]] = {}
    for row in evidence:
        by_fact.setdefault(row["fact"], []).append(Evidence(row["assertion"], row["episode"], Role(row["role"])))
    return tuple(
        rows.fact(
            {**dict(row), "source_ids": json.loads(row["source_ids"]), "evidence": by_fact.get(row["id"], ())}, moment
        )
        for row in found
    )


def assertion_values(assertion: Assertion, scope: str) -> dict[str, Any]:
    """An assertion as the columns of its table."""
    return {
        "id": assertion.id,
        "scope": scope,
        "episode": assertion.episode,
        "subject": assertion.subject,
        "object_name": assertion.object_name,
        "body": json.dumps(rows.assertion_values(assertion, micros), ensure_ascii=False),
    }


def assertion(row: sqlite3.Row) -> Assertion:
    """An assertion out of its row."""
    return rows.assertion(json.loads(row["body"]), moment)


def mention_values(mention: Mention) -> dict[str, str]:
    """A mention as its statement takes it."""
    return {"episode": mention.episode, "name": mention.name, "surface": mention.surface, "kind": mention.kind}


def entity(row: sqlite3.Row) -> Entity:
    """An entity out of its row."""
    return rows.entity({**dict(row), "aliases": json.loads(row["aliases"])})


def name(row: sqlite3.Row) -> Name:
    """A name out of its row."""
    return Name(row["id"], row["key"], row["text"], row["kind"], row["entity"])


def link(row: sqlite3.Row) -> Link:
    """A link out of its row."""
    return Link(row["id"], row["a"], row["b"], LinkRule(row["rule"]), row["episode"])
