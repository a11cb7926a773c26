"""Which entities may be one after all: pairs to be looked at by a person, with a score and its reasons. Pure.

Nothing is ever joined by this score. Spelling and sound bring a pair up; what is known of the two speaks for or
against it: the same neighbours in the graph, kinds, being told apart in one message, values that only one can have.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import jellyfish
import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from memgraph.model import Entity, FactState, name_key
from memgraph.ontology import Ontology, full_forms

_ALIKE = 0.86  # Jaro-Winkler from which on two spellings are worth a look
_NEAR = 0.8  # cosine of two names' vectors, likewise
_ROWS = 500


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two entities that may be one; `score` is between 0 and 1, `why` what speaks for it and against it."""

    a: Entity
    b: Entity
    score: float
    why: tuple[str, ...]


def candidates(
    entities: Sequence[Entity],
    facts: Iterable[FactState],
    apart: Collection[frozenset[str]],
    ontology: Ontology,
    vectors: NDArray[np.float32] | None = None,
    at_least: float = 0.5,
) -> list[Candidate]:
    """Pairs of entities that may be one, likeliest first.

    `apart` are pairs of ids that are known to be two: held apart by a person, or both speaking in one session.
    `vectors`, of shape (len(entities), dimension) and normalised, are their names' embeddings, where there are any.
    """
    around = _Around(facts, ontology)
    out: list[Candidate] = []
    for (i, j), (likeness, how) in _alike(entities, vectors).items():
        a, b = sorted((entities[i], entities[j]), key=lambda e: (e.name, e.id))
        if frozenset((a.id, b.id)) in apart or not _kinds_fit(a, b):
            continue
        score, why = around.weigh(a.id, b.id, 0.7 * likeness)
        if score >= at_least:
            out.append(Candidate(a, b, round(score, 3), (how, *why)))
    return sorted(out, key=lambda c: (-c.score, c.a.name, c.b.name))


def _alike(entities: Sequence[Entity], vectors: NDArray[np.float32] | None) -> dict[tuple[int, int], tuple[float, str]]:
    """Pairs of positions whose names are alike: how much (0 to 1), and in what way."""
    spelled = [(i, name_key(alias)) for i, e in enumerate(entities) for alias in e.aliases]
    found: dict[tuple[int, int], tuple[float, str]] = {}

    def note(i: int, j: int, likeness: float, how: str) -> None:
        pair = (min(i, j), max(i, j))
        if i != j and found.get(pair, (0.0, ""))[0] < likeness:
            found[pair] = (likeness, how)

    keys = [key for _, key in spelled]
    for start in range(0, len(keys), _ROWS):
        rows = process.cdist(
            keys[start : start + _ROWS], keys, scorer=JaroWinkler.normalized_similarity, score_cutoff=_ALIKE
        )
        for row, column in np.argwhere(rows).tolist():
            (i, x), (j, y) = spelled[start + row], spelled[column]
            note(i, j, float(rows[row, column]), f"spelled alike: {x}, {y}")
    blocks: dict[tuple[str, ...], list[tuple[int, str]]] = {}
    for i, key in spelled:
        for form in _forms(key):
            blocks.setdefault(tuple(jellyfish.metaphone(word) for word in form), []).append((i, key))
    for sound, members in blocks.items():
        if any(sound):
            for (i, x), (j, y) in itertools.combinations(members, 2):
                note(i, j, 0.95, f"sound alike: {x}, {y}")
    if vectors is not None:
        for start in range(0, len(entities), _ROWS):
            nearness = vectors[start : start + _ROWS] @ vectors.T
            for row, column in np.argwhere(nearness > _NEAR).tolist():
                a, b = entities[start + row], entities[column]
                note(start + row, column, float(nearness[row, column]), f"mean much the same: {a.name}, {b.name}")
    return found


def _forms(key: str) -> set[tuple[str, ...]]:
    """The name's words, and those with a given name in full ("bob chen": "robert chen")."""
    first, *rest = key.split()
    return {(given, *rest) for given in (first, *full_forms().get(first, ()))}


def _kinds_fit(a: Entity, b: Entity) -> bool:
    return a.kind == b.kind or "thing" in (a.kind, b.kind)


class _Around:
    """What is known of each entity: its neighbours in the graph, and the values that only one can have."""

    def __init__(self, facts: Iterable[FactState], ontology: Ontology) -> None:
        self.neighbours: dict[str, set[tuple[str, str]]] = {}
        self.values: dict[str, dict[tuple[str, str], set[str]]] = {}
        self.related: set[frozenset[str]] = set()
        for fact in facts:
            thing = fact.object_entity or fact.object_value
            if thing is None or fact.valid_to is not None or fact.status == "retracted":
                continue
            self.neighbours.setdefault(fact.subject, set()).add((fact.predicate, thing))
            if fact.object_entity is not None:
                self.neighbours.setdefault(fact.object_entity, set()).add((fact.predicate, fact.subject))
                self.related.add(frozenset((fact.subject, fact.object_entity)))
            if ontology[fact.predicate].one:
                slot = (fact.predicate, fact.qualifier)
                self.values.setdefault(fact.subject, {}).setdefault(slot, set()).add(thing)

    def weigh(self, a: str, b: str, score: float) -> tuple[float, list[str]]:
        """The score, raised and lowered by what is known of the two, with the reasons."""
        why: list[str] = []
        if frozenset((a, b)) in self.related:
            return 0.0, ["something is said of the one to the other"]
        mine, theirs = self.neighbours.get(a, set()), self.neighbours.get(b, set())
        if shared := mine & theirs:
            score += 0.3 * min(1.0, len(shared) / 2)
            why.append("in common: " + ", ".join(sorted({predicate for predicate, _ in shared})))
        my_values, their_values = self.values.get(a, {}), self.values.get(b, {})
        if differ := sorted(slot for slot in my_values.keys() & their_values if my_values[slot] != their_values[slot]):
            score -= 0.25 * len(differ)
            why.append("they differ in: " + ", ".join(predicate for predicate, _ in differ))
        return min(1.0, max(0.0, score)), why
