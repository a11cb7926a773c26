"""Memory that a model manages itself: tools in the manner of MemGPT, and a loop that chats with them.

    async with AsyncMemory() as memory:
        reply = await chat_with_memory(AsyncOpenAI(), "gpt-4o-mini", memory, "Where does Dana work?", user_id="sam")
        print(reply.text)

It works with any endpoint that speaks OpenAI's chat protocol. What is said is remembered after the answer; what the
model reads of it is held in a token budget.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from memgraph.errors import BadInput, MemgraphError
from memgraph.inputs import ScopeArgs, episode_id, read_scope
from memgraph.memory import AsyncMemory

if TYPE_CHECKING:
    from openai import AsyncOpenAI

Inject = Literal["system", "message", "need", "none"]
_BLOCKS = ("human", "persona")
_CORE_RUN = "core-memory"
_MOST_CHARS = 5_000  # of a block of core memory
_NEEDED = 0.5  # the score from which a hit makes it worth injecting what memory holds
_INSTRUCTIONS = """\
You have a memory that outlives this conversation. Core memory, below, is always before you; keep in it what matters in
every conversation, by core_memory_append and core_memory_replace. Everything that is said is remembered by itself: look
it up with archival_memory_search (facts and what was said, with ids of sources) and conversation_search (this
conversation). Put what you conclude or read elsewhere, and want to keep, into archival_memory_insert. Memory may be out
of date or disputed, and says so; never make up what it does not hold."""


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CoreMemoryAppend(_Arguments):
    """Add to a block of core memory."""

    label: Literal["human", "persona"] = Field(description="human: about the user; persona: about yourself")
    content: Annotated[str, Field(min_length=1, max_length=_MOST_CHARS)]


class CoreMemoryReplace(_Arguments):
    """Replace a text within a block of core memory, word for word; an empty new text removes it."""

    label: Literal["human", "persona"]
    old_content: Annotated[str, Field(min_length=1)]
    new_content: Annotated[str, Field(max_length=_MOST_CHARS)]


class ArchivalMemoryInsert(_Arguments):
    """Remember something for good."""

    content: Annotated[str, Field(min_length=1)]


class ArchivalMemorySearch(_Arguments):
    """Find the facts and messages of all conversations that answer a question best."""

    query: Annotated[str, Field(min_length=1)]
    limit: Annotated[int, Field(ge=1, le=20)] = 5


class ConversationSearch(_Arguments):
    """Find what was said in this conversation."""

    query: Annotated[str, Field(min_length=1)]
    limit: Annotated[int, Field(ge=1, le=20)] = 5


_TOOLS: dict[str, type[_Arguments]] = {
    "core_memory_append": CoreMemoryAppend,
    "core_memory_replace": CoreMemoryReplace,
    "archival_memory_insert": ArchivalMemoryInsert,
    "archival_memory_search": ArchivalMemorySearch,
    "conversation_search": ConversationSearch,
}


def tool_schemas() -> list[dict[str, Any]]:
    """The tools as `chat.completions.create(tools=…)` takes them."""
    return [
        {
            "type": "function",
            "function": {"name": name, "description": tool.__doc__, "parameters": tool.model_json_schema()},
        }
        for name, tool in _TOOLS.items()
    ]


class MemoryTools:
    """The tools for one user and conversation: `schemas` describe them, `call` carries one out."""

    def __init__(self, memory: AsyncMemory, *, user_id: str, run_id: str | None = None, **scope: Any) -> None:
        """`scope` may hold `tenant` and `agent_id`."""
        self._memory = memory
        self._scope = cast("ScopeArgs", {"user_id": user_id, **scope})
        self._run_id = run_id
        self._verbs: dict[str, Callable[[Any], Awaitable[str]]] = {
            "core_memory_append": self._append,
            "core_memory_replace": self._replace,
            "archival_memory_insert": self._insert,
            "archival_memory_search": self._search,
            "conversation_search": self._search_conversation,
        }

    @property
    def schemas(self) -> list[dict[str, Any]]:
        """See `tool_schemas`."""
        return tool_schemas()

    async def call(self, name: str, arguments: str) -> str:
        """What a tool answers, as a text for the model; what is wrong with the call is told in words too."""
        if name not in _TOOLS:
            return f"error: there is no tool {name!r}; use {', '.join(_TOOLS)}"
        try:
            return await self._verbs[name](_TOOLS[name].model_validate_json(arguments or "{}"))
        except ValidationError as error:
            first = error.errors()[0]
            return f"error: {'.'.join(map(str, first['loc'])) or 'arguments'}: {first['msg']}"
        except MemgraphError as error:
            return f"error: {error}"

    async def core(self) -> dict[str, str]:
        """The blocks of core memory by label."""
        return {label: await self._block(label) for label in _BLOCKS}

    async def _block(self, label: str) -> str:
        found = await self._memory.get(self._block_id(label), **self._scope)
        return found["metadata"]["block"] if found else ""

    def _block_id(self, label: str) -> str:
        return episode_id(read_scope({**self._scope, "run_id": _CORE_RUN}), f"core:{label}")

    async def _keep(self, label: str, text: str) -> str:
        if len(text) > _MOST_CHARS:
            raise BadInput(f"the block would have {len(text)} characters, of at most {_MOST_CHARS}: shorten it first")
        said, metadata = text or "(empty)", {"block": text}
        if await self._memory.get(self._block_id(label), **self._scope):
            await self._memory.update(self._block_id(label), said, metadata=metadata, **self._scope)
        else:
            message = {"role": "assistant", "id": f"core:{label}", "content": said, "metadata": metadata}
            await self._memory.add(message, infer=False, **{**self._scope, "run_id": _CORE_RUN})
        return f"{label} is now:\n{text}"

    async def _append(self, asked: CoreMemoryAppend) -> str:
        before = await self._block(asked.label)
        return await self._keep(asked.label, f"{before}\n{asked.content}".strip())

    async def _replace(self, asked: CoreMemoryReplace) -> str:
        before = await self._block(asked.label)
        if asked.old_content not in before:
            raise BadInput(f"{asked.old_content!r} does not stand in {asked.label}, which is:\n{before}")
        return await self._keep(asked.label, before.replace(asked.old_content, asked.new_content).strip())

    async def _insert(self, asked: ArchivalMemoryInsert) -> str:
        done = await self._memory.add({"role": "assistant", "content": asked.content}, **self._scope)
        return "remembered" + "".join(f"\n- {r['event']}: {r['memory']}" for r in done["results"])

    async def _search(self, asked: ArchivalMemorySearch) -> str:
        found = await self._memory.search(asked.query, limit=asked.limit, **self._scope)
        return _listed(found["results"])

    async def _search_conversation(self, asked: ConversationSearch) -> str:
        scope: ScopeArgs = {**self._scope, "run_id": self._run_id} if self._run_id else self._scope
        found = await self._memory.search(asked.query, limit=asked.limit, kinds=("episode",), **scope)
        return _listed(found["results"])


def _listed(results: Sequence[dict[str, Any]]) -> str:
    def line(r: dict[str, Any]) -> str:
        who = f"{r['metadata']['speaker']}: " if r["kind"] == "episode" else ""
        mark = "" if r["status"] == "current" else f", {r['status']}"
        return f"- {who}{r['memory']} ({r['valid_from'][:10]}{mark}) [{', '.join(r['source_ids'])}]"

    return "\n".join(map(line, results)) or "nothing found"


@dataclass(slots=True)
class Reply:
    """What a model answered: the text, the tools that it called on the way, and the tokens that it took."""

    text: str = ""
    calls: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])  # name, arguments, answer
    prompt_tokens: int = 0
    completion_tokens: int = 0


async def chat_with_memory(
    client: AsyncOpenAI,
    model: str,
    memory: AsyncMemory,
    message: str,
    *,
    user_id: str,
    run_id: str | None = None,
    inject: Inject = "need",
    max_tokens: int = 1000,
    system: str = "",
    max_steps: int = 8,
    **scope: Any,
) -> Reply:
    """Answer a message with a model that has a memory, and remember both.

    `inject` says where what memory holds on the message goes: into the system prompt, before the message, into the
    system prompt where something fits well ("need"), or nowhere, so that the model has to look it up. At most
    `max_tokens` tokens of it, and as many of the conversation's last turns, are sent. Raises what `client` raises;
    the message is remembered all the same.
    """
    chat = _Chat(client, model, memory, user_id, run_id, inject, max_tokens, system, max_steps, scope)
    async for _ in chat.answer(message):
        pass
    return chat.reply


async def stream_with_memory(
    client: AsyncOpenAI,
    model: str,
    memory: AsyncMemory,
    message: str,
    *,
    user_id: str,
    run_id: str | None = None,
    inject: Inject = "need",
    max_tokens: int = 1000,
    system: str = "",
    max_steps: int = 8,
    **scope: Any,
) -> AsyncIterator[str]:
    """The same, the answer's text as it comes."""
    chat = _Chat(client, model, memory, user_id, run_id, inject, max_tokens, system, max_steps, scope)
    async for text in chat.answer(message):
        yield text


@dataclass
class _Chat:
    """One message and its answer."""

    client: AsyncOpenAI
    model: str
    memory: AsyncMemory
    user_id: str
    run_id: str | None
    inject: Inject
    max_tokens: int
    system: str
    max_steps: int
    scope: dict[str, Any]
    reply: Reply = field(default_factory=Reply)

    async def answer(self, message: str) -> AsyncIterator[str]:
        """The texts of the answer as they come; at the end `reply` is whole."""
        tools = MemoryTools(self.memory, user_id=self.user_id, run_id=self.run_id, **self.scope)
        whose = cast("ScopeArgs", {"user_id": self.user_id, **self.scope})
        session: ScopeArgs = {**whose, "run_id": self.run_id} if self.run_id else whose
        messages = await self._prompt(message, tools, whose, session)
        await self.memory.add({"role": "user", "content": message}, **session)
        for step in range(self.max_steps):
            is_last = step == self.max_steps - 1
            turn = _Turn()
            async for text in turn.read(self.client, self.model, messages, [] if is_last else tools.schemas):
                self.reply.text += text
                yield text
            self.reply.prompt_tokens += turn.prompt_tokens
            self.reply.completion_tokens += turn.completion_tokens
            if not turn.calls:
                break
            messages.append({"role": "assistant", "content": turn.text or None, "tool_calls": turn.listed})
            for call in turn.listed:
                name, arguments = call["function"]["name"], call["function"]["arguments"]
                answer = await tools.call(name, arguments)
                self.reply.calls.append((name, arguments, answer))
                messages.append({"role": "tool", "tool_call_id": call["id"], "content": answer})
        if self.reply.text.strip():
            await self.memory.add({"role": "assistant", "content": self.reply.text}, **session)

    async def _prompt(
        self, message: str, tools: MemoryTools, whose: ScopeArgs, session: ScopeArgs
    ) -> list[dict[str, Any]]:
        held = ""
        if self.inject != "none":
            held = await _context(self.memory, message, whose, self.max_tokens, always=self.inject != "need")
        core = await tools.core()
        told = [self.system, _INSTRUCTIONS]
        told += [f"Core memory, {label}:\n{text or '(empty)'}" for label, text in core.items()]
        if held and self.inject != "message":
            told.append(f"What memory holds on the latest message:\n{held}")
        messages: list[dict[str, Any]] = [{"role": "system", "content": "\n\n".join(part for part in told if part)}]
        if self.run_id:
            turns = await self.memory.working(max_tokens=self.max_tokens, **session)
            roles = (e.role if e.role in ("user", "assistant") else "user" for e in turns)
            messages += [{"role": role, "content": e.content} for role, e in zip(roles, turns, strict=True)]
        is_before = bool(held) and self.inject == "message"
        asked = f"What memory holds on this:\n{held}\n\n{message}" if is_before else message
        return [*messages, {"role": "user", "content": asked}]


async def _context(memory: AsyncMemory, message: str, whose: ScopeArgs, max_tokens: int, *, always: bool) -> str:
    if not always:
        best = (await memory.search(message, limit=1, **whose))["results"]
        if not best or best[0]["score"] < _NEEDED:
            return ""
    return await memory.context(message, max_tokens=max_tokens, **whose)


class _Turn:
    """One answer of the model, put together from its stream."""

    def __init__(self) -> None:
        self.text = ""
        self.calls: dict[int, dict[str, str]] = {}
        self.prompt_tokens = 0
        self.completion_tokens = 0

    @property
    def listed(self) -> list[dict[str, Any]]:
        """The calls, in order, as the protocol has them."""
        calls = (self.calls[n] for n in sorted(self.calls))
        return [
            {"id": c["id"], "type": "function", "function": {"name": c["name"], "arguments": c["arguments"]}}
            for c in calls
        ]

    async def read(
        self, client: AsyncOpenAI, model: str, messages: Sequence[dict[str, Any]], tools: Sequence[dict[str, Any]]
    ) -> AsyncIterator[str]:
        more: dict[str, Any] = {"tools": list(tools)} if tools else {}
        stream: Any = await client.chat.completions.create(
            model=model,
            messages=cast("Any", list(messages)),
            stream=True,
            stream_options={"include_usage": True},
            **more,
        )
        async for chunk in stream:
            if chunk.usage is not None:
                self.prompt_tokens += chunk.usage.prompt_tokens
                self.completion_tokens += chunk.usage.completion_tokens
            for choice in chunk.choices[:1]:
                for part in choice.delta.tool_calls or ():
                    call = self.calls.setdefault(part.index, {"id": "", "name": "", "arguments": ""})
                    call["id"] += part.id or ""
                    call["name"] += part.function.name or ""
                    call["arguments"] += part.function.arguments or ""
                if choice.delta.content:
                    self.text += choice.delta.content
                    yield choice.delta.content
