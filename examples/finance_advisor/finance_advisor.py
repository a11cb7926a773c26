#!/usr/bin/env python3
"""Prepares a review with a client: where things stand, what changed since the last one, and what was believed then."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from shared import Talk, answer, asked, remember

from memgraph import AsyncMemory, Fact

USER = "household-berg"
LAST_REVIEW = "2026-01-20T00:00Z"
TALKS: list[Talk] = [
    (
        "2026-01-15T14:00",
        "review-january",
        [
            ("f1", "Nils Berg", "I work at Nordlys as an engineer, and my wife Tove is a teacher."),
            ("f2", "Nils Berg", "We live in Bergen and I own a boat."),
            ("f3", "Nils Berg", "My goal is to retire at 60."),
            ("f4", "Tove Berg", "We want to buy a cabin."),
            ("f5", "Nils Berg", "I'm with Fjordbank. My favourite fund is Global Index."),
        ],
    ),
    (
        "2026-04-21T14:00",
        "review-april",
        [
            ("f6", "Nils Berg", "I left Nordlys in February and started at Havila on 1 March."),
            ("f7", "Nils Berg", "I sold the boat two weeks ago."),
            ("f8", "Tove Berg", "I was promoted to head teacher."),
            ("f9", "Nils Berg", "My favourite fund is now Green Bonds."),
        ],
    ),
]


def shown(facts: list[Fact]) -> dict[str, Fact]:
    """Facts by what they say."""
    return {fact.text: fact for fact in facts}


async def main() -> None:
    """What stands, what changed since the last review, and when it really did. Or a question."""
    question = asked(__doc__)
    async with AsyncMemory(":memory:") as memory:
        await remember(memory, TALKS, user_id=USER)
        if question:
            system = "You prepare a financial adviser for a client review. Cite the messages. Give no advice."
            print(await answer(memory, question, user_id=USER, system=system))
            return
        now = shown(await memory.facts(user_id=USER))
        believed = shown(await memory.facts(user_id=USER, known_at=LAST_REVIEW, as_of=LAST_REVIEW))
        print("-- new since the review of", LAST_REVIEW[:10])
        for text in sorted(now.keys() - believed.keys()):
            print(f"+ {text} (since {now[text].valid_from:%d %b}) [{', '.join(now[text].source_ids)}]")
        print("-- no longer so")
        for fact in await memory.facts(user_id=USER, include_history=True):
            if fact.text in believed and fact.text not in now and fact.valid_to is not None:
                print(f"- {fact.text} (until {fact.valid_to:%d %b}): {fact.why}")
        print("-- where Nils worked on 10 March, as known then, and as known now")
        for known in ("2026-03-10T00:00Z", None):
            [job] = await memory.facts(
                user_id=USER, subject="Nils Berg", predicate="works_at", as_of="2026-03-10T00:00Z", known_at=known
            )
            print(f"{'then' if known else 'now'}: {job.object_text}")


if __name__ == "__main__":
    asyncio.run(main())
