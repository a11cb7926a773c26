"""Who is who in a memory: which name is meant, and which entities may be one after all."""

from __future__ import annotations

import itertools

from memgraph import inputs
from memgraph.changes import Look
from memgraph.errors import BadInput
from memgraph.model import Entity, LinkRule, Scope, name_key
from memgraph.ontology import Ontology
from memgraph.ports import Embedder, EpisodeQuery, FactQuery, Store
from memgraph.resolve import Candidate, candidates, name_id


async def name_meant(store: Store, owner: Scope, called: str | Entity) -> str:
    """The id of the name that a person means by a name, an entity or an entity's id."""
    text = called.id if isinstance(called, Entity) else inputs.read_text("name", called, 10_000)
    found = await store.entities(owner, [text, name_key(text)])
    if not found:
        raise BadInput(f"nobody and nothing is known as {text!r}: `entities` lists the names")
    is_name = any(name_key(alias) == name_key(text) for e in found for alias in e.aliases)
    return name_id(owner, text if is_name else found[0].name)


async def candidates_in(
    store: Store, embedder: Embedder, ontology: Ontology, owner: Scope, at_least: float
) -> list[Candidate]:
    """Pairs of a memory's entities that may be one, but for those that are known to be two."""
    entities = await store.entities(owner, None)
    if len(entities) < 2:
        return []
    entity_of = {name_id(owner, alias): e.id for e in entities for alias in e.aliases}
    known = await store.look(owner, Look(names=tuple(entity_of)))
    apart = {
        frozenset((entity_of[k.a], entity_of[k.b]))
        for k in known.links
        if k.rule is LinkRule.APART and k.a in entity_of and k.b in entity_of
    }
    speakers: dict[str, set[str]] = {}
    for episode in await store.episodes(owner, EpisodeQuery()):
        speakers.setdefault(episode.scope.session_id, set()).add(name_id(owner, episode.speaker))
    for together in speakers.values():
        who = {entity_of[n] for n in together if n in entity_of}
        apart |= {frozenset(pair) for pair in itertools.combinations(who, 2)}
    facts = (await store.facts(owner, FactQuery())).facts
    vectors = await embedder.embed([e.name for e in entities]) if embedder.is_local else None
    return candidates(entities, facts, apart, ontology, vectors, at_least)
