"""Answers a question: plans it, asks the store once, ranks what that brought, and has it reranked where wanted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from memgraph.changes import FactSignal, Signals, Sought
from memgraph.errors import RerankingFailed
from memgraph.model import Episode, FactState, Scope
from memgraph.ontology import Ontology
from memgraph.ports import Cue, Embedder, EpisodeQuery, Reranker, Store
from memgraph.providers.static import embed_static
from memgraph.recall import Hit, Lexicon, Plan, Weights, plan, rank
from memgraph.resolve import Resolver
from memgraph.telemetry import span

_RERANKED = 30  # hits that a reranker sees


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of a memory, checked: `as_of` is None where the caller asked for now."""

    text: str
    kinds: frozenset[str]
    now: dt.datetime
    as_of: dt.datetime | None = None
    known_at: dt.datetime | None = None

    @property
    def moment(self) -> dt.datetime:
        """The time for which the answer is meant."""
        return self.as_of or self.now


@dataclass(frozen=True, slots=True)
class Found:
    """The hits for a question, how it was understood, and what went wrong without spoiling them."""

    hits: list[Hit]
    plan: Plan
    warnings: tuple[str, ...] = ()


class Searcher:
    """Searches one store."""

    def __init__(
        self,
        store: Store,
        embedder: Embedder,
        ontology: Ontology,
        resolver: Resolver,
        reranker: Reranker | None,
        pool: int,
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._ontology = ontology
        self._resolver = resolver
        self._reranker = reranker
        self._pool = pool
        self.lexicon = Lexicon(embed_static)

    async def find(self, owner: Scope, question: Question, limit: int) -> Found:
        """The best answers, best first."""
        wanted = limit if self._reranker is None else max(limit, _RERANKED)
        planned, signals = await self.gather(owner, question, wanted)
        with span("rank", episodes=len(signals.episodes), facts=len(signals.facts)):
            hits = rank(signals, planned, self.lexicon, Weights(), wanted, question.moment)
        if self._reranker is None or not hits:
            return Found(hits, planned)
        first = hits[:_RERANKED]
        try:
            with span("rerank", hits=len(first)):
                scores = await self._reranker.scores(question.text, [_text(hit.answer) for hit in first])
        except RerankingFailed as error:
            return Found(hits[:limit], planned, (f"not reranked: {error}",))
        order = sorted(range(len(first)), key=lambda i: (-scores[i], i))
        best = [replace(first[i], score=scores[i], parts={"reranker": scores[i]}) for i in order]
        rest = [replace(hit, score=min(hit.score, best[-1].score)) for hit in hits[_RERANKED:]]
        return Found([*best, *rest][:limit], planned)

    async def gather(self, owner: Scope, question: Question, limit: int) -> tuple[Plan, Signals]:
        """How a question is understood, and all that may answer it, enough for so many hits."""
        with span("plan"):
            planned = plan(question.text, self._ontology, question.moment)
        with span("embed", texts=1):
            [vector] = await self._embedder.embed([question.text])
        cue = Cue(
            vector=vector,
            terms=planned.terms,
            phrases=planned.phrases,
            beginnings=planned.beginnings,
            names=planned.names,
            short=planned.short,
            kinds=question.kinds,
            since=planned.since(question.moment),
            as_of=question.moment,
            known_at=question.known_at,
            is_past=question.as_of is not None or question.known_at is not None,
            pool=max(self._pool, limit),
        )
        with span("recall"):
            signals = await self._store.recall(owner, cue)
        if question.known_at is not None:
            signals = replace(signals, facts=await self._as_known(owner, signals.facts, cue, question.known_at))
        if owner.user is not None and (owner.agent or owner.session):
            inside = await self.within(owner, {e for s in signals.facts for e in s.episodes})
            signals = replace(signals, facts=tuple(s for s in signals.facts if inside.intersection(s.episodes)))
        return planned, signals

    async def _as_known(
        self, owner: Scope, found: Sequence[FactSignal], cue: Cue, known_at: dt.datetime
    ) -> tuple[FactSignal, ...]:
        """The found facts as they were believed then, in place of what they are now."""
        believed = await self.believed(owner, [s.fact.slot for s in found], known_at)
        by_id = {f.id: f for f in believed if f.holds(cue.as_of, cue.since)}
        return tuple(replace(s, fact=by_id[s.fact.id]) for s in found if s.fact.id in by_id)

    async def believed(self, owner: Scope, slots: Sequence[str], known_at: dt.datetime) -> list[FactState]:
        """The facts of these slots as they were believed at `known_at`."""
        ledger = await self._store.ledger(owner, Sought(slots=tuple(dict.fromkeys(slots))))
        return list(self._resolver.replayed(ledger.assertions.values(), ledger.identities, known_at).values())

    async def within(self, owner: Scope, episodes: set[str]) -> set[str]:
        """Those of these episodes that are of the owner's agent and session."""
        found = await self._store.episodes(owner, EpisodeQuery(ids=tuple(episodes)))
        return {
            e.id for e in found if owner.agent in (None, e.scope.agent) and owner.session in (None, e.scope.session)
        }


def _text(answer: FactState | Episode) -> str:
    return answer.text if isinstance(answer, FactState) else answer.indexed_text
