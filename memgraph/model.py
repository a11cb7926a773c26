"""The nouns: scopes, episodes, names, entities, assertions and facts. Frozen, typed, free of I/O.

Times are aware datetimes in UTC throughout. A *name* is how something was called, an *entity* is what
the names stand for; an *assertion* is one thing read out of one episode and never changes, a *fact* is
what a slot's assertions come to when they are replayed (see `memgraph.resolve.facts`).
"""

from __future__ import annotations

import datetime as dt
import enum
import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from memgraph.errors import BadInput

UTC = dt.UTC
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr", "prof", "professor", "sir", "madam"})


def digest(*parts: object) -> str:
    """A 128-bit hex digest of the parts; their boundaries count, so ("a", "bc") is not ("ab", "c")."""
    joined = "\x1f".join("\x00" if p is None else str(p) for p in parts)
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()[:32]


OF_EMPLOYER = "'s employer"
"""How a firm's name ends that is told only by who says "we"; it is a name like "Ana's sister"."""


def name_key(text: str) -> str:
    """The form under which two spellings of a name are the same: case, accents' encoding and spaces folded."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(folded.replace("’", "'").split())


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose memory. `user` is the wall: nothing is ever read or resolved across tenants or users.

    `agent` and `session` narrow a read within a user's memory. Without a user, the agent's own memory is
    meant; without both, the session's.
    """

    tenant: str = "default"
    user: str | None = None
    agent: str | None = None
    session: str | None = None

    @property
    def key(self) -> str:
        """The partition that everything of this scope is stored under: 24 decimal digits."""
        owner = self.owner
        if owner.user is None and owner.agent is None and owner.session is None:
            raise BadInput("name whose memory is meant: pass user_id, agent_id or run_id")
        # Digits only, so that no analyser of a full-text index can stem or split it.
        parts = ("scope", owner.tenant, owner.user, owner.agent, owner.session)
        return str(int(digest(*parts), 16) % 10**24).zfill(24)

    @property
    def owner(self) -> Scope:
        """Who owns the partition: the scope without what only narrows a read within it."""
        if self.user is not None:
            return Scope(self.tenant, user=self.user)
        if self.agent is not None:
            return Scope(self.tenant, agent=self.agent)
        return Scope(self.tenant, session=self.session)

    @property
    def session_id(self) -> str:
        """The id of the session that a message of this scope belongs to."""
        return "se_" + digest(self.key, self.agent, self.session)


class Precision(enum.StrEnum):
    """How finely a time was said."""

    INSTANT = "instant"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Polarity(enum.StrEnum):
    """What an assertion says of its value."""

    HOLDS = "holds"
    ENDS = "ends"  # no longer true, from `valid_from` on
    DENIES = "denies"  # was never true


class Mode(enum.StrEnum):
    """How an assertion was put."""

    STATEMENT = "statement"
    CHANGE = "change"  # "now", "moved", "switched to"
    CORRECTION = "correction"  # "actually", "I meant"


class Status(enum.StrEnum):
    """Where a fact stands."""

    CURRENT = "current"
    SUPERSEDED = "superseded"
    DISPUTED = "disputed"
    RETRACTED = "retracted"


@dataclass(frozen=True, slots=True)
class Revision:
    """A text that an episode had before it was corrected, and until when it was believed."""

    content: str
    replaced_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One thing heard at a time: a message, or a note that something was told to memory directly."""

    id: str
    scope: Scope
    speaker: str
    role: str
    content: str
    occurred_at: dt.datetime
    recorded_at: dt.datetime
    place: int
    message_id: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict[str, Any])
    revisions: tuple[Revision, ...] = ()

    @property
    def source_id(self) -> str:
        """The id by which whoever sent the message knows it: its own, else the episode's."""
        return self.message_id or self.id

    @property
    def indexed_text(self) -> str:
        """What is embedded and indexed."""
        return f"{self.speaker}: {self.content}"

    def content_at(self, known_at: dt.datetime | None) -> str:
        """The text as it was believed at a time."""
        if known_at is not None:
            for revision in self.revisions:
                if known_at < revision.replaced_at:
                    return revision.content
        return self.content


@dataclass(frozen=True, slots=True)
class Name:
    """A way something is called within a scope. `entity` is the id of what it currently stands for."""

    id: str
    key: str
    text: str
    kind: str
    entity: str

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the name, folded, without titles."""
        words = tuple(w.strip(".,") for w in self.key.split())
        return tuple(w for w in words if w not in _TITLES) or words

    @property
    def ends(self) -> tuple[str, str]:
        """The first and the last of its words: a short form is the beginning or the end of the full one."""
        return self.words[0], self.words[-1]


class LinkRule(enum.StrEnum):
    """Why two names are held to be one entity, or two."""

    ALIAS = "alias"  # somebody said so
    MERGED = "merged"  # a person decided so
    APART = "apart"  # a person decided that they are two


@dataclass(frozen=True, slots=True)
class Link:
    """What was said or decided about two names. `episode` is None for a person's decision."""

    id: str
    a: str
    b: str
    rule: LinkRule
    episode: str | None


@dataclass(frozen=True, slots=True)
class Entity:
    """A person, organisation, place, thing or idea.

    `aliases` are all the names that it was called by, its own among them.
    """

    id: str
    name: str
    kind: str
    aliases: tuple[str, ...]
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """An episode names something, spelled so and taken to be of this kind. Every message mentions its speaker."""

    episode: str
    name: str
    surface: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """One thing read out of one episode. Immutable but for `withdrawn_at`, set when its text is corrected.

    `holds_at` is a moment at which the speaker vouches for it ("I work at X", said then); None where only
    `valid_from` is claimed. `confidence` is the extractor's, hedges counted in, before trust.
    """

    id: str
    episode: str
    source_id: str
    source: str
    session: str
    subject: str  # a name's id
    predicate: str
    qualifier: str = ""
    object_name: str | None = None  # a name's id, where the object is an entity
    object_value: str | None = None  # a normalised literal: ISO date, amount, lower-cased text
    object_text: str = ""
    polarity: Polarity = Polarity.HOLDS
    mode: Mode = Mode.STATEMENT
    valid_from: dt.datetime
    valid_to: dt.datetime | None = None
    stated: bool = False  # valid_from was said, not taken from the episode
    precision: Precision = Precision.INSTANT
    holds_at: dt.datetime | None = None
    said_at: dt.datetime
    place: int = 0
    recorded_at: dt.datetime
    withdrawn_at: dt.datetime | None = None
    confidence: float = 1.0
    extractor: str = ""
    text: str = ""  # the sentence


class Role(enum.StrEnum):
    """What an assertion does for a fact that it is evidence of."""

    SUPPORTS = "supports"
    CLOSES = "closes"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Ties a fact to an assertion, and so to an episode."""

    assertion: str
    episode: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class FactState:
    """A fact as stores keep it: ids instead of entities. The outcome of one replay."""

    id: str
    slot: str
    subject: str  # an entity's id
    predicate: str
    qualifier: str
    object_entity: str | None
    object_value: str | None
    object_text: str
    text: str
    valid_from: dt.datetime
    valid_to: dt.datetime | None
    recorded_at: dt.datetime
    retired_at: dt.datetime | None
    confidence: float
    status: Status
    rule: str = ""
    why: str = ""
    superseded_by: str | None = None
    evidence: tuple[Evidence, ...] = ()
    source_ids: tuple[str, ...] = ()

    def holds(self, as_of: dt.datetime, since: dt.datetime | None = None) -> bool:
        """Whether the fact is true in the world at `as_of`, or somewhen in `[since, as_of]`, by what is known."""
        if self.status is Status.RETRACTED or self.valid_from > as_of:
            return False
        return self.valid_to is None or (since or as_of) < self.valid_to


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """An assertion about a subject, with its two clocks, its confidence and what it rests on.

    `object` is an `Entity`, or a normalised literal (ISO date, plain amount), or None where only the end
    of something unknown was heard. `[valid_from, valid_to)` is when it is true in the world;
    `recorded_at`/`retired_at` when it was known. `source_ids` are the ids of the messages behind it,
    `superseded_by` the id of the fact that took its place, `rule` and `why` what decided.
    """

    id: str
    subject: Entity
    predicate: str
    qualifier: str
    object: Entity | str | None
    object_text: str
    text: str
    valid_from: dt.datetime
    valid_to: dt.datetime | None
    recorded_at: dt.datetime
    retired_at: dt.datetime | None
    confidence: float
    status: str
    source_ids: tuple[str, ...]
    superseded_by: str | None
    rule: str
    why: str
