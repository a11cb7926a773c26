"""The ports: what the engine asks of stores, embedders, extractors and clocks, and the shapes they exchange."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from memgraph.changes import Changes, Extraction, Known, Ledger, Look, Pending, Signals, Sought
from memgraph.model import Entity, Episode, Mention, Scope

Vectors = NDArray[np.float32]
"""Shape (texts, dimension); each row has length 1, or is all zeros for a text without a known word."""
FLANK, HOPS, WHOLE = 2, 3, 200  # see `Store.recall`
TURNS = 6  # how many turns before an episode may bear on what it says: a question, whom a pronoun means


class Clock(Protocol):
    """Tells the time."""

    def __call__(self) -> dt.datetime:
        """Now, aware and in UTC."""
        ...


class Embedder(Protocol):
    """Turns texts into vectors whose dot product says how near their meanings are."""

    @property
    def model(self) -> str:
        """The model's id; a store refuses vectors of another one."""
        ...

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        ...

    @property
    def is_local(self) -> bool:
        """Whether it works in this process, so that it neither waits nor fails for reasons of a network."""
        ...

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """One row for each text, in order. Raises `EmbeddingFailed`."""
        ...


class Extractor(Protocol):
    """Reads episodes and proposes what they say."""

    @property
    def is_local(self) -> bool:
        """Whether it works in this process; what waits on a network runs after the episodes are stored."""
        ...

    async def extract(
        self, episodes: Sequence[Episode], around: Sequence[Episode], known: Sequence[str] = ()
    ) -> Extraction:
        """Proposals from `episodes`; `around` are other turns of their sessions, `known` names of the scope.

        Each is read with the turns before it in its session, by time, in the given order where times are equal.

        What could not be read is named in `Extraction.failed`; raises `ExtractionFailed` where nothing could.
        """
        ...


class Reranker(Protocol):
    """Puts the best hits of a search in a better order, at a price."""

    async def scores(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        """How likely each text answers the question, as log-odds, one for each.

        Raises `RerankingFailed`, whereupon the order stays as it was.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """A question in the form that stores search with.

    `terms` are its content words, `phrases` runs of words and `beginnings` of letters that count as terms too;
    `names` the runs of its words that may be names, folded, `short` those that may be the first or last word of one;
    `vector` its embedding, of shape (dimension,). `pool` is how many candidates each signal may bring. Facts
    answer that hold somewhen in `[since, as_of]`. `is_past` says that the caller asked for `as_of`, so that later
    episodes must not answer.
    """

    vector: Vectors
    terms: tuple[str, ...]
    phrases: tuple[str, ...] = ()
    beginnings: tuple[str, ...] = ()
    names: tuple[str, ...]
    short: tuple[str, ...]
    kinds: frozenset[str]
    since: dt.datetime
    as_of: dt.datetime
    known_at: dt.datetime | None
    is_past: bool
    pool: int

    @property
    def fact_pool(self) -> int:
        """How many facts vectors and words may bring each: fewer where episodes are wanted too."""
        return self.pool // 4 if "episode" in self.kinds else self.pool

    @property
    def graph_pool(self) -> int:
        """How many facts and episodes the graph may bring each."""
        return self.pool // 2 if "episode" in self.kinds else self.pool


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeQuery:
    """Which episodes to read; times are of the episodes, `[since, until)`. Newest first if `is_latest`.

    With `session`, the id of one, its turns are meant: what was said in it since `since`, and the last `before`
    ahead of that, oldest first; no notes, and nothing else counts.
    """

    ids: tuple[str, ...] | None = None
    session: str | None = None
    before: int = 0
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    known_at: dt.datetime | None = None
    limit: int | None = None
    is_latest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FactQuery:
    """Which facts to read: of these subjects (entity ids), this predicate, these ids."""

    ids: tuple[str, ...] | None = None
    subjects: tuple[str, ...] | None = None
    predicate: str | None = None


@dataclass(frozen=True, slots=True)
class Located:
    """Where an id is: the scope that owns it, and what it is ("episode", "fact" or "entity")."""

    scope: Scope
    kind: str
    id: str


class Store(Protocol):
    """Keeps a memory. Every call is atomic, and raises `StoreUnavailable` where the store can't be reached."""

    async def open(self, model: str, dimension: int) -> None:
        """Connect; set an empty store up. Raises `SchemaMismatch` and `ModelMismatch`."""
        ...

    async def close(self) -> None:
        """Let go of every connection and file."""
        ...

    async def look(self, scope: Scope, look: Look) -> Known:
        """What is known before a write, read in one go."""
        ...

    async def ledger(self, scope: Scope, sought: Sought) -> Ledger:
        """Facts in full, with every fact and assertion of each of their slots."""
        ...

    async def apply(self, changes: Changes, vectors: Mapping[str, Vectors]) -> None:
        """Write everything or nothing. `vectors` holds those of episodes and facts, by id.

        Raises `WriteConflict` where the scope's version is no longer `changes.version`.
        """
        ...

    async def recall(self, scope: Scope, cue: Cue) -> Signals:
        """Candidates for a question with their signals, in one round trip.

        The best by vector and by words, each with the `FLANK` turns before it and after it in its session; the facts
        that the graph reaches within `HOPS` steps from the names in the question, and the episodes that these rest
        on; the episodes that mention an entity next to those names. Of a scope with no more than `WHOLE` episodes,
        all of them.
        """
        ...

    async def episodes(self, scope: Scope, query: EpisodeQuery) -> tuple[Episode, ...]:
        """Episodes in the order of time."""
        ...

    async def facts(self, scope: Scope, query: FactQuery) -> Ledger:
        """Facts with their entities, of any status; no assertions."""
        ...

    async def entities(self, scope: Scope, keys: Sequence[str] | None) -> tuple[Entity, ...]:
        """Entities by id or by folded name, whichever fits; all of the scope's for None."""
        ...

    async def locate(self, ident: str) -> Located | None:
        """Whose an id is."""
        ...


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that `memgraph doctor` found wrong: what, where, and how many times."""

    check: str
    detail: str
    count: int


class Upkeep(Protocol):
    """What keeping a store asks for, beyond using it."""

    async def migrate(self, model: str, dimension: int) -> list[str]:
        """Bring the schema up to this version; the names of the migrations that were run."""
        ...

    async def stats(self, scope: Scope | None) -> Mapping[str, int]:
        """How many there are of each kind of thing."""
        ...

    async def check(self) -> list[Finding]:
        """Compare what is derived with what it is derived from; empty where all is well."""
        ...

    async def pending(self, scope: Scope | None) -> list[tuple[Scope, Pending]]:
        """Episodes that are stored but not yet read."""
        ...

    async def owners(self) -> list[Scope]:
        """Everybody who has a memory here."""
        ...

    async def mentions(self, scope: Scope, episodes: Sequence[str]) -> tuple[Mention, ...]:
        """What these episodes name."""
        ...

    async def wipe(self, scope: Scope | None) -> int:
        """Delete all of one scope's owner, or of everybody, owner after owner; how many episodes went.

        A store may part a large scope: where it fails half-way, no fact is left without its ends; call it again.
        """
        ...


@runtime_checkable
class Graph(Protocol):
    """A store whose graph can be read with Cypher."""

    async def explore(self, query: str, parameters: Mapping[str, Any], limit: int, seconds: float) -> dict[str, Any]:
        """Run a query that only reads: {"columns", "rows", "is_cut"}. Raises `BadInput` for any other."""
        ...


class FullStore(Store, Upkeep, Protocol):
    """A store that can also be kept."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How to reach a store: its address and, for a server, who connects."""

    url: str
    user: str = ""
    password: str = field(default="", repr=False)
    database: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])
