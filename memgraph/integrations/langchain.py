"""LangChain: a chat's history kept in memory, and memory as a retriever."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Sequence
from typing import Any, cast

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.chat_history import BaseChatMessageHistory
from langchain_core.documents import Document
from langchain_core.messages import BaseMessage, message_to_dict, messages_from_dict
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field

from memgraph.inputs import KINDS, ScopeArgs
from memgraph.sync import Memory

_KEPT = "langchain"  # the key in an episode's metadata that holds a message
_MANY = 100_000
_ROLES = {"human": "user", "ai": "assistant"}


class MemgraphChatMessageHistory(BaseChatMessageHistory):
    """The messages of one session, as LangChain made them; what they state becomes facts of the user's memory."""

    def __init__(self, memory: Memory, *, user_id: str, session_id: str, infer: bool = True, **scope: Any) -> None:
        """`scope` may hold `tenant` and `agent_id`; with `infer=False` no facts are read."""
        self._memory = memory
        self._scope: ScopeArgs = cast("ScopeArgs", {"user_id": user_id, "run_id": session_id, **scope})
        self._infer = infer

    @property
    def messages(self) -> list[BaseMessage]:  # pyright: ignore[reportIncompatibleVariableOverride] - as LangChain's own
        """All messages, oldest first."""
        found = self._memory.episodes(limit=_MANY, **self._scope)
        return messages_from_dict([e.metadata[_KEPT] for e in found if _KEPT in e.metadata])

    def add_messages(self, messages: Sequence[BaseMessage]) -> None:
        """Add messages; one whose id is there already changes nothing."""
        for is_said, together in itertools.groupby(messages, key=lambda m: m.type in _ROLES):
            self._memory.add([_message(m) for m in together], infer=self._infer and is_said, **self._scope)

    def clear(self) -> None:
        """Delete the session's messages, and the facts that rest on them alone."""
        self._memory.delete_all(**self._scope)


def _message(message: BaseMessage) -> dict[str, Any]:
    text = str(message.text).strip() or f"({message.type} message without text)"
    out: dict[str, Any] = {
        "role": _ROLES.get(message.type, message.type),
        "content": text,
        "metadata": {_KEPT: json.loads(json.dumps(message_to_dict(message), default=str))},
    }
    if message.id:
        out["id"] = message.id
    if message.name:
        out["name"] = message.name
    return out


class MemgraphRetriever(BaseRetriever):
    """Facts and episodes that answer a question, as documents; the metadata has score, times and sources."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    memory: Memory
    user_id: str
    k: int = 5
    kinds: tuple[str, ...] = KINDS
    scope: dict[str, Any] = Field(default_factory=dict[str, Any])

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        del run_manager
        whose = cast("ScopeArgs", {"user_id": self.user_id, **self.scope})
        found = self.memory.search(query, limit=self.k, kinds=self.kinds, **whose)["results"]
        return [Document(id=r["id"], page_content=r.pop("memory"), metadata=r) for r in found]

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun
    ) -> list[Document]:
        return await asyncio.to_thread(self._get_relevant_documents, query, run_manager=run_manager.get_sync())
