"""LlamaIndex's memory, with the real library."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from llama_index.core.base.llms.types import ChatMessage, MessageRole, TextBlock
from llama_index.core.chat_engine import SimpleChatEngine
from llama_index.core.llms import MockLLM

from memgraph import Memory
from memgraph.integrations.llama_index import MemgraphMemory
from tests.conftest import Place

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of its own


@pytest.fixture
def memory(place: Place) -> Iterator[Memory]:
    with Memory(place.address, auth=place.auth) as opened:
        yield opened


def said(role: MessageRole, text: str) -> ChatMessage:
    return ChatMessage(role=role, blocks=[TextBlock(text=text)])


def test_a_session_goes_on_and_knows_other_sessions(memory: Memory, user: str) -> None:
    first = MemgraphMemory.from_defaults(memory=memory, user_id=user, session_id="s1")
    told = [
        said(MessageRole.USER, "I live in Porto."),
        said(MessageRole.ASSISTANT, "Nice!"),
        ChatMessage(role=MessageRole.TOOL, content="sunny", additional_kwargs={"tool_call_id": "t1"}),
    ]
    first.put_messages(told)
    again = MemgraphMemory(memory=memory, user_id=user, session_id="s1")
    assert again.get_all() == told
    second = MemgraphMemory(memory=memory, user_id=user, session_id="s2")
    assert second.get_all() == []
    [system] = second.get("Where do I live?")
    assert system.role == MessageRole.SYSTEM
    assert "lives in Porto" in str(system.content)
    assert MemgraphMemory(memory=memory, user_id=f"{user}-other", session_id="s1").get("Where do I live?") == []
    again.reset()
    assert again.get_all() == []
    assert memory.facts(user_id=user) == []


def test_setting_keeps_what_is_the_same(memory: Memory, user: str) -> None:
    kept = MemgraphMemory(memory=memory, user_id=user, session_id="s1", infer=False)
    a, b, c = (said(MessageRole.USER, text) for text in ("I live in Porto.", "I work at Northwind.", "Hello."))
    kept.set([a, b])
    before = [e.id for e in memory.episodes(user_id=user)]
    kept.set([a, c])
    assert kept.get_all() == [a, c]
    assert before[0] in {e.id for e in memory.episodes(user_id=user)}
    assert memory.facts(user_id=user) == []


@pytest.mark.anyio
async def test_a_chat_engine_remembers(memory: Memory, user: str) -> None:
    engine = SimpleChatEngine.from_defaults(
        llm=MockLLM(), memory=MemgraphMemory(memory=memory, user_id=user, session_id="s1")
    )
    await engine.achat("I am allergic to peanuts.")
    answer = await engine.achat("What am I allergic to?")
    assert "is allergic to peanuts" in answer.response  # the model repeats what it was given
    assert [f.object_text for f in memory.facts(user_id=user, subject=user, predicate="allergic_to")] == ["peanuts"]
