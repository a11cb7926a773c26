"""Mem0's documented calls and return shapes, v2 and v3, each as its documentation writes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from memgraph.compat.mem0 import AsyncMemory, Memory
from memgraph.errors import BadInput
from tests.conftest import Place

CHAT = [
    {"role": "user", "content": "I live in Porto and I love sushi."},
    {"role": "assistant", "content": "Good to know!"},
]


@pytest.fixture
def memory(place: Place) -> Iterator[Memory]:
    opened = Memory(store=place.address, auth=place.auth)
    yield opened
    opened.close()


def texts(answer: dict[str, Any]) -> set[str]:
    return {r["memory"] for r in answer["results"]}


def test_the_documented_calls(memory: Memory, user: str) -> None:
    added = memory.add(CHAT, user_id=user, metadata={"category": "travel"})
    assert {r["event"] for r in added["results"]} == {"ADD"}
    assert all(set(r) == {"id", "memory", "event"} for r in added["results"])
    assert any("Porto" in r["memory"] for r in added["results"])
    by_id = {r["id"]: r for r in added["results"]}

    for found in (
        memory.search("Where do I live?", user_id=user),  # v1, v2
        memory.search(query="Where do I live?", user_id=user, limit=5),
        memory.search("Where do I live?", filters={"user_id": user}, top_k=5),  # v3
        memory.search("Where do I live?", filters={"AND": [{"user_id": user}]}),
    ):
        best = found["results"][0]
        assert "Porto" in best["memory"]
        assert {"id", "memory", "score", "metadata", "created_at", "updated_at"} <= best.keys()
        assert 0 <= best["score"] <= 1
    assert memory.search("Where do I live?", user_id=user, threshold=0.999999)["results"] == []
    assert len(memory.search("Where do I live?", user_id=user, limit=1)["results"]) == 1
    assert memory.search("Where do I live?", user_id=f"{user}-other")["results"] == []
    in_category = memory.search("Porto", filters={"user_id": user, "category": "travel"})
    assert in_category["results"]
    assert memory.search("Porto", filters={"user_id": user, "category": "other"})["results"] == []

    everything = memory.get_all(user_id=user)
    assert texts(everything) >= {r["memory"] for r in by_id.values()}
    assert texts(memory.get_all(filters={"user_id": user})) == texts(everything)
    assert len(memory.get_all(user_id=user, limit=1)["results"]) == 1

    ident = next(i for i, r in by_id.items() if "Porto" in r["memory"])
    one = memory.get(ident)
    assert one is not None
    assert one["id"] == ident
    assert memory.get("fa_nowhere") is None
    new = one["memory"].replace("Porto", "Graz")
    assert memory.update(ident, new) == {"message": "Memory updated successfully!"}
    assert memory.update(memory_id=ident, data=new.replace("Graz", "Oslo"))["message"]
    assert any("Oslo" in text for text in texts(memory.get_all(user_id=user)))
    assert {"memory_id", "event", "old_memory", "new_memory", "created_at"} <= memory.history(ident)[0].keys()
    last = next(r["id"] for r in memory.get_all(user_id=user)["results"] if "Oslo" in r["memory"])
    assert memory.delete(last) == {"message": "Memory deleted successfully!"}
    assert memory.get(last) is None
    assert memory.delete_all(user_id=user) == {"message": "Memories deleted successfully!"}
    assert memory.get_all(user_id=user) == {"results": []}


def test_a_text_an_agent_and_a_run_have_memories_too(memory: Memory, user: str) -> None:
    memory.add("Northwind's budget is $40k.", agent_id=f"agent-{user}")
    assert memory.get_all(agent_id=f"agent-{user}")["results"]
    memory.add([{"role": "user", "content": "Hm."}], user_id=user, run_id="r1", infer=False)
    memory.add([{"role": "user", "content": "Well."}], user_id=user, run_id="r2")
    assert texts(memory.get_all(user_id=user, run_id="r1")) == {"Hm."}
    said = memory.add("Nothing that states a fact.", user_id=user)["results"]
    assert [(r["memory"], r["event"]) for r in said] == [("Nothing that states a fact.", "ADD")]
    assert memory.update(said[0]["id"], "Something.", metadata={"a": 1})
    changed = memory.get(said[0]["id"])
    assert changed is not None
    assert (changed["memory"], changed["metadata"]) == ("Something.", {"a": 1})


def test_a_changed_fact_is_an_update(memory: Memory, user: str) -> None:
    memory.add("I live in Porto.", user_id=user, timestamp="2025-01-01T00:00:00Z")
    changed = memory.add("I moved to Graz.", user_id=user, timestamp="2025-02-01T00:00:00Z")
    assert "UPDATE" in {r["event"] for r in changed["results"]}
    with pytest.raises(BadInput, match="whose memory"):
        memory.add("Whose?")
    with pytest.raises(BadInput, match="OR"):
        memory.search("x", filters={"OR": [{"user_id": user}]})


def test_its_configuration_names_a_graph_store(tmp_path: Any) -> None:
    config = {
        "vector_store": {"provider": "qdrant", "config": {"host": "localhost"}},
        "graph_store": {"provider": "neo4j", "config": {"url": "bolt://h:1", "username": "u", "password": "p"}},
        "llm": {"provider": "openai", "config": {"model": "gpt-4o-mini"}},
    }
    from memgraph.compat.mem0 import _arguments

    assert _arguments(config) == {"store": "bolt://h:1", "auth": ("u", "p"), "extractor": "openai:gpt-4o-mini"}
    memory = Memory.from_config({"store": str(tmp_path / "m.db")})
    memory.add("I live in Porto.", user_id="u")
    memory.reset()
    assert memory.get_all(user_id="u")["results"] == []
    memory.close()


@pytest.mark.anyio
async def test_the_same_with_await(tmp_path: Any) -> None:
    memory = AsyncMemory(store=str(tmp_path / "m.db"))
    await memory.add(CHAT, user_id="u")
    assert (await memory.search("Where do I live?", user_id="u"))["results"]
    await memory.close()
