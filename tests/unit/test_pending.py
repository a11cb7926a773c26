"""Nothing is lost when reading fails: episodes are stored first, queued, and read again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest

from memgraph import AsyncMemory, ExtractionFailed
from memgraph.changes import Extraction
from memgraph.extract.rules import RuleExtractor
from memgraph.model import UTC, Episode

pytestmark = pytest.mark.anyio


class Unsteady:
    """An extractor behind a network, which is down at first."""

    is_local = False

    def __init__(self) -> None:
        self.is_down = True
        self.calls: list[tuple[int, int]] = []
        self.rules = RuleExtractor()

    async def extract(
        self, episodes: Sequence[Episode], before: Sequence[Episode], known: Sequence[str] = ()
    ) -> Extraction:
        self.calls.append((len(episodes), len(before)))
        if self.is_down:
            raise ExtractionFailed("the model is not there")
        return await self.rules.extract(episodes, before)


async def test_failed_extraction_is_queued_visible_and_retried() -> None:
    extractor = Unsteady()
    now = [dt.datetime(2025, 1, 1, tzinfo=UTC)]
    async with AsyncMemory(":memory:", extractor=extractor, clock=lambda: now[0]) as memory:
        messages = [{"name": "Ana", "content": f"I live in Town{n}.", "id": f"{n}"} for n in range(3)]
        added = await memory.add(messages, user_id="u", timestamp="2024-12-01T00:00Z")
        assert added["pending"] == "the model is not there"
        assert added["results"] == []
        assert (await memory.search("Town1", user_id="u"))["results"][0]["source_ids"] == ["1"]
        waiting = await memory.pending(user_id="u")
        assert [(p.need, p.attempts) for p in waiting] == [("extract", 1)] * 3
        assert await memory.retry_pending(is_due_only=True) == {"done": 0, "left": 3}
        now[0] += dt.timedelta(hours=1)
        assert await memory.retry_pending(is_due_only=True) == {"done": 0, "left": 3}
        assert {p.attempts for p in await memory.pending()} == {2}
        extractor.is_down = False
        assert await memory.retry_pending() == {"done": 3, "left": 0}
        assert [f.object_text for f in await memory.facts(user_id="u")] == ["Town2"]
        again = await memory.add(messages, user_id="u", timestamp="2024-12-01T00:00Z")
        assert again["results"] == []
        assert await memory.doctor() == []


async def test_a_slow_extractor_reads_after_the_episodes_are_stored_and_sees_the_turns_before() -> None:
    extractor = Unsteady()
    extractor.is_down = False
    async with AsyncMemory(":memory:", extractor=extractor) as memory:
        await memory.add("I live in Porto.", user_id="u")
        added = await memory.add("I moved to Faro.", user_id="u")
        assert [r["event"] for r in added["results"]] == ["SUPERSEDE"]
        assert extractor.calls == [(1, 0), (1, 1)]
        assert await memory.pending() == []
