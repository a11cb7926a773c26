"""Exact vector search: a matrix for each scope, read from the file once and kept up with what is added.

Beside the vectors of episodes stands what searches have read of them.
"""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from memgraph.model import Episode, Scope
from memgraph.ports import Vectors
from memgraph.stores.sqlite import rows
from memgraph.stores.sqlite.connection import SQL

_KEPT_SCOPES = 256
_KEPT_EPISODES = 20_000  # of each scope
Integers = NDArray[np.int64]
Told = tuple[str, str, str, Callable[[], Episode], int]  # id, speaker, text, the episode itself, when


@dataclass(slots=True)
class Matrix:
    """The vectors of a scope, in the order of `seqs`, and of episodes session, time and place."""

    epoch: int
    dimension: int
    size: int = 0
    seqs: Integers = field(default_factory=lambda: np.empty(0, np.int64))
    vectors: Vectors = field(default_factory=lambda: np.empty((0, 0), np.float32))
    turns: Integers = field(default_factory=lambda: np.empty((0, 3), np.int64))
    sessions: dict[str | None, int] = field(default_factory=dict[str | None, int])
    _conversation: Conversation | None = None
    _told: dict[int, Told] = field(default_factory=dict[int, Told])

    def append(self, found: Sequence[sqlite3.Row]) -> None:
        needed = self.size + len(found)
        if needed > len(self.seqs):
            room = max(needed, 2 * len(self.seqs), 64)
            self.seqs = _grown(self.seqs, self.size, room)
            self.vectors = _grown(self.vectors, self.size, room)
            self.turns = _grown(self.turns, self.size, room)
        new = slice(self.size, needed)
        self.seqs[new] = [r["seq"] for r in found]
        vectors = np.frombuffer(b"".join(r["vector"] for r in found), np.float32)
        self.vectors[new] = vectors.reshape(len(found), self.dimension)
        numbers = (self.sessions.setdefault(r["session_id"], len(self.sessions)) for r in found)
        self.turns[new] = [
            (number, r["occurred_at"] or 0, r["place"] or 0) for number, r in zip(numbers, found, strict=True)
        ]
        self.size = needed
        self._conversation = None

    def similarities(self, vector: Vectors) -> Similarities:
        """Compare a vector of shape (dimension,) with all of them."""
        return Similarities(self.seqs[: self.size], self.vectors[: self.size] @ vector)

    def conversation(self) -> Conversation:
        """The episodes in the order of their turns."""
        if self._conversation is None:
            seqs, (session, occurred_at, place) = self.seqs[: self.size], self.turns[: self.size].T
            order = np.lexsort((seqs, place, occurred_at, session))
            self._conversation = Conversation(seqs[order], session[order], np.argsort(order), seqs.copy())
        return self._conversation

    def told(self, connection: sqlite3.Connection, seqs: Sequence[int], owner: Scope) -> list[Told]:
        """What these episodes say, read where it is not at hand. No row changes within an epoch."""
        if len(self._told) > _KEPT_EPISODES:
            self._told.clear()
        unread = [seq for seq in seqs if seq not in self._told]
        if unread:
            for row in connection.execute(SQL["episodes_by_seq"], {"seqs": rows.many(unread)}):
                seq, ident, speaker, content, occurred_at, *_ = row
                self._told[seq] = (ident, speaker, content, partial(rows.episode, row, owner), occurred_at)
        return [self._told[seq] for seq in seqs]


def _grown(array: NDArray[Any], size: int, room: int) -> NDArray[Any]:
    out = np.empty((room, *array.shape[1:]), array.dtype)
    out[:size] = array[:size]
    return out


@dataclass(frozen=True, slots=True)
class Similarities:
    """The cosine of every vector of a scope with a question: `seqs` ascending, `scores` beside them."""

    seqs: Integers
    scores: NDArray[np.float32]

    def within(self, allowed: Integers) -> Similarities:
        """Only those of these rows."""
        kept = np.isin(self.seqs, allowed, assume_unique=True)
        return Similarities(self.seqs[kept], self.scores[kept])

    def best(self, count: int) -> list[int]:
        """The seqs of the nearest, nearest first."""
        nearest = np.arange(len(self.seqs))
        if len(nearest) > count:
            nearest = np.argpartition(-self.scores, count)[:count]
        ordered = nearest[np.lexsort((self.seqs[nearest], -self.scores[nearest]))]
        return self.seqs[ordered].tolist()

    def of(self, seqs: Sequence[int] | Integers) -> NDArray[np.float64]:
        """The score of each of these rows; 0 for one without a vector."""
        at, is_there = looked_up(self.seqs, seqs)
        scores = np.zeros(len(seqs))
        scores[is_there] = self.scores[at]
        return scores


@dataclass(frozen=True, slots=True)
class Conversation:
    """The episodes of a scope, session after session, each in the order of its turns.

    `ordered` are their seqs and `sessions` a number for each one's session; `places` says where in these each of
    `seqs`, ascending, stands.
    """

    ordered: Integers
    sessions: Integers
    places: Integers
    seqs: Integers

    def flanked(self, seqs: Sequence[int], flank: int) -> Integers:
        """These turns, and so many before and after each in its session, ascending."""
        at, _ = looked_up(self.seqs, seqs)
        at = self.places[at]
        beside = (at[:, None] + np.arange(-flank, flank + 1)[None, :]).ravel()
        own = np.repeat(at, 2 * flank + 1)
        inside = (beside >= 0) & (beside < len(self.ordered))
        beside, own = beside[inside], own[inside]
        together = self.sessions[beside] == self.sessions[own]
        return np.union1d(self.ordered[beside[together]], np.asarray(seqs, np.int64))

    def before(self, seqs: Integers) -> Integers:
        """The turn just before each of these in its session; -1 where there is none, or it has no vector."""
        at, is_there = looked_up(self.seqs, seqs)
        at = self.places[at]
        follows = (at > 0) & (self.sessions[at] == self.sessions[at - 1])
        before = np.full(len(seqs), -1)
        before[is_there] = np.where(follows, self.ordered[at - 1], -1)
        return before


def looked_up(seqs: Integers, wanted: Sequence[int] | Integers) -> tuple[Integers, NDArray[np.bool_]]:
    """The places in `seqs`, ascending, of those that are there; and of each one wanted whether it is."""
    sought = np.asarray(wanted, np.int64)
    at = np.searchsorted(seqs, sought)
    is_there = at < len(seqs)
    is_there[is_there] = seqs[at[is_there]] == sought[is_there]
    return at[is_there], is_there


class Matrices:
    """The matrices of the scopes in use; the longest unused go first. Used under the reader's lock."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], Matrix] = OrderedDict()

    def current(self, connection: sqlite3.Connection, scope: str, kind: str, dimension: int) -> Matrix:
        """A scope's vectors of facts or of episodes, as this connection sees them."""
        row = connection.execute(SQL["scope_version"], (scope,)).fetchone()
        epoch = row["epoch"] if row else 0
        matrix = self._kept.pop((scope, kind), None)
        if matrix is None or matrix.epoch != epoch:
            matrix = Matrix(epoch, dimension, vectors=np.empty((0, dimension), np.float32))
        self._kept[scope, kind] = matrix
        while len(self._kept) > _KEPT_SCOPES:
            self._kept.popitem(last=False)
        last = int(matrix.seqs[matrix.size - 1]) if matrix.size else -1
        found = connection.execute(SQL["vectors_after"], {"scope": scope, "kind": kind, "after": last}).fetchall()
        if found:
            matrix.append(found)
        return matrix
