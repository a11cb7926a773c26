"""Requests that name themselves (Idempotency-Key): a repetition gets the first one's answer."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException

from memgraph.model import digest

_KEPT = 10_000
Answer = dict[str, Any]


@dataclass(slots=True)
class _Asked:
    body: str
    answer: Answer | None = None


class Replays:
    """The latest answers of this process. After a restart it is the messages' ids that make repetitions harmless."""

    def __init__(self) -> None:
        self._asked: OrderedDict[tuple[str, str], _Asked] = OrderedDict()

    async def once(self, caller: str, key: str | None, body: str, work: Callable[[], Awaitable[Answer]]) -> Answer:
        """Do it, unless this caller had it done under this key before.

        Answers 409 while the first is under way, 422 where the key came with another body.
        """
        if key is None:
            return await work()
        asked = self._asked.get((caller, key))
        if asked is None:
            asked = self._asked[caller, key] = _Asked(digest(body))
            try:
                asked.answer = await work()
            except BaseException:
                del self._asked[caller, key]
                raise
            while len(self._asked) > _KEPT:
                self._asked.popitem(last=False)
            return asked.answer
        if asked.body != digest(body):
            raise HTTPException(422, f"the Idempotency-Key {key!r} came with another body before")
        if asked.answer is None:
            raise HTTPException(409, f"the request with the Idempotency-Key {key!r} is still under way")
        return asked.answer
