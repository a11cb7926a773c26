"""Who is calling, and whose memory they may touch."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from memgraph.errors import MemgraphError
from memgraph.inputs import ScopeArgs, read_scope
from memgraph.memory import AsyncMemory
from memgraph.model import UTC, Scope
from memgraph.serve.keys import Key, KeyFile, May

OWN_HOSTS = ["127.0.0.1", "localhost"]  # where no key is asked for, a page must not get in under a name of its own


class NotAllowed(MemgraphError):
    """The request names no key that is valid ("who"), or one that does not reach so far."""

    def __init__(self, detail: str, *, is_known: bool = True) -> None:
        super().__init__(detail)
        self.is_known = is_known


class TooMany(MemgraphError):
    """A key made too many requests. `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"too many requests: try again in {retry_after} seconds")
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a request."""

    key: Key

    def need(self, may: May) -> None:
        """Raise `NotAllowed` unless the key allows so much."""
        if self.key.may < may:
            raise NotAllowed(f"this key may {self.key.may.name.lower()}; {may.name.lower()} is needed")

    def scope(self, given: ScopeArgs) -> ScopeArgs:
        """The scope that a request names, with what the key implies filled in. Raises `NotAllowed` beyond its reach."""
        named = ScopeArgs(**{name: value for name, value in given.items() if value is not None})  # pyright: ignore[reportArgumentType]
        if self.key.tenant != "*":
            named.setdefault("tenant", self.key.tenant)
        if len(self.key.users) == 1 and self.key.users != ("*",):
            named.setdefault("user_id", self.key.users[0])
        if not self.key.allows(read_scope(named)):
            raise NotAllowed("this key does not reach that memory")
        return named

    async def owner(self, memory: AsyncMemory, memory_id: str) -> Scope | None:
        """Whose a memory is; None for one that isn't there, or that this key does not reach, which look the same."""
        owner = await memory.owner(memory_id)
        return owner if owner is not None and self.key.allows(owner) else None


class Gate:
    """Lets callers in, so many times a minute. Without a file of keys everybody may do everything."""

    def __init__(self, keys: KeyFile | None, requests_a_minute: int) -> None:
        self._keys = keys
        self._limit = RateLimitItemPerMinute(requests_a_minute)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    @property
    def is_open(self) -> bool:
        """Whether no key is asked for."""
        return self._keys is None

    async def caller(self, text: str | None) -> Caller:
        """Who a key's text stands for. Raises `NotAllowed` and `TooMany`."""
        now = dt.datetime.now(UTC)
        if self._keys is None:
            key: Key | None = _everything(now)
        elif text is None:
            raise NotAllowed("a key is needed: Authorization: Bearer mg_…", is_known=False)
        else:
            key = self._keys.find(text, now)
        if key is None:
            raise NotAllowed("this key is not valid, or has expired", is_known=False)
        if not await self._limiter.hit(self._limit, key.id):
            reset_at, _ = await self._limiter.get_window_stats(self._limit, key.id)
            raise TooMany(max(1, int(reset_at - now.timestamp()) + 1))
        return Caller(key)


def local_caller(user: str | None, may: str) -> Caller:
    """Who starts a process here and calls it: allowed so much, in that user's memory, or everybody's."""
    everything = _everything(dt.datetime.now(UTC))
    users = everything.users if user is None else (user,)
    tenant = everything.tenant if user is None else "default"
    return Caller(everything.model_copy(update={"users": users, "tenant": tenant, "may": May[may.upper()]}))


def _everything(now: dt.datetime) -> Key:
    return Key(id="none", name="none", secret_hash="", tenant="*", users=("*",), may=May.ADMIN, created_at=now)


def scope_args(owner: Scope) -> ScopeArgs:
    """A scope as the verbs take it."""
    return ScopeArgs(tenant=owner.tenant, user_id=owner.user, agent_id=owner.agent, run_id=owner.session)


def key_in(headers: Any) -> str | None:
    """The text of the key in a request's headers: `Authorization: Bearer …` (or `Token …`), or `X-API-Key`."""
    kind, _, text = (headers.get("authorization") or "").partition(" ")
    if kind.lower() in ("bearer", "token") and text.strip():
        return text.strip()
    return headers.get("x-api-key")
