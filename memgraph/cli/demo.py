"""`memgraph demo`: the main job on a made-up sale, printed so that a newcomer sees what memory does."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.rule import Rule

from memgraph.cli import show
from memgraph.sync import Memory


def load() -> dict[str, Any]:
    """The made-up sale: user, sessions, questions."""
    return yaml.safe_load((Path(__file__).parent / "demo.yaml").read_text(encoding="utf-8"))


def remember(memory: Memory, sale: dict[str, Any]) -> None:
    """Add the sale's sessions, as they would have come in: each when it was held."""
    for session in sale["sessions"]:
        start = session["at"]
        messages = [
            {
                "id": m["id"],
                "role": "user",
                "name": m["by"],
                "content": m["text"],
                "timestamp": start + dt.timedelta(minutes=n),
            }
            for n, m in enumerate(session["messages"])
        ]
        memory.add(messages, user_id=sale["user"], run_id=session["session"], recorded_at=start)


def tell(memory: Memory, sale: dict[str, Any], out: Console) -> None:
    """Print what was heard, what is known, what gave way to what and why, and the answers to the questions."""
    user = sale["user"]
    out.print(Rule("What was heard", align="left"))
    out.print(show.episodes_table(memory.episodes(user_id=user)))
    out.print(Rule("Who and what it is about", align="left"))
    out.print(show.entities_table(memory.entities(user_id=user)))
    out.print(Rule("What memory makes of it", align="left"))
    facts = memory.facts(user_id=user, include_history=True)
    out.print(show.facts_table(facts))
    out.print(Rule("What gave way to what, and why", align="left"))
    for line in show.decisions(facts):
        out.print(line)
    out.print(Rule("Questions, answered with their evidence", align="left"))
    for question in sale["questions"]:
        out.print(f"[bold]{question}[/]")
        out.print(show.results_table(memory.search(question, user_id=user, limit=3)["results"]))
        out.print()
