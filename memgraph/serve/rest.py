"""The REST interface. Every verb of `Memory` has a route; whose memory a request may touch is its key's to say."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import anyio
from fastapi import APIRouter, FastAPI, Query, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from fastapi.responses import PlainTextResponse, StreamingResponse
from prometheus_client import CollectorRegistry, generate_latest
from starlette.exceptions import HTTPException

from memgraph.memory import AsyncMemory
from memgraph.serve import mem0, problems
from memgraph.serve.access import OWN_HOSTS, Caller, Gate
from memgraph.serve.bodies import (
    Accepted,
    Add,
    AddFact,
    Ask,
    AskContext,
    Count,
    Id,
    Job,
    Moment,
    NewText,
    TwoNames,
)
from memgraph.serve.depends import (
    IdempotencyKey,
    Named,
    SessionId,
    TheCaller,
    TheJobs,
    TheMemory,
    need_everything,
    reached,
    scope_of,
)
from memgraph.serve.guards import BodyLimit, Watch
from memgraph.serve.jobs import Jobs
from memgraph.serve.keys import KeyFile, May
from memgraph.serve.problems import PROBLEMS
from memgraph.serve.replays import Replays
from memgraph.serve.settings import ServeConfig
from memgraph.transfer import Kept

_LINES = "application/x-ndjson"
_AS_LINES: dict[int | str, dict[str, Any]] = {200: {"content": {_LINES: {}}, "description": "One JSON object a line"}}
_TAKES_LINES = {"requestBody": {"content": {_LINES: {"schema": {"type": "string"}}}, "required": True}}

v1 = APIRouter(prefix="/v1", responses=PROBLEMS)


# -- putting in


@v1.post("/memories", tags=["memories"], responses={202: {"model": Accepted, "description": "Stored; being read"}})
async def add(
    body: Add,
    request: Request,
    response: Response,
    caller: TheCaller,
    memory: TheMemory,
    jobs: TheJobs,
    x_session_id: SessionId = None,
    idempotency_key: IdempotencyKey = None,
) -> dict[str, Any]:
    """Remember messages, and the facts that they state."""
    caller.need(May.WRITE)
    scope = scope_of(caller, body, x_session_id)
    messages: list[Any] = (
        [body.messages] if isinstance(body.messages, str) else [m.model_dump(exclude_none=True) for m in body.messages]
    )
    if idempotency_key is not None:
        messages = _identified(messages, idempotency_key)

    async def added() -> dict[str, Any]:
        return await memory.add(
            messages, metadata=body.metadata, timestamp=body.timestamp, infer=body.infer, wait=body.wait, **scope
        )

    replays: Replays = request.app.state.replays
    done = await replays.once(caller.key.id, idempotency_key, body.model_dump_json(), added)
    if body.wait or not body.infer:
        return done
    owner = await memory.owner(done["episodes"][0]) if done["episodes"] else None
    if owner is None:
        return done
    response.status_code = 202
    job = await jobs.state(jobs.start(owner, done["episodes"]))
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return {**done, "job": job.model_dump()}


def _identified(messages: list[Any], key: str) -> list[Any]:
    """Messages without an id get one from the request's, so that a repetition is one for the store too."""
    out: list[Any] = []
    for n, message in enumerate(messages):
        fields: dict[str, Any] = {"content": message} if isinstance(message, str) else message
        out.append({"id": f"{key[:480]}#{n}", **fields})
    return out


@v1.post("/facts", tags=["facts"])
async def add_fact(
    body: AddFact, caller: TheCaller, memory: TheMemory, x_session_id: SessionId = None
) -> dict[str, Any]:
    """Store a fact directly. The same fact again changes nothing."""
    caller.need(May.WRITE)
    more = body.model_dump(include={"qualifier", "valid_from", "valid_to", "confidence", "source"})
    scope = scope_of(caller, body, x_session_id)
    return jsonable_encoder(await memory.add_fact(body.subject, body.predicate, body.object, **more, **scope))


# -- asking


@v1.post("/search", tags=["recall"])
async def search(body: Ask, caller: TheCaller, memory: TheMemory, x_session_id: SessionId = None) -> dict[str, Any]:
    """The facts and episodes that answer a question best."""
    more = body.model_dump(include={"limit", "threshold", "kinds", "as_of", "known_at", "explain"})
    return await memory.search(body.query, **more, **scope_of(caller, body, x_session_id))


@v1.post("/context", tags=["recall"])
async def context(
    body: AskContext, caller: TheCaller, memory: TheMemory, x_session_id: SessionId = None
) -> dict[str, str]:
    """What memory holds on a question, as a text for a prompt."""
    more = body.model_dump(include={"max_tokens", "as_of", "known_at"})
    return {"context": await memory.context(body.query, **more, **scope_of(caller, body, x_session_id))}


@v1.get("/facts", tags=["facts"])
async def facts(
    memory: TheMemory,
    scope: Named,
    subject: Annotated[Id | None, Query()] = None,
    predicate: Annotated[Id | None, Query()] = None,
    as_of: Moment | None = None,
    known_at: Moment | None = None,
    include_history: bool = False,
) -> dict[str, Any]:
    """The facts that hold, oldest first."""
    found = await memory.facts(
        subject=subject,
        predicate=predicate,
        as_of=as_of,
        known_at=known_at,
        include_history=include_history,
        **scope,
    )
    return {"facts": jsonable_encoder(found)}


@v1.get("/facts/{fact_id}/why", tags=["facts"])
async def why(fact_id: str, caller: TheCaller, memory: TheMemory) -> dict[str, Any]:
    """How the slot of a fact was decided."""
    reasoning = await memory.why(fact_id, **await reached(caller, memory, fact_id))
    if reasoning is None:
        raise HTTPException(404, f"{fact_id!r} is no fact")
    return jsonable_encoder(reasoning)


@v1.get("/profile", tags=["views"])
async def profile(memory: TheMemory, scope: Named, subject: Annotated[Id | None, Query()] = None) -> dict[str, Any]:
    """What is known now of somebody or something; of the user where no subject is named."""
    return (await memory.profile(subject, **scope)).as_dict()


@v1.get("/working", tags=["views"])
async def working(
    memory: TheMemory, scope: Named, max_tokens: Annotated[int, Query(ge=1, le=1_000_000)] = 2000
) -> dict[str, Any]:
    """The last turns of a session within a budget."""
    return {"episodes": jsonable_encoder(await memory.working(max_tokens=max_tokens, **scope))}


@v1.get("/episodes", tags=["episodes"])
async def episodes(
    memory: TheMemory,
    scope: Named,
    since: Moment | None = None,
    until: Moment | None = None,
    known_at: Moment | None = None,
    limit: Count = 100,
) -> dict[str, Any]:
    """What was said in a time, in its order."""
    found = await memory.episodes(since=since, until=until, known_at=known_at, limit=limit, **scope)
    return {"episodes": jsonable_encoder(found)}


# -- who is who


@v1.get("/entities", tags=["entities"])
async def entities(memory: TheMemory, scope: Named) -> dict[str, Any]:
    """Everybody and everything that the memory knows by name."""
    return {"entities": jsonable_encoder(await memory.entities(**scope))}


@v1.get("/entities/review", tags=["entities"])
async def review(
    memory: TheMemory, scope: Named, at_least: Annotated[float, Query(gt=0, le=1)] = 0.5
) -> dict[str, Any]:
    """Pairs of entities that may be one."""
    return {"candidates": jsonable_encoder(await memory.review(at_least=at_least, **scope))}


@v1.post("/entities/merge", tags=["entities"])
async def merge(body: TwoNames, caller: TheCaller, memory: TheMemory) -> dict[str, Any]:
    """Decide that two names are one's."""
    caller.need(May.WRITE)
    return jsonable_encoder(await memory.merge(body.a, body.b, **scope_of(caller, body, None)))


@v1.post("/entities/unmerge", tags=["entities"])
async def unmerge(body: TwoNames, caller: TheCaller, memory: TheMemory) -> dict[str, Any]:
    """Decide that two names stand for two."""
    caller.need(May.WRITE)
    return {"entities": jsonable_encoder(await memory.unmerge(body.a, body.b, **scope_of(caller, body, None)))}


@v1.get("/entities/{name_or_id}", tags=["entities"])
async def entity(name_or_id: str, memory: TheMemory, scope: Named) -> dict[str, Any]:
    """The entity of that id or name, with a summary."""
    found = await memory.entity(name_or_id, **scope)
    if found is None:
        raise HTTPException(404, f"nobody and nothing is known as {name_or_id!r}, or nothing tells which is meant")
    return jsonable_encoder(found)


# -- memories by id


@v1.get("/memories", tags=["memories"])
async def get_all(memory: TheMemory, scope: Named, limit: Count = 100) -> dict[str, Any]:
    """The facts that hold now, then the latest episodes."""
    return await memory.get_all(limit=limit, **scope)


@v1.delete("/memories", tags=["memories"])
async def delete_all(caller: TheCaller, memory: TheMemory, scope: Named) -> dict[str, Any]:
    """Delete everything of a user, or of one agent or session within a user's memory."""
    caller.need(May.WRITE)
    return await memory.delete_all(**scope)


@v1.get("/memories/{memory_id}", tags=["memories"])
async def get(memory_id: str, caller: TheCaller, memory: TheMemory) -> dict[str, Any]:
    """A fact or an episode by its id."""
    found = await memory.get(memory_id, **await reached(caller, memory, memory_id))
    if found is None:
        raise HTTPException(404, f"{memory_id!r} is an entity: see /v1/entities/{memory_id}")
    return found


@v1.put("/memories/{memory_id}", tags=["memories"])
async def update(memory_id: str, body: NewText, caller: TheCaller, memory: TheMemory) -> dict[str, Any]:
    """Correct an episode's text, or say a fact anew."""
    caller.need(May.WRITE)
    return await memory.update(memory_id, body.text, **await reached(caller, memory, memory_id))


@v1.delete("/memories/{memory_id}", tags=["memories"])
async def delete(memory_id: str, caller: TheCaller, memory: TheMemory) -> dict[str, Any]:
    """Delete a fact, or an episode with all that rests on it alone."""
    caller.need(May.WRITE)
    return await memory.delete(memory_id, **await reached(caller, memory, memory_id))


@v1.get("/memories/{memory_id}/history", tags=["memories"])
async def history(memory_id: str, caller: TheCaller, memory: TheMemory) -> dict[str, Any]:
    """What happened to a memory."""
    return {"history": await memory.history(memory_id, **await reached(caller, memory, memory_id))}


# -- carrying away, and back


@v1.get(
    "/export", tags=["transfer"], responses={200: {"content": {_LINES: {}}, "description": "One JSON object a line"}}
)
async def export(memory: TheMemory, scope: Named) -> StreamingResponse:
    """Everything of a user's memory, as JSON Lines."""
    lines = memory.export(**scope)
    first = await anext(lines)  # so that a scope that can't be exported is refused with a status of its own

    async def written() -> AsyncIterator[str]:
        yield json.dumps(first, ensure_ascii=False) + "\n"
        async for line in lines:
            yield json.dumps(line, ensure_ascii=False) + "\n"

    return StreamingResponse(written(), media_type=_LINES)


@v1.post(
    "/import", tags=["transfer"], openapi_extra={"requestBody": {"content": {_LINES: {"schema": {"type": "string"}}}}}
)
async def import_(request: Request, caller: TheCaller, memory: TheMemory, scope: Named) -> dict[str, int]:
    """Bring back what export wrote, as the memory of the user that the query names."""
    caller.need(May.WRITE)
    with Kept() as lines:
        async for part in request.stream():
            lines.write(part)
        return await memory.import_(lines, **scope)


# -- jobs and upkeep


@v1.get("/jobs/{job_id}", tags=["jobs"])
async def job(job_id: str, caller: TheCaller, jobs: TheJobs) -> Job:
    """How far the reading of messages is that were added with wait=false."""
    return await jobs.state(_known_job(job_id, caller, jobs))


@v1.get(
    "/jobs/{job_id}/events",
    tags=["jobs"],
    responses={
        200: {"content": {"text/event-stream": {}}, "description": "The job whenever it changes, until it ends"}
    },
)
async def job_events(job_id: str, caller: TheCaller, jobs: TheJobs) -> StreamingResponse:
    """The same as server-sent events."""
    known = _known_job(job_id, caller, jobs)

    async def told() -> AsyncIterator[str]:
        async for state in jobs.follow(known):
            yield f"event: {state.status}\ndata: {state.model_dump_json()}\n\n"

    return StreamingResponse(told(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})


def _known_job(job_id: str, caller: Caller, jobs: Jobs) -> str:
    owner = jobs.owner(job_id)
    if owner is None or not caller.key.allows(owner):
        raise HTTPException(404, f"there is no job {job_id!r}; what was accepted is stored, see /v1/pending")
    return job_id


@v1.get("/pending", tags=["jobs"])
async def pending(memory: TheMemory, scope: Named) -> dict[str, Any]:
    """Messages that are stored but could not be read yet."""
    return {"pending": jsonable_encoder(await memory.pending(**scope))}


@v1.post("/pending/retry", tags=["jobs"])
async def retry(caller: TheCaller, memory: TheMemory, scope: Named) -> dict[str, int]:
    """Read them again now."""
    caller.need(May.WRITE)
    return await memory.retry_pending(**scope)


@v1.get("/stats", tags=["service"])
async def stats(memory: TheMemory, scope: Named) -> dict[str, int]:
    """How much a memory holds."""
    return await memory.stats(**scope)


@v1.post("/reset", tags=["service"])
async def reset(caller: TheCaller, memory: TheMemory) -> dict[str, str]:
    """Delete everything of everybody; for a key that may administer everybody's memory."""
    need_everything(caller)
    await memory.reset()
    return {"message": "All memories reset"}


service = APIRouter(tags=["service"])


@service.get("/health")
async def health() -> dict[str, str]:
    """Whether the service runs."""
    return {"status": "ok"}


@service.get("/ready", responses={503: PROBLEMS[503]})
async def ready(memory: TheMemory) -> dict[str, str]:
    """Whether the store can be reached, and is of this version."""
    await memory.stats()
    return {"status": "ready"}


@service.get("/metrics", response_class=PlainTextResponse)
async def metrics(request: Request) -> PlainTextResponse:
    """Counts and times, as Prometheus reads them."""
    text = generate_latest(request.app.state.registry).decode()
    return PlainTextResponse(text, media_type="text/plain; version=0.0.4")


def create_app(memory: AsyncMemory, config: ServeConfig, keys: KeyFile | None) -> FastAPI:
    """The service over a memory, which it opens and closes. Without `keys` everybody may do everything."""
    jobs = Jobs(memory, config.retry_seconds)

    @asynccontextmanager
    async def living(_: FastAPI) -> AsyncGenerator[None]:
        async with anyio.create_task_group() as group:
            group.start_soon(jobs.work)  # opens the store; where it is away, /ready says so, and it is tried again
            yield
            group.cancel_scope.cancel()
        await memory.close()

    app = FastAPI(
        title="memgraph",
        summary="A memory for agents: conversations in, answers with their evidence out.",
        version="1",
        lifespan=living,
        license_info={"name": "Apache-2.0"},
    )
    registry = CollectorRegistry()
    app.state.memory = memory
    app.state.jobs = jobs
    app.state.gate = Gate(keys, config.requests_a_minute)
    app.state.replays = Replays()
    app.state.registry = registry
    app.include_router(v1)
    app.include_router(mem0.router)
    app.include_router(service)
    problems.install(app)
    if config.cors_origins:
        app.add_middleware(CORSMiddleware, allow_origins=config.cors_origins, allow_methods=["*"], allow_headers=["*"])
    app.add_middleware(
        BodyLimit, max_bytes=config.max_body_bytes, seconds=config.body_seconds, unlimited=frozenset({"/v1/import"})
    )
    if keys is None:
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=OWN_HOSTS)
    app.add_middleware(Watch, registry=registry)
    return app
