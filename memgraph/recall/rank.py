"""Ranks what a store found. Scores of different kinds are standardised before they are added.

Standardised (z) scores keep by how much one candidate beats the next, which fusing ranks throws away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from memgraph.changes import Signals
from memgraph.model import Episode, FactState, name_key
from memgraph.recall.plan import Plan

Scores = NDArray[np.float64]
_TIES = 20  # candidates beyond the limit that are looked at, so that equal scores are ordered by id


@dataclass(frozen=True, slots=True)
class Weights:
    """What each signal counts for. Chosen on conversations, never on single questions (docs/architecture.md)."""

    vector: float = 0.5
    text: float = 0.5
    neighbour: float = 0.45
    hops: float = 0.4
    speaker: float = 0.9
    predicate: float = 1.0
    evidence: float = 0.3
    disputed: float = -0.1


@dataclass(frozen=True, slots=True)
class Hit:
    """One answer: its id, its score, and the parts that the score is made of.

    `answer` is the fact or the episode; None for an episode that the store did not bring along.
    """

    id: str
    answer: FactState | Episode | None
    score: float
    parts: Mapping[str, float] = field(default_factory=dict[str, float])
    path: str = ""


def rank(signals: Signals, plan: Plan, weights: Weights, limit: int) -> list[Hit]:
    """The best candidates for a planned question, best first."""
    facts, episodes = signals.facts, signals.episodes
    count = len(facts)
    vectors = weights.vector * _standardised([*(f.vector for f in facts), *(e.vector for e in episodes)])
    texts = weights.text * _standardised([*(f.text for f in facts), *(e.text for e in episodes)])
    own = vectors + texts
    of_facts = {
        "vector": vectors[:count],
        "text": texts[:count],
        "hops": weights.hops * np.array([f.hops for f in facts]),
        "predicate": weights.predicate * np.array([f.fact.predicate in plan.predicates for f in facts], float),
        "disputed": weights.disputed * np.array([f.fact.status == "disputed" for f in facts], float),
    }
    fact_scores = _summed(of_facts)
    support: dict[str, float] = {}  # an episode -> the score of the best fact that rests on it
    for signal, score in zip(facts, fact_scores, strict=True):
        for episode in signal.episodes:
            support[episode] = max(support.get(episode, 0.0), float(score))
    speakers = {s for s in {e.speaker for e in episodes} if _is_named(s, set(plan.names))}
    alone = dict(zip((e.id for e in episodes), own[count:], strict=True))
    beside = [max([0.0, *(alone[n] for n in e.neighbours if n in alone)]) for e in episodes]
    of_episodes = {
        "vector": vectors[count:],
        "text": texts[count:],
        "neighbour": weights.neighbour * np.array(beside),
        "hops": weights.hops * np.array([e.hops for e in episodes]),
        "speaker": weights.speaker * np.array([e.speaker in speakers for e in episodes], float),
        "evidence": weights.evidence * np.array([support.get(e.id, 0.0) for e in episodes]),
    }
    scores = np.round(np.concatenate([fact_scores, _summed(of_episodes)]), 9)
    ids = [*(f.fact.id for f in facts), *(e.id for e in episodes)]
    likely = [int(i) for i in np.argsort(-scores, kind="stable")[: limit + _TIES]]
    hits: list[Hit] = []
    for i in sorted(likely, key=lambda i: (-scores[i], ids[i]))[:limit]:
        if i < count:
            answer, path, parts, at = facts[i].fact, facts[i].path, of_facts, i
        else:
            signal = episodes[i - count]
            answer = signal.read() if signal.read else None
            path, parts, at = signal.path, of_episodes, i - count
        shown = {name: float(values[at]) for name, values in parts.items()}
        hits.append(Hit(ids[i], answer, float(scores[i]), shown, path))
    return hits


def _summed(parts: Mapping[str, Scores]) -> Scores:
    return np.sum(list(parts.values()), axis=0)


def _is_named(speaker: str, asked: set[str]) -> bool:
    key = name_key(speaker)
    return key in asked or key.split()[0] in asked


def _standardised(scores: Sequence[float]) -> Scores:
    values = np.array(scores, float)
    deviation = values.std() if len(values) else 0.0
    return (values - values.mean()) / deviation if deviation > 1e-12 else np.zeros(len(values))
