"""Exact vector search: a matrix for each scope, read from the file once and kept up with what is added."""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from memgraph.ports import Vectors
from memgraph.stores.sqlite.connection import SQL

_KEPT_SCOPES = 256


@dataclass(slots=True)
class _Matrix:
    epoch: int
    dimension: int
    size: int = 0
    seqs: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    rows: Vectors = field(default_factory=lambda: np.empty((0, 0), np.float32))

    def append(self, seqs: NDArray[np.int64], rows: Vectors) -> None:
        needed = self.size + len(seqs)
        if needed > len(self.seqs):
            room = max(needed, 2 * len(self.seqs), 64)
            self.seqs = np.concatenate([self.seqs[: self.size], np.empty(room - self.size, np.int64)])
            grown = np.empty((room, self.dimension), np.float32)
            grown[: self.size] = self.rows[: self.size]
            self.rows = grown
        self.seqs[self.size : needed] = seqs
        self.rows[self.size : needed] = rows
        self.size = needed


@dataclass(frozen=True, slots=True)
class Similarities:
    """The cosine of every vector of a scope with a question: `seqs` ascending, `scores` beside them."""

    seqs: NDArray[np.int64]
    scores: NDArray[np.float32]

    def within(self, allowed: NDArray[np.int64]) -> Similarities:
        """Only those of these rows."""
        kept = np.isin(self.seqs, allowed, assume_unique=True)
        return Similarities(self.seqs[kept], self.scores[kept])

    def best(self, count: int) -> list[int]:
        """The seqs of the nearest, nearest first."""
        nearest = np.arange(len(self.seqs))
        if len(nearest) > count:
            nearest = np.argpartition(-self.scores, count)[:count]
        ordered = nearest[np.lexsort((self.seqs[nearest], -self.scores[nearest]))]
        return [int(s) for s in self.seqs[ordered]]

    def of(self, seqs: list[int]) -> list[float]:
        """The score of each of these rows; 0 for one without a vector."""
        wanted = np.asarray(seqs, np.int64)
        if not len(self.seqs):
            return [0.0] * len(seqs)
        at = np.minimum(np.searchsorted(self.seqs, wanted), len(self.seqs) - 1)
        return [float(s) for s in np.where(self.seqs[at] == wanted, self.scores[at], 0.0)]


class Matrices:
    """The matrices of the scopes in use; the longest unused go first. Used under the reader's lock."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], _Matrix] = OrderedDict()

    def similarities(self, connection: sqlite3.Connection, scope: str, kind: str, vector: Vectors) -> Similarities:
        """Compare a vector of shape (dimension,) with all of a scope's."""
        matrix = self._current(connection, scope, kind, len(vector))
        return Similarities(matrix.seqs[: matrix.size], matrix.rows[: matrix.size] @ vector)

    def _current(self, connection: sqlite3.Connection, scope: str, kind: str, dimension: int) -> _Matrix:
        row = connection.execute(SQL["scope_version"], (scope,)).fetchone()
        epoch = row["epoch"] if row else 0
        matrix = self._kept.pop((scope, kind), None)
        if matrix is None or matrix.epoch != epoch:
            matrix = _Matrix(epoch, dimension, rows=np.empty((0, dimension), np.float32))
        self._kept[scope, kind] = matrix
        while len(self._kept) > _KEPT_SCOPES:
            self._kept.popitem(last=False)
        last = int(matrix.seqs[matrix.size - 1]) if matrix.size else -1
        found = connection.execute(SQL["vectors_after"], (scope, kind, last)).fetchall()
        if found:
            rows = np.frombuffer(b"".join(r["vector"] for r in found), np.float32).reshape(len(found), dimension)
            matrix.append(np.fromiter((r["seq"] for r in found), np.int64, len(found)), rows)
        return matrix
