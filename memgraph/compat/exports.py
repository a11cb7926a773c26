"""Reads what other memories export: Mem0, Graphiti (Zep), LangMem. Their shapes are documented in docs/transfer.md."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

from memgraph.errors import BadInput
from memgraph.inputs import ScopeArgs

Source = Literal["mem0", "graphiti", "langmem"]
Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Brought:
    """What an export holds of one user or session: messages for `add`, and facts for `add_fact`."""

    scope: ScopeArgs
    messages: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    facts: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])


def read_export(path: Path, source: Source) -> list[Brought]:
    """What a file holds, by whose it is. Raises `BadInput` for one that is not of that kind."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} can't be read: {error}") from error
    try:
        lines = text.splitlines()
        data = [json.loads(line) for line in lines if line.strip()] if path.suffix == ".jsonl" else json.loads(text)
    except ValueError as error:
        raise BadInput(f"{path} is not valid JSON: {error}") from error
    try:
        return _READERS[source](data)
    except (KeyError, TypeError, AttributeError) as error:
        raise BadInput(f"{path} is no export of {source}: {error!r}; docs/transfer.md shows its shape") from error


def _mem0(data: Any) -> list[Brought]:
    """`get_all`'s answer, or its list: each memory a statement of its user's, at the time that it was last changed."""
    out: dict[tuple[Any, ...], Brought] = {}
    for item in _listed(data, "results"):
        ids = {name: item[name] for name in ("user_id", "agent_id", "run_id") if item.get(name)}
        brought = out.setdefault(tuple(ids.items()), Brought(ScopeArgs(**ids)))
        brought.messages.append(
            _said(
                f"mem0:{item['id']}",
                item["memory"],
                item.get("updated_at") or item.get("created_at"),
                item.get("metadata"),
            )
        )
    return list(out.values())


def _graphiti(data: Any) -> list[Brought]:
    """Episodes as messages ("Name: text" tells the speaker), edges as facts between nodes; by `group_id`."""
    out: dict[str, Brought] = {}

    def of(item: Item) -> Brought:
        group = item.get("group_id") or "graphiti"
        return out.setdefault(group, Brought(ScopeArgs(user_id=group)))

    for episode in _listed(data, "episodes"):
        speaker, colon, text = episode["content"].partition(": ")
        is_spoken = bool(colon) and len(speaker) <= 60 and "\n" not in speaker
        said = _said(f"graphiti:{episode['uuid']}", text if is_spoken else episode["content"], episode.get("valid_at"))
        of(episode).messages.append({**said, **({"name": speaker.strip()} if is_spoken else {})})
    names = {node["uuid"]: node["name"] for node in cast("Sequence[Item]", data.get("nodes", []))}
    for edge in cast("Sequence[Item]", data.get("edges", [])):
        fact = {
            "subject": names[edge["source_node_uuid"]],
            "predicate": edge["name"].lower(),
            "object": names[edge["target_node_uuid"]],
            "valid_from": _aware(edge.get("valid_at") or edge.get("created_at")),
            "valid_to": _aware(edge.get("invalid_at")),
            "source": "graphiti",
        }
        of(edge).facts.append(fact)
    return list(out.values())


def _langmem(data: Any) -> list[Brought]:
    """Items of LangGraph's store: the texts of each value, under the user that the namespace ends with."""
    out: dict[str, Brought] = {}
    for item in _listed(data, "items"):
        user = item["namespace"][-1]
        value = item["value"]
        content: Any = cast("Item", value).get("content", value) if isinstance(value, Mapping) else value
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        said = _said(f"langmem:{'/'.join(item['namespace'])}/{item['key']}", text, item.get("updated_at"))
        out.setdefault(user, Brought(ScopeArgs(user_id=user))).messages.append(said)
    return list(out.values())


def _listed(data: Any, key: str) -> Iterable[Item]:
    items: Any = cast("Item", data)[key] if isinstance(data, Mapping) else data
    if not isinstance(items, list):
        raise TypeError(f"{key} is no list")
    return cast("list[Item]", items)


def _said(ident: str, text: str, at: str | None, metadata: Item | None = None) -> dict[str, Any]:
    out: dict[str, Any] = {"role": "user", "id": ident[:512], "content": text}
    if at:
        out["timestamp"] = _aware(at)
    if metadata:
        out["metadata"] = dict(metadata)
    return out


def _aware(time: str | None) -> str | None:
    """Times without a zone are taken as UTC, which these systems write."""
    if not time:
        return None
    has_zone = time.endswith(("Z", "z")) or "+" in time[10:] or "-" in time[10:]
    return time if has_zone else f"{time}Z" if "T" in time or " " in time else f"{time}T00:00:00Z"


_READERS: Mapping[Source, Callable[[Any], list[Brought]]] = {"mem0": _mem0, "graphiti": _graphiti, "langmem": _langmem}
