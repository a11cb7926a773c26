"""Ranks what a store found: each signal of a candidate times its weight, added up. Pure.

Nothing depends on what other users said: a word's rarity is counted among the candidates, all else is their own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from memgraph.changes import Signals
from memgraph.model import UTC, Episode, FactState, Status, name_key
from memgraph.recall.graph import Paths, page_rank, paths_of
from memgraph.recall.plan import Plan, Window
from memgraph.recall.words import Lexicon, Says, Scores, words_of

_NEAR, _FAR = 2, 4  # turns to either side within which a question's words may stand
_AFTER = dt.timedelta(days=20)  # what happened is told for so long,
_AHEAD = dt.timedelta(days=10)  # and what will happen so long ahead
_FRESH = dt.timedelta(days=365)
_TIES = 20  # candidates beyond the limit that are looked at, so that equal scores are ordered by id


@dataclass(frozen=True, slots=True)
class Weights:
    """What each signal counts for, and what it is, of 0 to 1 but for `bias` and where it says.

    Those of episodes were chosen by leave-one-conversation-out on LoCoMo (`benchmarks/locomo.py --fit`), those of
    facts by hand (docs/recall.md).
    """

    bias: float = -9.2  # 1 for all: with it a score is the log-odds that a turn answers
    vector: float = 3.0  # the cosine with the question
    words: float = 1.5  # the question's words, rare ones more, each by the word that is closest to it
    words_before: float = 0.7  # the same of the turn before
    words_after: float = 0.3  # and after
    words_near: float = 1.3  # the words found within two turns
    words_around: float = 1.7  # within four
    speaker: float = 1.4  # the question names who said it, or a fact's subject; divided among those it names
    question: float = -0.4  # it asks
    reply: float = 0.25  # the turn before asks
    dated: float = 0.3  # it speaks of a time
    time_asked: float = 0.9  # it speaks of a time, and one is asked for
    name_asked: float = 0.8  # it names something, and a name is asked for
    number_asked: float = 0.25  # it holds a number, and one is asked for
    time: float = 2.7  # it was said, or is true, at the time that the question names
    phrase: float = 1.6  # it holds what the question quotes
    graph: float = 0.3  # how near it is in the graph to what the question names
    fact: float = 0.3  # 1 for facts
    relation: float = 1.8  # a fact has the relation that is asked for
    chain: float = 5.0  # what share of the relations asked for a path to the fact goes through
    confidence: float = 0.5  # a fact's confidence, less 1
    disputed: float = -0.15
    outdated: float = -0.8  # a fact is no longer true, and no past time was asked for
    fresh: float = 0.1  # said or true since lately: falls from 1 by e in each year


@dataclass(frozen=True, slots=True)
class Hit:
    """One answer: its id, its score, and the parts that the score is made of.

    `path` are the facts that lead to it from a name in the question.
    """

    id: str
    answer: FactState | Episode
    score: float
    parts: Mapping[str, float] = field(default_factory=dict[str, float])
    path: tuple[str, ...] = ()


def rank(signals: Signals, plan: Plan, lexicon: Lexicon, weights: Weights, limit: int, as_of: dt.datetime) -> list[Hit]:
    """The best candidates for a planned question, best first; equals in the order of their ids.

    `lexicon` reads the candidates, and knows how alike words are.
    """
    if not signals.episodes and not signals.facts:
        return []
    paths = paths_of(signals)
    values = features(signals, paths, plan, lexicon, as_of)
    parts = {name: getattr(weights, name) * value for name, value in values.items()}
    scores = np.round(_summed(parts), 9)
    ids = [*(f.fact.id for f in signals.facts), *signals.episodes.ids]
    likely = [int(i) for i in np.argsort(-scores, kind="stable")[: limit + _TIES]]
    hits: list[Hit] = []
    for i in sorted(likely, key=lambda i: (-scores[i], ids[i]))[:limit]:
        of_episodes = i - len(signals.facts)
        answer = signals.episodes.read[of_episodes]() if of_episodes >= 0 else signals.facts[i].fact
        shown = {name: float(part[i]) for name, part in parts.items()}
        hits.append(Hit(ids[i], answer, float(scores[i]), shown, tuple(f.text for f in paths.get(ids[i], ()))))
    return hits


def features(signals: Signals, paths: Paths, plan: Plan, lexicon: Lexicon, as_of: dt.datetime) -> dict[str, Scores]:
    """The signals that `Weights` names, each of shape (facts + episodes,), facts first."""
    facts, episodes = signals.facts, signals.episodes
    count, total = len(facts), len(facts) + len(episodes)
    speakers = set(episodes.speakers)
    named = {s for s in speakers if _is_named(s, plan.names)}
    spoken_names = {word for s in speakers for word in words_of(s)}
    sought = [t for t in plan.terms if t not in spoken_names] or list(plan.terms)
    texts = [*(f.fact.text for f in facts), *episodes.texts]
    readings = lexicon.read(texts)
    found = lexicon.found(sought, plan.beginnings, readings)
    rarity = _rarity(found)
    turns = found[:, count:]
    before = episodes.before
    after = np.full(len(episodes), -1, np.int64)
    after[before[before >= 0]] = np.flatnonzero(before >= 0)
    words = rarity @ found
    told = words[count:]
    near, around = _windows(turns, before, after)

    def says_so(what: Says) -> Scores:
        return (readings.says & what > 0).astype(float)

    def only_episodes(of: Scores) -> Scores:
        return np.concatenate([np.zeros(count), of])

    def only_facts(of: Sequence[float]) -> Scores:
        return np.concatenate([np.array(of, float), np.zeros(len(episodes))])

    asked = set(signals.asked)
    seconds = np.concatenate([[f.fact.valid_from.timestamp() for f in facts], episodes.said_at / 1e6])
    ranks = page_rank(signals)
    about = [bool(named) and f.fact.subject in asked for f in facts]  # other names count as words
    is_fact = only_facts([1.0] * count)
    return {
        "bias": np.ones(total),
        "vector": np.concatenate([[f.vector for f in facts], episodes.vectors]),
        "words": words,
        "words_before": only_episodes(_moved(told, before)),
        "words_after": only_episodes(_moved(told, after)),
        "words_near": np.concatenate([words[:count], rarity @ near]),
        "words_around": np.concatenate([words[:count], rarity @ around]),
        "speaker": np.array([*about, *(s in named for s in episodes.speakers)], float) / max(1, len(named)),
        "question": says_so(Says.ASKS),
        "reply": only_episodes(_moved(says_so(Says.HOLDS_QUESTION)[count:], before)),
        "dated": np.maximum(is_fact, says_so(Says.HAS_TIME)),
        "time_asked": np.maximum(is_fact, says_so(Says.HAS_TIME)) * plan.asks_time,
        "name_asked": says_so(Says.HAS_NAME) * plan.asks_name,
        "number_asked": says_so(Says.HAS_NUMBER) * plan.asks_number,
        "time": _timeliness(seconds, plan.windows),
        "phrase": _phrases(plan.phrases, texts),
        "graph": np.array([ranks.get(i, 0.0) for i in (*(f.fact.id for f in facts), *episodes.ids)]),
        "fact": is_fact,
        "relation": only_facts([f.fact.predicate in plan.predicates and (f.hops > 0 or not asked) for f in facts]),
        "chain": only_facts([_chained(paths.get(f.fact.id, ()), plan.predicates) for f in facts]),
        "confidence": only_facts([f.fact.confidence - 1 for f in facts]),
        "disputed": only_facts([f.fact.status == Status.DISPUTED for f in facts]),
        "outdated": only_facts([_is_outdated(f.fact, plan, as_of) for f in facts]),
        "fresh": np.exp(-np.maximum(0.0, as_of.timestamp() - seconds) / _FRESH.total_seconds()),
    }


def _summed(parts: Mapping[str, Scores]) -> Scores:
    return np.sum(list(parts.values()), axis=0)


def _rarity(found: Scores) -> Scores:
    """What each word weighs by how few of the texts hold it, as BM25 has it; the weights add up to 1."""
    size, holding = found.shape[1], (found >= 1.0).sum(axis=1)
    weights = np.log(1 + (size - holding + 0.5) / (holding + 0.5))
    return weights / weights.sum()


def _moved(values: Scores, to: NDArray[np.int64]) -> Scores:
    """The value of the turn that each turn points to; 0 where there is none."""
    # A -1 takes the zero at the end.
    return np.append(values, np.zeros((*values.shape[:-1], 1)), axis=-1).take(to, axis=-1)


def _windows(turns: Scores, before: NDArray[np.int64], after: NDArray[np.int64]) -> tuple[Scores, Scores]:
    """The best of each word within `_NEAR` and within `_FAR` turns of each turn."""
    best, back, ahead = turns, turns, turns
    near = turns
    for distance in range(1, _FAR + 1):
        back, ahead = _moved(back, before), _moved(ahead, after)
        best = np.maximum(best, np.maximum(back, ahead))
        if distance == _NEAR:
            near = best
    return near, best


def _is_named(speaker: str, names: Sequence[str]) -> bool:
    key = name_key(speaker)
    return key in names or key.split()[0] in names


def _phrases(phrases: Sequence[str], texts: Sequence[str]) -> Scores:
    if not phrases:
        return np.zeros(len(texts))
    padded = [f" {' '.join(words_of(text))} " for text in texts]
    return np.array([sum(f" {p} " in text for p in phrases) / len(phrases) for text in padded])


def _timeliness(seconds: Scores, windows: Sequence[Window]) -> Scores:
    """How near each time is to the nearest of the windows: 1 within it, falling to 0 some days after and ahead."""
    out = np.zeros(len(seconds))
    for window in windows:
        years = {window.start.year}
        if window.is_any_year:
            first, last = (dt.datetime.fromtimestamp(float(s), UTC).year for s in (seconds.min(), seconds.max()))
            years = set(range(first - 1, last + 2))
        for year in years:
            start = _years_on(window.start, year - window.start.year).timestamp()
            length = (window.end - window.start).total_seconds()
            late, early = seconds - (start + length), start - seconds
            near = np.where(late >= 0, 1 - late / _AFTER.total_seconds(), 1 - early / _AHEAD.total_seconds())
            out = np.maximum(out, np.where((late < 0) & (early <= 0), 1.0, np.clip(near, 0, 1)))
    return out


def _years_on(time: dt.datetime, years: int) -> dt.datetime:
    try:
        return time.replace(year=time.year + years)
    except ValueError:  # the 29th of February
        return time.replace(year=time.year + years, day=28)


def _is_outdated(fact: FactState, plan: Plan, as_of: dt.datetime) -> bool:
    is_over = fact.status == Status.SUPERSEDED or (fact.valid_to is not None and fact.valid_to <= as_of)
    return is_over and not plan.windows and not plan.is_about_past


def _chained(path: Sequence[FactState], asked: frozenset[str]) -> float:
    """How many of the relations that are asked for a path goes through, where it goes through no others, each once."""
    if len(path) < 2:
        return 0.0
    relations = {fact.predicate for fact in path}
    # Back from a child to its parent is no way on.
    pairs = {frozenset((fact.subject, fact.object_entity)) for fact in path}
    if min(len(relations), len(pairs)) < len(path) or not asked.issuperset(relations):
        return 0.0
    return len(relations) / len(asked)
