#!/usr/bin/env python3
"""An assistant that goes on where another session stopped, and keeps up with what changes."""

from __future__ import annotations

import argparse
import asyncio
import sys
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from shared import MODEL, client

from memgraph import AsyncMemory
from memgraph.integrations.openai_tools import stream_with_memory

USER = "ines"
SESSIONS = [
    ["I live in Porto with my sister Clara.", "I'm allergic to peanuts."],
    ["Where do I live?", "What am I allergic to?", "I moved to Graz last week."],
    ["Where do I live?"],
]


async def say(memory: AsyncMemory, text: str, session: str) -> None:
    """One message and the answer, as it comes."""
    answer = stream_with_memory(client(), MODEL, memory, text, user_id=USER, run_id=session, inject="system")
    async for part in answer:
        print(part, end="", flush=True)
    print()


async def replay(memory: AsyncMemory) -> None:
    """The three sessions."""
    for number, messages in enumerate(SESSIONS, 1):
        print(f"-- session {number}")
        for text in messages:
            print(f"you: {text}\nassistant: ", end="")
            await say(memory, text, f"session-{number}")


async def chat(memory: AsyncMemory) -> None:
    """Talk until an empty line."""
    session = uuid.uuid4().hex
    while text := (await asyncio.to_thread(input, "you: ")).strip():
        print("assistant: ", end="")
        await say(memory, text, session)


async def main() -> None:
    """Replay the sessions, or chat."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chat", action="store_true")
    args = parser.parse_args()
    async with AsyncMemory(None if args.chat else ":memory:") as memory:
        await (chat(memory) if args.chat else replay(memory))


if __name__ == "__main__":
    asyncio.run(main())
