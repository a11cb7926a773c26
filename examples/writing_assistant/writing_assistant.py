#!/usr/bin/env python3
"""Reads a novel chapter by chapter, keeps who is who, and says where a chapter contradicts an earlier one."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from shared import Talk, answer, asked, remember

from memgraph import AsyncMemory

USER = "the-lighthouse"
CHAPTERS: list[Talk] = [
    (
        "2026-05-01T08:00",
        "chapter-1",
        [
            ("c1-1", "Narrator", "Elin Sund lives in Skagen with her brother Aksel."),
            ("c1-2", "Narrator", "Elin works at the Harbour Museum. Her eyes are green."),
            ("c1-3", "Narrator", "Aksel is a fisherman and is married to Mirja."),
        ],
    ),
    (
        "2026-05-08T08:00",
        "chapter-2",
        [
            ("c2-1", "Narrator", "Mirja's father is Teunis Bakker. Teunis Bakker lives in Hirtshals."),
            ("c2-2", "Narrator", "The Harbour Museum is located in Skagen."),
        ],
    ),
    (
        "2026-05-15T08:00",
        "chapter-3",
        [
            ("c3-1", "Narrator", "Aksel is a carpenter, as everybody knows."),
            ("c3-2", "Narrator", "Elin Sund lives in Hirtshals."),
        ],
    ),
]


async def contradictions(memory: AsyncMemory, chapter: Talk) -> list[str]:
    """Read a chapter; what it changes in what was told before."""
    events = await remember(memory, [chapter], user_id=USER)
    lines = []
    for event in events:
        if event["event"] in ("SUPERSEDE", "DISPUTE"):
            fact = await memory.get(event["id"])
            lines.append(f"{event['memory']} [{', '.join(fact['source_ids'])}]" if fact else event["memory"])
    return lines


async def cast(memory: AsyncMemory) -> None:
    """Who is who, and how they hang together."""
    for entity in await memory.entities(user_id=USER):
        if entity.kind == "person" and entity.name != "Narrator":
            profile = await memory.profile(entity, user_id=USER)
            print(profile.text)


async def main() -> None:
    """Read the chapters, then show the cast and one path through it. Or answer a question."""
    question = asked(__doc__)
    async with AsyncMemory(":memory:") as memory:
        for chapter in CHAPTERS:
            changed = await contradictions(memory, chapter)
            if not question:
                print(f"-- {chapter[1]}: " + ("; ".join(changed) if changed else "nothing contradicts"))
        if question:
            system = "You help a novelist keep the story straight. Cite the passages."
            print(await answer(memory, question, user_id=USER, system=system))
            return
        print("-- the cast")
        await cast(memory)
        question = "Where does the father of Aksel's wife live?"
        print("--", question)
        [best] = (await memory.search(question, user_id=USER, limit=1, explain=True))["results"]
        print(" -> ".join(best["explain"]["path"]), f"[{', '.join(best['source_ids'])}]")


if __name__ == "__main__":
    asyncio.run(main())
