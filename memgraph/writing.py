"""How a memory learns, forgets and corrects: look up, resolve, embed, apply; again where a writer was first."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import anyio
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_random_exponential

from memgraph.changes import Carried, Changes, Extraction, Known, Ledger, Look, Pending, Sought, Usage
from memgraph.errors import BadInput, EmbeddingFailed, ExtractionFailed, WriteConflict
from memgraph.model import Assertion, Entity, Episode, FactState, LinkRule, Revision, Scope
from memgraph.ports import TURNS, Clock, Embedder, EpisodeQuery, Extractor, Store, Vectors
from memgraph.resolve import (
    Naming,
    Resolver,
    decision,
    events,
    look_for,
    mentions_of,
    name,
    related_words,
    unlooked,
    withdrawn,
)
from memgraph.telemetry import span

_T = TypeVar("_T")
_CONFLICT_SECONDS = 60.0
_KNOWN_NAMES = 200
_FIRST_RETRY = dt.timedelta(minutes=1)
_LONGEST_RETRY = dt.timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Learned:
    """What one call did: the episodes that are new, and each fact that it touched with the event."""

    episodes: tuple[Episode, ...] = ()
    events: tuple[tuple[str, FactState], ...] = ()
    failed: str | None = None  # why some episodes could not be read yet; they are stored and queued
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class _Turns:
    """Sessions, each with its turns in the order of time, and which of them are stored."""

    lines: tuple[tuple[Episode, ...], ...]
    stored: frozenset[str]

    def without(self, episodes: Iterable[Episode]) -> list[Episode]:
        """All turns but these."""
        ids = {e.id for e in episodes}
        return [turn for line in self.lines for turn in line if turn.id not in ids]

    def ahead_of(self, episodes: Iterable[Episode]) -> list[Episode]:
        """The turns before the first of these in each session."""
        ids = {e.id for e in episodes}
        return [t for line in self.lines for t in itertools.takewhile(lambda t: t.id not in ids, line)]

    def after(self, episodes: Iterable[Episode]) -> list[Episode]:
        """The stored turns, but for these themselves, that one of these comes just before."""
        ids = {e.id for e in episodes}
        return [
            turn
            for line in self.lines
            for place, turn in enumerate(line)
            if turn.id in self.stored - ids and ids & {t.id for t in line[max(0, place - TURNS) : place]}
        ]


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

    async def _extracted(
        self, episodes: Sequence[Episode], around: Sequence[Episode], known: Sequence[str] = ()
    ) -> Extraction:
        with span("extract", episodes=len(episodes)):
            return await self._extractor.extract(episodes, around, known)

    async def _embeddings(self, texts: Sequence[str]) -> Vectors:
        with span("embed", texts=len(texts)):
            return await self._embedder.embed(texts)

    async def _applied(self, changes: Changes, vectors: Mapping[str, Vectors]) -> None:
        with span("apply", episodes=len(changes.episodes), facts=len(changes.facts)):
            await self._store.apply(changes, vectors)

    # -- learning

    async def add(self, scope: Scope, episodes: Sequence[Episode], *, infer: bool, wait: bool = True) -> Learned:
        """Store episodes and what they say. What is stored already is left as it is.

        Episodes are stored first where reading or embedding them may wait or fail, so that neither loses them. Unless
        it is to `wait`, they are left in the queue.
        """
        if not infer:
            return await self.learn(scope, episodes, Extraction())
        if wait and self._extractor.is_local and self._embedder.is_local:
            turns = await self._turns(episodes)
            new = [e for e in episodes if e.id not in turns.stored]
            again = await self._bearing_on(turns, new)
            extraction = await self._extracted([*new, *again], turns.without([*new, *again]))
            return await self.learn(scope, episodes, extraction, again=again)
        stored = await self.learn(scope, episodes, Extraction(), need="extract")
        if not stored.episodes:
            return stored
        if not wait:
            return replace(stored, failed="stored, to be read")
        again = await self._bearing_on(await self._turns(stored.episodes), stored.episodes)
        read = await self.read(scope, [*stored.episodes, *again])
        return replace(read, episodes=stored.episodes)

    async def read(self, scope: Scope, episodes: Sequence[Episode], attempts: int = 0) -> Learned:
        """Read episodes that are stored; on failure they are queued, with the error."""
        turns = await self._turns(episodes)
        known: Sequence[Entity] = ()
        around = turns.without(episodes)
        if not self._extractor.is_local:
            known = await self._store.entities(scope, None)
            around = turns.ahead_of(episodes)
        try:
            extraction = await self._extracted(episodes, around, [e.name for e in known[:_KNOWN_NAMES]])
        except ExtractionFailed as error:
            await self._queue(scope, episodes, "extract", error, attempts)
            return Learned(tuple(episodes), failed=str(error))
        done = await self.learn(scope, (), extraction, again=episodes)
        failed = dict(extraction.failed)
        if failed:
            why = ExtractionFailed(next(iter(failed.values())))
            await self._queue(scope, [e for e in episodes if e.id in failed], "extract", why, attempts)
            done = replace(done, failed=str(why))
        return replace(done, episodes=tuple(episodes), usage=extraction.usage)

    async def _turns(self, episodes: Sequence[Episode]) -> _Turns:
        """The turns of these episodes' sessions from the first of them on, stored or not, and those just before."""
        sessions: dict[str, list[Episode]] = {}
        for episode in episodes:
            sessions.setdefault(episode.scope.session_id, []).append(episode)
        stored: set[str] = set()
        lines: list[list[Episode]] = []
        for session, said in sessions.items():
            since = min(e.occurred_at for e in said)
            query = EpisodeQuery(session=session, since=since, before=TURNS)
            found = await self._store.episodes(said[0].scope, query)
            stored |= {e.id for e in found}
            new = [e for e in said if e.id not in stored]
            lines.append(sorted([*found, *new], key=lambda e: e.occurred_at))
        return _Turns(tuple(map(tuple, lines)), frozenset(stored))

    async def _bearing_on(self, turns: _Turns, changed: Sequence[Episode]) -> list[Episode]:
        """The stored turns that are to be read again, because these come or go before them in their sessions.

        Only where reading costs no call; what was stored without being read stays so.
        """
        if not self._extractor.is_local:
            return []
        again: list[Episode] = []
        for turn in turns.after(changed):
            if (await self._store.look(turn.scope, Look(without=(turn.id,)))).touched:
                again.append(turn)
        return again

    async def _queue(
        self, scope: Scope, episodes: Iterable[Episode], need: str, error: Exception, attempts: int
    ) -> None:
        wait = min(_FIRST_RETRY * 2**attempts, _LONGEST_RETRY)
        pending = tuple(
            Pending(episode=e.id, need=need, error=str(error), attempts=attempts + 1, retry_at=self._clock() + wait)
            for e in episodes
        )
        await self._applied(Changes(scope=scope, pending=pending), {})

    async def learn(
        self,
        scope: Scope,
        episodes: Sequence[Episode],
        extraction: Extraction,
        *,
        again: Sequence[Episode] = (),
        need: str | None = None,
    ) -> Learned:
        """Write new episodes and what was extracted from them and from stored ones, in one transaction.

        What was read before of those that were read `again` goes. With `need` the new ones are queued to be read.
        Raises `BadInput` where a message's id is taken by another text.
        """
        vectors, pending = await self._vectors(episodes)
        if need is not None:
            now = self._clock()
            pending += [Pending(episode=e.id, need=need, error="", attempts=0, retry_at=now) for e in episodes]

        async def attempt() -> Learned:
            look = replace(
                look_for(scope, extraction),
                episodes=tuple(e.id for e in episodes),
                sessions=tuple({e.scope.session_id for e in episodes}),
            )
            known = await self._known_without(scope, look, [e.id for e in again])
            fresh = _fresh(episodes, known.episodes, known.places)
            if not fresh and not again:
                return Learned()
            heard = {e.id: e for e in fresh} | _as_known_now(again, fresh)
            said = extraction if len(fresh) == len(episodes) else _only(extraction, heard.keys())
            done = await self._write(
                scope,
                known,
                name(scope, said, known),
                self._resolver.asserted(scope, said.proposals, heard),
                Changes(
                    scope=scope,
                    episodes=tuple(fresh),
                    mentions_anew=tuple(e.id for e in again),
                    pending=tuple(p for p in pending if p.episode in heard),
                    pending_done=tuple(e.id for e in again),
                ),
                vectors={e.id: vectors[e.id] for e in fresh if e.id in vectors},
            )
            return Learned(tuple(fresh), done)

        return await self._until_written(scope, attempt)

    async def _write(
        self,
        scope: Scope,
        known: Known,
        naming: Naming,
        assertions: Sequence[Assertion],
        more: Changes,
        *,
        vectors: Mapping[str, Vectors] | None = None,
    ) -> tuple[tuple[str, FactState], ...]:
        """Decide what was heard, and write it in place of what `more` says goes; what it did to which facts.

        `more` holds what is to be written beside names and facts.
        """
        sought = self._resolver.sought(naming, assertions)
        replaced = {*more.mentions_anew, *more.episodes_removed}
        sought = replace(sought, episodes=tuple(sorted(replaced)))
        ledger = Ledger()
        if sought.slots or sought.entities or sought.episodes:
            ledger = await self._store.ledger(scope, sought)
        old = ledger.assertions
        new = [a for a in assertions if a.id not in old or old[a.id].withdrawn_at is not None]
        said = {a.id for a in assertions}
        gone = frozenset(i for i, a in old.items() if a.episode in replaced and i not in said)
        with span("resolve", assertions=len(new)):
            decided = self._resolver.decide(scope, naming, ledger, new, gone)
        changes = replace(
            decided,
            version=known.version,
            episodes=more.episodes,
            episodes_removed=more.episodes_removed,
            mentions_anew=more.mentions_anew,
            pending=more.pending,
            pending_done=more.pending_done,
        )
        before = {f.id: f for f in ledger.facts}
        changes, of_facts = await self._embedded(changes, before)
        await self._applied(changes, {**(vectors or {}), **of_facts})
        return tuple(events(before, changes, assertions))

    async def restore(self, scope: Scope, carried: Sequence[Carried]) -> int:
        """Write what an export holds of one owner, in one transaction; how many episodes were new.

        What is stored already is left as it is. What an export says of an episode is taken as it was read then.
        """
        episodes = [e for c in carried for e in c.episodes]
        vectors, unembedded = await self._vectors(episodes)
        now = self._clock()
        waiting = [
            Pending(episode=episode, need=need, error=error, attempts=0, retry_at=now)
            for c in carried
            for episode, need, error in c.pending
        ]
        extraction = Extraction(
            mentions=tuple(itertools.chain.from_iterable(c.extraction.mentions for c in carried)),
            same=tuple(itertools.chain.from_iterable(c.extraction.same for c in carried)),
        )
        decisions = [k for c in carried for k in c.decisions]

        async def attempt() -> int:
            look = look_for(scope, extraction)
            decided = (n for k in decisions for n in (k.a, k.b))
            look = replace(look, episodes=tuple(e.id for e in episodes), names=(*look.names, *decided))
            known = await self._known_around(scope, look)
            fresh = [e for e in episodes if e.id not in known.episodes]
            new = {e.id for e in fresh}
            held = {n.id for n in known.names} | {m.name for m in mentions_of(scope, extraction)}
            naming = name(scope, _only(extraction, new), known, links=[k for k in decisions if {k.a, k.b} <= held])
            assertions = [a for c in carried for a in c.assertions if a.episode in new]
            pending = tuple(p for p in (*waiting, *unembedded) if p.episode in new)
            more = Changes(scope=scope, episodes=tuple(fresh), pending=pending)
            await self._write(
                scope, known, naming, assertions, more, vectors={i: vectors[i] for i in new & vectors.keys()}
            )
            return len(fresh)

        return await self._until_written(scope, attempt)

    # -- forgetting and correcting

    async def forget(self, scope: Scope, episodes: Sequence[str]) -> int:
        """Delete episodes and all that rests on them alone; what they had superseded comes back.

        The turns just after them are read again, without them.
        """
        gone = tuple(episodes)
        removed = await self._store.episodes(scope, EpisodeQuery(ids=gone))
        turns = await self._turns([e for e in removed if e.role != "note"])
        again = await self._bearing_on(turns, removed)
        extraction = Extraction()
        if again:
            extraction = await self._extracted(again, turns.without([*again, *removed]))

        async def attempt() -> int:
            known = await self._known_without(scope, look_for(scope, extraction), [*gone, *(e.id for e in again)])
            anew = Changes(scope=scope, episodes_removed=gone, mentions_anew=tuple(e.id for e in again))
            assertions = self._resolver.asserted(scope, extraction.proposals, {e.id: e for e in again})
            await self._write(scope, known, name(scope, extraction, known), assertions, anew)
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
            await self._replay(scope, naming, known, ledger, without)

        await self._until_written(scope, attempt)

    async def _replay(
        self, scope: Scope, naming: Naming, known: Known, ledger: Ledger, without: frozenset[str] = frozenset()
    ) -> None:
        """Write what the slots of a ledger come to, without some of their assertions."""
        changes = replace(self._resolver.decide(scope, naming, ledger, (), without), version=known.version)
        await self._applied(*await self._embedded(changes, {f.id: f for f in ledger.facts}))

    async def correct(
        self, scope: Scope, episode: Episode, text: str, metadata: Mapping[str, Any] | None = None
    ) -> Learned:
        """Give an episode another text, and other metadata where given; the turns just after it are read again.

        What was read from the old text is withdrawn, not deleted. What was stored without being read stays unread.
        """
        now = self._clock()
        corrected = replace(episode, metadata=episode.metadata if metadata is None else metadata)
        vectors, pending = await self._vectors([replace(corrected, content=text)])
        if text == episode.content:
            changes = Changes(scope=scope, episodes=(corrected,), revised=(episode.id,), pending=tuple(pending))
            await self._applied(changes, vectors)
            return Learned()
        corrected = replace(corrected, content=text, revisions=(*episode.revisions, Revision(episode.content, now)))
        is_read = bool((await self._store.look(scope, Look(without=(episode.id,)))).touched)
        turns = await self._turns([corrected])
        anew = [*([corrected] if is_read else []), *await self._bearing_on(turns, [corrected])]
        around = turns.without(anew) if self._extractor.is_local else turns.ahead_of(anew)
        around = [corrected if turn.id == corrected.id else turn for turn in around]
        extraction = await self._extracted(anew, around) if anew else Extraction()

        async def attempt() -> Learned:
            known = await self._found(scope, look_for(scope, extraction))
            naming = name(scope, extraction, known)
            heard = {e.id: replace(e, recorded_at=now) for e in anew}
            assertions = self._resolver.asserted(scope, extraction.proposals, heard)
            sought = replace(self._resolver.sought(naming, assertions), episodes=tuple(heard))
            ledger = await self._store.ledger(scope, sought)
            said = {a.id for a in assertions}
            old = [a for a in ledger.assertions.values() if a.episode in heard]
            gone = withdrawn((a for a in old if a.id not in said), now)
            kept = {a.id for a in old if a.withdrawn_at is None}
            new = [a for a in assertions if a.id not in kept]
            changes = self._resolver.decide(scope, naming, ledger, [*gone, *new])
            changes = replace(
                changes, version=known.version, episodes=(corrected,), revised=(corrected.id,), pending=tuple(pending)
            )
            before = {f.id: f for f in ledger.facts}
            changes, facts = await self._embedded(changes, before)
            await self._applied(changes, {**vectors, **facts})
            return Learned((corrected,), tuple(events(before, changes, new)))

        return await self._until_written(scope, attempt)

    # -- who is who

    async def join(self, scope: Scope, a: str, b: str, rule: LinkRule) -> Naming:
        """Record a person's decision on two names, by id: that they are one's (MERGED), or two's (APART).

        It takes the place of what was decided on any names of the two before. Every slot that it touches is replayed.
        """

        async def attempt() -> Naming:
            known = await self._known_around(scope, Look(names=(a, b)))
            decided, overruled = decision(known, a, b, rule)
            naming = name(scope, Extraction(), known, links=[decided], links_removed=overruled)
            ledger = await self._store.ledger(scope, Sought(entities=tuple(sorted(naming.moved))))
            await self._replay(scope, naming, known, ledger)
            return naming

        return await self._until_written(scope, attempt)

    async def _known_without(self, scope: Scope, look: Look, without: Sequence[str]) -> Known:
        """What a look-up finds, as it is without what some episodes mention."""
        if not without:
            return await self._found(scope, look)
        return await self._known_around(scope, replace(look, without=tuple(without)))

    async def _found(self, scope: Scope, look: Look) -> Known:
        """What a look-up finds, and in a second one whoever else the roles among it were said to be."""
        known = await self._store.look(scope, look)
        while missing := unlooked(known) - set(look.names):
            look = replace(look, names=(*look.names, *sorted(missing)))
            known = await self._store.look(scope, look)
        return known

    async def _known_around(self, scope: Scope, look: Look) -> Known:
        """What a look-up finds, with every name that bears on what the names that it found stand for."""
        known = await self._found(scope, look)
        words = related_words(word for n in known.names for word in n.ends)
        return await self._found(scope, replace(look, words=tuple(sorted({*look.words, *words}))))

    # -- vectors

    async def embed_again(self, scope: Scope, episodes: Sequence[Episode], attempts: int) -> bool:
        """Embed episodes that are queued for it, and their facts; False where it failed again."""
        ledger = await self._store.ledger(scope, Sought(episodes=tuple(e.id for e in episodes)))
        texts = {e.id: e.indexed_text for e in episodes} | {f.id: f.text for f in ledger.facts}
        try:
            rows = await self._embeddings(list(texts.values()))
        except EmbeddingFailed as error:
            await self._queue(scope, episodes, "embed", error, attempts)
            return False
        done = tuple(e.id for e in episodes)
        await self._applied(Changes(scope=scope, pending_done=done), dict(zip(texts, rows, strict=True)))
        return True

    async def _vectors(self, episodes: Sequence[Episode]) -> tuple[dict[str, Vectors], list[Pending]]:
        """A vector for each episode; where the embedder fails, a queue entry instead."""
        if not episodes:
            return {}, []
        try:
            rows = await self._embeddings([e.indexed_text for e in episodes])
        except EmbeddingFailed as error:
            return {}, [self._unembedded(e.id, error) for e in episodes]
        return dict(zip((e.id for e in episodes), rows, strict=True)), []

    async def _embedded(self, changes: Changes, before: Mapping[str, FactState]) -> tuple[Changes, dict[str, Vectors]]:
        """Vectors for the facts whose text is new; where the embedder fails, their episodes are queued."""
        new = [f for f in changes.facts if f.id not in before or before[f.id].text != f.text]
        if not new:
            return changes, {}
        try:
            rows = await self._embeddings([f.text for f in new])
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


def _as_known_now(again: Iterable[Episode], fresh: Sequence[Episode]) -> dict[str, Episode]:
    """Episodes that were read again, by id: what that brought is not known before what it rests on."""
    latest: dict[str, dt.datetime] = {}
    for e in fresh:
        session = e.scope.session_id
        latest[session] = max(e.recorded_at, latest.get(session, e.recorded_at))
    return {
        e.id: replace(e, recorded_at=max(e.recorded_at, latest.get(e.scope.session_id, e.recorded_at))) for e in again
    }


def _only(extraction: Extraction, episodes: Collection[str]) -> Extraction:
    return Extraction(
        tuple(m for m in extraction.mentions if m[0] in episodes),
        tuple(p for p in extraction.proposals if p.episode in episodes),
        tuple(s for s in extraction.same if s.episode in episodes),
    )
