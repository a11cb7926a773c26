#!/usr/bin/env python3
"""Tracks a patient's medication, conditions and allergies, as told by several people, and forgets on request."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from shared import Talk, answer, asked, remember

from memgraph import AsyncMemory

USER = "care-of-edith"
PATIENT = "Edith Moran"
TALKS: list[Talk] = [
    (
        "2026-01-12T10:00",
        "intake",
        [
            ("h1", PATIENT, "I have high blood pressure and I take lisinopril for it."),
            ("h2", PATIENT, "I'm allergic to penicillin."),
            ("h3", "Rosa Moran", "I'm her daughter Rosa. Edith also has arthritis in her hands."),
            ("h4", PATIENT, "I don't like hospitals, and I drink more than I should."),
        ],
    ),
    (
        "2026-02-03T09:00",
        "call",
        [
            ("h5", PATIENT, "Dr. Lund switched me from lisinopril to losartan yesterday."),
            ("h6", PATIENT, "I started taking ibuprofen in January."),
            ("h7", PATIENT, "You can reach me at +44 20 7946 0991."),
        ],
    ),
    (
        "2026-03-02T09:00",
        "check-up",
        [
            ("h8", PATIENT, "I stopped taking ibuprofen last week."),
            ("h9", PATIENT, "The doctor says it's not arthritis, it's tendonitis."),
        ],
    ),
]


async def record(memory: AsyncMemory, title: str, predicate: str, day: str | None = None) -> str:
    """One line of the record as it was true on a day."""
    facts = await memory.facts(user_id=USER, subject=PATIENT, predicate=predicate, as_of=day)
    told = [f"{f.object_text} (since {f.valid_from:%d %b}) [{', '.join(f.source_ids)}]" for f in facts]
    return f"{title:<12} {'; '.join(told) or 'none known'}"


async def main() -> None:
    """The record, on two days; a message forgotten; the record carried away. Or a question."""
    question = asked(__doc__)
    async with AsyncMemory(":memory:") as memory:
        await remember(memory, TALKS, user_id=USER)
        if question:
            system = "You help a patient keep track of her care. You give no medical advice; cite the messages."
            print(await answer(memory, question, user_id=USER, system=system))
            return
        for day in ("2026-02-04T00:00Z", "2026-03-03T00:00Z"):
            print(f"-- {PATIENT}, {day[:10]}")
            print(await record(memory, "medication", "takes_medication", day))
            print(await record(memory, "conditions", "has_condition", day))
            print(await record(memory, "allergies", "allergic_to", day))
        print("-- how the medication changed")
        for fact in await memory.facts(
            user_id=USER, subject=PATIENT, predicate="takes_medication", include_history=True
        ):
            until = f" until {fact.valid_to:%d %b}" if fact.valid_to else ""
            print(f"{fact.object_text}: {fact.valid_from:%d %b}{until} [{', '.join(fact.source_ids)}]")
        print("-- on request, what she said about drinking is forgotten")
        [said] = [e for e in await memory.episodes(user_id=USER) if e.source_id == "h4"]
        await memory.delete(said.id)
        left = await memory.search("drinking", user_id=USER, limit=20)
        print("still there:", sum("drink" in hit["memory"] for hit in left["results"]))
        lines = [line async for line in memory.export(user_id=USER)]
        print(f"-- her record, to take along: {len(lines)} lines")


if __name__ == "__main__":
    asyncio.run(main())
