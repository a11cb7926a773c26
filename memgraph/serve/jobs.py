"""Reading later what was stored now: jobs to ask for, and what is pending tried again from time to time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import anyio
import structlog

from memgraph.errors import MemgraphError
from memgraph.memory import AsyncMemory
from memgraph.model import Scope, digest
from memgraph.serve.access import scope_args
from memgraph.serve.bodies import Job

_KEPT = 10_000
_EVERY = 0.2  # seconds between two looks at a job that is followed
_log = structlog.get_logger("memgraph.serve")


@dataclass(frozen=True, slots=True)
class _Given:
    owner: Scope
    episodes: frozenset[str]


class Jobs:
    """The jobs of this process. What they are about is in the store, also when the process ends."""

    def __init__(self, memory: AsyncMemory, retry_seconds: float) -> None:
        self._memory = memory
        self._retry_seconds = retry_seconds
        self._given: OrderedDict[str, _Given] = OrderedDict()
        self._new = anyio.Event()

    def start(self, owner: Scope, episodes: list[str]) -> str:
        """Have these stored episodes read soon; the id of the job."""
        ident = "job_" + digest(owner.key, *sorted(episodes))
        self._given[ident] = _Given(owner, frozenset(episodes))
        while len(self._given) > _KEPT:
            self._given.popitem(last=False)
        self._new.set()
        return ident

    def owner(self, ident: str) -> Scope | None:
        """Whose memory a job writes to; None for one that isn't known (any more)."""
        given = self._given.get(ident)
        return given and given.owner

    async def state(self, ident: str) -> Job:
        """How far a job is."""
        given = self._given[ident]
        waiting = [p for p in await self._memory.pending(**scope_args(given.owner)) if p.episode in given.episodes]
        error = next((p.error for p in waiting if p.error), None)
        status = "done" if not waiting else "failed" if error else "pending"
        return Job(id=ident, status=status, episodes=len(given.episodes), left=len(waiting), error=error)

    async def follow(self, ident: str) -> AsyncGenerator[Job, None]:
        """A job's states, whenever they change, until it is done or has failed."""
        last: Job | None = None
        while last is None or last.status == "pending":
            state = await self.state(ident)
            if state != last:
                yield state
            last = state
            if state.status == "pending":
                await anyio.sleep(_EVERY)

    async def work(self) -> None:
        """Read what is due, at once where something new came, else from time to time; never ends by itself."""
        while True:
            self._new = anyio.Event()
            try:
                await self._memory.retry_pending(is_due_only=True)
            except MemgraphError as error:
                _log.warning("what is pending could not be read", error=str(error))
            with anyio.move_on_after(self._retry_seconds):
                await self._new.wait()
