"""Mem0's `Memory` and `AsyncMemory`, over a memory of memgraph's.

    from memgraph.compat.mem0 import Memory  # was: from mem0 import Memory

Calls and answers are those of Mem0's v2 and v3. A memory is a fact; where no fact could be read out of what was added,
the message itself is one, so that nothing is out of sight. What Mem0 keeps in vectors and history is in one store.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Self

from memgraph import memory as _memory
from memgraph import sync
from memgraph.errors import BadInput
from memgraph.inputs import Message, ScopeArgs

_IDS = ("user_id", "agent_id", "run_id")
_OURS = ("store", "embedder", "extractor", "reranker", "ontology", "auth")
Result = dict[str, Any]


def _arguments(config: Mapping[str, Any] | None) -> dict[str, Any]:
    """Mem0's configuration as ours: what says where the vectors are or which model embeds has no meaning here."""
    given: dict[str, Any] = dict(config or {})
    out = {name: given[name] for name in _OURS if name in given}
    graph: dict[str, Any] = given.get("graph_store") or {}
    if graph.get("provider") == "neo4j":
        neo4j: dict[str, Any] = graph.get("config") or {}
        out.setdefault("store", neo4j.get("url"))
        out.setdefault("auth", (neo4j.get("username", "neo4j"), neo4j.get("password", "")))
    model: dict[str, Any] = given.get("llm") or {}
    chosen: dict[str, Any] = model.get("config") or {}
    if model.get("provider") == "openai" and chosen.get("model"):
        out.setdefault("extractor", f"openai:{chosen['model']}")
    return out


def _scope(ids: Mapping[str, Any], filters: Mapping[str, Any] | None) -> tuple[ScopeArgs, dict[str, Any]]:
    """Whose memory a call means, and what else its filters ask for."""
    named: dict[str, Any] = {k: v for k, v in ids.items() if v is not None}
    asked: dict[str, Any] = dict(filters or {})
    for part in asked.pop("AND", []):  # as v2 and v3 write them
        asked |= part
    if any(key in asked for key in ("OR", "NOT")):
        raise BadInput("filters with OR and NOT aren't taken here: ask once for each")
    for key in _IDS:
        if key in asked:
            named[key] = asked.pop(key)
    return ScopeArgs(**named), {k: v for k, v in asked.items() if v != "*"}


def _results(found: Result, filters: Mapping[str, Any], limit: int | None, threshold: float | None = None) -> Result:
    wanted = [_shaped(r) for r in found["results"] if all(r["metadata"].get(k) == v for k, v in filters.items())]
    if threshold is not None:
        wanted = [r for r in wanted if r["score"] >= threshold]
    return {"results": wanted[:limit]}


def _shaped(result: Mapping[str, Any]) -> Result:
    """A memory with Mem0's keys: id, memory, metadata, created_at, updated_at, and the ids it is under."""
    metadata = {k: v for k, v in result["metadata"].items() if k not in ("speaker", "role")}
    out: Result = {
        "id": result["id"],
        "memory": result["memory"],
        "metadata": metadata or None,
        "created_at": result["created_at"],
        "updated_at": result["created_at"],
    }
    if result.get("score") is not None:
        out["score"] = result["score"]
    out |= {k: result[k] for k in _IDS if result.get(k) is not None}
    return out


class AsyncMemory:
    """See Mem0's `AsyncMemory`."""

    def __init__(self, config: Mapping[str, Any] | None = None, **arguments: Any) -> None:
        """`config` is Mem0's, or holds our own arguments (`store`, `extractor`, …), which may be given directly too."""
        self._memory = _memory.AsyncMemory(**{**_arguments(config), **arguments})

    @classmethod
    async def from_config(cls, config_dict: Mapping[str, Any]) -> Self:
        """See Mem0."""
        return cls(config_dict)

    async def add(
        self,
        messages: Message | Sequence[Message],
        *,
        user_id: str | None = None,
        agent_id: str | None = None,
        run_id: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        timestamp: dt.datetime | str | float | None = None,
        infer: bool = True,
        **_ignored: Any,
    ) -> Result:
        """Remember: {"results": [{"id", "memory", "event"}]}; what was said itself, where it stated no fact."""
        ids, _ = _scope({"user_id": user_id, "agent_id": agent_id, "run_id": run_id}, None)
        done = await self._memory.add(messages, metadata=metadata, timestamp=timestamp, infer=infer, **ids)
        results = [{k: r[k] for k in ("id", "memory", "event")} for r in done["results"]]
        events = {"SUPERSEDE": "UPDATE", "DISPUTE": "ADD"}
        results = [{**r, "event": events.get(r["event"], r["event"])} for r in results]
        if not results:
            for ident in done["episodes"]:
                kept = await self._memory.get(ident)
                if kept is not None:
                    results.append({"id": ident, "memory": kept["memory"], "event": "ADD"})
        return {"results": results}

    async def search(
        self,
        query: str,
        *,
        user_id: str | None = None,
        agent_id: str | None = None,
        run_id: str | None = None,
        filters: Mapping[str, Any] | None = None,
        limit: int | None = None,
        top_k: int | None = None,
        threshold: float | None = None,
        **_ignored: Any,
    ) -> Result:
        """Find: {"results": [{"id", "memory", "score", "metadata", "created_at", …}]}."""
        ids, rest = _scope({"user_id": user_id, "agent_id": agent_id, "run_id": run_id}, filters)
        wanted = top_k or limit or 20
        found = await self._memory.search(query, limit=wanted if not rest else 10 * wanted, **ids)
        return _results(found, rest, wanted, threshold)

    async def get(self, memory_id: str) -> Result | None:
        """One memory, or None."""
        found = await self._memory.get(memory_id)
        return None if found is None else _shaped(found)

    async def get_all(
        self,
        *,
        user_id: str | None = None,
        agent_id: str | None = None,
        run_id: str | None = None,
        filters: Mapping[str, Any] | None = None,
        limit: int | None = None,
        top_k: int | None = None,
        **_ignored: Any,
    ) -> Result:
        """All memories of a user, an agent or a session."""
        ids, rest = _scope({"user_id": user_id, "agent_id": agent_id, "run_id": run_id}, filters)
        wanted = top_k or limit or 20
        return _results(await self._memory.get_all(limit=wanted if not rest else 10 * wanted, **ids), rest, wanted)

    async def update(self, memory_id: str, data: str, metadata: Mapping[str, Any] | None = None) -> dict[str, str]:
        """Change a memory's text (and an episode's metadata)."""
        await self._memory.update(memory_id, data, metadata=metadata)
        return {"message": "Memory updated successfully!"}

    async def delete(self, memory_id: str) -> dict[str, str]:
        """Delete a memory."""
        await self._memory.delete(memory_id)
        return {"message": "Memory deleted successfully!"}

    async def delete_all(
        self, user_id: str | None = None, agent_id: str | None = None, run_id: str | None = None
    ) -> dict[str, str]:
        """Delete all memories of a user, an agent or a session."""
        ids, _ = _scope({"user_id": user_id, "agent_id": agent_id, "run_id": run_id}, None)
        await self._memory.delete_all(**ids)
        return {"message": "Memories deleted successfully!"}

    async def history(self, memory_id: str) -> list[Result]:
        """What happened to a memory: [{"memory_id", "event", "old_memory", "new_memory", "created_at", …}]."""
        return await self._memory.history(memory_id)

    async def reset(self) -> None:
        """Delete everything."""
        await self._memory.reset()

    async def close(self) -> None:
        """Let go of the store."""
        await self._memory.close()


class Memory:
    """See Mem0's `Memory`: every method of `AsyncMemory` here, without await."""

    add: Callable[..., Result]
    search: Callable[..., Result]
    get: Callable[..., Result | None]
    get_all: Callable[..., Result]
    update: Callable[..., dict[str, str]]
    delete: Callable[..., dict[str, str]]
    delete_all: Callable[..., dict[str, str]]
    history: Callable[..., list[Result]]
    reset: Callable[..., None]

    def __init__(self, config: Mapping[str, Any] | None = None, **arguments: Any) -> None:
        """See `AsyncMemory`."""
        self._memory = AsyncMemory(config, **arguments)
        self._portal = sync.Portal()

    @classmethod
    def from_config(cls, config_dict: Mapping[str, Any]) -> Self:
        """See Mem0."""
        return cls(config_dict)

    def close(self) -> None:
        """Let go of the store."""
        self._portal.call(self._memory.close)
        self._portal.stop()


def _waiting(verb: Callable[..., Awaitable[Any]]) -> Callable[..., Any]:
    @functools.wraps(verb)
    def waiting(self: Memory, *args: Any, **kwargs: Any) -> Any:
        return self._portal.call(functools.partial(verb, self._memory, *args, **kwargs))  # pyright: ignore[reportPrivateUsage]

    return waiting


for _name in ("add", "search", "get", "get_all", "update", "delete", "delete_all", "history", "reset"):
    setattr(Memory, _name, _waiting(getattr(AsyncMemory, _name)))
