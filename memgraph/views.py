"""The shapes that callers see: facts with their entities, and results as dictionaries."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from memgraph.changes import Identities, Ledger
from memgraph.model import Assertion, Entity, Episode, Fact, FactState
from memgraph.ontology import Ontology
from memgraph.recall import Hit
from memgraph.resolve import Policy


def fact_of(state: FactState, entities: Mapping[str, Entity]) -> Fact:
    """A fact with its entities in place of their ids."""
    thing: Entity | str | None = state.object_value
    if state.object_entity is not None:
        thing = entities[state.object_entity]
    return Fact(
        id=state.id,
        subject=entities[state.subject],
        predicate=state.predicate,
        qualifier=state.qualifier,
        object=thing,
        object_text=thing.name if isinstance(thing, Entity) else state.object_text,
        text=state.text,
        valid_from=state.valid_from,
        valid_to=state.valid_to,
        recorded_at=state.recorded_at,
        retired_at=state.retired_at,
        confidence=state.confidence,
        status=str(state.status),
        source_ids=state.source_ids,
        superseded_by=state.superseded_by,
        rule=state.rule,
        why=state.why,
    )


def facts_of(states: Sequence[FactState], identities: Identities) -> list[Fact]:
    """Facts with their entities, oldest first."""
    ordered = sorted(states, key=lambda f: (f.valid_from, f.recorded_at, f.id))
    return [fact_of(state, identities.entities) for state in ordered]


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known now of one entity: its facts, oldest first; disputed ones are among them, marked."""

    entity: Entity | None
    facts: tuple[Fact, ...] = ()

    @property
    def groups(self) -> dict[str, list[Fact]]:
        """The facts by what they say: the predicate, with its qualifier where it has one ("favorite color")."""
        out: dict[str, list[Fact]] = {}
        for fact in self.facts:
            out.setdefault(" ".join([fact.predicate.replace("_", " "), fact.qualifier]).strip(), []).append(fact)
        return out

    @property
    def text(self) -> str:
        """A block for a prompt: a line for each relation, each value with its time, confidence and sources."""
        if self.entity is None:
            return ""
        lines = [f"{self.entity.name} ({self.entity.kind}):"]
        for relation, facts in self.groups.items():
            lines.append(f"- {relation}: " + "; ".join(map(_valued, facts)))
        return "\n".join(lines)

    def as_dict(self) -> dict[str, Any]:
        """The profile as plain data: the entity, `groups` of fact results by relation, and the `text`."""
        entity = None if self.entity is None else asdict(self.entity)
        groups = {relation: [fact_result(f) for f in facts] for relation, facts in self.groups.items()}
        return {"entity": entity, "groups": groups, "text": self.text}


def _valued(fact: Fact) -> str:
    sure = f"{fact.confidence:.2f}{', disputed' if fact.status == 'disputed' else ''}"
    return (
        f"{fact.object_text or '(unknown)'} (since {fact.valid_from:%Y-%m-%d}, {sure}) [{', '.join(fact.source_ids)}]"
    )


def iso(time: dt.datetime | None) -> str | None:
    """A time as ISO 8601 text."""
    return None if time is None else time.isoformat()


def fact_result(fact: Fact | FactState, score: float | None = None) -> dict[str, Any]:
    """A fact as search and get return it."""
    return {
        "id": fact.id,
        "kind": "fact",
        "memory": fact.text,
        "score": score,
        "source_ids": list(fact.source_ids),
        "valid_from": iso(fact.valid_from),
        "valid_to": iso(fact.valid_to),
        "confidence": fact.confidence,
        "status": str(fact.status),
        "metadata": {"predicate": fact.predicate, "object": fact.object_text},
        "created_at": iso(fact.recorded_at),
    }


def episode_result(
    episode: Episode, score: float | None = None, *, known_at: dt.datetime | None = None
) -> dict[str, Any]:
    """An episode as search and get return it: what was said, by whom, when."""
    return {
        "id": episode.id,
        "kind": "episode",
        "memory": episode.content_at(known_at),
        "score": score,
        "source_ids": [episode.source_id],
        "valid_from": iso(episode.occurred_at),
        "valid_to": None,
        "confidence": 1.0,
        "status": "current",
        "metadata": {**episode.metadata, "speaker": episode.speaker, "role": episode.role},
        "created_at": iso(episode.recorded_at),
        "user_id": episode.scope.user,
        "agent_id": episode.scope.agent,
        "run_id": episode.scope.session,
    }


def hit_result(hit: Hit, *, known_at: dt.datetime | None) -> dict[str, Any]:
    """A hit of a search; its score lies between 0 and 1 and keeps the order."""
    score = round(1 / (1 + math.exp(-hit.score)), 6)
    if isinstance(hit.answer, FactState):
        return fact_result(hit.answer, score)
    return episode_result(hit.answer, score, known_at=known_at)


def explained(hit: Hit, following: Hit | None) -> dict[str, Any]:
    """Why a hit stands where it does: its score's parts, its path, and the parts that put it above the next one."""
    parts = {name: round(value, 4) for name, value in hit.parts.items() if round(value, 4)}
    out: dict[str, Any] = {"total": round(hit.score, 4), "parts": parts, "path": list(hit.path)}
    if following is not None:
        ahead = {name: hit.parts.get(name, 0.0) - following.parts.get(name, 0.0) for name in hit.parts}
        most = sorted(ahead, key=lambda name: (-ahead[name], name))[:3]
        out["above_the_next"] = {name: round(ahead[name], 4) for name in most if round(ahead[name], 4) > 0}
    return out


def episode_history(episode: Episode) -> list[dict[str, Any]]:
    """What happened to an episode: it was heard, and each correction of its text."""
    texts = [*(r.content for r in episode.revisions), episode.content]
    out = [_change(episode.id, "ADD", None, texts[0], episode.recorded_at)]
    for revision, new in zip(episode.revisions, texts[1:], strict=True):
        out.append(_change(episode.id, "UPDATE", revision.content, new, revision.replaced_at))
    return out


def slot_history(facts: Sequence[FactState]) -> list[dict[str, Any]]:
    """What happened in a fact's slot, in the order in which it became known."""
    by_id = {f.id: f for f in facts}
    out: list[dict[str, Any]] = []
    for fact in facts:
        event = "DISPUTE" if fact.status == "disputed" else "ADD"
        out.append(_change(fact.id, event, None, fact.text, fact.recorded_at, fact))
        if fact.retired_at is not None and fact.rule != "history":
            successor = by_id.get(fact.superseded_by or "")
            event = "SUPERSEDE" if successor is not None else "END"
            new = successor.text if successor is not None else None
            out.append(_change(fact.id, event, fact.text, new, fact.retired_at, fact))
    return sorted(out, key=lambda change: (change["created_at"], change["event"] != "ADD"))


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing that was heard of a slot, and what it weighs: `strength` is `confidence` x `trust` in the source."""

    id: str
    source_id: str
    source: str
    said_at: dt.datetime
    recorded_at: dt.datetime
    withdrawn_at: dt.datetime | None
    says: str  # the value, and whether it holds, ended or is denied
    mode: str
    valid_from: dt.datetime
    valid_to: dt.datetime | None
    is_stated: bool  # the time was said, not taken from the message
    confidence: float
    trust: float
    strength: float
    extractor: str
    text: str


@dataclass(frozen=True, slots=True)
class Reasoning:
    """How a slot was decided: who and what it is about, all that was heard in the order of saying, what it came to."""

    fact: str
    subject: Entity
    predicate: str
    qualifier: str
    is_one: bool  # at most one value at a time
    margin: float  # by how much a later statement may be weaker and still win
    heard: tuple[Heard, ...]
    facts: tuple[Fact, ...]


def reasoning(fact_id: str, ledger: Ledger, ontology: Ontology, policy: Policy) -> Reasoning | None:
    """The reasoning of the fact's slot, out of a ledger that holds the whole of it."""
    state = next((f for f in ledger.facts if f.id == fact_id), None)
    if state is None:
        return None
    identities = ledger.identities

    def heard(a: Assertion) -> Heard:
        value = a.object_text
        if a.object_name is not None:
            value = identities.entities[identities.entity_of[a.object_name]].name
        return Heard(
            id=a.id,
            source_id=a.source_id,
            source=a.source,
            said_at=a.said_at,
            recorded_at=a.recorded_at,
            withdrawn_at=a.withdrawn_at,
            says=f"{value or '(unknown)'} {a.polarity}",
            mode=str(a.mode),
            valid_from=a.valid_from,
            valid_to=a.valid_to,
            is_stated=a.stated,
            confidence=a.confidence,
            trust=policy.trust_in(a),
            strength=round(policy.strength(a), 6),
            extractor=a.extractor,
            text=a.text,
        )

    said = sorted(ledger.assertions.values(), key=lambda a: (a.said_at, a.place, a.id))
    return Reasoning(
        fact=fact_id,
        subject=identities.entities[state.subject],
        predicate=state.predicate,
        qualifier=state.qualifier,
        is_one=ontology[state.predicate].one,
        margin=policy.margin,
        heard=tuple(map(heard, said)),
        facts=tuple(facts_of([f for f in ledger.facts if f.slot == state.slot], identities)),
    )


def _change(
    ident: str, event: str, old: str | None, new: str | None, at: dt.datetime, fact: FactState | None = None
) -> dict[str, Any]:
    change: dict[str, Any] = {
        "memory_id": ident,
        "event": event,
        "old_memory": old,
        "new_memory": new,
        "created_at": iso(at),
    }
    if fact is not None:
        change |= {
            "valid_from": iso(fact.valid_from),
            "valid_to": iso(fact.valid_to),
            "status": str(fact.status),
            "confidence": fact.confidence,
            "rule": fact.rule if event != "ADD" else "",
            "why": fact.why if event != "ADD" else "",
            "source_ids": list(fact.source_ids),
        }
    return change
