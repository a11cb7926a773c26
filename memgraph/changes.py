"""What passes between extraction, resolution, recall and the stores: proposals, knowledge, changes, signals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from memgraph.model import (
    Assertion,
    Entity,
    Episode,
    FactState,
    Link,
    Mention,
    Mode,
    Name,
    Polarity,
    Precision,
    Scope,
)


@dataclass(frozen=True, slots=True)
class Called:
    """Something by a name that was heard, and the kind of thing it is taken for."""

    text: str
    kind: str = "thing"


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that is no entity: as said, and normalised (ISO date, plain amount, folded text)."""

    text: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A fact that an extractor read out of an episode; `None` as object says that its value was not named."""

    episode: str
    subject: Called
    predicate: str
    object: Called | Literal | None
    qualifier: str = ""
    polarity: Polarity = Polarity.HOLDS
    mode: Mode = Mode.STATEMENT
    valid_from: dt.datetime | None = None  # None: since the episode
    valid_to: dt.datetime | None = None
    precision: Precision = Precision.INSTANT
    is_vouched: bool = True  # the speaker says that it holds at the time of speaking
    confidence: float = 1.0
    extractor: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class SameAs:
    """An episode says that two names are one entity's."""

    episode: str
    a: Called
    b: Called


@dataclass(frozen=True, slots=True)
class Usage:
    """What asking a model took: calls, tokens sent and received, and the cost where prices are known."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = None

    def as_dict(self) -> dict[str, float]:
        """For the result of `add`; without a cost where none is known."""
        out: dict[str, float] = {
            "calls": self.calls,
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
        }
        return out if self.cost is None else {**out, "cost": self.cost}


@dataclass(frozen=True, slots=True)
class Extraction:
    """Everything that an extractor proposes after reading some episodes."""

    mentions: tuple[tuple[str, Called], ...] = ()  # (episode, what it names)
    proposals: tuple[Proposal, ...] = ()
    same: tuple[SameAs, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()  # (episode, why) that could not be read; what is given of it is a stand-in
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class Carried:
    """What an import puts into one owner's memory: episodes, what was read out of them, decisions on names."""

    owner: Scope
    episodes: tuple[Episode, ...] = ()
    extraction: Extraction = field(default_factory=Extraction)
    assertions: tuple[Assertion, ...] = ()
    decisions: tuple[Link, ...] = ()
    pending: tuple[tuple[str, str, str], ...] = ()  # (episode, need, error)


@dataclass(frozen=True, slots=True)
class Look:
    """What to look up before resolving. `names` are ids; `words` words of names that may be the same.

    `without` are episodes about to go, or to be read anew: for the names that they mention, the store tells which
    spellings remain. Where `entities` are given, their names come too.
    """

    episodes: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What a store answers to a `Look`. `version` counts the scope's writes, from 0.

    `names` holds every name asked for, every name that begins or ends with a word asked for, and all other
    names of their entities; `links` all between them; `places` the last place taken in each session; `remaining` the
    mentions that are left of the names that `Look.without` mentions, one for each spelling and kind.
    """

    version: int = 0
    episodes: Mapping[str, Episode] = field(default_factory=dict[str, Episode])
    places: Mapping[str, int] = field(default_factory=dict[str, int])
    names: tuple[Name, ...] = ()
    links: tuple[Link, ...] = ()
    without: tuple[str, ...] = ()  # the look-up's own
    touched: tuple[str, ...] = ()  # ids of the names that the episodes of `without` mention
    remaining: tuple[Mention, ...] = ()


@dataclass(frozen=True, slots=True)
class Sought:
    """Which facts to read in full. The parts are joined by *or*."""

    slots: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()  # as subject or object
    episodes: tuple[str, ...] = ()  # as evidence


@dataclass(frozen=True, slots=True)
class Identities:
    """Which entity each name stands for, and the entities."""

    entity_of: Mapping[str, str] = field(default_factory=dict[str, str])
    entities: Mapping[str, Entity] = field(default_factory=dict[str, Entity])


@dataclass(frozen=True, slots=True)
class Ledger:
    """Facts with all the assertions of their slots, so that each slot can be replayed.

    `identities` knows every name that an assertion refers to, and every entity of a fact.
    """

    facts: tuple[FactState, ...] = ()
    assertions: Mapping[str, Assertion] = field(default_factory=dict[str, Assertion])
    identities: Identities = field(default_factory=Identities)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """An episode that is stored but not yet read or embedded, and why."""

    episode: str
    need: str  # "extract" | "embed"
    error: str
    attempts: int
    retry_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """All that one call writes, in one transaction; refused as a whole if the scope's version moved on."""

    scope: Scope
    version: int | None = None  # None: do not check
    episodes: tuple[Episode, ...] = ()  # new ones, and those of `revised`
    revised: tuple[str, ...] = ()  # stored already, and given another text
    episodes_removed: tuple[str, ...] = ()
    mentions: tuple[Mention, ...] = ()
    mentions_anew: tuple[str, ...] = ()  # episodes whose earlier mentions go
    names: tuple[Name, ...] = ()
    names_removed: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    links_removed: tuple[str, ...] = ()
    entities: tuple[Entity, ...] = ()
    entities_removed: tuple[str, ...] = ()
    facts: tuple[FactState, ...] = ()
    facts_removed: tuple[str, ...] = ()
    assertions: Mapping[str, Assertion] = field(default_factory=dict[str, Assertion])  # of `facts`
    assertions_removed: tuple[str, ...] = ()
    pending: tuple[Pending, ...] = ()
    pending_done: tuple[str, ...] = ()


def _no_numbers() -> NDArray[np.int64]:
    return np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class EpisodeSignals:
    """Episodes that may answer, as columns of one length: what was said, by whom, its cosine with the question.

    `said_at` is in microseconds since 1970; `before` the place here of the turn just before in the same session, -1
    where that is no candidate. `read` makes an episode itself: of hundreds few win, the others need not be made.
    """

    ids: tuple[str, ...] = ()
    speakers: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    read: tuple[Callable[[], Episode], ...] = ()
    said_at: NDArray[np.int64] = field(default_factory=_no_numbers)
    vectors: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    before: NDArray[np.int64] = field(default_factory=_no_numbers)

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class FactSignal:
    """A fact that may answer: some of the episodes that it rests on, and its cosine with the question.

    Over the graph it was reached in `hops` steps from a name in the question (0: not at all), by way of the fact
    `via`, one step nearer. `fact.evidence` is empty: ranking needs no more than the episodes.
    """

    fact: FactState
    episodes: tuple[str, ...]
    vector: float
    hops: int = 0
    via: str | None = None


@dataclass(frozen=True, slots=True)
class Signals:
    """Everything that one round trip to the store brought for a question.

    `asked` are the entities that go by a name in it; `mentions` pairs of an episode and an entity that it names, for
    the entities next to those.
    """

    episodes: EpisodeSignals = field(default_factory=EpisodeSignals)
    facts: tuple[FactSignal, ...] = ()
    asked: tuple[str, ...] = ()
    mentions: tuple[tuple[str, str], ...] = ()
