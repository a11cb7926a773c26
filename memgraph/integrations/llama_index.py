"""LlamaIndex: the memory of an agent or a chat engine."""

from __future__ import annotations

import json
from typing import Any, cast

from llama_index.core.base.llms.types import ChatMessage, MessageRole
from llama_index.core.memory.types import BaseMemory
from pydantic import ConfigDict, Field

from memgraph.inputs import ScopeArgs
from memgraph.model import Episode
from memgraph.sync import Memory

_KEPT = "llama_index"  # the key in an episode's metadata that holds a message
_MANY = 100_000
_SAID = (MessageRole.USER, MessageRole.ASSISTANT)


class MemgraphMemory(BaseMemory):
    """A session's messages, and before them what memory holds on the latest one.

    What they state becomes facts of the user's memory.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    memory: Memory
    user_id: str
    session_id: str
    max_tokens: int = Field(1000, description="of what memory holds, and as many of the session's last turns")
    infer: bool = Field(default=True, description="whether facts are read")
    scope: dict[str, Any] = Field(default_factory=dict[str, Any], description="may hold tenant and agent_id")

    @classmethod
    def class_name(cls) -> str:
        """See `BaseComponent`."""
        return "MemgraphMemory"

    @classmethod
    def from_defaults(cls, **kwargs: Any) -> MemgraphMemory:
        """The same as the constructor."""
        return cls(**kwargs)

    def get(self, input: str | None = None, **kwargs: Any) -> list[ChatMessage]:  # noqa: A002 - as LlamaIndex names it
        """A system message with what memory holds on `input` (else on the user's last message), then the last turns."""
        del kwargs
        turns = self.memory.working(max_tokens=self.max_tokens, **self._session)
        told = [_message(e) for e in turns if _KEPT in e.metadata]
        asked = input or next((str(m.content) for m in reversed(told) if m.role == MessageRole.USER and m.content), "")
        held = self.memory.context(asked, max_tokens=self.max_tokens, **self._whose) if asked else ""
        if not held:
            return told
        return [ChatMessage(role=MessageRole.SYSTEM, content=f"What memory holds on this:\n{held}"), *told]

    def get_all(self) -> list[ChatMessage]:
        """All messages of the session, oldest first."""
        return [_message(e) for e in self._episodes()]

    def put(self, message: ChatMessage) -> None:
        """Add a message; what a tool is asked and answers is kept, not read."""
        text = (message.content or "").strip()
        is_said = bool(text) and message.role in _SAID
        kept = json.loads(message.model_dump_json())
        role = message.role.value if message.role in _SAID else "tool"
        said = {"role": role, "content": text or f"({message.role.value} message)", "metadata": {_KEPT: kept}}
        self.memory.add(said, infer=self.infer and is_said, **self._session)

    def set(self, messages: list[ChatMessage]) -> None:
        """Make these the messages of the session. Those that stand at its beginning already are left as they are."""
        there = self._episodes()
        same = 0
        for episode, message in zip(there, messages, strict=False):
            if _message(episode) != message:
                break
            same += 1
        for episode in there[same:]:
            self.memory.delete(episode.id)
        for message in messages[same:]:
            self.put(message)

    def reset(self) -> None:
        """Delete the session's messages, and the facts that rest on them alone."""
        self.memory.delete_all(**self._session)

    def _episodes(self) -> list[Episode]:
        return [e for e in self.memory.episodes(limit=_MANY, **self._session) if _KEPT in e.metadata]

    @property
    def _whose(self) -> ScopeArgs:
        return cast("ScopeArgs", {"user_id": self.user_id, **self.scope})

    @property
    def _session(self) -> ScopeArgs:
        return cast("ScopeArgs", {**self._whose, "run_id": self.session_id})


def _message(episode: Episode) -> ChatMessage:
    return ChatMessage.model_validate(episode.metadata[_KEPT])
