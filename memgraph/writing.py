"""How a memory learns, forgets and corrects: look up, resolve, embed, apply; again where a writer was first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import anyio
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_random_exponential

from memgraph.changes import Changes, Extraction, Ledger, Look, Pending, Sought, Usage
from memgraph.errors import BadInput, EmbeddingFailed, ExtractionFailed, WriteConflict
from memgraph.model import Episode, FactState, Revision, Scope
from memgraph.ports import Clock, Embedder, EpisodeQuery, Extractor, Store, Vectors
from memgraph.resolve import Resolver, events, look_for, name, withdrawn
from memgraph.resolve.naming import Naming

_T = TypeVar("_T")
_CONFLICT_SECONDS = 60.0
_TURNS_BEFORE = 6
_KNOWN_NAMES = 200
_MOMENT = dt.timedelta(microseconds=1)
_FIRST_RETRY = dt.timedelta(minutes=1)
_LONGEST_RETRY = dt.timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Learned:
    """What one call did: the episodes that are new, and each fact that it touched with the event."""

    episodes: tuple[Episode, ...] = ()
    events: tuple[tuple[str, FactState], ...] = ()
    failed: str | None = None  # why some episodes could not be read yet; they are stored and queued
    usage: Usage | None = None


class Writer:
    """Carries out writes on one store. Each is one transaction, after the episodes are safe."""

    def __init__(
        self, store: Store, embedder: Embedder, extractor: Extractor, resolver: Resolver, clock: Clock
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._extractor = extractor
        self._resolver = resolver
        self._clock = clock
        self._locks: dict[str, anyio.Lock] = {}

    # -- learning

    async def add(self, scope: Scope, episodes: Sequence[Episode], *, infer: bool) -> Learned:
        """Store episodes and what they say. What is stored already is left as it is.

        Episodes are stored first where reading or embedding them may wait or fail, so that neither loses them.
        """
        if not infer:
            return await self.learn(scope, episodes, Extraction())
        if self._extractor.is_local and self._embedder.is_local:
            extraction = await self._extractor.extract(episodes, await self._before(episodes))
            return await self.learn(scope, episodes, extraction)
        stored = await self.learn(scope, episodes, Extraction(), need="extract")
        if not stored.episodes:
            return stored
        return await self.read(scope, stored.episodes)

    async def read(self, scope: Scope, episodes: Sequence[Episode], attempts: int = 0) -> Learned:
        """Read episodes that are stored and queued; on failure they stay queued, with the error."""
        before = await self._before(episodes)
        known = () if self._extractor.is_local else await self._store.entities(scope, None)
        try:
            extraction = await self._extractor.extract(episodes, before, [e.name for e in known[:_KNOWN_NAMES]])
        except ExtractionFailed as error:
            await self._queue(scope, episodes, "extract", error, attempts)
            return Learned(tuple(episodes), failed=str(error))
        done = await self.learn(scope, episodes, extraction, are_stored=True)
        failed = dict(extraction.failed)
        if failed:
            why = ExtractionFailed(next(iter(failed.values())))
            await self._queue(scope, [e for e in episodes if e.id in failed], "extract", why, attempts)
            done = replace(done, failed=str(why))
        return replace(done, episodes=tuple(episodes), usage=extraction.usage)

    async def _before(self, episodes: Sequence[Episode]) -> tuple[Episode, ...]:
        """The turns just before these, of the same sessions: what an answer or a pronoun may rest on."""
        firsts: dict[str, Episode] = {}
        for episode in episodes:
            firsts.setdefault(episode.scope.session_id, episode)
        new = {e.id for e in episodes}
        out: list[Episode] = []
        for first in firsts.values():
            own = sum(e.occurred_at <= first.occurred_at for e in episodes)  # they may be stored already
            query = EpisodeQuery(until=first.occurred_at + _MOMENT, limit=_TURNS_BEFORE + own, is_latest=True)
            found = await self._store.episodes(first.scope, query)
            earlier = [e for e in found if e.id not in new and e.scope.session_id == first.scope.session_id]
            out.extend(reversed(earlier[:_TURNS_BEFORE]))
        return tuple(out)

    async def _queue(
        self, scope: Scope, episodes: Iterable[Episode], need: str, error: Exception, attempts: int
    ) -> None:
        wait = min(_FIRST_RETRY * 2**attempts, _LONGEST_RETRY)
        pending = tuple(
            Pending(episode=e.id, need=need, error=str(error), attempts=attempts + 1, retry_at=self._clock() + wait)
            for e in episodes
        )
        await self._store.apply(Changes(scope=scope, pending=pending), {})

    async def learn(
        self,
        scope: Scope,
        episodes: Sequence[Episode],
        extraction: Extraction,
        *,
        are_stored: bool = False,
        need: str | None = None,
    ) -> Learned:
        """Write episodes, unless `are_stored`, and what was extracted from them, in one transaction.

        With `need` they are queued to be read. Raises `BadInput` where a message's id is taken by another text.
        """
        vectors: dict[str, Vectors] = {}
        pending: list[Pending] = []
        if not are_stored:
            vectors, pending = await self._vectors(episodes)
        if need is not None:
            now = self._clock()
            pending += [Pending(episode=e.id, need=need, error="", attempts=0, retry_at=now) for e in episodes]

        async def attempt() -> Learned:
            look = replace(
                look_for(scope, extraction),
                episodes=() if are_stored else tuple(e.id for e in episodes),
                sessions=tuple({e.scope.session_id for e in episodes}),
            )
            known = await self._store.look(scope, look)
            fresh = list(episodes) if are_stored else _fresh(episodes, known.episodes, known.places)
            ids = {e.id for e in fresh}
            heard = extraction if len(fresh) == len(episodes) else _only(extraction, ids)
            if not ids:
                return Learned()
            naming = name(scope, heard, known)
            changes, before = await self._decided(scope, naming, heard, {e.id: e for e in fresh}, is_anew=are_stored)
            changes = replace(
                changes,
                version=known.version,
                episodes=() if are_stored else tuple(fresh),
                pending=tuple(p for p in pending if p.episode in ids),
                pending_done=tuple(ids) if are_stored else (),
            )
            changes, facts = await self._embedded(changes, before)
            await self._store.apply(changes, {**{i: v for i, v in vectors.items() if i in ids}, **facts})
            touched = events(before, changes, (a for a in changes.assertions.values() if a.episode in ids))
            return Learned(tuple(fresh), tuple(touched))

        return await self._until_written(scope, attempt)

    async def _decided(
        self,
        scope: Scope,
        naming: Naming,
        extraction: Extraction,
        episodes: Mapping[str, Episode],
        *,
        is_anew: bool,
    ) -> tuple[Changes, dict[str, FactState]]:
        """What the assertions come to. Read anew, episodes lose what was read of them before (a stand-in)."""
        assertions = self._resolver.asserted(scope, extraction.proposals, episodes)
        sought = self._resolver.sought(naming, assertions)
        if is_anew:
            sought = replace(sought, episodes=tuple(episodes))
        ledger = Ledger()
        if sought.slots or sought.entities or sought.episodes:
            ledger = await self._store.ledger(scope, sought)
        known = {a.id: a for a in ledger.assertions.values()}
        new = [a for a in assertions if a.id not in known or known[a.id].withdrawn_at is not None]
        said = {a.id for a in assertions}
        gone = (i for i, a in known.items() if is_anew and a.episode in episodes and i not in said)
        changes = self._resolver.decide(scope, naming, ledger, new, frozenset(gone))
        return changes, {f.id: f for f in ledger.facts}

    # -- forgetting and correcting

    async def forget(self, scope: Scope, episodes: Sequence[str]) -> int:
        """Delete episodes and all that rests on them alone; what they had superseded comes back."""
        gone = tuple(episodes)

        async def attempt() -> int:
            known = await self._store.look(scope, Look(without=gone))
            words = {word for n in known.names for word in n.ends}
            known = await self._store.look(scope, Look(without=gone, words=tuple(words)))
            naming = name(scope, Extraction(), known)
            sought = Sought(entities=tuple(naming.moved), episodes=gone)
            ledger = await self._store.ledger(scope, sought)
            without = frozenset(i for i, a in ledger.assertions.items() if a.episode in gone)
            changes = self._resolver.decide(scope, naming, ledger, (), without)
            changes = replace(changes, version=known.version, episodes_removed=gone)
            await self._store.apply(*await self._embedded(changes, {f.id: f for f in ledger.facts}))
            return len(gone)

        return await self._until_written(scope, attempt)

    async def retract(self, scope: Scope, fact: FactState) -> None:
        """Delete a fact with the assertions that support it; the episodes that they were read from stay."""

        async def attempt() -> None:
            known = await self._store.look(scope, Look(entities=(fact.subject,)))
            naming = name(scope, Extraction(), known)
            ledger = await self._store.ledger(scope, Sought(slots=(fact.slot,)))
            current = next((f for f in ledger.facts if f.id == fact.id), None)
            if current is None:
                return
            without = frozenset(e.assertion for e in current.evidence if e.role == "supports")
            changes = self._resolver.decide(scope, naming, ledger, (), without)
            changes = replace(changes, version=known.version)
            await self._store.apply(*await self._embedded(changes, {f.id: f for f in ledger.facts}))

        await self._until_written(scope, attempt)

    async def correct(self, scope: Scope, episode: Episode, text: str) -> Learned:
        """Give an episode another text. What was read from the old one is withdrawn, not deleted."""
        now = self._clock()
        revisions = (*episode.revisions, Revision(episode.content, now))
        corrected = replace(episode, content=text, revisions=revisions)
        extraction = await self._extractor.extract([corrected], await self._before([corrected]))
        vectors, pending = await self._vectors([corrected])

        async def attempt() -> Learned:
            known = await self._store.look(scope, look_for(scope, extraction))
            naming = name(scope, extraction, known)
            heard = {corrected.id: replace(corrected, recorded_at=now)}
            assertions = self._resolver.asserted(scope, extraction.proposals, heard)
            sought = replace(self._resolver.sought(naming, assertions), episodes=(episode.id,))
            ledger = await self._store.ledger(scope, sought)
            said = {a.id for a in assertions}
            old = [a for a in ledger.assertions.values() if a.episode == episode.id]
            gone = withdrawn((a for a in old if a.id not in said), now)
            kept = {a.id for a in old if a.withdrawn_at is None}
            new = [a for a in assertions if a.id not in kept]
            changes = self._resolver.decide(scope, naming, ledger, [*gone, *new])
            changes = replace(changes, version=known.version, episodes=(corrected,), pending=tuple(pending))
            before = {f.id: f for f in ledger.facts}
            changes, facts = await self._embedded(changes, before)
            await self._store.apply(changes, {**vectors, **facts})
            return Learned((corrected,), tuple(events(before, changes, new)))

        return await self._until_written(scope, attempt)

    # -- vectors

    async def embed_again(self, scope: Scope, episodes: Sequence[Episode], attempts: int) -> bool:
        """Embed episodes that are queued for it, and their facts; False where it failed again."""
        ledger = await self._store.ledger(scope, Sought(episodes=tuple(e.id for e in episodes)))
        texts = {e.id: e.indexed_text for e in episodes} | {f.id: f.text for f in ledger.facts}
        try:
            rows = await self._embedder.embed(list(texts.values()))
        except EmbeddingFailed as error:
            await self._queue(scope, episodes, "embed", error, attempts)
            return False
        done = tuple(e.id for e in episodes)
        await self._store.apply(Changes(scope=scope, pending_done=done), dict(zip(texts, rows, strict=True)))
        return True

    async def _vectors(self, episodes: Sequence[Episode]) -> tuple[dict[str, Vectors], list[Pending]]:
        """A vector for each episode; where the embedder fails, a queue entry instead."""
        if not episodes:
            return {}, []
        try:
            rows = await self._embedder.embed([e.indexed_text for e in episodes])
        except EmbeddingFailed as error:
            return {}, [self._unembedded(e.id, error) for e in episodes]
        return dict(zip((e.id for e in episodes), rows, strict=True)), []

    async def _embedded(self, changes: Changes, before: Mapping[str, FactState]) -> tuple[Changes, dict[str, Vectors]]:
        """Vectors for the facts whose text is new; where the embedder fails, their episodes are queued."""
        new = [f for f in changes.facts if f.id not in before or before[f.id].text != f.text]
        if not new:
            return changes, {}
        try:
            rows = await self._embedder.embed([f.text for f in new])
        except EmbeddingFailed as error:
            episodes = {f.evidence[0].episode for f in new}
            queued = [self._unembedded(i, error) for i in sorted(episodes)]
            return replace(changes, pending=(*changes.pending, *queued)), {}
        return changes, dict(zip((f.id for f in new), rows, strict=True))

    def _unembedded(self, episode: str, error: Exception) -> Pending:
        retry_at = self._clock() + _FIRST_RETRY
        return Pending(episode=episode, need="embed", error=str(error), attempts=1, retry_at=retry_at)

    # -- conflicts

    async def _until_written(self, scope: Scope, attempt: Callable[[], Awaitable[_T]]) -> _T:
        """Do it, and do it again where another process wrote to the scope in between.

        Within this process writers to one scope wait for each other, which costs less than a conflict.
        """
        async with self._locks.setdefault(scope.key, anyio.Lock()):
            retrying = AsyncRetrying(
                retry=retry_if_exception_type(WriteConflict),
                wait=wait_random_exponential(multiplier=0.01, max=1.0),
                stop=stop_after_delay(_CONFLICT_SECONDS),
                reraise=True,
            )
            return await retrying(attempt)


def _fresh(episodes: Sequence[Episode], stored: Mapping[str, Episode], places: Mapping[str, int]) -> list[Episode]:
    """The episodes that are not stored yet, each at the next free place of its session."""
    fresh: list[Episode] = []
    next_place = {session: place + 1 for session, place in places.items()}
    for episode in episodes:
        known = stored.get(episode.id)
        if known is None:
            session = episode.scope.session_id
            place = next_place.get(session, 0)
            next_place[session] = place + 1
            fresh.append(replace(episode, place=place))
        elif episode.content not in (known.content, *(r.content for r in known.revisions)):
            raise BadInput(
                f"message {episode.source_id!r} is stored with another text: "
                f"to correct it, call update({episode.id!r}, text); a new message needs an id of its own"
            )
    return fresh


def _only(extraction: Extraction, episodes: set[str]) -> Extraction:
    return Extraction(
        tuple(m for m in extraction.mentions if m[0] in episodes),
        tuple(p for p in extraction.proposals if p.episode in episodes),
        tuple(s for s in extraction.same if s.episode in episodes),
    )
