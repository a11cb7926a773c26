"""LangGraph's `BaseStore` over a memory: what agents put is searched, read for facts, and kept across threads."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import operator
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

from langgraph.store.base import (
    BaseStore,
    GetOp,
    Item,
    ListNamespacesOp,
    MatchCondition,
    Op,
    PutOp,
    Result,
    SearchItem,
    SearchOp,
    TTLConfig,
)

from memgraph.inputs import ScopeArgs, episode_id, read_scope
from memgraph.memory import system_clock
from memgraph.ports import Clock
from memgraph.sync import Memory

_KEPT = "langgraph"  # the key in an episode's metadata that holds an item
_MANY = 100_000
_FOUND = 1_000  # hits that a query is answered from, of all namespaces
_MINUTES = 60.0
Namespace = tuple[str, ...]


def _ordered(compare: Callable[[float, float], bool]) -> Callable[[Any, Any], bool]:
    """A comparison of numbers that what is no number never passes."""

    def compared(value: Any, wanted: Any) -> bool:
        try:
            return compare(float(value), float(wanted))
        except (TypeError, ValueError):
            return False

    return compared


_COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {
    "$eq": operator.eq,
    "$ne": operator.ne,
    "$gt": _ordered(operator.gt),
    "$gte": _ordered(operator.ge),
    "$lt": _ordered(operator.lt),
    "$lte": _ordered(operator.le),
}


class MemgraphStore(BaseStore):
    """Items under namespaces, all in one user's memory.

    An item is an episode: its text is the value's texts (of the fields that `index` names), so that `search` finds it
    by meaning, and what it states becomes facts (unless `infer` is False). An update keeps the earlier text as history.
    TTLs are in minutes; what has expired is out of sight at once, and `sweep_ttl` deletes it.
    """

    supports_ttl = True

    def __init__(
        self,
        memory: Memory,
        *,
        user_id: str,
        infer: bool = True,
        ttl: TTLConfig | None = None,
        clock: Clock = system_clock,
        **scope: Any,
    ) -> None:
        """`scope` may hold `tenant` and `agent_id`. `ttl` is LangGraph's own configuration."""
        self._clock = clock
        self._memory = memory
        self._scope: ScopeArgs = cast("ScopeArgs", {"user_id": user_id, **scope})
        self._infer = infer
        self._writing = threading.Lock()  # an update is a read and a write
        self.ttl_config = ttl

    def batch(self, ops: Iterable[Op]) -> list[Result]:
        """See `BaseStore.batch`. Of several puts to one key the last counts."""
        given = list(ops)
        results: list[Result] = [None if isinstance(op, PutOp) else self._answer(op) for op in given]
        for op in {(op.namespace, op.key): op for op in given if isinstance(op, PutOp)}.values():
            self._put(op)
        return results

    async def abatch(self, ops: Iterable[Op]) -> list[Result]:
        """See `BaseStore.abatch`."""
        return await asyncio.to_thread(self.batch, list(ops))

    def sweep_ttl(self) -> int:
        """Delete what has expired; how many items that were."""
        now = self._clock()
        expired = [e for e in self._episodes() if _has_expired(e["metadata"][_KEPT], now)]
        for episode in expired:
            self._memory.delete(episode["id"], **self._scope)
        return len(expired)

    # -- operations

    def _answer(self, op: Op) -> Result:
        if isinstance(op, GetOp):
            return self._get(op)
        if isinstance(op, SearchOp):
            return self._search(op)
        return self._namespaces(cast("ListNamespacesOp", op))

    def _get(self, op: GetOp) -> Item | None:
        found = self._stored(op.namespace, op.key)
        if found is None or _has_expired(found["metadata"][_KEPT], self._clock()):
            return None
        self._refresh([found], refresh=op.refresh_ttl)
        return _item(found)

    def _put(self, op: PutOp) -> None:
        with self._writing:
            found = self._stored(op.namespace, op.key)
            if op.value is None:
                if found is not None:
                    self._memory.delete(found["id"], **self._scope)
                return
            now = self._clock()
            value = dict(op.value)
            created = found["metadata"][_KEPT]["created_at"] if found else now.isoformat()
            kept = {
                "namespace": list(op.namespace),
                "key": op.key,
                "value": value,
                "is_indexed": op.index is not False,
                "created_at": created,
                "updated_at": now.isoformat(),
                "ttl": op.ttl,
                "expires_at": _expiry(now, op.ttl),
            }
            text = _text(value, op.index or None)
            if found is not None:
                self._memory.update(found["id"], text, metadata={_KEPT: kept}, **self._scope)
                return
            message = {"id": _message_id(op.namespace, op.key), "content": text, "metadata": {_KEPT: kept}}
            infer = self._infer and op.index is not False
            self._memory.add(message, infer=infer, **{**self._scope, "run_id": _run(op.namespace)})

    def _search(self, op: SearchOp) -> list[SearchItem]:
        if op.query:
            found = self._memory.search(op.query, limit=_FOUND, kinds=("episode",), **self._scope)["results"]
            found = [r for r in found if r["metadata"].get(_KEPT, {}).get("is_indexed")]
        else:
            found = self._episodes()
        now = self._clock()
        chosen: list[dict[str, Any]] = []
        for result in found:
            kept = result["metadata"].get(_KEPT)
            if kept is None or tuple(kept["namespace"])[: len(op.namespace_prefix)] != op.namespace_prefix:
                continue
            if not _has_expired(kept, now) and _passes(kept["value"], op.filter or {}):
                chosen.append(result)
        chosen = chosen[op.offset : op.offset + op.limit]
        self._refresh(chosen, refresh=op.refresh_ttl)
        return [_search_item(result) for result in chosen]

    def _namespaces(self, op: ListNamespacesOp) -> list[Namespace]:
        now = self._clock()
        kept = (e["metadata"][_KEPT] for e in self._episodes())
        all_ = {tuple(k["namespace"]) for k in kept if not _has_expired(k, now)}
        matching = {n for n in all_ if all(_matches(c, n) for c in op.match_conditions or ())}
        cut = sorted({n[: op.max_depth] for n in matching})
        return cut[op.offset : op.offset + op.limit]

    # -- the memory

    def _stored(self, namespace: Namespace, key: str) -> dict[str, Any] | None:
        session = read_scope({**self._scope, "run_id": _run(namespace)})
        return self._memory.get(episode_id(session, _message_id(namespace, key)), **self._scope)

    def _episodes(self) -> list[dict[str, Any]]:
        """All items' episodes, the oldest first."""
        results = self._memory.get_all(kinds=("episode",), limit=_MANY, **self._scope)["results"]
        return [r for r in results if _KEPT in r["metadata"]]

    def _refresh(self, found: Sequence[dict[str, Any]], *, refresh: bool) -> None:
        now = self._clock()
        for result in found:
            kept = result["metadata"][_KEPT]
            if refresh and kept["ttl"] is not None:
                later = {**kept, "expires_at": _expiry(now, kept["ttl"])}
                self._memory.update(result["id"], result["memory"], metadata={_KEPT: later}, **self._scope)


def _run(namespace: Namespace) -> str:
    return "langgraph:" + json.dumps(namespace, ensure_ascii=False)


def _message_id(namespace: Namespace, key: str) -> str:
    return "langgraph:" + json.dumps([*namespace, key], ensure_ascii=False)


def _expiry(now: dt.datetime, ttl: float | None) -> str | None:
    return None if ttl is None else (now + dt.timedelta(seconds=ttl * _MINUTES)).isoformat()


def _has_expired(kept: Mapping[str, Any], now: dt.datetime) -> bool:
    return kept["expires_at"] is not None and dt.datetime.fromisoformat(kept["expires_at"]) <= now


def _item(result: Mapping[str, Any]) -> Item:
    return Item(**_fields(result))


def _search_item(result: Mapping[str, Any]) -> SearchItem:
    return SearchItem(**_fields(result), score=result["score"])


def _fields(result: Mapping[str, Any]) -> dict[str, Any]:
    kept = result["metadata"][_KEPT]
    return {
        "namespace": tuple(kept["namespace"]),
        "key": kept["key"],
        "value": kept["value"],
        "created_at": dt.datetime.fromisoformat(kept["created_at"]),
        "updated_at": dt.datetime.fromisoformat(kept["updated_at"]),
    }


def _text(value: Mapping[str, Any], fields: Sequence[str] | None) -> str:
    """The texts of a value, or of some fields (`a.b`, `a[0]`, `a[*]`); each with its key where there are several."""
    texts = list(_leaves(value, ""))
    if fields is not None:
        wanted = [
            f.replace("[*]", "").replace("[", ".").replace("]", "").removeprefix("$.").lstrip("$") for f in fields
        ]
        texts = [(path, text) for path, text in texts if any(_within(path, w) for w in wanted)]
    if len(texts) == 1:
        return texts[0][1]
    joined = "\n".join(f"{path.rsplit('.', 1)[-1]}: {text}" for path, text in texts)
    return joined or json.dumps(value, ensure_ascii=False)


def _within(path: str, wanted: str) -> bool:
    numberless = ".".join(part for part in path.split(".") if not part.isdigit())
    return not wanted or any(p == wanted or p.startswith(wanted + ".") for p in (path, numberless))


def _leaves(value: Any, path: str) -> Iterable[tuple[str, str]]:
    if isinstance(value, str):
        if value.strip():
            yield path, value
    elif isinstance(value, Mapping):
        for key, inner in cast("Mapping[str, Any]", value).items():
            yield from _leaves(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, (list, tuple)):
        for n, inner in enumerate(cast("Sequence[Any]", value)):
            yield from _leaves(inner, f"{path}.{n}")
    elif value is not None and not isinstance(value, bool):
        yield path, str(value)


def _passes(value: Any, wanted: Any) -> bool:
    """Whether a value is as a filter says: equal, or as its operators compare, part by part."""
    if not isinstance(wanted, Mapping):
        if isinstance(wanted, (list, tuple)):
            inner = cast("Sequence[Any]", wanted)
            return isinstance(value, (list, tuple)) and list(cast("Sequence[Any]", value)) == list(inner)
        return value == wanted
    parts = cast("Mapping[str, Any]", wanted)
    operators = {key for key in parts if key.startswith("$")}
    if operators:
        unknown = operators - _COMPARED.keys()
        if unknown:
            raise ValueError(f"unknown operator {min(unknown)}: use {', '.join(_COMPARED)}")
        return all(_COMPARED[name](value, parts[name]) for name in operators)
    if not isinstance(value, Mapping):
        return False
    of = cast("Mapping[str, Any]", value)
    return all(_passes(of.get(key), part) for key, part in parts.items())


def _matches(condition: MatchCondition, namespace: Namespace) -> bool:
    path = tuple(condition.path)
    if len(namespace) < len(path):
        return False
    part = namespace[: len(path)] if condition.match_type == "prefix" else namespace[len(namespace) - len(path) :]
    return all(wanted in ("*", there) for wanted, there in zip(path, part, strict=True))
