"""Whole talks, session after session, into a memory: what each turn must give, and what must not come of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from memgraph import Memory
from memgraph.model import UTC

START = dt.datetime(2026, 2, 2, 9, tzinfo=UTC)


@dataclass
class Talk:
    name: str
    sessions: list[list[dict[str, Any]]] = field(default_factory=lambda: [[]])
    must: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])  # a turn's id, a fact
    must_not: list[str] = field(default_factory=list[str])


def talks() -> list[Talk]:
    """The talks of `tests/stories/talks.txt`, whose head says how they are written."""
    out: list[Talk] = []
    at = START
    for line in (Path(__file__).parent.parent / "stories" / "talks.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            out.append(Talk(line[3:]))
            at = START
        elif line.startswith("-- "):
            days = dt.timedelta(days=int(line[3:]))
            at = at.replace(hour=START.hour, minute=0) + days
            out[-1].sessions.append([])
        elif line.startswith("= "):
            out[-1].must.append((out[-1].sessions[-1][-1]["id"], line[2:]))
        elif line.startswith("! "):
            out[-1].must_not.append(line[2:])
        elif line and not line.startswith("# "):
            name, _, text = line.partition(": ")
            count = sum(map(len, out[-1].sessions))
            out[-1].sessions[-1].append({"id": f"m{count}", "name": name, "content": text, "timestamp": at})
            at += dt.timedelta(minutes=1)
    return out


@pytest.mark.parametrize("talk", talks(), ids=lambda talk: talk.name)
def test_a_talk_gives_its_facts(talk: Talk) -> None:
    with Memory(":memory:") as memory:
        for number, session in enumerate(talk.sessions):
            memory.add(session, user_id="u", run_id=f"r{number}")
        told = {
            (source, f"{fact.status} {fact.subject.name} | {fact.predicate} | {fact.object_text}")
            for fact in memory.facts(user_id="u", include_history=True)
            for source in fact.source_ids
        }
    missing = [fact for fact in talk.must if fact not in told]
    assert missing == []
    assert [fact for _, fact in told if any(wrong in fact for wrong in talk.must_not)] == []
