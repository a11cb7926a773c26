"""A session of OpenAI's Agents SDK, kept in a memory."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, cast

from agents.memory.session import SessionABC

from memgraph.inputs import ScopeArgs
from memgraph.sync import Memory

if TYPE_CHECKING:
    from agents.items import TResponseInputItem
    from agents.memory import SessionSettings

_KEPT = "openai_agents"  # the key in an episode's metadata that holds an item
_MANY = 100_000


class MemgraphSession(SessionABC):
    """The items of one conversation; what its messages state becomes facts of the user's memory."""

    session_settings: SessionSettings | None = None

    def __init__(self, memory: Memory, session_id: str, *, user_id: str, infer: bool = True, **scope: Any) -> None:
        """`scope` may hold `tenant` and `agent_id`; with `infer=False` no facts are read."""
        self.session_id = session_id
        self._memory = memory
        self._scope: ScopeArgs = cast("ScopeArgs", {"user_id": user_id, "run_id": session_id, **scope})
        self._infer = infer

    async def get_items(self, limit: int | None = None) -> list[TResponseInputItem]:
        """All items, or the latest so many, oldest first."""
        found = await asyncio.to_thread(self._episodes)
        return [e.metadata[_KEPT] for e in (found if limit is None else found[max(0, len(found) - limit) :])]

    async def add_items(self, items: list[TResponseInputItem]) -> None:
        """Add items in their order."""

        def added() -> None:
            for item in items:
                message, is_said = _message(cast("dict[str, Any]", item))
                self._memory.add([message], infer=self._infer and is_said, **self._scope)

        await asyncio.to_thread(added)

    async def pop_item(self) -> TResponseInputItem | None:
        """Take the latest item away, with the facts that rest on it alone; None where there is none."""

        def popped() -> Any:
            found = self._episodes()
            if not found:
                return None
            self._memory.delete(found[-1].id)
            return found[-1].metadata[_KEPT]

        return await asyncio.to_thread(popped)

    async def clear_session(self) -> None:
        """Delete the session's items, and the facts that rest on them alone."""
        await asyncio.to_thread(lambda: self._memory.delete_all(**self._scope))

    def _episodes(self) -> list[Any]:
        return [e for e in self._memory.episodes(limit=_MANY, **self._scope) if _KEPT in e.metadata]


def _message(item: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """An item as a message, and whether somebody says it; what a tool is asked and answers is kept, not read."""
    content: Any = item.get("content")
    if isinstance(content, list):
        parts = cast("list[dict[str, Any]]", content)
        content = "\n".join(str(part.get("text", "")) for part in parts)
    is_said = item.get("role") in ("user", "assistant") and isinstance(content, str) and bool(content.strip())
    text = content if is_said else f"({item.get('type', 'item')})"
    kept = json.loads(json.dumps(item, default=str))
    return {"role": item.get("role") or "tool", "content": text, "metadata": {_KEPT: kept}}, is_said
