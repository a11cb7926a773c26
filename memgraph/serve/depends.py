"""What routes depend on: who calls, the memory, and whose of it is meant."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Header, Query, Request
from fastapi.security import APIKeyHeader, HTTPBearer
from starlette.exceptions import HTTPException

from memgraph.inputs import ScopeArgs
from memgraph.memory import AsyncMemory
from memgraph.serve.access import Caller, key_in, scope_args
from memgraph.serve.bodies import Id, Whose
from memgraph.serve.jobs import Jobs
from memgraph.serve.keys import May


async def _caller(
    request: Request,
    _bearer: Annotated[Any, Depends(HTTPBearer(auto_error=False))],
    _header: Annotated[Any, Depends(APIKeyHeader(name="X-API-Key", auto_error=False))],
) -> Caller:
    caller = await request.app.state.gate.caller(key_in(request.headers))
    request.state.key = caller.key.id
    return caller


def _memory(request: Request) -> AsyncMemory:
    return request.app.state.memory


def _jobs(request: Request) -> Jobs:
    return request.app.state.jobs


SessionId = Annotated[Id | None, Header(alias="X-Session-ID", description="the session, where run_id does not name it")]
IdempotencyKey = Annotated[
    Id | None, Header(alias="Idempotency-Key", description="the same key again changes nothing, and answers the same")
]
TheCaller = Annotated[Caller, Depends(_caller)]
TheMemory = Annotated[AsyncMemory, Depends(_memory)]
TheJobs = Annotated[Jobs, Depends(_jobs)]


async def _named(
    caller: TheCaller,
    user_id: Annotated[Id | None, Query()] = None,
    agent_id: Annotated[Id | None, Query()] = None,
    run_id: Annotated[Id | None, Query()] = None,
    tenant: Annotated[Id | None, Query()] = None,
    x_session_id: SessionId = None,
) -> ScopeArgs:
    return caller.scope(ScopeArgs(user_id=user_id, agent_id=agent_id, run_id=run_id or x_session_id, tenant=tenant))


Named = Annotated[ScopeArgs, Depends(_named)]  # the scope that a request's query names


def scope_of(caller: Caller, body: Whose, session: str | None) -> ScopeArgs:
    """The scope that a request's body names; `session` stands in where it names none."""
    run_id = body.run_id or session
    return caller.scope(ScopeArgs(user_id=body.user_id, agent_id=body.agent_id, run_id=run_id, tenant=body.tenant))


async def reached(caller: Caller, memory: AsyncMemory, memory_id: str) -> ScopeArgs:
    """The scope of a memory by its id; 404 where there is none within the caller's reach."""
    owner = await caller.owner(memory, memory_id)
    if owner is None:
        raise HTTPException(404, f"there is no memory {memory_id!r}")
    return scope_args(owner)


def need_everything(caller: Caller) -> None:
    """Refuse whoever may not administer everybody's memory."""
    caller.need(May.ADMIN)
    if not caller.key.is_for_all:
        raise HTTPException(403, "a key for everybody's memory in every tenant is needed")
