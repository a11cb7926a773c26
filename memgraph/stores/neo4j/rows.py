"""Records of Neo4j to the model and back. Times go in as ISO text and come out as microseconds since 1970."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

from memgraph.changes import Pending
from memgraph.model import (
    UTC,
    Assertion,
    Entity,
    Episode,
    Evidence,
    FactState,
    Link,
    LinkRule,
    Name,
    Revision,
    Role,
    Scope,
)
from memgraph.ports import Vectors
from memgraph.stores import rows
from memgraph.stores.rows import micros, moment

EARLIEST, LATEST = "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"
FOREVER = dt.datetime(9999, 12, 31, tzinfo=UTC)
EPISODE_COLUMNS = (
    *("id", "agent", "run", "place", "speaker", "role", "content", "message_id", "metadata", "revisions"),
    *("occurred_at", "recorded_at"),
)
FACT_COLUMNS = (
    *("id", "slot", "subject", "predicate", "qualifier", "object_entity", "object_value", "object_text", "text"),
    *("valid_from", "valid_to", "recorded_at", "retired_at", "confidence", "status", "rule", "why", "superseded_by"),
    "source_ids",
)


def iso(time: dt.datetime | None) -> str | None:
    """A time as Neo4j's datetime() reads it."""
    return None if time is None else time.isoformat()


def numbers(vector: Vectors | None) -> list[float] | None:
    """A vector as the driver sends it."""
    return None if vector is None else vector.tolist()


def owner(record: Mapping[str, Any]) -> Scope:
    """The scope that owns a record."""
    return Scope(record["tenant"], record["user"], record["agent"], record["session"])


def episode_row(episode: Episode, vector: Vectors | None) -> dict[str, Any]:
    """An episode as a row of `write/changes`."""
    scope = episode.scope
    return {
        "id": episode.id,
        "scope": scope.key,
        "session_id": scope.session_id,
        "agent": scope.agent,
        "run": scope.session,
        "place": episode.place,
        "occurred_at": iso(episode.occurred_at),
        "recorded_at": iso(episode.recorded_at),
        "vector": numbers(vector),
        "values": {
            "scope": scope.key,
            "session_id": scope.session_id,
            "agent": scope.agent,
            "run": scope.session,
            "place": episode.place,
            "speaker": episode.speaker,
            "role": episode.role,
            "content": episode.content,
            "message_id": episode.message_id,
            "metadata": json.dumps(dict(episode.metadata), ensure_ascii=False, sort_keys=True),
            "revisions": json.dumps([[r.content, micros(r.replaced_at)] for r in episode.revisions]),
        },
    }


def episode(values: Mapping[str, Any], scope: Scope) -> Episode:
    """An episode out of a record's map; `scope` gives tenant and user."""
    return Episode(
        id=values["id"],
        scope=Scope(scope.tenant, scope.user, values["agent"], values["run"]),
        speaker=values["speaker"],
        role=values["role"],
        content=values["content"],
        occurred_at=moment(values["occurred_at"]),
        recorded_at=moment(values["recorded_at"]),
        place=values["place"],
        message_id=values["message_id"],
        metadata=json.loads(values["metadata"]),
        revisions=tuple(Revision(text, moment(at)) for text, at in json.loads(values["revisions"])),
    )


def episode_of(fields: Sequence[str], scope: Scope) -> Episode:
    """An episode out of a line's fields, in the order of `EPISODE_COLUMNS`; what is absent is empty there."""
    values: dict[str, Any] = dict(zip(EPISODE_COLUMNS, fields, strict=False))
    absent = {name: values[name] or None for name in ("agent", "run", "message_id")}
    numbers = {name: int(values[name]) for name in ("place", "occurred_at", "recorded_at")}
    return episode({**values, **absent, **numbers}, scope)


def fact_row(
    fact: FactState, scope: str, assertions: Mapping[str, Assertion], vector: Vectors | None
) -> dict[str, Any]:
    """A fact as a row of `write/changes`."""
    return {
        "id": fact.id,
        "subject": fact.subject,
        "object_entity": fact.object_entity,
        "valid_from": iso(fact.valid_from),
        "valid_to": iso(fact.valid_to),
        "recorded_at": iso(fact.recorded_at),
        "retired_at": iso(fact.retired_at),
        "vector": numbers(vector),
        "evidence": [_evidence_row(i, e, assertions[e.assertion]) for i, e in enumerate(fact.evidence)],
        "values": {
            "scope": scope,
            "slot": fact.slot,
            "predicate": fact.predicate,
            "drawn_as": fact.predicate.upper(),
            "qualifier": fact.qualifier,
            "object_value": fact.object_value,
            "object_text": fact.object_text,
            "text": fact.text,
            "confidence": fact.confidence,
            "status": str(fact.status),
            "rule": fact.rule,
            "why": fact.why,
            "source_ids": list(fact.source_ids),
        },
    }


def _evidence_row(position: int, evidence: Evidence, assertion: Assertion) -> dict[str, Any]:
    return {
        "episode": evidence.episode,
        "said_at": iso(assertion.said_at),
        "values": {
            "id": assertion.id,
            "role": str(evidence.role),
            "position": position,
            "text": assertion.text,
            "said_by": assertion.source,
            "polarity": str(assertion.polarity),
            "confidence": assertion.confidence,
            "extractor": assertion.extractor,
            "body": json.dumps(rows.assertion_values(assertion, micros), ensure_ascii=False),
        },
    }


def fact(values: Mapping[str, Any], evidence: Sequence[Sequence[Any]]) -> FactState:
    """A fact out of a map with the ids around it, and its evidence: [position, assertion, episode, role]."""
    held = tuple(Evidence(e[1], e[2], Role(e[3])) for e in sorted(evidence, key=lambda e: e[0]))
    return rows.fact({**values, "evidence": held}, moment)


def fact_of(values: Sequence[Any]) -> FactState:
    """A fact without its evidence out of a list, in the order of `FACT_COLUMNS`."""
    return fact(dict(zip(FACT_COLUMNS, values, strict=True)), ())


def assertion(body: str) -> Assertion:
    """An assertion out of what its evidence keeps."""
    return rows.assertion(json.loads(body), moment)


def entity(values: Mapping[str, Any]) -> Entity:
    """An entity out of a map."""
    return rows.entity(values)


def pending(values: Mapping[str, Any]) -> Pending:
    """An episode that waits, out of a map."""
    return Pending(
        episode=values["episode"],
        need=values["need"],
        error=values["error"],
        attempts=values["attempts"],
        retry_at=moment(values["retry_at"]),
    )


def name_row(name: Name, scope: str) -> dict[str, Any]:
    """A name as a row of `write/changes`."""
    first, last = name.ends
    values = {"scope": scope, "key": name.key, "text": name.text, "kind": name.kind, "first": first, "last": last}
    return {"id": name.id, "entity": name.entity, "values": values}


def name(values: Sequence[Any]) -> Name:
    """A name out of [id, key, text, kind, entity]."""
    return Name(*values)


def link(values: Sequence[Any]) -> Link:
    """A link out of [id, a, b, rule, episode]."""
    return Link(values[0], values[1], values[2], LinkRule(values[3]), values[4])
