"""Memory as MCP tools: over stdio for one agent on this machine, over HTTP for whoever has a key."""

from __future__ import annotations

import functools
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any, ParamSpec, TypeVar

from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import ToolAnnotations
from pydantic import Field
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from memgraph.errors import BadInput, MemgraphError
from memgraph.inputs import ScopeArgs
from memgraph.memory import AsyncMemory
from memgraph.serve.access import OWN_HOSTS, Caller, Gate, NotAllowed, TooMany, key_in, scope_args
from memgraph.serve.bodies import Message
from memgraph.serve.keys import May
from memgraph.serve.problems import problem

_P = ParamSpec("_P")
_T = TypeVar("_T")
_INSTRUCTIONS = """\
A long-term memory. Before you answer anything that may have been talked about earlier, call get_context with the
question. After a turn that told something new, call add_memory with it. Answers come with the ids of the messages that
they rest on, and say what is disputed or no longer true."""
_READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
_ADDS = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
_DESTROYS = ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=False)

User = Annotated[str | None, Field(description="whose memory; the caller's own if not given")]
Agent = Annotated[str | None, Field(description="only what this agent heard")]
Run = Annotated[str | None, Field(description="only this session")]
Moment = Annotated[str | None, Field(description="a time in ISO 8601 with an offset, e.g. 2025-03-14T09:00:00Z")]
Limit = Annotated[int, Field(ge=1, le=100)]


def create_server(memory: AsyncMemory, local: Caller | None = None) -> MCPServer[Any]:
    """The tools, resources and prompts over a memory. `local` is who calls where no request says it (stdio)."""
    server: MCPServer[Any] = MCPServer("memgraph", title="memgraph memory", instructions=_INSTRUCTIONS)

    def caller_of(context: Context[Any, Any]) -> Caller:
        request: Any = context.request_context.request
        if request is not None:
            return request.state.caller
        if local is None:
            raise ToolError("nobody is known to call")
        return local

    def scope(
        context: Context[Any, Any], user: str | None, agent: str | None, run: str | None, need: May = May.READ
    ) -> ScopeArgs:
        caller = caller_of(context)
        caller.need(need)
        return caller.scope(ScopeArgs(user_id=user, agent_id=agent, run_id=run))

    async def reached(context: Context[Any, Any], memory_id: str) -> ScopeArgs:
        caller = caller_of(context)
        caller.need(May.WRITE)
        owner = await caller.owner(memory, memory_id)
        if owner is None:
            raise BadInput(f"there is no memory {memory_id!r}: search_memories gives the ids")
        return scope_args(owner)

    @server.tool(annotations=_ADDS)
    @_told
    async def add_memory(
        context: Context[Any, Any],
        messages: Annotated[list[Message] | str, Field(description="what was said: a text, or messages in order")],
        user_id: User = None,
        agent_id: Agent = None,
        run_id: Annotated[str | None, Field(description="the session that it was said in")] = None,
        infer: Annotated[bool, Field(description="false: keep it without reading facts out of it")] = True,
    ) -> dict[str, Any]:
        """Remember what was said, and the facts that it states. Saying it again with the same ids changes nothing."""
        given = messages if isinstance(messages, str) else [m.model_dump(exclude_none=True) for m in messages]
        return await memory.add(given, infer=infer, **scope(context, user_id, agent_id, run_id, May.WRITE))

    @server.tool(annotations=_READS)
    @_told
    async def search_memories(
        context: Context[Any, Any],
        query: str,
        user_id: User = None,
        agent_id: Agent = None,
        run_id: Run = None,
        limit: Limit = 5,
        as_of: Moment = None,
        known_at: Moment = None,
    ) -> dict[str, Any]:
        """The facts and messages that answer a question best, with ids, times, confidence and sources."""
        whose = scope(context, user_id, agent_id, run_id)
        return await memory.search(query, limit=limit, as_of=as_of, known_at=known_at, **whose)

    @server.tool(annotations=_READS)
    @_told
    async def get_context(
        context: Context[Any, Any],
        query: str,
        user_id: User = None,
        agent_id: Agent = None,
        run_id: Run = None,
        max_tokens: Annotated[int, Field(ge=1, le=32_000)] = 1000,
    ) -> str:
        """What memory holds on a question, as a text within a budget: dated, cited, with what is disputed marked."""
        return await memory.context(query, max_tokens=max_tokens, **scope(context, user_id, agent_id, run_id))

    @server.tool(annotations=_READS)
    @_told
    async def get_facts(
        context: Context[Any, Any],
        subject: Annotated[str | None, Field(description="whom or what they are about")] = None,
        predicate: Annotated[str | None, Field(description="which relation, e.g. works_at")] = None,
        user_id: User = None,
        as_of: Moment = None,
        known_at: Moment = None,
        include_history: Annotated[bool, Field(description="also what is no longer true")] = False,
    ) -> dict[str, Any]:
        """The facts that hold about a subject, or with a relation, or all; oldest first."""
        found = await memory.facts(
            subject=subject,
            predicate=predicate,
            as_of=as_of,
            known_at=known_at,
            include_history=include_history,
            **scope(context, user_id, None, None),
        )
        keys = ("id", "text", "status", "valid_from", "valid_to", "confidence", "source_ids", "why")
        return {"facts": [{key: _shown(getattr(fact, key)) for key in keys} for fact in found]}

    @server.tool(annotations=_READS)
    @_told
    async def get_entity(context: Context[Any, Any], name: str, user_id: User = None) -> dict[str, Any]:
        """Somebody or something by name or id: other names, and all that is known now, relation by relation."""
        whose = scope(context, user_id, None, None)
        profile = await memory.profile(name, **whose)
        if profile.entity is None:
            raise BadInput(f"nobody and nothing is known as {name!r}, or nothing tells which of several is meant")
        return profile.as_dict()

    @server.tool(annotations=_READS)
    @_told
    async def timeline(
        context: Context[Any, Any],
        user_id: User = None,
        agent_id: Agent = None,
        run_id: Run = None,
        since: Moment = None,
        until: Moment = None,
        limit: Limit = 20,
    ) -> dict[str, Any]:
        """What was said in a time, in its order; the latest of it."""
        whose = scope(context, user_id, agent_id, run_id)
        found = await memory.episodes(since=since, until=until, limit=limit, **whose)
        return {
            "episodes": [
                {"id": e.id, "at": e.occurred_at.isoformat(), "speaker": e.speaker, "content": e.content} for e in found
            ]
        }

    @server.tool(annotations=_DESTROYS)
    @_told
    async def update_memory(context: Context[Any, Any], memory_id: str, text: str) -> dict[str, Any]:
        """Correct a message's text, or a fact by saying it anew. What it said before is kept as history."""
        return await memory.update(memory_id, text, **await reached(context, memory_id))

    @server.tool(annotations=_DESTROYS)
    @_told
    async def delete_memory(context: Context[Any, Any], memory_id: str) -> dict[str, Any]:
        """Delete a fact, or a message with all that rests on it alone. It can't be undone."""
        return await memory.delete(memory_id, **await reached(context, memory_id))

    @server.tool(annotations=_DESTROYS)
    @_told
    async def delete_all_memories(
        context: Context[Any, Any], user_id: User = None, agent_id: Agent = None, run_id: Run = None
    ) -> dict[str, Any]:
        """Delete everything of a user, or of one agent or session of theirs. It can't be undone."""
        return await memory.delete_all(**scope(context, user_id, agent_id, run_id, May.WRITE))

    @server.tool(annotations=_READS)
    @_told
    async def graph_query(
        context: Context[Any, Any],
        cypher: str,
        parameters: dict[str, Any] | None = None,
        limit: Annotated[int, Field(ge=1, le=1000)] = 100,
    ) -> dict[str, Any]:
        """Read the graph with Cypher, where the store is Neo4j; everybody's, so it takes a key for all."""
        if not caller_of(context).key.is_for_all:
            raise NotAllowed("Cypher reads everybody's memory: a key for every user in every tenant is needed")
        return await memory.graph_query(cypher, parameters, limit=limit)

    @server.resource("memory://{user_id}/entity/{name}", title="What is known of somebody or something")
    async def entity_resource(user_id: str, name: str, context: Context[Any, Any]) -> str:
        return (await memory.profile(name, **scope(context, user_id, None, None))).text

    @server.resource("memory://{user_id}/session/{run_id}", title="The last turns of a session")
    async def session_resource(user_id: str, run_id: str, context: Context[Any, Any]) -> str:
        turns = await memory.working(**scope(context, user_id, None, run_id))
        return "\n".join(f"{e.occurred_at:%Y-%m-%d %H:%M} {e.speaker}: {e.content}" for e in turns)

    @server.prompt(title="Answer from memory")
    def answer_from_memory(question: str) -> str:
        """Answer a question with what memory holds, citing it."""
        return (
            "Call get_context for this question, then answer it from what it returns. Cite the ids in square brackets. "
            f"Say what is disputed, and say so where memory holds nothing.\n\nQuestion: {question}"
        )

    @server.prompt(title="Remember this conversation")
    def remember_this() -> str:
        """Put what this conversation told into memory."""
        return (
            "Call add_memory with the messages of this conversation that told something worth knowing later: who said "
            "it (name), and their own words (content). Leave out small talk."
        )

    return server


def create_app(memory: AsyncMemory, gate: Gate) -> Starlette:
    """The tools over streamable HTTP at /mcp. Each request carries its key; no session outlives it."""
    app = create_server(memory).streamable_http_app(
        stateless_http=True,
        json_response=True,
        # A page of another origin has no key; where none is asked for, it must name this machine.
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def living(of: Starlette) -> AsyncGenerator[None]:
        async with inner(of):
            yield
        await memory.close()

    app.router.lifespan_context = living
    app.user_middleware.insert(0, Middleware(_Guard, gate=gate))
    if gate.is_open:
        app.user_middleware.insert(0, Middleware(TrustedHostMiddleware, allowed_hosts=OWN_HOSTS))
    return app


class _Guard:
    """Lets in who has a key, and tells the tools who it is."""

    def __init__(self, app: ASGIApp, gate: Gate) -> None:
        self._app = app
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            try:
                scope.setdefault("state", {})["caller"] = await self._gate.caller(key_in(Request(scope).headers))
            except NotAllowed as error:
                await problem(401, str(error), headers={"WWW-Authenticate": "Bearer"})(scope, receive, send)
                return
            except TooMany as error:
                await problem(429, str(error), headers={"Retry-After": str(error.retry_after)})(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _told(tool: Callable[_P, Awaitable[_T]]) -> Callable[_P, Awaitable[_T]]:
    """What goes wrong is told to the model in words, so that it can do better."""

    @functools.wraps(tool)
    async def telling(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        try:
            return await tool(*args, **kwargs)
        except MemgraphError as error:
            raise ToolError(str(error)) from error

    return telling


def _shown(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
