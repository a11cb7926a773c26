"""The model of the examples: a real one where there is a key, else a stand-in that quotes what memory holds."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

from openai import AsyncOpenAI

MODEL = os.environ.get("OPENAI_MODEL", "gpt-4o-mini")
_HELD = "What memory holds on the latest message:\n"


def client() -> Any:
    """An `AsyncOpenAI`, or something of its shape that needs no network."""
    return AsyncOpenAI() if os.environ.get("OPENAI_API_KEY") else _Offline()


class _Offline:
    """Answers with the facts that memory put into the prompt, or says that it knows none."""

    def __init__(self) -> None:
        self.chat = SimpleNamespace(completions=SimpleNamespace(create=self._create))

    async def _create(self, *, messages: list[dict[str, Any]], **_: Any) -> AsyncIterator[Any]:
        _, _, held = messages[0]["content"].partition(_HELD)
        facts = [line[2:] for line in held.splitlines() if line.startswith("- ") and "(since" in line]
        text = "I noted that." if not messages[-1]["content"].rstrip().endswith("?") else "I don't know that yet."
        if facts and messages[-1]["content"].rstrip().endswith("?"):
            text = facts[0]
        return _stream(text)


async def _stream(text: str) -> AsyncIterator[Any]:
    delta = SimpleNamespace(content=text, tool_calls=None)
    yield SimpleNamespace(usage=None, choices=[SimpleNamespace(delta=delta)])
