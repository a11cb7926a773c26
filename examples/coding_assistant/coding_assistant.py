#!/usr/bin/env python3
"""A coding assistant whose model keeps its own memory: what matters always, and what it may have to look up."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from shared import MODEL, client

from memgraph import AsyncMemory
from memgraph.integrations.openai_tools import MemoryTools, chat_with_memory

PROJECT = "heron-team"  # whose memory: the project's, so that every session and every assistant on it shares it
SYSTEM = "You help on the project Heron. Keep rules of the house in core memory; look decisions up before you answer."
SESSIONS = [
    [
        (
            "Heron depends on MySQL. We use ruff with lines of 100, and never push to main.",
            [
                {"tool": "core_memory_append", "label": "human", "content": "ruff, lines of 100; never push to main"},
                "Understood: ruff with lines of 100, and everything through pull requests.",
            ],
        )
    ],
    [
        (
            "We decided it: Heron no longer depends on MySQL, it depends on Postgres now.",
            ["Noted: Postgres instead of MySQL."],
        ),
        (
            "Write the settings for the database. Which one was it?",
            [
                {"tool": "archival_memory_search", "query": "Which database does Heron depend on?", "limit": 3},
                "Postgres. I put the settings into a branch, as we never push to main.",
            ],
        ),
    ],
]


async def main() -> None:
    """Two sessions; the second knows what the first agreed on."""
    async with AsyncMemory(":memory:") as memory:
        for number, session in enumerate(SESSIONS, 1):
            print(f"-- session {number}")
            for text, script in session:
                reply = await chat_with_memory(
                    client(script), MODEL, memory, text,
                    user_id=PROJECT, run_id=f"s{number}", inject="none", system=SYSTEM,
                )  # fmt: skip
                print(f"you: {text}")
                for name, arguments, said in reply.calls:
                    print(f"  {name} {arguments}\n    " + said.replace("\n", "\n    "))
                print(f"assistant: {reply.text}")
        core = await MemoryTools(memory, user_id=PROJECT).core()
        print(f"-- always before the model: {core['human']}")
        for fact in await memory.facts(user_id=PROJECT, subject="Heron", include_history=True):
            print(f"{fact.status:<10} {fact.text} [{', '.join(fact.source_ids)}]")


if __name__ == "__main__":
    asyncio.run(main())
