"""The same verbs without await: a facade over `AsyncMemory`, run by an event loop in a thread of its own.

It works inside a running loop too, as in a notebook. Signatures are written out so that editors and type
checkers know them; the docstrings are those of `AsyncMemory`, and a test compares the two classes.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Awaitable, Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar, Unpack

import anyio
from anyio.from_thread import BlockingPortal

from memgraph import inputs
from memgraph.changes import Pending
from memgraph.config import Config
from memgraph.inputs import Message, ScopeArgs
from memgraph.memory import AsyncMemory
from memgraph.model import Entity, Episode, Fact, Scope
from memgraph.ontology import Ontology
from memgraph.ports import Clock, Embedder, Extractor, Finding, FullStore, Reranker
from memgraph.resolve import Candidate
from memgraph.views import Profile, Reasoning

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Portal:
    """An event loop in a thread, which ends with the program where nobody stops it."""

    def __init__(self) -> None:
        self._started: Future[BlockingPortal] = Future()
        self._thread = threading.Thread(target=self._run, name="memgraph", daemon=True)
        self._thread.start()
        self._portal = self._started.result()

    def _run(self) -> None:
        async def serve() -> None:
            async with BlockingPortal() as portal:
                self._started.set_result(portal)
                await portal.sleep_until_stopped()

        anyio.run(serve)

    def call(self, work: Callable[[], Awaitable[_T]]) -> _T:
        return self._portal.call(work)

    def stop(self) -> None:
        self._portal.call(self._portal.stop)
        self._thread.join()


class Memory:
    """See `AsyncMemory`; every method waits for its answer."""

    def __init__(
        self,
        store: str | FullStore | None = None,
        *,
        embedder: Embedder | str | None = None,
        extractor: Extractor | str | None = None,
        ontology: Ontology | Mapping[str, Any] | str | Path | None = None,
        reranker: Reranker | str | None = None,
        config: Config | None = None,
        auth: tuple[str, str] | None = None,
        clock: Clock | None = None,
    ) -> None:
        """See `AsyncMemory`."""
        self._memory = AsyncMemory(
            store,
            embedder=embedder,
            extractor=extractor,
            ontology=ontology,
            reranker=reranker,
            config=config,
            auth=auth,
            clock=clock,
        )
        self._starting = threading.Lock()
        self._portal: Portal | None = None

    def __enter__(self) -> Self:
        try:
            self._call(self._memory.__aenter__)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _call(self, method: Callable[_P, Awaitable[_T]], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        with self._starting:
            self._portal = self._portal or Portal()
            portal = self._portal

        async def called() -> _T:
            return await method(*args, **kwargs)

        return portal.call(called)

    @property
    def config(self) -> Config:
        """The settings in force."""
        return self._memory.config

    def close(self) -> None:
        self._call(self._memory.close)
        with self._starting:
            portal, self._portal = self._portal, None
        if portal is not None:
            portal.stop()

    def add(
        self,
        messages: Message | Sequence[Message],
        *,
        metadata: Mapping[str, Any] | None = None,
        timestamp: dt.datetime | str | float | None = None,
        recorded_at: dt.datetime | str | None = None,
        infer: bool = True,
        wait: bool = True,
        **scope: Unpack[ScopeArgs],
    ) -> dict[str, Any]:
        return self._call(
            self._memory.add,
            messages,
            metadata=metadata,
            timestamp=timestamp,
            recorded_at=recorded_at,
            infer=infer,
            wait=wait,
            **scope,
        )

    def add_fact(
        self,
        subject: str | Entity,
        predicate: str,
        object: str | float | dt.date | Entity,  # noqa: A002 - the field's own word
        *,
        qualifier: str = "",
        valid_from: dt.datetime | str | None = None,
        valid_to: dt.datetime | str | None = None,
        confidence: float = 1.0,
        source: str | None = None,
        **scope: Unpack[ScopeArgs],
    ) -> Fact:
        return self._call(
            self._memory.add_fact,
            subject,
            predicate,
            object,
            qualifier=qualifier,
            valid_from=valid_from,
            valid_to=valid_to,
            confidence=confidence,
            source=source,
            **scope,
        )

    def search(
        self,
        query: str,
        *,
        limit: int = 5,
        top_k: int | None = None,
        threshold: float | None = None,
        kinds: Sequence[str] = inputs.KINDS,
        as_of: dt.datetime | str | None = None,
        known_at: dt.datetime | str | None = None,
        explain: bool = False,
        **scope: Unpack[ScopeArgs],
    ) -> dict[str, Any]:
        return self._call(
            self._memory.search,
            query,
            limit=limit,
            top_k=top_k,
            threshold=threshold,
            kinds=kinds,
            as_of=as_of,
            known_at=known_at,
            explain=explain,
            **scope,
        )

    def context(
        self,
        query: str,
        *,
        max_tokens: int = 1000,
        as_of: dt.datetime | str | None = None,
        known_at: dt.datetime | str | None = None,
        **scope: Unpack[ScopeArgs],
    ) -> str:
        return self._call(self._memory.context, query, max_tokens=max_tokens, as_of=as_of, known_at=known_at, **scope)

    def facts(
        self,
        *,
        subject: str | Entity | None = None,
        predicate: str | None = None,
        as_of: dt.datetime | str | None = None,
        known_at: dt.datetime | str | None = None,
        include_history: bool = False,
        **scope: Unpack[ScopeArgs],
    ) -> list[Fact]:
        return self._call(
            self._memory.facts,
            subject=subject,
            predicate=predicate,
            as_of=as_of,
            known_at=known_at,
            include_history=include_history,
            **scope,
        )

    def profile(self, subject: str | Entity | None = None, **scope: Unpack[ScopeArgs]) -> Profile:
        return self._call(self._memory.profile, subject, **scope)

    def working(self, *, max_tokens: int = 2000, **scope: Unpack[ScopeArgs]) -> list[Episode]:
        return self._call(self._memory.working, max_tokens=max_tokens, **scope)

    def entity(self, name_or_id: str, **scope: Unpack[ScopeArgs]) -> Entity | None:
        return self._call(self._memory.entity, name_or_id, **scope)

    def entities(self, **scope: Unpack[ScopeArgs]) -> list[Entity]:
        return self._call(self._memory.entities, **scope)

    def merge(self, a: str | Entity, b: str | Entity, **scope: Unpack[ScopeArgs]) -> Entity:
        return self._call(self._memory.merge, a, b, **scope)

    def unmerge(self, a: str, b: str, **scope: Unpack[ScopeArgs]) -> tuple[Entity, Entity]:
        return self._call(self._memory.unmerge, a, b, **scope)

    def review(self, *, at_least: float = 0.5, **scope: Unpack[ScopeArgs]) -> list[Candidate]:
        return self._call(self._memory.review, at_least=at_least, **scope)

    def episodes(
        self,
        *,
        since: dt.datetime | str | None = None,
        until: dt.datetime | str | None = None,
        known_at: dt.datetime | str | None = None,
        limit: int = 100,
        **scope: Unpack[ScopeArgs],
    ) -> list[Episode]:
        return self._call(self._memory.episodes, since=since, until=until, known_at=known_at, limit=limit, **scope)

    def get(self, memory_id: str, **scope: Unpack[ScopeArgs]) -> dict[str, Any] | None:
        return self._call(self._memory.get, memory_id, **scope)

    def owner(self, memory_id: str) -> Scope | None:
        return self._call(self._memory.owner, memory_id)

    def get_all(
        self,
        *,
        limit: int = 100,
        top_k: int | None = None,
        kinds: Sequence[str] = inputs.KINDS,
        **scope: Unpack[ScopeArgs],
    ) -> dict[str, Any]:
        return self._call(self._memory.get_all, limit=limit, top_k=top_k, kinds=kinds, **scope)

    def update(
        self, memory_id: str, text: str, *, metadata: Mapping[str, Any] | None = None, **scope: Unpack[ScopeArgs]
    ) -> dict[str, Any]:
        return self._call(self._memory.update, memory_id, text, metadata=metadata, **scope)

    def delete(self, memory_id: str, **scope: Unpack[ScopeArgs]) -> dict[str, Any]:
        return self._call(self._memory.delete, memory_id, **scope)

    def delete_all(self, **scope: Unpack[ScopeArgs]) -> dict[str, Any]:
        return self._call(self._memory.delete_all, **scope)

    def history(self, memory_id: str, **scope: Unpack[ScopeArgs]) -> list[dict[str, Any]]:
        return self._call(self._memory.history, memory_id, **scope)

    def why(self, fact_id: str, **scope: Unpack[ScopeArgs]) -> Reasoning | None:
        return self._call(self._memory.why, fact_id, **scope)

    def reset(self) -> None:
        self._call(self._memory.reset)

    def export(self, **scope: Unpack[ScopeArgs]) -> Generator[dict[str, Any], None, None]:
        lines = self._memory.export(**scope)

        async def following() -> dict[str, Any] | None:
            return await anext(lines, None)

        try:
            while (line := self._call(following)) is not None:
                yield line
        finally:
            self._call(lines.aclose)

    def import_(self, lines: Iterable[str | bytes | Mapping[str, Any]], **scope: Unpack[ScopeArgs]) -> dict[str, int]:
        return self._call(self._memory.import_, lines, **scope)

    def pending(self, **scope: Unpack[ScopeArgs]) -> list[Pending]:
        return self._call(self._memory.pending, **scope)

    def retry_pending(self, *, is_due_only: bool = False, **scope: Unpack[ScopeArgs]) -> dict[str, int]:
        return self._call(self._memory.retry_pending, is_due_only=is_due_only, **scope)

    def stats(self, **scope: Unpack[ScopeArgs]) -> dict[str, int]:
        return self._call(self._memory.stats, **scope)

    def graph_query(
        self, query: str, parameters: Mapping[str, Any] | None = None, *, limit: int = 100, timeout_s: float = 10.0
    ) -> dict[str, Any]:
        return self._call(self._memory.graph_query, query, parameters, limit=limit, timeout_s=timeout_s)

    def doctor(self) -> list[Finding]:
        return self._call(self._memory.doctor)

    def migrate(self) -> list[str]:
        return self._call(self._memory.migrate)


for _name, _method in list(vars(Memory).items()):
    if callable(_method) and not _name.startswith("_"):
        _method.__doc__ = getattr(AsyncMemory, _name).__doc__
