#!/usr/bin/env python3
"""Two agents with two models over one memory, which a third one takes along."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from shared import MODEL, client

from memgraph import AsyncMemory
from memgraph.integrations.openai_tools import chat_with_memory

USER = "editorial"


async def ask(memory: AsyncMemory, agent: str, text: str) -> str:
    """What an agent answers; its model could be any."""
    reply = await chat_with_memory(
        client(), MODEL, memory, text, user_id=USER, agent_id=agent, run_id=f"{agent}-1", inject="none"
    )
    return reply.text


async def main() -> None:
    """The researcher learns, the writer asks, a third agent takes the memory along."""
    async with AsyncMemory(":memory:") as memory, AsyncMemory(":memory:") as elsewhere:
        for text in ("Marit Dahl works at Fjordlab.", "Fjordlab is based in Bergen.", "Marit Dahl speaks Sami."):
            await ask(memory, "researcher", text)
        question = "Where is the firm based that Marit works at?"
        print("writer asks:", question)
        print(await memory.context(question, user_id=USER, max_tokens=120))
        heard = await memory.episodes(user_id=USER, agent_id="researcher")
        print(f"\nheard by the researcher: {sum(e.role == 'user' for e in heard)} messages")
        lines = [line async for line in memory.export(user_id=USER)]
        done = await elsewhere.import_(lines)
        print(f"taken along: {done['episodes']} episodes")
        profile = await elsewhere.profile("Marit Dahl", user_id=USER)
        print(profile.text)


if __name__ == "__main__":
    asyncio.run(main())
