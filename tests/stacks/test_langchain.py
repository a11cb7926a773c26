"""LangChain's history and retriever, and the Agents SDK's session, with the real libraries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from agents import Agent, Runner, set_tracing_disabled
from agents.models.openai_chatcompletions import OpenAIChatCompletionsModel
from langchain_core.language_models.fake_chat_models import FakeMessagesListChatModel
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder
from langchain_core.runnables.history import RunnableWithMessageHistory
from openai import AsyncOpenAI

from memgraph import Memory
from memgraph.integrations.langchain import MemgraphChatMessageHistory, MemgraphRetriever
from memgraph.integrations.openai_agents import MemgraphSession
from tests.conftest import Place
from tests.scripted import Answer, said


@pytest.fixture
def memory(place: Place) -> Iterator[Memory]:
    with Memory(place.address, auth=place.auth) as opened:
        yield opened


def test_a_chat_goes_on_in_another_process(memory: Memory, user: str) -> None:
    call: Any = {"name": "look", "args": {"city": "Porto"}, "id": "t1", "type": "tool_call"}
    told = [
        SystemMessage("Be brief."),
        HumanMessage("I live in Porto.", id="h1", name="Dana Reyes"),
        AIMessage("", tool_calls=[call]),
        ToolMessage("sunny", tool_call_id="t1"),
        AIMessage([{"type": "text", "text": "It is sunny."}]),
    ]
    MemgraphChatMessageHistory(memory, user_id=user, session_id="s1").add_messages(told)
    history = MemgraphChatMessageHistory(memory, user_id=user, session_id="s1")
    assert [(m.type, m.content) for m in history.messages] == [(m.type, m.content) for m in told]
    assert history.messages[2].tool_calls == [call]  # type: ignore[attr-defined]
    history.add_messages([told[1]])  # the same id again
    assert len(history.messages) == 5
    assert [f.object_text for f in memory.facts(user_id=user, subject="Dana Reyes")] == ["Porto"]
    assert MemgraphChatMessageHistory(memory, user_id=user, session_id="s2").messages == []
    history.clear()
    assert history.messages == []
    assert memory.facts(user_id=user) == []


@pytest.mark.filterwarnings("ignore:RunnableWithMessageHistory is deprecated")  # and still in wide use
def test_a_chain_with_history(memory: Memory, user: str) -> None:
    model = FakeMessagesListChatModel(responses=[AIMessage("Noted."), AIMessage("In Porto.")])
    prompt = ChatPromptTemplate.from_messages([MessagesPlaceholder("history"), ("human", "{question}")])
    chain = RunnableWithMessageHistory(
        prompt | model,
        lambda session_id: MemgraphChatMessageHistory(memory, user_id=user, session_id=session_id),
        input_messages_key="question",
        history_messages_key="history",
    )
    for question in ("I live in Porto.", "Where do I live?"):
        answer = chain.invoke({"question": question}, {"configurable": {"session_id": "s1"}})
    assert answer.content == "In Porto."
    kept = MemgraphChatMessageHistory(memory, user_id=user, session_id="s1").messages
    assert [m.content for m in kept] == ["I live in Porto.", "Noted.", "Where do I live?", "In Porto."]


@pytest.mark.anyio
async def test_memory_is_a_retriever(memory: Memory, user: str) -> None:
    memory.add([{"id": "m1", "name": "Dana Reyes", "content": "I live in Porto."}], user_id=user)
    retriever = MemgraphRetriever(memory=memory, user_id=user, k=1)
    [found] = retriever.invoke("Where does Dana live?")
    assert found.page_content == "Dana Reyes lives in Porto"
    assert found.metadata["source_ids"] == ["m1"]
    assert await retriever.ainvoke("Where does Dana live?") == [found]
    assert MemgraphRetriever(memory=memory, user_id=f"{user}-other").invoke("Where does Dana live?") == []


@pytest.mark.anyio
async def test_an_agents_session_is_kept(memory: Memory, user: str, serve: Any) -> None:
    def script(asked: dict[str, Any], number: int) -> Answer:
        heard = [m["content"] for m in asked["messages"] if m["role"] == "user"]
        return said(f"{number}: {len(heard)} heard")

    set_tracing_disabled(True)
    client = AsyncOpenAI(base_url=serve(script).url, api_key="k")
    agent = Agent(name="a", model=OpenAIChatCompletionsModel("m", client))
    session = MemgraphSession(memory, "s1", user_id=user)
    first = await Runner.run(agent, "I live in Porto.", session=session)
    second = await Runner.run(agent, "Where do I live?", session=MemgraphSession(memory, "s1", user_id=user))
    assert (first.final_output, second.final_output) == ("1: 1 heard", "2: 2 heard")
    items = await session.get_items()
    assert len(items) == 4
    assert await session.get_items(limit=1) == items[-1:]
    assert await session.pop_item() == items[-1]
    assert await session.get_items() == items[:-1]
    assert [f.object_text for f in memory.facts(user_id=user)] == ["Porto"]
    await session.add_items([{"type": "function_call", "call_id": "c", "name": "look", "arguments": "{}"}])
    assert (await session.get_items())[-1]["type"] == "function_call"  # type: ignore[typeddict-item]
    await session.clear_session()
    assert await session.get_items() == []
    assert await session.pop_item() is None
