"""What the examples share: conversations going in, and a model: a real one where there is a key, else a stand-in."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from openai import AsyncOpenAI

from memgraph import AsyncMemory
from memgraph.integrations.openai_tools import chat_with_memory

MODEL = os.environ.get("OPENAI_MODEL", "gpt-4o-mini")
_HELD = ("What memory holds on the latest message:\n", "What memory holds on this:\n")

Talk = tuple[str, str, Sequence[tuple[str, str, str]]]
"""A conversation: when it began (ISO 8601), its name, and its messages as (id, who, what)."""


async def remember(memory: AsyncMemory, talks: Sequence[Talk], *, user_id: str) -> list[dict[str, Any]]:
    """Put conversations in, as known when they were held; what each fact came to. Again, it changes nothing."""
    events: list[dict[str, Any]] = []
    for at, session, said in talks:
        began = dt.datetime.fromisoformat(at).replace(tzinfo=dt.UTC)
        messages = [
            {"id": i, "name": who, "content": what, "timestamp": began + dt.timedelta(minutes=n)}
            for n, (i, who, what) in enumerate(said)
        ]
        events += (await memory.add(messages, user_id=user_id, run_id=session, recorded_at=began))["results"]
    return events


async def answer(memory: AsyncMemory, question: str, *, user_id: str, system: str) -> str:
    """An answer by a model where there is a key, else what memory holds on it."""
    if not os.environ.get("OPENAI_API_KEY"):
        return await memory.context(question, user_id=user_id, max_tokens=300)
    reply = await chat_with_memory(
        AsyncOpenAI(), MODEL, memory, question, user_id=user_id, inject="system", system=system
    )
    return reply.text


def asked(about: str | None) -> str | None:
    """The question on the command line, if there is one."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("question", nargs="?")
    return parser.parse_args().question


def client(script: Sequence[str | Mapping[str, Any]] | None = None) -> Any:
    """An `AsyncOpenAI`, or something of its shape that needs no network.

    That one says what the script has next: a text, or {"tool": name, …arguments}. Without a script it quotes the
    best fact that memory put into the prompt.
    """
    return AsyncOpenAI() if os.environ.get("OPENAI_API_KEY") else _Offline(script)


class _Offline:
    """Answers as `client` says."""

    def __init__(self, script: Sequence[str | Mapping[str, Any]] | None) -> None:
        self._script = list(script) if script is not None else None
        self.chat = SimpleNamespace(completions=SimpleNamespace(create=self._create))

    async def _create(self, *, messages: list[dict[str, Any]], **_: Any) -> AsyncIterator[Any]:
        said = self._script.pop(0) if self._script is not None else _quoted(messages)
        return _stream(said)


def _quoted(messages: list[dict[str, Any]]) -> str:
    asked = str(messages[-1]["content"]).rstrip()
    if not asked.endswith("?"):
        return "I noted that."
    held = [text.partition(mark)[2] for mark in _HELD for text in (messages[0]["content"], asked) if mark in text]
    names = [word.strip("?'s") for word in asked.splitlines()[-1].split()[1:] if word[0].isupper() and word != "I"]
    lines = [line[2:] for line in "\n".join(held).splitlines() if line.startswith("- ") and "(since" in line]
    facts = [line for line in lines if all(name in line for name in names)]
    return facts[0] if facts else "I don't know that yet."


async def _stream(said: str | Mapping[str, Any]) -> AsyncIterator[Any]:
    delta = SimpleNamespace(content=said, tool_calls=None)
    if not isinstance(said, str):
        arguments = json.dumps({name: value for name, value in said.items() if name != "tool"})
        function = SimpleNamespace(name=said["tool"], arguments=arguments)
        delta = SimpleNamespace(content=None, tool_calls=[SimpleNamespace(index=0, id="call-1", function=function)])
    yield SimpleNamespace(usage=None, choices=[SimpleNamespace(delta=delta)])
