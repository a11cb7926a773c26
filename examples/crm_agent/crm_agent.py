#!/usr/bin/env python3
"""What one wants to know of a customer before the next call, out of weeks of talk, with the messages it rests on."""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import sys
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).parents[1]))
from shared import answer

from memgraph import AsyncMemory, Fact

USER = "sales"  # whose memory: the sales team's
HISTORY = Path(__file__).with_name("history.yaml")


async def remember(memory: AsyncMemory, history: dict[str, Any]) -> None:
    """Put the conversations in; running it again changes nothing."""
    for talk in history["conversations"]:
        messages = [
            {"id": m["id"], "name": m["by"], "content": m["text"], "timestamp": talk["at"] + dt.timedelta(minutes=n)}
            for n, m in enumerate(talk["messages"])
        ]
        # What was said in January was known in January: `known_at` can ask what we believed then.
        await memory.add(messages, user_id=USER, run_id=talk["session"], recorded_at=talk["at"])


def cited(fact: Fact) -> str:
    """A fact's value with its time and its messages."""
    marks = {"disputed": " (disputed)", "superseded": " (no longer)", "retracted": " (corrected)"}
    since = (
        f"since {fact.valid_from:%d %b %Y}" if fact.status in ("current", "disputed") else f"{fact.valid_from:%d %b %Y}"
    )
    return f"{fact.object_text}{marks.get(fact.status, '')}, {since} [{', '.join(fact.source_ids)}]"


async def brief(memory: AsyncMemory, account: str) -> str:
    """The account at a glance."""

    async def of(predicate: str, *, history: bool = False) -> list[Fact]:
        return await memory.facts(user_id=USER, subject=account, predicate=predicate, include_history=history)

    async def line(title: str, predicate: str, *, history: bool = False) -> str:
        found = await of(predicate, history=history)
        return f"{title:<18} " + (" -> ".join(map(cited, found)) if found else "not known")

    lines = [account, "=" * len(account)]
    lines.append(await line("Decides", "decision_maker", history=True))
    lines.append(await line("Champion", "champion"))
    lines.append(await line("Stage", "deal_stage", history=True))
    lines.append(await line("Budget", "budget", history=True))
    lines.append(await line("Price sensitivity", "price_sensitivity"))
    lines.append(await line("Objections", "objection"))
    lines.append(await line("Interested in", "interested_in"))
    lines.append(await line("Uses today", "uses"))
    lines.append(await line("Next step", "next_step", history=True))
    people = {f.subject.name: f.subject for f in await memory.facts(user_id=USER, predicate="works_at")}
    lines += ["", "People", "------"]
    for person in people.values():
        lines.append((await memory.profile(person, user_id=USER)).text)
    lines += ["", "Last said", "---------"]
    for episode in await memory.episodes(user_id=USER, limit=4):
        lines.append(f"{episode.occurred_at:%d %b} {episode.speaker}: {episode.content} [{episode.source_id}]")
    return "\n".join(lines)


async def main() -> None:
    """Read the history, then write the brief or answer a question."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("question", nargs="?")
    parser.add_argument("--store", default=":memory:", help="a file, or a neo4j:// address, to keep it")
    args = parser.parse_args()
    history = yaml.safe_load(HISTORY.read_text(encoding="utf-8"))
    async with AsyncMemory(args.store) as memory:
        await remember(memory, history)
        if args.question:
            system = "You prepare a salesperson for a call. Cite the ids of the messages that you rest on."
            print(await answer(memory, args.question, user_id=USER, system=system))
        else:
            print(await brief(memory, history["account"]))


if __name__ == "__main__":
    asyncio.run(main())
