#!/usr/bin/env python3
"""How much of the evidence for LoCoMo's questions a search finds, and what each signal is worth.

    python benchmarks/locomo.py locomo10.json [--store URL] [--baselines] [--ablate] [--fit] [--plot recall.svg]

LoCoMo (Maharana et al., ACL 2024; CC BY-NC 4.0) is at https://github.com/snap-research/locomo (data/locomo10.json).
A question's evidence are the turns that answer it (categories 1-4). A hit counts for the turns that it rests on, in
order; recall@k is the share of the evidence among the first k turns, all@k whether all of it is there. Means are over
questions, intervals (95 %) by bootstrap over conversations. Nothing is asked of a language model.

--baselines compares with BM25, the vectors alone and their reciprocal-rank fusion; --ablate leaves each signal out in
turn; --fit chooses the episodes' weights anew, each conversation scored with weights chosen on the nine others.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import json
import math
import re
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from memgraph import AsyncMemory
from memgraph.changes import Signals
from memgraph.cli.readers import read_file
from memgraph.inputs import KINDS
from memgraph.model import UTC, Scope
from memgraph.providers.static import StaticEmbedder
from memgraph.recall import Weights, features, paths_of
from memgraph.recall.words import STOP_WORDS, stem, words_of
from memgraph.searching import Question

Array = NDArray[np.float64]
CATEGORIES = {1: "multi-hop", 2: "temporal", 3: "open", 4: "single-hop"}
DEPTHS = (5, 10, 20, 30)
BY_HAND = frozenset(
    ("phrase", "graph", "fact", "relation", "confidence", "disputed", "outdated", "fresh", "number_asked", "chain")
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its evidence (ids of turns) and, once searched for, its candidates."""

    conversation: int
    text: str
    category: int
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Candidates:
    """What a search has to order: the turns that each candidate rests on, and its signals by name."""

    turns: list[tuple[str, ...]]
    values: Mapping[str, Array]
    ids: list[str]

    def ordered(self, weights: Weights) -> list[str]:
        """The turns in the order that these weights give."""
        scores = np.round(sum(w * self.values[n] for n, w in asdict(weights).items()), 9)
        best = sorted(range(len(self.ids)), key=lambda i: (-scores[i], self.ids[i]))
        return list(dict.fromkeys(turn for i in best for turn in self.turns[i]))


@dataclass(slots=True)
class Measured:
    """The measures of each question, beside its conversation and category."""

    rows: list[dict[str, float]] = field(default_factory=list[dict[str, float]])
    conversations: list[int] = field(default_factory=list[int])
    categories: list[int] = field(default_factory=list[int])

    def add(self, asked: Asked, order: Sequence[str]) -> None:
        """Score one order of turns."""
        place = {turn: i for i, turn in enumerate(order)}
        ranks = [place.get(turn, 10**6) for turn in asked.evidence]
        row: dict[str, float] = {}
        for k in (*DEPTHS, 100):
            row[f"recall@{k}"] = sum(r < k for r in ranks) / len(ranks)
            row[f"all@{k}"] = float(all(r < k for r in ranks))
        ideal = sum(1 / math.log2(i + 2) for i in range(min(10, len(ranks))))
        row["nDCG@10"] = sum(1 / math.log2(r + 2) for r in ranks if r < 10) / ideal
        row["MRR"] = 1 / (min(ranks) + 1) if min(ranks) < 10**6 else 0.0
        self.rows.append(row)
        self.conversations.append(asked.conversation)
        self.categories.append(asked.category)

    def values(self, measure: str, category: int | None = None) -> Array:
        """One measure of each question (of a category)."""
        return np.array(
            [r[measure] for r, c in zip(self.rows, self.categories, strict=True) if category in (None, c)], float
        )

    def mean(self, measure: str, category: int | None = None) -> float:
        """The mean, in per cent."""
        return 100 * float(self.values(measure, category).mean())


def conversations(path: Path) -> tuple[list[dict[str, list[dict[str, Any]]]], list[Asked]]:
    """Each conversation's sessions as messages, and all questions that have evidence."""
    talks: list[dict[str, list[dict[str, Any]]]] = []
    asked: list[Asked] = []
    for number, item in enumerate(json.loads(path.read_text())):
        sessions = {talk.session: list(talk.messages) for talk in read_file(path, item["sample_id"])}
        ids = {message["id"] for messages in sessions.values() for message in messages}
        talks.append(sessions)
        for q in item["qa"]:
            found = re.findall(r"D:?(\d+):(\d+)", " ".join(q.get("evidence") or ()))
            evidence = tuple(dict.fromkeys(f"D{int(a)}:{int(b)}" for a, b in found))
            evidence = tuple(e for e in evidence if e in ids)
            if q["category"] in CATEGORIES and evidence:
                asked.append(Asked(number, q["question"], q["category"], evidence))
    return talks, asked


async def remember(memory: AsyncMemory, talks: Sequence[Mapping[str, list[dict[str, Any]]]]) -> None:
    """Add every conversation, as a user's of its own; what is there already is not added again."""
    for number, sessions in enumerate(talks):
        for name, messages in sessions.items():
            await memory.add(messages, user_id=f"locomo-{number}", run_id=name)


async def candidates(memory: AsyncMemory, asked: Asked) -> Candidates:
    """All that one search brings, with its signals."""
    now = dt.datetime.now(UTC)
    question = Question(text=asked.text, kinds=frozenset(KINDS), now=now)
    scope = Scope(user=f"locomo-{asked.conversation}")
    searcher = memory._searcher
    plan, signals = await searcher.gather(scope, question, limit=30)
    return _candidates(signals, features(signals, paths_of(signals), plan, searcher.lexicon, now))


def _candidates(signals: Signals, values: Mapping[str, Array]) -> Candidates:
    turns = [tuple(f.fact.source_ids) for f in signals.facts] + [(str(e().source_id),) for e in signals.episodes.read]
    return Candidates(turns, values, [*(f.fact.id for f in signals.facts), *signals.episodes.ids])


def interval(groups: Sequence[int], values: Array, draws: int = 2000) -> tuple[float, float]:
    """95 % of the means, in per cent, when conversations are drawn anew."""
    generator = np.random.default_rng(0)
    by = [values[np.array(groups) == g] for g in sorted(set(groups))]
    sums, counts = np.array([b.sum() for b in by]), np.array([len(b) for b in by])
    drawn = generator.integers(0, len(by), (draws, len(by)))
    means = 100 * sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    return float(np.percentile(means, 2.5)), float(np.percentile(means, 97.5))


# -- choosing weights


def chosen(found: Sequence[tuple[Asked, Candidates]], names: Sequence[str], strength: float = 10.0) -> Array:
    """The weights under which the evidence is likeliest to come first (a softmax over each question's episodes)."""
    groups: list[tuple[Array, Array]] = []
    for asked, c in found:
        values = np.stack([c.values[n] for n in names], axis=1)
        episodes = np.array([len(t) == 1 and i.startswith("ep_") for t, i in zip(c.turns, c.ids, strict=True)])
        right = np.array([t[0] in asked.evidence if t else False for t in c.turns]) & episodes
        wrong = values[episodes & ~right]
        groups.extend((row, wrong) for row in values[right])
    spread = np.sqrt(np.mean([wrong.var(axis=0) for _, wrong in groups], axis=0))
    spread[spread < 1e-9] = 1
    scaled = [np.vstack([row[None], wrong]) / spread for row, wrong in groups]

    def cost(weights: Array) -> float:
        of = strength * float(weights @ weights) / 2
        for rows in scaled:
            score = rows @ weights
            most = score.max()
            of += most + math.log(np.exp(score - most).sum()) - score[0]
        return float(of)

    weights = np.zeros(len(names))
    before = cost(weights)
    for _ in range(12):  # Newton's method, its steps halved while they go too far; a group's first row is the right one
        gradient, curvature = strength * weights, strength * np.eye(len(names))
        for rows in scaled:
            score = rows @ weights
            likely = np.exp(score - score.max())
            likely /= likely.sum()
            mean = likely @ rows
            gradient = gradient - (rows[0] - mean)
            curvature = curvature + (rows * likely[:, None]).T @ rows - np.outer(mean, mean)
        step = np.linalg.solve(curvature, gradient)
        while (after := cost(weights - step)) > before:
            step /= 2
        weights = weights - step
        if before - after < 0.01:
            break
        before = after
    return weights / spread


def fitted(found: Sequence[tuple[Asked, Candidates]]) -> tuple[Measured, Weights]:
    """Scores with weights that were chosen without the conversation, and the weights chosen on all."""
    names = [f.name for f in fields(Weights) if f.name not in BY_HAND and f.name != "bias"]
    measured = Measured()
    for held in sorted({a.conversation for a, _ in found}):
        others = [(a, c) for a, c in found if a.conversation != held]
        weights = replace(Weights(), **dict(zip(names, chosen(others, names).tolist(), strict=True)))
        for a, c in found:
            if a.conversation == held:
                measured.add(a, c.ordered(weights))
    return measured, replace(Weights(), **dict(zip(names, chosen(found, names).round(2).tolist(), strict=True)))


# -- baselines, over the same turns: "speaker: text"


def _tokens(text: str) -> list[str]:
    return [stem(w) for w in words_of(text) if w not in STOP_WORDS]


class Baselines:
    """BM25, the vectors alone, and their reciprocal-rank fusion, on one conversation."""

    def __init__(self, sessions: Mapping[str, list[dict[str, Any]]], vectors: Array) -> None:
        turns = [m for messages in sessions.values() for m in messages]
        self.ids = [m["id"] for m in turns]
        texts = [Counter(_tokens(f"{m['name']}: {m['content']}")) for m in turns]
        held = Counter(word for text in texts for word in text)
        lengths = np.array([text.total() for text in texts], float)
        self._vectors = vectors
        self._postings: dict[str, list[tuple[int, float]]] = {}
        for i, text in enumerate(texts):
            for word, count in text.items():
                rarity = math.log(1 + (len(texts) - held[word] + 0.5) / (held[word] + 0.5))
                saturation = count + 1.2 * (0.25 + 0.75 * lengths[i] / lengths.mean())
                self._postings.setdefault(word, []).append((i, rarity * count * 2.2 / saturation))

    def orders(self, question: str, vector: Array) -> dict[str, list[str]]:
        """The turns in each baseline's order."""
        scores = np.zeros(len(self.ids))
        for word in set(_tokens(question)):
            for i, score in self._postings.get(word, ()):
                scores[i] += score
        by_words, by_vector = np.argsort(-scores, kind="stable"), np.argsort(-(self._vectors @ vector), kind="stable")
        fused = np.zeros(len(self.ids))
        for order in (by_words, by_vector):
            fused[order] += 1 / (60 + np.arange(len(order)))
        orders = {"BM25": by_words, "vectors": by_vector, "rank fusion": np.argsort(-fused, kind="stable")}
        return {name: [self.ids[i] for i in order] for name, order in orders.items()}


async def baselines(talks: Sequence[Mapping[str, list[dict[str, Any]]]], asked: Sequence[Asked]) -> dict[str, Measured]:
    """Each baseline's measures."""
    embedder = StaticEmbedder()
    each: list[Baselines] = []
    for sessions in talks:
        texts = [f"{m['name']}: {m['content']}" for messages in sessions.values() for m in messages]
        each.append(Baselines(sessions, (await embedder.embed(texts)).astype(float)))
    vectors = (await embedder.embed([a.text for a in asked])).astype(float)
    out: dict[str, Measured] = {}
    for a, vector in zip(asked, vectors, strict=True):
        for name, order in each[a.conversation].orders(a.text, vector).items():
            out.setdefault(name, Measured()).add(a, order)
    return out


# -- what is printed


def table_of(measured: Mapping[str, Measured]) -> Table:
    """The measures of each way to search, with the interval of recall@10."""
    table = Table(box=None, pad_edge=False, title="Per cent, over all questions", title_justify="left")
    columns = (
        "recall@5",
        "recall@10",
        "recall@20",
        "recall@30",
        "all@5",
        "all@10",
        "all@30",
        "nDCG@10",
        "MRR",
        "recall@100",
    )
    table.add_column("")
    for column in columns:
        table.add_column(column, justify="right")
    for name, m in measured.items():
        row = [f"{m.mean(c):.1f}" for c in columns]
        low, high = interval(m.conversations, m.values("recall@10"))
        row[1] += f" [{low:.1f}, {high:.1f}]"
        table.add_row(name, *row)
    return table


def table_by_category(measured: Mapping[str, Measured]) -> Table:
    """Recall@10 by the kind of question."""
    table = Table(box=None, pad_edge=False, title="recall@10 by kind of question", title_justify="left")
    for column in ("", *CATEGORIES.values()):
        table.add_column(column, justify="right" if column else "left")
    for name, m in measured.items():
        table.add_row(name, *(f"{m.mean('recall@10', c):.1f}" for c in CATEGORIES))
    return table


def ablation(found: Sequence[tuple[Asked, Candidates]]) -> Table:
    """What is lost without each signal, question by question."""
    table = Table(
        box=None, pad_edge=False, title="What each signal adds to recall@10 and nDCG@10", title_justify="left"
    )
    for column in ("without", "recall@10", "95 %", "multi-hop", "nDCG@10"):
        table.add_column(column, justify="right" if column != "without" else "left")

    def measured(weights: Weights) -> Measured:
        out = Measured()
        for a, c in found:
            out.add(a, c.ordered(weights))
        return out

    whole = measured(Weights())
    groups = {f.name: (f.name,) for f in fields(Weights) if f.name != "bias"}
    groups["all that facts and hops say"] = ("graph", "fact", "relation", "chain")
    groups["all neighbours"] = ("words_before", "words_after", "words_near", "words_around", "reply")
    for name, left_out in groups.items():
        other = measured(replace(Weights(), **dict.fromkeys(left_out, 0.0)))
        lost = whole.values("recall@10") - other.values("recall@10")
        low, high = interval(whole.conversations, lost)
        table.add_row(
            name.replace("_", " "),
            f"{100 * lost.mean():+.1f}",
            f"[{low:+.1f}, {high:+.1f}]",
            f"{whole.mean('recall@10', 1) - other.mean('recall@10', 1):+.1f}",
            f"{whole.mean('nDCG@10') - other.mean('nDCG@10'):+.1f}",
        )
    return table


def plotted(measured: Mapping[str, Measured], path: Path) -> None:
    """Recall by depth as a picture."""
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6, 4))
    for name, m in measured.items():
        axes.plot(DEPTHS, [m.mean(f"recall@{k}") for k in DEPTHS], marker="o", label=name)
    axes.set(xlabel="turns returned", ylabel="evidence found, %", title="LoCoMo, categories 1-4", xticks=DEPTHS)
    axes.grid(alpha=0.3)
    axes.legend()
    figure.tight_layout()
    figure.savefig(path)


async def timed(memory: AsyncMemory, asked: Sequence[Asked]) -> str:
    """How long the searches take, one after the other, after a first round."""
    took: list[float] = []
    for _ in range(2):
        took.clear()
        for a in asked:
            began = time.perf_counter()
            await memory.search(a.text, user_id=f"locomo-{a.conversation}", limit=10)
            took.append(1000 * (time.perf_counter() - began))
    took.sort()
    return f"a search takes {statistics.median(took):.1f} ms (p95 {took[int(0.95 * len(took))]:.1f})"


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path)
    parser.add_argument("--store", help="where to keep the conversations; a file in a temporary folder if unset")
    parser.add_argument("--baselines", action="store_true")
    parser.add_argument("--ablate", action="store_true")
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--plot", type=Path, help="a picture of recall by depth (needs matplotlib)")
    args = parser.parse_args()
    if not args.path.is_file():
        parser.error(
            f"{args.path} is not there: get locomo10.json from https://github.com/snap-research/locomo (data/)"
        )
    out = Console(width=150)
    talks, asked = conversations(args.path)
    with tempfile.TemporaryDirectory() as folder:
        async with AsyncMemory(args.store or str(Path(folder) / "locomo.db")) as memory:
            await remember(memory, talks)
            found = [(a, await candidates(memory, a)) for a in asked]
            speed = await timed(memory, asked[:: max(1, len(asked) // 200)])
    measured: dict[str, Measured] = await baselines(talks, asked) if args.baselines or args.plot else {}
    measured["memgraph"] = Measured()
    for a, c in found:
        measured["memgraph"].add(a, c.ordered(Weights()))
    if args.fit:
        measured["memgraph, cross-validated"], weights = fitted(found)
        out.print(f"Weights chosen on all ten: {weights}")
    size = statistics.mean(len(c.ids) for _, c in found)
    out.print(f"{len(asked)} questions on {len(talks)} conversations; {size:.0f} candidates a question; {speed}")
    out.print(table_of(measured))
    out.print(table_by_category(measured))
    if args.ablate:
        out.print(ablation(found))
    if args.plot:
        plotted(measured, args.plot)


if __name__ == "__main__":
    asyncio.run(main())
