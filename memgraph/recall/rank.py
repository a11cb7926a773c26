"""Ranks what a store found. Scores of different kinds are standardised before they are added.

Standardised (z) scores keep by how much one candidate beats the next, which fusing ranks throws away.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from memgraph.changes import Signals
from memgraph.model import Episode, FactState, name_key
from memgraph.recall.plan import Plan


@dataclass(frozen=True, slots=True)
class Weights:
    """What each signal counts for. Chosen on conversations, never on single questions (docs/architecture.md)."""

    vector: float = 0.5
    text: float = 0.5
    neighbour: float = 0.3
    hops: float = 0.4
    speaker: float = 0.3
    predicate: float = 1.0
    evidence: float = 0.3
    disputed: float = -0.1


@dataclass(frozen=True, slots=True)
class Hit:
    """One answer: an episode or a fact, its score, and the parts that the score is made of."""

    kind: str
    episode: Episode | None
    fact: FactState | None
    score: float
    parts: Mapping[str, float] = field(default_factory=dict[str, float])
    path: str = ""


def rank(signals: Signals, plan: Plan, weights: Weights) -> list[Hit]:
    """All candidates for a planned question, best first."""
    asked = set(plan.names)
    facts, episodes = signals.facts, signals.episodes
    vectors = _standardised([*(f.vector for f in facts), *(e.vector for e in episodes)])
    texts = _standardised([*(f.text for f in facts), *(e.text for e in episodes)])
    hits: list[Hit] = []
    support: dict[str, float] = {}  # an episode -> the score of the best fact that rests on it
    for signal, vector, text in zip(facts, vectors, texts, strict=False):
        fact = signal.fact
        parts = {
            "vector": weights.vector * vector,
            "text": weights.text * text,
            "hops": weights.hops * signal.hops,
            "predicate": weights.predicate * (fact.predicate in plan.predicates),
            "disputed": weights.disputed * (fact.status == "disputed"),
        }
        score = sum(parts.values())
        hits.append(Hit("fact", None, fact, score, parts, signal.path))
        for evidence in fact.evidence:
            support[evidence.episode] = max(support.get(evidence.episode, 0.0), score)
    alone = {
        e.episode.id: weights.vector * v + weights.text * t
        for e, v, t in zip(episodes, vectors[len(facts) :], texts[len(facts) :], strict=True)
    }
    for signal, vector, text in zip(episodes, vectors[len(facts) :], texts[len(facts) :], strict=True):
        episode = signal.episode
        beside = [alone[n] for n in signal.neighbours if n in alone]
        parts = {
            "vector": weights.vector * vector,
            "text": weights.text * text,
            "neighbour": weights.neighbour * max([0.0, *beside]),
            "hops": weights.hops * signal.hops,
            "speaker": weights.speaker * _is_named(episode.speaker, asked),
            "evidence": weights.evidence * support.get(episode.id, 0.0),
        }
        hits.append(Hit("episode", episode, None, sum(parts.values()), parts, signal.path))
    return sorted(hits, key=_order)


def _order(hit: Hit) -> tuple[float, str]:
    ident = hit.fact.id if hit.fact else hit.episode.id if hit.episode else ""
    return (-round(hit.score, 9), ident)


def _is_named(speaker: str, asked: set[str]) -> bool:
    key = name_key(speaker)
    return key in asked or key.split()[0] in asked


def _standardised(scores: Sequence[float]) -> list[float]:
    if not scores:
        return []
    mean = math.fsum(scores) / len(scores)
    deviation = math.sqrt(math.fsum((s - mean) ** 2 for s in scores) / len(scores))
    return [(s - mean) / deviation if deviation > 1e-12 else 0.0 for s in scores]
