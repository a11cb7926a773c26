"""What the graph says about a question: personalised PageRank over its neighbourhood, and the paths in it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from memgraph.changes import FactSignal, Signals
from memgraph.model import FactState

_DAMPING = 0.7  # how much of a node's share goes on to what is next to it: the decay with each hop
_STEPS = 8

Paths = Mapping[str, tuple[FactState, ...]]  # the facts that lead from a name in the question to a fact or episode


def page_rank(signals: Signals) -> Mapping[str, float]:
    """How near each fact and episode is to the entities that a question names, by id; the nearest of a kind has 1.

    Facts lie between their subject, their object and the episodes that they rest on, episodes also next to the
    entities that they mention. A share is divided among all neighbours, so a hub passes little on to each.
    """
    edges: list[tuple[str, str]] = []
    for f in signals.facts:
        edges.append((f.fact.id, f.fact.subject))
        if f.fact.object_entity is not None:
            edges.append((f.fact.id, f.fact.object_entity))
        edges.extend((f.fact.id, episode) for episode in f.episodes)
    edges.extend(signals.mentions)
    number: dict[str, int] = {}
    for pair in edges:
        for node in pair:
            number.setdefault(node, len(number))
    seeds = [number[e] for e in signals.asked if e in number]
    if not seeds:
        return {}
    ends = np.array([(number[a], number[b]) for a, b in edges])
    sources, targets = np.concatenate([ends, ends[:, ::-1]]).T
    degrees = np.bincount(sources, minlength=len(number))
    start = np.bincount(seeds, minlength=len(number)) / len(seeds)
    shares: NDArray[np.float64] = start
    for _ in range(_STEPS):
        passed = np.bincount(targets, (shares / degrees)[sources], minlength=len(number))
        shares = (1 - _DAMPING) * start + _DAMPING * passed
    of = dict(zip(number, shares.tolist(), strict=True))
    return {**_scaled([f.fact.id for f in signals.facts], of), **_scaled(signals.episodes.ids, of)}


def _scaled(ids: Sequence[str], shares: Mapping[str, float]) -> dict[str, float]:
    own = {i: shares[i] for i in ids if i in shares}
    most = max(own.values(), default=0.0)
    return {i: share / most for i, share in own.items()} if most > 0 else {}


def paths_of(signals: Signals) -> Paths:
    """The path to each fact that the graph led to, and to each episode through the nearest fact resting on it."""
    by_id = {f.fact.id: f for f in signals.facts}
    paths: dict[str, tuple[FactState, ...]] = {}
    for signal in sorted(signals.facts, key=lambda f: (f.hops, f.fact.id)):
        path = _path_to(signal, by_id)
        if path:
            for ident in (signal.fact.id, *signal.episodes):
                paths.setdefault(ident, path)
    return paths


def _path_to(signal: FactSignal, by_id: Mapping[str, FactSignal]) -> tuple[FactState, ...]:
    """The facts that lead from a name in the question to a fact, itself last.

    Empty where it was not reached, or a fact on the way is no candidate.
    """
    path = [signal]
    while path[0].via is not None:
        if path[0].via not in by_id:
            return ()
        path.insert(0, by_id[path[0].via])
    return tuple(step.fact for step in path) if path[0].hops > 0 else ()
