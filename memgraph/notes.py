"""What memory is told directly: a note stands as evidence, and says what the fact is. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from memgraph import inputs
from memgraph.changes import Called, Literal, Proposal
from memgraph.errors import BadInput
from memgraph.extract.values import read_literal
from memgraph.model import Entity, Episode, Fact, Mode, Polarity, Scope, digest
from memgraph.ontology import ENTITY_KINDS, Ontology

EXTRACTOR = "note"
ROLE = "note"


def note(owner: Scope, speaker: str, said: str, now: dt.datetime, *identity: object) -> Episode:
    """An episode that says something; `identity` is what makes it the same when it is told again."""
    return Episode(
        id="ep_" + digest(owner.session_id, "note", speaker, said, *identity),
        scope=owner,
        speaker=speaker,
        role=ROLE,
        content=said,
        occurred_at=now,
        recorded_at=now,
        place=0,
    )


def object_of(
    ontology: Ontology, predicate: str, value: str | float | dt.date | Entity, now: dt.datetime, max_chars: int
) -> Called | Literal:
    """A value as the predicate takes it: an entity by name, or a literal of the predicate's kind."""
    kind = ontology[predicate].object
    if isinstance(value, Entity):
        return Called(value.name, value.kind)
    if isinstance(value, dt.datetime):
        value = inputs.read_moment("object", value).isoformat()
    elif isinstance(value, dt.date):
        value = value.isoformat()
    elif isinstance(value, (int, float)):
        value = f"{value:g}" if isinstance(value, float) else str(value)
    text = inputs.read_text("object", value, max_chars).strip()
    if kind in ENTITY_KINDS:
        return Called(text, kind)
    return read_literal(kind, text, now) or Literal(text, " ".join(text.casefold().split()))


def restated(ontology: Ontology, fact: Fact, episode: Episode, max_chars: int) -> tuple[Proposal, ...]:
    """What a note proposes that says a fact anew. Raises `BadInput` where it is no such sentence."""
    said = episode.content.strip().rstrip(".")
    head, _, tail = ontology.says(fact.predicate, fact.subject.name, fact.qualifier, "\x00").partition("\x00")
    is_same = said.lower().startswith(head.lower()) and said.lower().endswith(tail.lower())
    value = said[len(head) : len(said) - len(tail)].strip() if is_same else ""
    if not value:
        raise BadInput(f"say the fact anew in its own form, {head}…{tail}, or call add_fact")
    proposal = Proposal(
        episode=episode.id,
        subject=Called(fact.subject.name, fact.subject.kind),
        predicate=fact.predicate,
        qualifier=fact.qualifier,
        object=object_of(ontology, fact.predicate, value, episode.occurred_at, max_chars),
        mode=Mode.CORRECTION,
        extractor=EXTRACTOR,
        text=episode.content,
    )
    if ontology[fact.predicate].one:
        return (proposal,)
    # Values of many stand side by side, so the old one has to be taken back.
    return (proposal, replace(proposal, object=_same_object(fact), polarity=Polarity.DENIES))


def _same_object(fact: Fact) -> Called | Literal:
    if isinstance(fact.object, Entity):
        return Called(fact.object.name, fact.object.kind)
    return Literal(fact.object_text, fact.object or "")
