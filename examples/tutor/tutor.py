#!/usr/bin/env python3
"""A tutor that follows a learner over weeks: what is hard, what was hard, what to practise next."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from shared import Talk, answer, asked, remember

from memgraph import AsyncMemory

USER = "maya"
TALKS: list[Talk] = [
    (
        "2026-03-02T16:00",
        "lesson-1",
        [
            ("l1", "Tutor", "Hi Maya! How is chemistry going?"),
            ("l2", "Maya", "My goal is to get a B in chemistry. The exam is on 12 May."),
            ("l3", "Maya", "I struggle with balancing equations, and I have trouble with moles."),
            ("l4", "Maya", "I love pictures, I hate long texts."),
        ],
    ),
    (
        "2026-03-16T16:00",
        "lesson-2",
        [
            ("l5", "Maya", "I finally understand balancing equations!"),
            ("l6", "Maya", "I struggle with stoichiometry now."),
            ("l7", "Tutor", "Great progress. We'll draw it."),
            ("l8", "Maya", "By the way, the exam was moved to 19 May."),
        ],
    ),
    ("2026-03-30T16:00", "lesson-3", [("l9", "Maya", "I mastered moles, and I got a B in the mock exam.")]),
]


async def progress(memory: AsyncMemory, day: str) -> str:
    """What was hard and what was mastered on a day."""
    hard = await memory.facts(user_id=USER, subject="Maya", predicate="struggles_with", as_of=day)
    done = await memory.facts(user_id=USER, subject="Maya", predicate="has_mastered", as_of=day)
    listed = [", ".join(sorted(f.object_text for f in facts)) or "nothing" for facts in (hard, done)]
    return f"{day[:10]}: hard: {listed[0]}; mastered: {listed[1]}"


async def plan(memory: AsyncMemory) -> list[str]:
    """What the next lesson is made of."""
    lines = []
    for fact in await memory.facts(user_id=USER, subject="Maya", predicate="struggles_with"):
        lines.append(f"practise {fact.object_text}, hard since {fact.valid_from:%d %b} [{', '.join(fact.source_ids)}]")
    for fact in await memory.facts(user_id=USER, subject="Maya", predicate="likes"):
        lines.append(f"use {fact.object_text} [{', '.join(fact.source_ids)}]")
    for fact in await memory.facts(user_id=USER, subject="exam", predicate="happened_on"):
        lines.append(f"the exam is on {fact.object_text} [{', '.join(fact.source_ids)}]")
    return lines


async def main() -> None:
    """Three lessons, then the report, or a question about the learner."""
    question = asked(__doc__)
    async with AsyncMemory(":memory:", ontology=Path(__file__).with_name("ontology.yaml")) as memory:
        await remember(memory, TALKS, user_id=USER)
        if question:
            print(await answer(memory, question, user_id=USER, system="You are Maya's tutor. Be encouraging."))
            return
        for day in ("2026-03-03T00:00Z", "2026-03-17T00:00Z", "2026-03-31T00:00Z"):
            print(await progress(memory, day))
        print("Next lesson:")
        print("\n".join(f"- {line}" for line in await plan(memory)))


if __name__ == "__main__":
    asyncio.run(main())
