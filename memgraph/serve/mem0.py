"""Mem0's routes, as its own server has them, so that its clients need another address only."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from memgraph.inputs import ScopeArgs
from memgraph.serve.bodies import Flag, Limit, Message, Number
from memgraph.serve.depends import Named, TheCaller, TheMemory, need_everything, reached
from memgraph.serve.keys import May
from memgraph.serve.problems import PROBLEMS

router = APIRouter(tags=["mem0"], responses=PROBLEMS)


class _Whose(BaseModel):
    model_config = ConfigDict(extra="ignore")

    user_id: str | None = None
    agent_id: str | None = None
    run_id: str | None = None

    @property
    def scope(self) -> ScopeArgs:
        return ScopeArgs(user_id=self.user_id, agent_id=self.agent_id, run_id=self.run_id)


class Mem0Add(_Whose):
    """See Mem0."""

    messages: Annotated[list[Message], Field(min_length=1, max_length=1000)]
    metadata: dict[str, Any] | None = None
    infer: Flag = True


class Mem0Search(_Whose):
    """See Mem0."""

    query: Annotated[str, Field(min_length=1)]
    filters: dict[str, Any] | None = None
    limit: Limit | None = None
    top_k: Limit | None = None
    threshold: Number | None = None


class Mem0Update(BaseModel):
    """See Mem0."""

    model_config = ConfigDict(extra="ignore")

    text: Annotated[str, Field(min_length=1)]


@router.post("/memories")
async def mem0_add(body: Mem0Add, caller: TheCaller, memory: TheMemory) -> dict[str, Any]:
    """Remember messages."""
    caller.need(May.WRITE)
    messages = [m.model_dump(exclude_none=True) for m in body.messages]
    return await memory.add(messages, metadata=body.metadata, infer=body.infer, **caller.scope(body.scope))


@router.get("/memories")
async def mem0_get_all(memory: TheMemory, scope: Named) -> dict[str, Any]:
    """All memories of a user, an agent or a session."""
    return await memory.get_all(**scope)


@router.delete("/memories")
async def mem0_delete_all(caller: TheCaller, memory: TheMemory, scope: Named) -> dict[str, Any]:
    """Delete all of them."""
    caller.need(May.WRITE)
    return await memory.delete_all(**scope)


@router.get("/memories/{memory_id}")
async def mem0_get(memory_id: str, caller: TheCaller, memory: TheMemory) -> dict[str, Any] | None:
    """One memory."""
    return await memory.get(memory_id, **await reached(caller, memory, memory_id))


@router.put("/memories/{memory_id}")
async def mem0_update(memory_id: str, body: Mem0Update, caller: TheCaller, memory: TheMemory) -> dict[str, Any]:
    """Change a memory's text."""
    caller.need(May.WRITE)
    return await memory.update(memory_id, body.text, **await reached(caller, memory, memory_id))


@router.delete("/memories/{memory_id}")
async def mem0_delete(memory_id: str, caller: TheCaller, memory: TheMemory) -> dict[str, Any]:
    """Delete a memory."""
    caller.need(May.WRITE)
    return await memory.delete(memory_id, **await reached(caller, memory, memory_id))


@router.get("/memories/{memory_id}/history")
async def mem0_history(memory_id: str, caller: TheCaller, memory: TheMemory) -> list[dict[str, Any]]:
    """What happened to a memory."""
    return await memory.history(memory_id, **await reached(caller, memory, memory_id))


@router.post("/search")
async def mem0_search(body: Mem0Search, caller: TheCaller, memory: TheMemory) -> dict[str, Any]:
    """The memories that answer a question best."""
    named: dict[str, Any] = {k: v for k, v in (body.filters or {}).items() if k in ("user_id", "agent_id", "run_id")}
    scope = caller.scope(ScopeArgs(**{**named, **{k: v for k, v in body.scope.items() if v is not None}}))  # pyright: ignore[reportArgumentType]
    limit = body.top_k or body.limit or 5
    return await memory.search(body.query, limit=limit, threshold=body.threshold, **scope)


@router.post("/reset")
async def mem0_reset(caller: TheCaller, memory: TheMemory) -> dict[str, str]:
    """Delete everything of everybody."""
    need_everything(caller)
    await memory.reset()
    return {"message": "All memories reset"}
