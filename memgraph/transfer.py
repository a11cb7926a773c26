"""What a memory is carried away in and brought back from: one JSON object a line (`schema/export.schema.json`).

An episode's line holds what was said and all that was read out of it, a decision's line what a person decided on two
names. From these everything else follows by replay; entities and facts are written too, for other readers, and are
passed over when the lines come back.
"""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from memgraph import views
from memgraph.changes import Called, Carried, Extraction, Look, SameAs, Sought
from memgraph.errors import BadInput
from memgraph.inputs import episode_id
from memgraph.model import (
    Assertion,
    Episode,
    Link,
    LinkRule,
    Mention,
    Mode,
    Polarity,
    Precision,
    Revision,
    Scope,
    digest,
)
from memgraph.ontology import checked_predicate
from memgraph.ports import EpisodeQuery, FactQuery, FullStore
from memgraph.resolve import assertion_id, link_id, name_id

VERSION = 1
_AT_ONCE = 500  # episodes
_IN_MEMORY = 2**20  # bytes


def _clean(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"not valid Unicode: {error.reason}") from error
    if "\x00" in text:
        raise ValueError("a NUL character")
    return text


Text = Annotated[str, Field(min_length=1), AfterValidator(_clean)]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Header(_Record):
    """The first line."""

    type: Literal["memgraph"] = "memgraph"
    version: Literal[1] = VERSION
    exported_at: AwareDatetime


class Named(_Record):
    """Something by the name that it was called, and the kind of thing it is taken for."""

    text: Text
    kind: str = "thing"


class Past(_Record):
    """A text that an episode had, and until when."""

    content: str
    replaced_at: AwareDatetime


class Read(_Record):
    """One thing read out of an episode: `object` an entity, `value` a normalised literal, neither where not named."""

    subject: Named
    predicate: str = Field(min_length=1)
    qualifier: str = ""
    object: Named | None = None
    value: str | None = None
    value_text: str = ""
    polarity: Polarity = Polarity.HOLDS
    mode: Mode = Mode.STATEMENT
    valid_from: AwareDatetime
    valid_to: AwareDatetime | None = None
    is_stated: bool = False
    precision: Precision = Precision.INSTANT
    holds_at: AwareDatetime | None = None
    recorded_at: AwareDatetime
    withdrawn_at: AwareDatetime | None = None
    confidence: float = Field(gt=0, le=1)
    extractor: str = ""
    text: str = ""


class Unread(_Record):
    """Why an episode still waits: to be read ("extract") or embedded ("embed")."""

    need: Literal["extract", "embed"]
    error: str = ""


class Owned(_Record):
    """Whose a line is."""

    tenant: Text = "default"
    user_id: Text | None = None
    agent_id: Text | None = None
    run_id: Text | None = None

    @model_validator(mode="after")
    def _names_somebody(self) -> Self:
        if self.user_id is None and self.agent_id is None and self.run_id is None:
            raise ValueError("whose memory is meant: user_id, agent_id or run_id is missing")
        return self

    @property
    def scope(self) -> Scope:
        """The scope that the line names."""
        return Scope(self.tenant, self.user_id, self.agent_id, self.run_id)


class EpisodeRecord(Owned):
    """An episode with everything that was read out of it."""

    type: Literal["episode"] = "episode"
    id: Text
    speaker: Text
    role: str = "user"
    content: Text
    occurred_at: AwareDatetime
    recorded_at: AwareDatetime
    place: int = Field(0, ge=0)
    message_id: Text | None = None
    metadata: dict[str, Any] = Field(default_factory=dict[str, Any])
    revisions: tuple[Past, ...] = ()
    mentions: tuple[Named, ...] = ()
    same: tuple[tuple[Named, Named], ...] = ()
    read: tuple[Read, ...] = ()
    pending: tuple[Unread, ...] = ()


class DecisionRecord(Owned):
    """What a person decided on two names: that they are one's ("merged") or two's ("apart")."""

    type: Literal["decision"] = "decision"
    a: Text
    b: Text
    rule: Literal["merged", "apart"]


class Derived(BaseModel):
    """An entity or a fact, for other readers; passed over on the way back."""

    model_config = ConfigDict(extra="allow", frozen=True)
    type: Literal["entity", "fact"]


Record = Annotated[Header | EpisodeRecord | DecisionRecord | Derived, Field(discriminator="type")]
_RECORD: TypeAdapter[Header | EpisodeRecord | DecisionRecord | Derived] = TypeAdapter(Record)


def schema() -> dict[str, Any]:
    """The JSON Schema of one line."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A line of a memgraph export"} | (
        _RECORD.json_schema()
    )


def episode_record(
    episode: Episode,
    mentions: Sequence[Mention],
    links: Sequence[Link],
    assertions: Sequence[Assertion],
    pending: Sequence[Unread],
    names: Mapping[str, Named],
) -> EpisodeRecord:
    """An episode's line; `names` say for each name's id how it is spelled."""
    here = {m.name: Named(text=m.surface, kind=m.kind) for m in mentions}

    def named(ident: str) -> Named:
        return here.get(ident) or names[ident]

    return EpisodeRecord(
        **_owner(episode.scope),
        id=episode.id,
        speaker=episode.speaker,
        role=episode.role,
        content=episode.content,
        occurred_at=episode.occurred_at,
        recorded_at=episode.recorded_at,
        place=episode.place,
        message_id=episode.message_id,
        metadata=dict(episode.metadata),
        revisions=tuple(Past(content=r.content, replaced_at=r.replaced_at) for r in episode.revisions),
        mentions=tuple(Named(text=m.surface, kind=m.kind) for m in mentions),
        same=tuple((named(k.a), named(k.b)) for k in links),
        read=tuple(
            Read(
                subject=named(a.subject),
                predicate=a.predicate,
                qualifier=a.qualifier,
                object=named(a.object_name) if a.object_name else None,
                value=a.object_value,
                value_text=a.object_text,
                polarity=a.polarity,
                mode=a.mode,
                valid_from=a.valid_from,
                valid_to=a.valid_to,
                is_stated=a.stated,
                precision=a.precision,
                holds_at=a.holds_at,
                recorded_at=a.recorded_at,
                withdrawn_at=a.withdrawn_at,
                confidence=a.confidence,
                extractor=a.extractor,
                text=a.text,
            )
            for a in assertions
        ),
        pending=tuple(pending),
    )


def decision_record(owner: Scope, link: Link, names: Mapping[str, Named]) -> DecisionRecord:
    """The line of a person's decision."""
    rule: Literal["merged", "apart"] = "merged" if link.rule is LinkRule.MERGED else "apart"
    return DecisionRecord(**_owner(owner), a=names[link.a].text, b=names[link.b].text, rule=rule)


def _owner(scope: Scope) -> dict[str, Any]:
    return {"tenant": scope.tenant, "user_id": scope.user, "agent_id": scope.agent, "run_id": scope.session}


class Kept:
    """Lines that can be read again and again: a large file's lie on disk, in a file that goes when this is closed."""

    def __init__(self, lines: Iterable[str | bytes | Mapping[str, Any]] = ()) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed by close
        for line in lines:
            text = json.dumps(line) if isinstance(line, Mapping) else line
            self.write((text.encode() if isinstance(text, str) else text).rstrip(b"\r\n") + b"\n")

    def write(self, part: bytes) -> None:
        """Add bytes, wherever lines end in them."""
        self._file.write(part)

    def __iter__(self) -> Iterator[bytes]:
        self._file.seek(0)
        yield from self._file

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def read_records(lines: Iterable[str | bytes | Mapping[str, Any]]) -> Iterator[EpisodeRecord | DecisionRecord]:
    """The lines that count, checked. Raises `BadInput` with the line's number."""
    for number, line in enumerate(lines, 1):
        if isinstance(line, (str, bytes)) and not line.strip():
            continue
        try:
            given = json.loads(line) if isinstance(line, (str, bytes)) else line
            record = _RECORD.validate_python(given, strict=False)
        except ValidationError as error:
            first = error.errors()[0]
            at = ".".join(str(part) for part in first["loc"])
            raise BadInput(f"line {number} is no line of a memgraph export: {at}: {first['msg']}") from error
        except (ValueError, RecursionError) as error:
            raise BadInput(f"line {number} is not valid JSON: {error}") from error
        if number == 1 and not isinstance(record, Header):
            raise BadInput('line 1 must be the header, {"type": "memgraph", "version": 1, …}')
        if isinstance(record, (EpisodeRecord, DecisionRecord)):
            yield record


def carried(records: Iterable[EpisodeRecord | DecisionRecord], to: Scope | None = None) -> Iterator[Carried]:
    """What each record puts into whose memory; with `to`, into that user's, whosever it was."""
    for record in records:
        scope = record.scope if to is None else _moved(record.scope, to)
        if isinstance(record, DecisionRecord):
            rule = LinkRule(record.rule)
            a, b = sorted((name_id(scope, record.a), name_id(scope, record.b)))
            yield Carried(scope.owner, decisions=(Link(link_id(a, b, rule, None), a, b, rule, None),))
            continue
        episode = _episode(record, scope)
        yield Carried(
            scope.owner,
            (episode,),
            Extraction(
                mentions=tuple((episode.id, _called(m)) for m in record.mentions),
                same=tuple(SameAs(episode.id, _called(a), _called(b)) for a, b in record.same),
            ),
            tuple(_assertion(read, episode) for read in record.read),
            pending=tuple((episode.id, waiting.need, waiting.error) for waiting in record.pending),
        )


def checked(lines: Iterable[bytes], to: Scope | None = None) -> Iterator[Carried]:
    """Read all lines; the decisions among them, which come last: they are on names that episodes bring."""
    return (c for c in carried(read_records(lines), to) if c.decisions)


def _moved(scope: Scope, to: Scope) -> Scope:
    """The same agent and session within another's memory."""
    return Scope(to.tenant, to.user, to.agent or scope.agent, to.session or scope.session)


def _episode(record: EpisodeRecord, scope: Scope) -> Episode:
    ident = record.id
    if scope != record.scope:
        ident = "ep_" + digest(scope.session_id, "moved", record.id)
        if record.message_id:
            ident = episode_id(scope, record.message_id)
    return Episode(
        id=ident,
        scope=scope,
        speaker=record.speaker,
        role=record.role,
        content=record.content,
        occurred_at=_utc(record.occurred_at),
        recorded_at=_utc(record.recorded_at),
        place=record.place,
        message_id=record.message_id,
        metadata=record.metadata,
        revisions=tuple(Revision(r.content, _utc(r.replaced_at)) for r in record.revisions),
    )


def _assertion(read: Read, episode: Episode) -> Assertion:
    out = Assertion(
        id="",
        episode=episode.id,
        source_id=episode.source_id,
        source=episode.speaker,
        session=episode.scope.session_id,
        subject=name_id(episode.scope, read.subject.text),
        predicate=checked_predicate(read.predicate),
        qualifier=read.qualifier,
        object_name=name_id(episode.scope, read.object.text) if read.object else None,
        object_value=read.value,
        object_text=read.value_text,
        polarity=read.polarity,
        mode=read.mode,
        valid_from=_utc(read.valid_from),
        valid_to=read.valid_to and _utc(read.valid_to),
        stated=read.is_stated,
        precision=read.precision,
        holds_at=read.holds_at and _utc(read.holds_at),
        said_at=episode.occurred_at,
        place=episode.place,
        recorded_at=_utc(read.recorded_at),
        withdrawn_at=read.withdrawn_at and _utc(read.withdrawn_at),
        confidence=read.confidence,
        extractor=read.extractor,
        text=read.text,
    )
    return replace(out, id=assertion_id(out))


def _called(named: Named) -> Called:
    return Called(named.text, named.kind)


def _utc(time: dt.datetime) -> dt.datetime:
    return time.astimezone(dt.UTC)


async def lines(store: FullStore, owner: Scope) -> AsyncGenerator[dict[str, Any]]:
    """All lines of one owner's memory: episodes, decisions, and then what follows from them."""
    waiting: dict[str, list[Unread]] = {}
    for _, item in await store.pending(owner):
        need: Literal["extract", "embed"] = "extract" if item.need == "extract" else "embed"
        waiting.setdefault(item.episode, []).append(Unread(need=need, error=item.error))
    entities = await store.entities(owner, None)
    known = await store.look(owner, Look(names=tuple(name_id(owner, a) for e in entities for a in e.aliases)))
    names = {n.id: Named(text=n.text, kind=n.kind) for n in known.names}
    said: dict[str, list[Link]] = {}
    links = sorted(known.links, key=lambda k: k.id)
    for link in links:
        if link.episode is not None:
            said.setdefault(link.episode, []).append(link)
    episodes = await store.episodes(owner, EpisodeQuery())
    for start in range(0, len(episodes), _AT_ONCE):
        page = episodes[start : start + _AT_ONCE]
        ids = tuple(e.id for e in page)
        mentions: dict[str, list[Mention]] = {}
        for mention in await store.mentions(owner, ids):
            mentions.setdefault(mention.episode, []).append(mention)
        assertions: dict[str, list[Assertion]] = {}
        ledger = await store.ledger(owner, Sought(episodes=ids))
        for assertion in sorted(ledger.assertions.values(), key=lambda a: a.id):
            assertions.setdefault(assertion.episode, []).append(assertion)
        for e in page:
            read = assertions.get(e.id, ())
            yield _line(
                episode_record(e, mentions.get(e.id, ()), said.get(e.id, ()), read, waiting.get(e.id, ()), names)
            )
    for link in links:
        if link.episode is None:
            yield _line(decision_record(owner, link, names))
    for entity in entities:
        yield {"type": "entity", **_owner(owner), "id": entity.id, "name": entity.name, "kind": entity.kind} | {
            "aliases": list(entity.aliases)
        }
    facts = await store.facts(owner, FactQuery())
    for fact in views.facts_of(facts.facts, facts.identities):
        yield {"type": "fact", **_owner(owner), "subject": fact.subject.name, **views.fact_result(fact)}


def _line(record: EpisodeRecord | DecisionRecord) -> dict[str, Any]:
    return record.model_dump(mode="json", exclude_defaults=True) | {"type": record.type}
