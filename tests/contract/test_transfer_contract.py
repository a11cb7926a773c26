"""A memory can be carried away and brought back, into the same store or another, and is the same memory."""

from __future__ import annotations

import json
from typing import Any

import pytest

from memgraph import AsyncMemory, BadInput
from memgraph.queries import read_text
from memgraph.transfer import schema
from tests.conftest import Place
from tests.contract.test_store_contract import SALE, at, learn, say, state

pytestmark = pytest.mark.anyio
Lines = list[dict[str, Any]]


async def exported(memory: AsyncMemory, user: str) -> Lines:
    return [line async for line in memory.export(user_id=user)]


async def lived_in(memory: AsyncMemory, user: str) -> None:
    """A memory in which everything has happened that can."""
    await learn(memory, user)
    moved = await memory.add(
        say("m7", "Dana Reyes", "I live in Oslo.", "2025-05-13T10:00"), user_id=user, agent_id="scout", run_id="late"
    )
    await memory.update(moved["episodes"][0], "I live in Bergen.")
    gone = await memory.add(say("m8", "Sam Ode", "I live in Graz.", "2025-05-13T10:01"), user_id=user, run_id="late")
    await memory.delete(gone["episodes"][0])
    await memory.add_fact("Dana Reyes", "likes", "tea", user_id=user, source="crm", valid_from=at("2025-01-01"))
    await memory.add("Gunni Lie says hello.", user_id=user, metadata={"channel": "chat"}, infer=False)
    await memory.add_fact("Gunni Lie", "likes", "chess", user_id=user)
    await memory.merge("Gunnar Lie", "Gunni Lie", user_id=user)
    await memory.unmerge("Dana Reyes", "Sam Ode", user_id=user)


async def test_what_goes_out_comes_back_the_same_on_both_stores(place: Place, user: str) -> None:
    async with place.memory() as memory, AsyncMemory(":memory:") as other:
        await lived_in(memory, user)
        before = await exported(memory, user)
        kinds = [line["type"] for line in before]
        assert {"memgraph", "episode", "decision", "entity", "fact"} == set(kinds)
        held = kinds.count("episode")
        assert await other.import_(before) == {"episodes": held, "new": held}
        assert (await exported(other, user))[1:] == before[1:]
        assert await other.import_(json.dumps(line) for line in before) == {"episodes": held, "new": 0}
        assert (await exported(other, user))[1:] == before[1:]

        there = await state(memory, user)
        await memory.delete_all(user_id=user)
        await memory.import_([json.dumps(line).encode() for line in await exported(other, user)])
        assert await state(memory, user) == there
        assert (await exported(memory, user))[1:] == before[1:]
        assert await memory.doctor() == []
        found = await memory.search("Who decides at Northwind?", user_id=user)
        assert found["results"][0]["memory"] == "The decision maker at Northwind is Gunnar Lie"


async def test_what_was_superseded_comes_back_after_a_deletion_there_too(place: Place, user: str) -> None:
    async with AsyncMemory(":memory:") as memory, place.memory() as other:
        await learn(memory, user)
        await other.import_([line async for line in memory.export(user_id=user)])
        for where in (memory, other):
            [joined] = [e for e in await where.episodes(user_id=user) if e.source_id == "m4"]
            await where.delete(joined.id)
        assert await state(other, user) == await state(memory, user)
        [works] = await other.facts(user_id=user, subject="Dana Reyes", predicate="works_at")
        assert works.object_text == "Northwind"


async def test_a_memory_can_become_another_users(place: Place, user: str) -> None:
    async with place.memory() as memory:
        await learn(memory, user)
        lines = await exported(memory, user)
        heir = f"{user}-heir"
        assert (await memory.import_(lines, user_id=heir))["new"] == len(SALE)
        assert (await memory.import_(lines, user_id=heir))["new"] == 0
        assert await state(memory, heir) == await state(memory, user)
        await memory.add(SALE[0], user_id=heir, run_id="2025-03-03")  # known by its own id there too
        assert len(await memory.episodes(user_id=heir)) == len(SALE)


async def test_episodes_that_wait_to_be_read_wait_on(place: Place, user: str) -> None:
    class Broken:
        is_local = False

        async def extract(self, *_: Any) -> Any:
            from memgraph.errors import ExtractionFailed

            raise ExtractionFailed("no answer")

    async with AsyncMemory(":memory:", extractor=Broken()) as memory, place.memory() as other:
        await memory.add("I live in Porto.", user_id=user)
        await other.import_([line async for line in memory.export(user_id=user)])
        assert [p.need for p in await other.pending(user_id=user)] == ["extract"]
        assert await other.retry_pending(user_id=user) == {"done": 1, "left": 0}
        assert [f.object_text for f in await other.facts(user_id=user)] == ["Porto"]


HEADER = {"type": "memgraph", "version": 1, "exported_at": "2025-01-01T00:00:00Z"}
EPISODE = {
    "type": "episode",
    "id": "ep_1",
    "user_id": "u",
    "speaker": "Ana",
    "content": "Hello.",
    "occurred_at": "2025-01-01T00:00:00Z",
    "recorded_at": "2025-01-01T00:00:00Z",
}


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ([EPISODE], "line 1 must be the header"),
        ([HEADER, EPISODE, "{"], "line 3 is not valid JSON"),
        ([HEADER, EPISODE, {**EPISODE, "occurred_at": "2025-01-01T00:00:00"}], "line 3.*occurred_at"),
        ([HEADER, EPISODE, {**EPISODE, "user_id": None}], "whose memory is meant"),
        ([HEADER, EPISODE, {**EPISODE, "content": "a\x00b"}], "line 3.*NUL"),
        ([HEADER, EPISODE, {**EPISODE, "surprise": 1}], "line 3.*surprise"),
        ([{**HEADER, "version": 2}], "line 1.*version"),
    ],
)
async def test_lines_that_are_wrong_are_refused_before_anything_is_written(lines: list[Any], why: str) -> None:
    async with AsyncMemory(":memory:") as memory:
        with pytest.raises(BadInput, match=why):
            await memory.import_(lines)
        assert (await memory.stats())["episodes"] == 0


async def test_only_whole_memories_are_exported() -> None:
    async with AsyncMemory(":memory:") as memory:
        await memory.add("I live in Porto.", user_id="a", run_id="s")
        await memory.add("I live in Graz.", user_id="b")
        with pytest.raises(BadInput, match="exported whole"):
            await anext(memory.export(user_id="a", run_id="s"))
        of_all = [line async for line in memory.export()]
        assert {line["user_id"] for line in of_all if line["type"] == "episode"} == {"a", "b"}


def test_the_published_schema_is_the_one_in_force() -> None:
    assert json.loads(read_text("schema/export.schema.json")) == schema()


async def test_a_profile_says_what_is_known_of_somebody_now(place: Place, user: str) -> None:
    async with place.memory() as memory:
        await learn(memory, user)
        dana = await memory.profile("Dee", user_id=user)
        assert dana.text.splitlines()[:2] == ["Dana Reyes (person):", "- nickname: Dee (since 2025-03-03, 0.90) [m3]"]
        assert [f.object_text for f in dana.groups["works at"]] == ["Fabrikam"]
        northwind = (await memory.profile("Northwind", user_id=user)).as_dict()
        assert "disputed" in northwind["text"]
        assert {r["memory"] for r in northwind["groups"]["renewal on"]} == {
            "The renewal of Northwind is on 1 October 2025",
            "The renewal of Northwind is on 15 November 2025",
        }
        nobody = await memory.profile("Nobody", user_id=user)
        assert (nobody.entity, nobody.text, nobody.as_dict()["groups"]) == (None, "", {})
        two_spoke = await memory.profile(user_id=user)
        assert two_spoke.entity is None
        await memory.add("I live in Porto.", user_id=f"{user}-2")
        own = await memory.profile(user_id=f"{user}-2")
        assert own.entity is not None
        assert "Porto" in own.text


async def test_working_memory_is_the_end_of_a_session_within_a_budget(place: Place, user: str) -> None:
    async with place.memory() as memory:
        await learn(memory, user)
        await memory.add_fact("Dana Reyes", "likes", "tea", user_id=user, run_id="2025-05-12")
        turns = await memory.working(user_id=user, run_id="2025-05-12")
        assert [e.source_id for e in turns] == ["m4", "m5", "m6"]
        few = await memory.working(user_id=user, run_id="2025-05-12", max_tokens=40)
        assert [e.source_id for e in few] == ["m5", "m6"]
        assert await memory.working(user_id=user, run_id="2025-05-12", max_tokens=1) == []
