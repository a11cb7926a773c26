"""Memory that a model manages itself, with a scripted model behind OpenAI's protocol."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from openai import APIStatusError, AsyncOpenAI

from memgraph import AsyncMemory
from memgraph.integrations.openai_tools import MemoryTools, chat_with_memory, stream_with_memory, tool_schemas
from tests.conftest import Place
from tests.scripted import Answer, refused, said, streamed

pytestmark = pytest.mark.anyio


@pytest.fixture
async def memory(place: Place) -> AsyncIterator[AsyncMemory]:
    async with place.memory() as opened:
        yield opened


def client(model: Any) -> AsyncOpenAI:
    return AsyncOpenAI(base_url=model.url, api_key="k", max_retries=0)


async def test_core_memory_is_kept_across_sessions(memory: AsyncMemory, user: str) -> None:
    tools = MemoryTools(memory, user_id=user, run_id="s1")
    append = json.dumps({"label": "human", "content": "Likes figs."})
    assert await tools.call("core_memory_append", append) == "human is now:\nLikes figs."
    await tools.call("core_memory_append", json.dumps({"label": "human", "content": "Lives in Porto."}))
    replace = json.dumps({"label": "human", "old_content": "Porto", "new_content": "Graz"})
    await tools.call("core_memory_replace", replace)
    later = MemoryTools(memory, user_id=user, run_id="s2")
    assert await later.core() == {"human": "Likes figs.\nLives in Graz.", "persona": ""}
    assert await MemoryTools(memory, user_id=f"{user}-other").core() == {"human": "", "persona": ""}
    assert "does not stand in human" in await later.call("core_memory_replace", replace)
    for name, arguments in (
        ("core_memory_append", '{"label": "dog", "content": "x"}'),
        ("core_memory_append", '{"label": "human"'),
        ("core_memory_append", json.dumps({"label": "human", "content": "x" * 4990})),
        ("archival_memory_search", '{"query": "x", "limit": 0}'),
        ("format_disk", "{}"),
    ):
        assert (await later.call(name, arguments)).startswith("error: ")
    await later.call(
        "core_memory_replace", json.dumps({"label": "human", "old_content": "Likes figs.", "new_content": ""})
    )
    assert (await later.core())["human"] == "Lives in Graz."
    assert await memory.facts(user_id=user) == []


async def test_archives_and_conversations_are_searched(memory: AsyncMemory, user: str) -> None:
    tools = MemoryTools(memory, user_id=user, run_id="s1")
    inserted = await tools.call("archival_memory_insert", json.dumps({"content": "Dana Reyes works at Fabrikam."}))
    assert inserted == "remembered\n- ADD: Dana Reyes works at Fabrikam"
    await memory.add("The caravan is blue.", user_id=user, run_id="s1")
    found = await tools.call("archival_memory_search", json.dumps({"query": "Where does Dana work?", "limit": 1}))
    assert found.startswith("- Dana Reyes works at Fabrikam (")
    here = await tools.call("conversation_search", json.dumps({"query": "Dana"}))
    assert "Fabrikam" not in here
    assert "The caravan is blue." in here
    assert {s["function"]["name"] for s in tool_schemas()} == {
        "core_memory_append",
        "core_memory_replace",
        "archival_memory_insert",
        "archival_memory_search",
        "conversation_search",
    }


async def test_a_model_looks_up_what_it_needs_and_answers(memory: AsyncMemory, user: str, serve: Any) -> None:
    def script(asked: dict[str, Any], number: int) -> Answer:
        if number == 1:
            calls = (
                ("archival_memory_search", json.dumps({"query": "Where does Dana work?"})),
                ("core_memory_append", json.dumps({"label": "human", "content": "Asks about Dana."})),
            )
            return streamed(said(None, calls=calls))
        answers = [m["content"] for m in asked["messages"] if m["role"] == "tool"]
        return streamed(said("She works at Fabrikam." if "Fabrikam" in "".join(answers) else "I don't know."))

    await memory.add([{"id": "m1", "name": "Dana Reyes", "content": "I joined Fabrikam."}], user_id=user)
    model = serve(script)
    reply = await chat_with_memory(
        client(model), "m", memory, "Where does Dana work?", user_id=user, run_id="s1", inject="none"
    )
    assert reply.text == "She works at Fabrikam."
    assert [name for name, _, _ in reply.calls] == ["archival_memory_search", "core_memory_append"]
    assert (reply.prompt_tokens, reply.completion_tokens) == (200, 40)
    kept = await memory.working(user_id=user, run_id="s1")
    assert [(e.role, e.content) for e in kept] == [
        ("user", "Where does Dana work?"),
        ("assistant", "She works at Fabrikam."),
    ]
    parts = [
        part async for part in stream_with_memory(client(model), "m", memory, "And now?", user_id=user, run_id="s1")
    ]
    assert len(parts) > 1
    assert "".join(parts) == "I don't know."
    sent = model.requests[-1]["messages"]
    assert "Asks about Dana." in sent[0]["content"]
    assert [m["content"] for m in sent[1:]] == ["Where does Dana work?", "She works at Fabrikam.", "And now?"]


async def test_what_memory_holds_is_injected_as_asked(memory: AsyncMemory, user: str, serve: Any) -> None:
    await memory.add([{"id": "m1", "name": "Dana Reyes", "content": "I joined Fabrikam."}], user_id=user)
    model = serve(lambda _asked, _n: streamed(said("Yes.")))
    for inject, question, where in (
        ("system", "Where does Dana Reyes work?", 0),
        ("message", "Where does Dana Reyes work?", 1),
        ("need", "Where does Dana Reyes work?", 0),
        ("none", "Where does Dana Reyes work?", None),
    ):
        await chat_with_memory(client(model), "m", memory, question, user_id=user, inject=inject, max_tokens=120)
        system, asked = (m["content"] for m in model.requests[-1]["messages"])
        holding = [n for n, text in enumerate((system, asked)) if "What memory holds" in text]
        assert holding == ([] if where is None else [where]), inject
        if where is not None:
            assert "[m1]" in (system, asked)[where]
    await chat_with_memory(client(model), "m", memory, "Zxqv?", user_id=f"{user}-new", inject="need")
    assert "What memory holds" not in str(model.requests[-1]["messages"])


async def test_it_ends_where_the_model_would_not(memory: AsyncMemory, user: str, serve: Any) -> None:
    def script(asked: dict[str, Any], _number: int) -> Answer:
        if "tools" not in asked:
            return streamed(said("Enough."))
        return streamed(said(None, calls=(("conversation_search", "not json"),)))

    reply = await chat_with_memory(client(serve(script)), "m", memory, "Hm?", user_id=user, max_steps=3)
    assert reply.text == "Enough."
    assert [answer.split(":")[0] for _, _, answer in reply.calls] == ["error", "error"]


async def test_what_was_asked_is_remembered_also_where_the_model_fails(
    memory: AsyncMemory, user: str, serve: Any
) -> None:
    with pytest.raises(APIStatusError):
        await chat_with_memory(
            client(serve(lambda _a, _n: refused(500))), "m", memory, "I live in Porto.", user_id=user
        )
    assert [f.object_text for f in await memory.facts(user_id=user)] == ["Porto"]
