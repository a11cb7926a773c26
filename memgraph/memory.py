"""The public verbs. Orchestration only: checks live in `inputs`, decisions in `resolve` and `recall`."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self, Unpack

import anyio
from anyio import to_thread

from memgraph import identity, inputs, notes, transfer, views
from memgraph.changes import Called, Extraction, Identities, Pending, Proposal, Sought
from memgraph.config import Config
from memgraph.errors import BadInput
from memgraph.extract import extractor_for
from memgraph.inputs import Message, ScopeArgs
from memgraph.model import UTC, Entity, Episode, Fact, FactState, LinkRule, Scope, name_key
from memgraph.ontology import Ontology, core_ontology
from memgraph.ports import (
    Clock,
    Embedder,
    EpisodeQuery,
    Extractor,
    FactQuery,
    Finding,
    FullStore,
    Graph,
    Located,
    Reranker,
    Settings,
)
from memgraph.providers import embedder_for, reranker_for
from memgraph.recall import pack, tokens
from memgraph.resolve import Candidate, Naming, Policy, Resolver
from memgraph.searching import Question, Searcher
from memgraph.stores import store_for
from memgraph.telemetry import span
from memgraph.views import Profile, Reasoning
from memgraph.writing import Learned, Writer

_CONTEXT_HITS = 50
_LATELY = 200  # episodes
_FORGOTTEN_AT_ONCE = 500
_CARRIED_AT_ONCE = 200


def system_clock() -> dt.datetime:
    """The machine's clock, in UTC."""
    return dt.datetime.now(UTC)


class AsyncMemory:
    """A memory: conversations go in, facts and episodes with their evidence come out.

    Every call names whose memory is meant: `user_id`, `agent_id`, `run_id`, `tenant`. Nothing is ever read or
    resolved across tenants or users. Times are aware datetimes; `as_of` asks what was true then, `known_at`
    what was known then, and both default to now.

    Raises everywhere: `BadInput` before anything is written, `StoreUnavailable` where the store can't be
    reached, `SchemaMismatch` and `ModelMismatch` when a store is opened that this memory can't work on.
    """

    def __init__(
        self,
        store: str | FullStore | None = None,
        *,
        embedder: Embedder | str | None = None,
        extractor: Extractor | str | None = None,
        ontology: Ontology | Mapping[str, Any] | str | Path | None = None,
        reranker: Reranker | str | None = None,
        config: Config | None = None,
        auth: tuple[str, str] | None = None,
        clock: Clock | None = None,
    ) -> None:
        """`store` is a file's path, ":memory:", a Neo4j address, or None for the file in the user's data folder.

        `ontology` adds predicates to the core ones, or declares them anew, for this memory's extraction and conflicts.

        `reranker` puts the best hits of a search in a better order: onnx:FOLDER, openai:MODEL, or one of your own.

        `auth` is (user, password) of a Neo4j server; else MEMGRAPH_NEO4J_USER and MEMGRAPH_NEO4J_PASSWORD count.
        """
        self.config = config or Config()  # pyright: ignore[reportCallIssue] - every field has a default
        self._clock = clock or system_clock
        chosen = self.config.embedder if embedder is None else embedder
        self._embedder = embedder_for(chosen) if isinstance(chosen, str) else chosen
        self._ontology = core_ontology().extended(ontology)
        reranker = self.config.reranker if reranker is None else reranker
        reranker = reranker_for(reranker) if isinstance(reranker, str) else reranker
        wanted = self.config.extractor if extractor is None else extractor
        if isinstance(wanted, str):
            wanted = extractor_for(wanted, self._ontology, processes=self.config.extract_processes)
        self._extractor = wanted
        self._resolver = Resolver(self._ontology, Policy(self.config.confidence_margin, self.config.trust))
        if store is None or isinstance(store, str):
            user, password = auth or (self.config.neo4j_user, self.config.neo4j_password.get_secret_value())
            address = store or self.config.store_address()
            store = store_for(Settings(address, user, password, self.config.neo4j_database))
        self._store = store
        self._writer = Writer(store, self._embedder, self._extractor, self._resolver, self._clock)
        self._searcher = Searcher(store, self._embedder, self._ontology, self._resolver, reranker, self.config.pool)
        self._opening = anyio.Lock()
        self._is_open = False

    async def __aenter__(self) -> Self:
        await self._opened()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of the store. A closed memory opens again when it is used."""
        async with self._opening:
            self._is_open = False
            await self._store.close()

    async def _opened(self) -> FullStore:
        if not self._is_open:
            async with self._opening:
                if not self._is_open:
                    await self._store.open(self._embedder.model, self._embedder.dimension)
                    self._is_open = True
        return self._store

    # -- putting in

    async def add(
        self,
        messages: Message | Sequence[Message],
        *,
        metadata: Mapping[str, Any] | None = None,
        timestamp: dt.datetime | str | float | None = None,
        recorded_at: dt.datetime | str | None = None,
        infer: bool = True,
        wait: bool = True,
        **scope: Unpack[ScopeArgs],
    ) -> dict[str, Any]:
        """Remember messages, and the facts that they state.

        `messages` is a text, one message, or a list of them: {"role", "content"} and optionally "id", "name",
        "timestamp", "metadata". `timestamp` is when they were said, where a message does not tell itself;
        `recorded_at` when memory came to know them (default: now). Adding the same messages again, in whatever
        batches, changes nothing. With `infer=False` they are kept without being read; with `wait=False` they are
        stored and queued, and read by the next `retry_pending`.

        Returns {"results": [{"id", "memory", "event"}], "episodes": [ids]}, one result for each fact touched;
        event is ADD, SUPERSEDE, DISPUTE or NONE. "pending" says why, where they could not be read yet: they
        are stored, and `retry_pending` reads them.
        """
        owner = inputs.read_scope(scope)
        episodes = inputs.read_messages(
            messages,
            owner,
            metadata=metadata,
            timestamp=timestamp,
            recorded_at=recorded_at,
            now=self._clock(),
            max_chars=self.config.max_text_chars,
        )
        await self._opened()
        if not episodes:
            return {"results": [], "episodes": []}
        with span("add", messages=len(episodes)):
            learned = await self._writer.add(owner, episodes, infer=infer, wait=wait)
        results = _results(learned) if infer else [_event(e.id, e.content, "ADD") for e in learned.episodes]
        out: dict[str, Any] = {"results": results, "episodes": [e.id for e in episodes]}
        if learned.failed is not None:
            out["pending"] = learned.failed
        if learned.usage is not None:
            out["usage"] = learned.usage.as_dict()
        return out

    async def add_fact(
        self,
        subject: str | Entity,
        predicate: str,
        object: str | float | dt.date | Entity,  # noqa: A002 - the field's own word
        *,
        qualifier: str = "",
        valid_from: dt.datetime | str | None = None,
        valid_to: dt.datetime | str | None = None,
        confidence: float = 1.0,
        source: str | None = None,
        **scope: Unpack[ScopeArgs],
    ) -> Fact:
        """Store a fact directly. A note is kept as its evidence, said by `source` (default: "note").

        What it supersedes or disputes is decided as for any other. Returns the fact as it stands afterwards.
        """
        owner = inputs.read_scope(scope)
        max_chars = self.config.max_text_chars
        named = subject.name if isinstance(subject, Entity) else inputs.read_text("subject", subject, max_chars)
        checked, said_qualifier = self._ontology.split(inputs.read_text("predicate", predicate, 256))
        qualifier = qualifier or said_qualifier or ""
        since, until = inputs.maybe_moment("valid_from", valid_from), inputs.maybe_moment("valid_to", valid_to)
        now = self._clock()
        if until is not None and until <= (since or now):
            raise BadInput(f"valid_to ({until}) must lie after valid_from ({since or now})")
        thing = notes.object_of(self._ontology, checked, object, now, max_chars)
        said = self._ontology.says(checked, named, qualifier, thing.text)
        speaker = inputs.read_text("source", source or "note", max_chars)
        note = notes.note(owner, speaker, said, now, since, until)
        proposal = Proposal(
            episode=note.id,
            subject=Called(named, self._ontology[checked].subject if isinstance(subject, str) else subject.kind),
            predicate=checked,
            object=thing,
            qualifier=qualifier,
            valid_from=since,
            valid_to=until,
            is_vouched=since is None,
            confidence=inputs.read_confidence(confidence),
            extractor=notes.EXTRACTOR,
            text=said,
        )
        store = await self._opened()
        await self._writer.learn(owner, [note], Extraction(proposals=(proposal,)))
        ledger = await store.ledger(owner, Sought(episodes=(note.id,)))
        state = next(f for f in ledger.facts if any(e.episode == note.id for e in f.evidence))
        return views.fact_of(state, ledger.identities.entities)

    # -- asking

    async def search(
        self,
        query: str,
        *,
        limit: int = 5,
        top_k: int | None = None,
        threshold: float | None = None,
        kinds: Sequence[str] = inputs.KINDS,
        as_of: dt.datetime | str | None = None,
        known_at: dt.datetime | str | None = None,
        explain: bool = False,
        **scope: Unpack[ScopeArgs],
    ) -> dict[str, Any]:
        """The facts and episodes that answer a question best, best first.

        Each result has id, kind, memory (its text), score (0 to 1, for comparing within one answer),
        source_ids (the messages that it rests on), valid_from, valid_to, confidence, status, metadata,
        created_at. `top_k` is another word for `limit`; results that score below `threshold` are left out.

        With `explain` each result tells its score's parts, its path in the graph and what puts it above the next,
        and the answer has the `plan`: how the question was understood. `warnings`, where there are any, say what
        failed without spoiling the answer, such as a reranker.
        """
        owner = inputs.read_scope(scope)
        wanted = inputs.read_limit("limit", limit if top_k is None else top_k)
        question = self._question(query, kinds, as_of, known_at)
        await self._opened()
        with span("search", limit=wanted):
            found = await self._searcher.find(owner, question, wanted)
        results = [views.hit_result(hit, known_at=question.known_at) for hit in found.hits]
        if explain:
            for result, hit, following in zip(results, found.hits, [*found.hits, None][1:], strict=True):
                result["explain"] = views.explained(hit, following)
        if threshold is not None:
            results = [r for r in results if r["score"] >= threshold]
        answer: dict[str, Any] = {"results": results}
        if explain:
            answer["plan"] = found.plan.as_dict()
        return answer | ({"warnings": list(found.warnings)} if found.warnings else {})

    async def context(
        self,
        query: str,
        *,
        max_tokens: int = 1000,
        as_of: dt.datetime | str | None = None,
        known_at: dt.datetime | str | None = None,
        **scope: Unpack[ScopeArgs],
    ) -> str:
        """What memory holds on a question, as a text for a prompt: with dates, citations and what is disputed.

        At most `max_tokens` tokens, counted as a quarter of the text's UTF-8 bytes.
        """
        owner = inputs.read_scope(scope)
        budget = inputs.read_limit("max_tokens", max_tokens)
        question = self._question(query, inputs.KINDS, as_of, known_at)
        await self._opened()
        hits = (await self._searcher.find(owner, question, _CONTEXT_HITS)).hits
        answers = (hit.answer for hit in hits)
        then = question.known_at
        return pack([_as_then(a, then) if isinstance(a, Episode) else a for a in answers], budget)

    def _question(
        self,
        query: str,
        kinds: Sequence[str],
        as_of: dt.datetime | str | None,
        known_at: dt.datetime | str | None,
    ) -> Question:
        return Question(
            text=inputs.read_text("query", query, self.config.max_text_chars),
            kinds=inputs.read_kinds(kinds),
            now=self._clock(),
            as_of=inputs.maybe_moment("as_of", as_of),
            known_at=inputs.maybe_moment("known_at", known_at),
        )

    async def facts(
        self,
        *,
        subject: str | Entity | None = None,
        predicate: str | None = None,
        as_of: dt.datetime | str | None = None,
        known_at: dt.datetime | str | None = None,
        include_history: bool = False,
        **scope: Unpack[ScopeArgs],
    ) -> list[Fact]:
        """The facts that hold, about a subject or with a predicate or all, oldest first.

        A disputed fact comes with its rivals, each marked. With `include_history` also what is superseded or
        retracted.
        """
        owner = inputs.read_scope(scope)
        then = inputs.maybe_moment("as_of", as_of) or self._clock()
        known = inputs.maybe_moment("known_at", known_at)
        store = await self._opened()
        subjects: tuple[str, ...] | None = None
        if subject is not None:
            key = subject.id if isinstance(subject, Entity) else subject
            entities = await store.entities(owner, [name_key(inputs.read_text("subject", key, 10_000))])
            subjects = tuple(e.id for e in entities)
        wanted, qualifier = (None, None) if predicate is None else self._ontology.split(predicate)
        ledger = await store.facts(owner, FactQuery(subjects=subjects, predicate=wanted))
        states: Sequence[FactState] = [f for f in ledger.facts if qualifier in (None, f.qualifier)]
        identities: Identities = ledger.identities
        if known is not None:
            states = await self._searcher.believed(owner, [f.slot for f in states], known)
        if owner.user is not None and (owner.agent or owner.session):
            inside = await self._searcher.within(owner, {e.episode for f in states for e in f.evidence})
            states = [f for f in states if inside.intersection(e.episode for e in f.evidence)]
        return views.facts_of([f for f in states if include_history or f.holds(then)], identities)

    async def profile(self, subject: str | Entity | None = None, **scope: Unpack[ScopeArgs]) -> Profile:
        """What is known now of somebody or something, relation by relation; its `text` is ready for a prompt.

        Without a `subject` the user is meant: whoever goes by `user_id` or, where nobody does, the one person who
        spoke as the user lately. Empty (`entity` None) where there is none, or nothing tells which of several is meant.
        """
        owner = inputs.read_scope(scope)
        whose = subject if subject is not None else await self._user(owner)
        entity = None if whose is None else await self.entity(whose if isinstance(whose, str) else whose.id, **scope)
        return Profile(entity, tuple(await self.facts(subject=entity, **scope)) if entity else ())

    async def _user(self, owner: Scope) -> str | None:
        """Who a memory's user is by name, as far as one can tell."""
        store = await self._opened()
        if owner.user is not None and await store.entities(owner, [name_key(owner.user)]):
            return owner.user
        latest = await store.episodes(owner, EpisodeQuery(limit=_LATELY, is_latest=True))
        speakers = {name_key(e.speaker): e.speaker for e in latest if e.role == "user"}
        return next(iter(speakers.values())) if len(speakers) == 1 else None

    async def working(self, *, max_tokens: int = 2000, **scope: Unpack[ScopeArgs]) -> list[Episode]:
        """The last turns of a session (`run_id`), as many as fit into a budget, oldest first.

        Tokens are counted as in `context`. Without `run_id` the last turns of all sessions count.
        """
        owner = inputs.read_scope(scope)
        budget = inputs.read_limit("max_tokens", max_tokens)
        query = EpisodeQuery(limit=_LATELY, is_latest=True)
        latest: list[Episode] = []
        for episode in await (await self._opened()).episodes(owner, query):
            budget -= tokens(episode.indexed_text)
            if budget < 0:
                break
            if episode.role != notes.ROLE:
                latest.append(episode)
        return latest[::-1]

    async def entity(self, name_or_id: str, **scope: Unpack[ScopeArgs]) -> Entity | None:
        """The entity of that id, or that goes by that name; its summary says what is known of it now.

        None where there is none, or where nothing tells which of several is meant.
        """
        owner = inputs.read_scope(scope)
        store = await self._opened()
        found = await store.entities(owner, [name_key(inputs.read_text("name_or_id", name_or_id, 10_000))])
        if len(found) != 1:
            return None
        ledger = await store.facts(owner, FactQuery(subjects=(found[0].id,)))
        now = self._clock()
        current = views.facts_of([f for f in ledger.facts if f.holds(now)], ledger.identities)
        return replace(found[0], summary="; ".join(f.text for f in current))

    async def entities(self, **scope: Unpack[ScopeArgs]) -> list[Entity]:
        """Everybody and everything that the memory knows by name, in the order of names."""
        owner = inputs.read_scope(scope)
        return list(await (await self._opened()).entities(owner, None))

    async def episodes(
        self,
        *,
        since: dt.datetime | str | None = None,
        until: dt.datetime | str | None = None,
        known_at: dt.datetime | str | None = None,
        limit: int = 100,
        **scope: Unpack[ScopeArgs],
    ) -> list[Episode]:
        """What was said in `[since, until)`, in the order of time; the latest `limit` of it."""
        owner = inputs.read_scope(scope)
        start, end = inputs.maybe_moment("since", since), inputs.maybe_moment("until", until)
        if start is not None and end is not None and end <= start:
            raise BadInput(f"until ({end}) must lie after since ({start})")
        known = inputs.maybe_moment("known_at", known_at)
        count = inputs.read_limit("limit", limit)
        query = EpisodeQuery(since=start, until=end, known_at=known, limit=count, is_latest=True)
        found = await (await self._opened()).episodes(owner, query)
        return [_as_then(e, known) for e in reversed(found)]

    # -- who is who

    async def merge(self, a: str | Entity, b: str | Entity, **scope: Unpack[ScopeArgs]) -> Entity:
        """Decide that two names, or two entities by id, are one's; what was heard of either is replayed as one's.

        Nothing is lost by it: `unmerge` takes it back. Returns the entity that they make up.
        """
        naming, first, _ = await self._decided(a, b, LinkRule.MERGED, scope)
        return naming.entities[naming.names[first].entity]

    async def unmerge(self, a: str, b: str, **scope: Unpack[ScopeArgs]) -> tuple[Entity, Entity]:
        """Decide that two names stand for two, whatever joined them, or might; returns the two entities.

        It also settles a candidate of `review`. `merge` takes it back.
        """
        naming, first, second = await self._decided(a, b, LinkRule.APART, scope)
        return naming.entities[naming.names[first].entity], naming.entities[naming.names[second].entity]

    async def _decided(
        self, a: str | Entity, b: str | Entity, rule: LinkRule, scope: ScopeArgs
    ) -> tuple[Naming, str, str]:
        """Record a decision on two names; what it comes to, and the ids of the names."""
        owner = inputs.read_scope(scope)
        store = await self._opened()
        first, second = await identity.name_meant(store, owner, a), await identity.name_meant(store, owner, b)
        if first == second:
            raise BadInput(f"{a!r} and {b!r} are the same name: give two different ones, as `entity` lists them")
        return await self._writer.join(owner, first, second, rule), first, second

    async def review(self, *, at_least: float = 0.5, **scope: Unpack[ScopeArgs]) -> list[Candidate]:
        """Pairs of entities that may be one: alike in spelling, sound or meaning; likeliest first.

        A candidate has `a`, `b`, `score` (0 to 1) and `why`. None is ever joined by its score: `merge` or
        `unmerge` decides it.
        """
        owner = inputs.read_scope(scope)
        least = inputs.read_confidence(at_least)
        return await identity.candidates_in(await self._opened(), self._embedder, self._ontology, owner, least)

    # -- one memory by its id

    async def get(self, memory_id: str, **scope: Unpack[ScopeArgs]) -> dict[str, Any] | None:
        """A fact or an episode by its id, as `search` returns it; None where there is none (in that scope)."""
        located = await self._located(memory_id, scope)
        if located is None:
            return None
        state = await self._read(located)
        if isinstance(state, Episode):
            return views.episode_result(state)
        if isinstance(state, Fact):
            return views.fact_result(state)
        return None

    async def owner(self, memory_id: str) -> Scope | None:
        """Whose a fact, an episode or an entity is: tenant and user (or agent, or session); None for an unknown id."""
        located = await self._located(memory_id, {})
        return located and located.scope

    async def get_all(
        self,
        *,
        limit: int = 100,
        top_k: int | None = None,
        kinds: Sequence[str] = inputs.KINDS,
        **scope: Unpack[ScopeArgs],
    ) -> dict[str, Any]:
        """The facts that hold now, then the latest episodes: {"results": […]}, at most `limit` in all."""
        count = inputs.read_limit("limit", limit if top_k is None else top_k)
        wanted = inputs.read_kinds(kinds)
        results: list[dict[str, Any]] = []
        if "fact" in wanted:
            results += [views.fact_result(f) for f in await self.facts(**scope)]
        if "episode" in wanted and len(results) < count:
            episodes = await self.episodes(limit=count - len(results), **scope)
            results += [views.episode_result(e) for e in episodes]
        return {"results": results[:count]}

    async def update(
        self, memory_id: str, text: str, *, metadata: Mapping[str, Any] | None = None, **scope: Unpack[ScopeArgs]
    ) -> dict[str, Any]:
        """Correct an episode's text, or a fact by saying it anew ("Dana works at Contoso").

        `metadata`, where given, takes the place of an episode's.

        What was read from an episode's old text is withdrawn; a fact is superseded by its correction. Nothing
        is lost: `history` and `known_at` still tell. Returns {"message", "results"} as `add` does.
        """
        new = inputs.read_text("text", text, self.config.max_text_chars)
        data = None if metadata is None else inputs.read_metadata(metadata)
        located = await self._located(memory_id, scope)
        state = await self._read(located) if located else None
        if located is None or state is None:
            raise BadInput(f"there is no memory {memory_id!r} to update")
        if isinstance(state, Episode):
            learned = await self._writer.correct(located.scope, state, new, data)
        elif isinstance(state, Fact):
            now = self._clock()
            note = notes.note(located.scope, notes.EXTRACTOR, new, now, memory_id, now)
            proposals = notes.restated(self._ontology, state, note, self.config.max_text_chars)
            learned = await self._writer.learn(located.scope, [note], Extraction(proposals=proposals))
        else:
            raise BadInput(f"{memory_id!r} is an entity: update a fact or an episode instead")
        return {"message": "Memory updated", "results": _results(learned)}

    async def delete(self, memory_id: str, **scope: Unpack[ScopeArgs]) -> dict[str, Any]:
        """Delete a fact, or an episode with all that rests on it alone. What it had superseded comes back."""
        located = await self._located(memory_id, scope)
        state = await self._read(located) if located else None
        if located is None or state is None:
            raise BadInput(f"there is no memory {memory_id!r} to delete")
        if isinstance(state, Episode):
            await self._writer.forget(located.scope, [state.id])
        elif isinstance(state, Fact):
            store = await self._opened()
            ledger = await store.facts(located.scope, FactQuery(ids=(memory_id,)))
            await self._writer.retract(located.scope, ledger.facts[0])
        else:
            raise BadInput(f"{memory_id!r} is an entity: delete the facts and episodes that it rests on")
        return {"message": "Memory deleted successfully!"}

    async def delete_all(self, **scope: Unpack[ScopeArgs]) -> dict[str, Any]:
        """Delete everything of a user, or of one agent or session within a user's memory."""
        owner = inputs.read_scope(scope)
        store = await self._opened()
        if owner.user is None or (owner.agent is None and owner.session is None):
            count = await store.wipe(owner)
        else:
            count = 0
            while found := await store.episodes(owner, EpisodeQuery(limit=_FORGOTTEN_AT_ONCE)):
                count += await self._writer.forget(owner, [e.id for e in found])
        return {"message": "Memories deleted successfully!", "deleted": count}

    async def history(self, memory_id: str, **scope: Unpack[ScopeArgs]) -> list[dict[str, Any]]:
        """What happened to a memory: for a fact all of its slot, with the rule that decided and why.

        Each entry has memory_id, event, old_memory, new_memory, created_at. Empty for an unknown id.
        """
        located = await self._located(memory_id, scope)
        state = await self._read(located) if located else None
        if located is None or state is None:
            return []
        if isinstance(state, Episode):
            return views.episode_history(state)
        store = await self._opened()
        ledger = await store.facts(located.scope, FactQuery(ids=(memory_id,)))
        slots = await store.ledger(located.scope, Sought(slots=tuple(f.slot for f in ledger.facts)))
        return views.slot_history(slots.facts)

    async def why(self, fact_id: str, **scope: Unpack[ScopeArgs]) -> Reasoning | None:
        """How the slot of a fact was decided: all that was heard of it, how much it weighs, and what became of it.

        None for an id that is no fact's.
        """
        located = await self._located(fact_id, scope)
        if located is None or located.kind != "fact":
            return None
        store = await self._opened()
        found = await store.facts(located.scope, FactQuery(ids=(fact_id,)))
        ledger = await store.ledger(located.scope, Sought(slots=tuple(f.slot for f in found.facts)))
        return views.reasoning(fact_id, ledger, self._ontology, self._resolver.policy)

    async def reset(self) -> None:
        """Delete everything of everybody in this store."""
        await (await self._opened()).wipe(None)

    async def _located(self, memory_id: str, scope: ScopeArgs) -> Located | None:
        ident = inputs.read_text("memory_id", memory_id, 1_000)
        located = await (await self._opened()).locate(ident)
        if located is None or not any(value is not None for value in scope.values()):
            return located
        owner = inputs.read_scope(scope)
        return replace(located, scope=owner) if located.scope.key == owner.key else None

    async def _read(self, located: Located) -> Episode | Fact | Entity | None:
        store = await self._opened()
        if located.kind == "episode":
            episodes = await store.episodes(located.scope, EpisodeQuery(ids=(located.id,)))
            return episodes[0] if episodes else None
        if located.kind == "fact":
            ledger = await store.facts(located.scope, FactQuery(ids=(located.id,)))
            return views.fact_of(ledger.facts[0], ledger.identities.entities) if ledger.facts else None
        entities = await store.entities(located.scope, [located.id])
        return entities[0] if entities else None

    # -- carrying it away, and back

    async def export(self, **scope: Unpack[ScopeArgs]) -> AsyncGenerator[dict[str, Any], None]:
        """Everything of a user's memory (or an agent's, or a session's own), line by line; of everybody's for no scope.

        Each line is an object as `schema/export.schema.json` says: the header, episodes with all that was read out of
        them, decisions on names; then entities and facts, which follow from these. An agent or a session within a
        user's memory is no memory of its own, and is refused.
        """
        owner = inputs.read_scope(scope) if scope else None
        if owner is not None and owner != owner.owner:
            raise BadInput("a user's memory is exported whole: pass user_id alone, without agent_id and run_id")
        store = await self._opened()
        yield transfer.Header(exported_at=self._clock()).model_dump(mode="json")
        for whose in await store.owners() if owner is None else [owner]:
            async for line in transfer.lines(store, whose):
                yield line

    async def import_(
        self, lines: Iterable[str | bytes | Mapping[str, Any]], **scope: Unpack[ScopeArgs]
    ) -> dict[str, int]:
        """Bring back what `export` wrote: {"episodes": how many the lines hold, "new": how many of them were new}.

        All lines are checked before the first is written. What is there already is left as it is, so that an
        import that broke off can be run again. With a scope the memory becomes that user's, whosever it was. Open
        the memory with the ontology that it was kept with.
        """
        to = inputs.read_scope(scope) if scope else None
        done = {"episodes": 0, "new": 0}
        with contextlib.nullcontext(lines) if isinstance(lines, transfer.Kept) else transfer.Kept(lines) as kept:
            decisions = await to_thread.run_sync(lambda: list(transfer.checked(kept, to)))
            await self._opened()
            whole = (c for c in transfer.carried(transfer.read_records(kept), to) if not c.decisions)
            for owner, held in itertools.groupby(itertools.chain(whole, decisions), key=lambda c: c.owner):
                while part := list(itertools.islice(held, _CARRIED_AT_ONCE)):
                    done["episodes"] += sum(len(c.episodes) for c in part)
                    done["new"] += await self._writer.restore(owner, part)
        return done

    # -- upkeep

    async def pending(self, **scope: Unpack[ScopeArgs]) -> list[Pending]:
        """Episodes that are stored but could not be read or embedded yet, with the reason; of all for no scope."""
        owner = inputs.read_scope(scope) if scope else None
        return [p for _, p in await (await self._opened()).pending(owner)]

    async def retry_pending(self, *, is_due_only: bool = False, **scope: Unpack[ScopeArgs]) -> dict[str, int]:
        """Read and embed again what is pending: {"done": episodes, "left": episodes}."""
        owner = inputs.read_scope(scope) if scope else None
        store = await self._opened()
        queued = await store.pending(owner)
        now = self._clock()
        due: dict[tuple[Scope, str], list[Pending]] = {}
        for whose, item in queued:
            if not is_due_only or item.retry_at <= now:
                due.setdefault((whose, item.need), []).append(item)
        for (whose, need), items in due.items():
            again = self._writer.embed_again if need == "embed" else self._writer.read
            episodes = await store.episodes(whose, EpisodeQuery(ids=tuple(item.episode for item in items)))
            await again(whose, episodes, max(item.attempts for item in items))
        left = len(await store.pending(owner))
        return {"done": len(queued) - left, "left": left}

    async def stats(self, **scope: Unpack[ScopeArgs]) -> dict[str, int]:
        """How much a memory holds; of everybody's for no scope."""
        owner = inputs.read_scope(scope) if scope else None
        return dict(await (await self._opened()).stats(owner))

    async def graph_query(
        self, query: str, parameters: Mapping[str, Any] | None = None, *, limit: int = 100, timeout_s: float = 10.0
    ) -> dict[str, Any]:
        """Read the graph with Cypher, where the store is Neo4j: {"columns", "rows", "is_cut"}.

        It sees everybody's memory. What would write, read files or ask for settings is refused with `BadInput`, and
        so is what takes longer than `timeout_s` seconds; at most `limit` rows come back, without vectors.
        """
        text = inputs.read_text("query", query, self.config.max_text_chars)
        count = inputs.read_limit("limit", limit)
        store = await self._opened()
        if not isinstance(store, Graph):
            raise BadInput("this store has no Cypher: open a memory in Neo4j (bolt://…) for it")
        return await store.explore(text, parameters or {}, count, timeout_s)

    async def doctor(self) -> list[Finding]:
        """Compare what is derived with what it is derived from; empty where all is well."""
        return await (await self._opened()).check()

    async def migrate(self) -> list[str]:
        """Bring the store's schema up to this version; the names of the migrations that were run."""
        await self.close()
        return await self._store.migrate(self._embedder.model, self._embedder.dimension)


def _as_then(episode: Episode, known_at: dt.datetime | None) -> Episode:
    return replace(episode, content=episode.content_at(known_at))


def _event(ident: str, memory: str, event: str) -> dict[str, Any]:
    return {"id": ident, "memory": memory, "event": event}


def _results(learned: Learned) -> list[dict[str, Any]]:
    return [
        _event(fact.id, fact.text, event) | {"status": str(fact.status), "confidence": fact.confidence}
        for event, fact in learned.events
    ]
