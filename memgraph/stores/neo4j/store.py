"""The store's port over one Neo4j database."""

# The driver's own annotations are incomplete.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from neo4j import AsyncManagedTransaction

from memgraph.changes import (
    Changes,
    EpisodeSignals,
    FactSignal,
    Identities,
    Known,
    Ledger,
    Look,
    Pending,
    Signals,
    Sought,
)
from memgraph.model import Entity, Episode, FactState, Mention, Scope
from memgraph.ports import WHOLE, Cue, EpisodeQuery, FactQuery, Finding, Located, Settings, Vectors
from memgraph.queries import cypher, folder
from memgraph.stores.neo4j import rows
from memgraph.stores.neo4j.connection import Database
from memgraph.stores.neo4j.graph import explore
from memgraph.stores.neo4j.writing import write

WIPED_AT_ONCE = 10_000  # nodes
_OVERFETCH = 4
_COMPARED = {"5": 10, "2026": 1}  # times as many as are wanted: in 5.26 the indexes hold shortened vectors


class Neo4jStore:
    """A memory in the database of a Neo4j server."""

    def __init__(self, settings: Settings) -> None:
        self._database = Database(settings)

    async def open(self, model: str, dimension: int) -> None:
        """See `Store.open`."""
        await self._database.connect()
        try:
            await self._database.prepare(model, dimension)
        except BaseException:
            await self._database.close()
            raise

    async def close(self) -> None:
        """See `Store.close`."""
        await self._database.close()

    # -- writing

    async def look(self, scope: Scope, look: Look) -> Known:
        """See `Store.look`."""
        (found,) = await self._database.read(
            cypher("read/look"),
            {
                "scope": scope.key,
                "look": {
                    "episodes": list(look.episodes),
                    "sessions": list(look.sessions),
                    "names": list(look.names),
                    "words": list(look.words),
                    "entities": list(look.entities),
                    "without": list(look.without),
                },
            },
        )
        return Known(
            version=found["version"],
            episodes={e["id"]: rows.episode(e, scope) for e in found["episodes"]},
            places=dict(found["places"]),
            names=tuple(map(rows.name, found["names"])),
            links=tuple(map(rows.link, found["links"])),
            without=look.without,
            touched=tuple(found["touched"]),
            remaining=tuple(Mention("", *m) for m in found["remaining"]),
        )

    async def ledger(self, scope: Scope, sought: Sought) -> Ledger:
        """See `Store.ledger`."""
        found = await self._database.read(
            cypher("read/ledger"),
            {
                "scope": scope.key,
                "sought": {
                    "slots": list(sought.slots),
                    "entities": list(sought.entities),
                    "episodes": list(sought.episodes),
                },
            },
        )
        return _ledger(found)

    async def apply(self, changes: Changes, vectors: Mapping[str, Vectors]) -> None:
        """See `Store.apply`."""

        async def applied(tx: AsyncManagedTransaction) -> None:
            await write(tx, changes, vectors)

        await self._database.write(applied)

    # -- reading

    async def recall(self, scope: Scope, cue: Cue) -> Signals:
        """See `Store.recall`."""
        agent = scope.agent if scope.user is not None else None
        is_narrowed = bool(agent or scope.session or cue.is_past)
        compared = _COMPARED[self._database.line]
        (found,) = await self._database.read(
            cypher("read/recall"),
            {
                "scope": scope.key,
                "agent": agent,
                "run": scope.session,
                "vector": rows.numbers(cue.vector),
                "asked": {"words": _lucene(scope, cue), "names": list(cue.names), "short": list(cue.short)},
                "since": cue.since,
                "as_of": cue.as_of,
                "said_by": cue.as_of if cue.is_past else rows.FOREVER,
                "known_at": cue.known_at or rows.FOREVER,
                "is_any": cue.known_at is not None,
                "is_narrowed": is_narrowed,
                "is_about_facts": "fact" in cue.kinds,
                "is_about_episodes": "episode" in cue.kinds,
                "pool": cue.pool,
                "fact_pool": cue.fact_pool,
                "graph_pool": cue.graph_pool,
                "reach": cue.pool * (_OVERFETCH if is_narrowed else 1),
                "compared": cue.pool * compared,
                "facts_compared": cue.fact_pool * compared,
                "fact_reach": cue.fact_pool * _OVERFETCH,  # many of the nearest may no longer hold
                "whole": WHOLE,
            },
        )
        return _signals(found, scope)

    async def episodes(self, scope: Scope, query: EpisodeQuery) -> tuple[Episode, ...]:
        """See `Store.episodes`."""
        if query.ids is not None:
            path, asked = "read/episodes_by_id", {"scope": scope.key, "ids": list(query.ids)}
        elif query.session is not None:
            since = rows.iso(query.since) or rows.EARLIEST
            path, asked = "read/turns", {"session": query.session, "since": since, "before": query.before}
        else:
            path = "read/episodes_latest" if query.is_latest else "read/episodes"
            asked: dict[str, Any] = {
                "scope": scope.key,
                "agent": scope.agent,
                "run": scope.session,
                "since": rows.iso(query.since) or rows.EARLIEST,
                "until": rows.iso(query.until) or rows.LATEST,
                "known_at": rows.iso(query.known_at) or rows.LATEST,
                "limit": 2**31 if query.limit is None else query.limit,
            }
        found = await self._database.read(cypher(path), asked)
        return tuple(rows.episode(r["episode"], scope) for r in found)

    async def facts(self, scope: Scope, query: FactQuery) -> Ledger:
        """See `Store.facts`."""
        asked: dict[str, list[str]] = {"ids": [], "assertions": [], "subjects": [], "predicates": []}
        is_all = query.ids is None and query.subjects is None and query.predicate is None
        if query.ids is not None:
            asked["ids"] = list(query.ids)
            asked["assertions"] = ["as_" + i[3:] for i in query.ids]
        elif query.subjects is not None:
            asked["subjects"] = list(query.subjects)
        elif query.predicate is not None:
            asked["predicates"] = [query.predicate]
        found = await self._database.read(cypher("read/facts"), {"scope": scope.key, "all": is_all, "asked": asked})
        if query.predicate is not None:
            found = [r for r in found if r["fact"]["predicate"] == query.predicate]
        if query.ids is not None:  # an assertion stands in only for an id that no longer is a fact's own
            own = [r for r in found if r["fact"]["id"] in query.ids]
            found = own or found
        return _ledger(found)

    async def entities(self, scope: Scope, keys: Sequence[str] | None) -> tuple[Entity, ...]:
        """See `Store.entities`."""
        if keys is None:
            found = await self._database.read(cypher("read/entities"), {"scope": scope.key})
        else:
            asked = {"keys": list(keys), "names": ["na_" + k[3:] for k in keys]}
            found = await self._database.read(cypher("read/entities_by_key"), {"scope": scope.key, "asked": asked})
        return tuple(rows.entity(r["entity"]) for r in found)

    async def locate(self, ident: str) -> Located | None:
        """See `Store.locate`."""
        asked = {"id": ident, "assertion": "as_" + ident[3:], "name": "na_" + ident[3:]}
        found = await self._database.read(cypher("read/locate"), asked)
        for record in found:
            if ident.startswith(record["kind"][:2]):
                return Located(rows.owner(record), record["kind"], ident)
        return None

    # -- upkeep

    async def migrate(self, model: str, dimension: int) -> list[str]:
        """See `Upkeep.migrate`."""
        await self._database.close()
        await self._database.connect()
        try:
            return await self._database.migrate(model, dimension)
        finally:
            await self._database.close()

    async def stats(self, scope: Scope | None) -> Mapping[str, int]:
        """See `Upkeep.stats`."""
        (found,) = await self._database.read(cypher("read/stats"), {"scope": scope.key if scope else None})
        return found

    async def check(self) -> list[Finding]:
        """See `Upkeep.check`."""
        out: list[Finding] = []
        for file in sorted((folder("cypher") / "check").glob("*.cypher")):
            bad = await self._database.read(cypher(f"check/{file.stem}"))
            if bad:
                out.append(Finding(file.stem.replace("_", " "), str(bad[0]["id"]), len(bad)))
        return out

    async def pending(self, scope: Scope | None) -> list[tuple[Scope, Pending]]:
        """See `Upkeep.pending`."""
        found = await self._database.read(cypher("read/pending"), {"scope": scope.key if scope else None})
        return [(rows.owner(r["owner"]), rows.pending(r["pending"])) for r in found]

    async def owners(self) -> list[Scope]:
        """See `Upkeep.owners`."""
        return [rows.owner(r["owner"]) for r in await self._database.read(cypher("read/scopes"))]

    async def mentions(self, scope: Scope, episodes: Sequence[str]) -> tuple[Mention, ...]:
        """See `Upkeep.mentions`."""
        found = await self._database.read(cypher("read/mentions"), {"scope": scope.key, "episodes": list(episodes)})
        return tuple(Mention(r["episode"], r["name"], r["surface"], r["kind"]) for r in found)

    async def wipe(self, scope: Scope | None) -> int:
        """See `Upkeep.wipe`."""
        owners = [scope] if scope else await self.owners()
        return sum([await self._wipe(owner.key) for owner in owners])

    async def explore(self, query: str, parameters: Mapping[str, Any], limit: int, seconds: float) -> dict[str, Any]:
        """See `Graph.explore`."""
        async with self._database.reading(fetch_size=limit + 1) as session:
            return await explore(session, query, parameters, limit, seconds)

    async def _wipe(self, key: str) -> int:
        """Delete a scope, in as many transactions as its size needs: a server bounds what one may hold."""

        async def wiped(tx: AsyncManagedTransaction) -> tuple[int, int]:
            record = await (await tx.run(cypher("write/wipe"), {"scope": key, "most": WIPED_AT_ONCE})).single()
            return (record["nodes"], record["episodes"]) if record else (0, 0)

        count, nodes = 0, WIPED_AT_ONCE
        while nodes == WIPED_AT_ONCE:
            nodes, episodes = await self._database.write(wiped)
            count += episodes
        return count


def _ledger(found: Iterable[Mapping[str, Any]]) -> Ledger:
    facts: list[FactState] = []
    assertions: dict[str, str] = {}
    entity_of: dict[str, str] = {}
    entities: dict[str, Entity] = {}
    for record in found:
        subject, thing = record["subject"], record["object"]
        ends = {"subject": subject["id"], "object_entity": thing["id"] if thing else None}
        superseded = {"superseded_by": record["superseded_by"]}
        facts.append(rows.fact({**record["fact"], **ends, **superseded}, record["evidence"]))
        for values in (subject, thing):
            if values is not None:
                entities[values["id"]] = rows.entity(values)
                entity_of.update((name, values["id"]) for name in values.get("names", ()))
        assertions.update((e[1], e[4]) for e in record["evidence"] if len(e) > 4)
    held = {i: rows.assertion(body) for i, body in assertions.items()}
    return Ledger(tuple(facts), held, Identities(entity_of, entities))


def _lucene(scope: Scope, cue: Cue) -> str:
    """The question as Lucene's query parser reads it; terms hold letters, digits and, in phrases, spaces only."""
    terms = [*(f'"{p}"' for p in cue.phrases), *(t for t in cue.terms if t not in cue.beginnings)]
    terms += [f"{b}*" for b in cue.beginnings]
    either = " ".join(terms)
    return f'+scope:"{scope.key}"^0 +(content:({either}) text:({either}))' if terms else ""


def _signals(found: Mapping[str, Any], scope: Scope) -> Signals:
    led = dict(found["led_next"]) | dict(found["led_beyond"])
    hops = {ident: n for n, kind in ((3, "farthest"), (2, "far"), (1, "near")) for ident in found[kind]}
    facts = tuple(
        FactSignal(fact, tuple(episodes), cosine or 0.0, hops.get(fact.id, 0), _via(fact, hops, led))
        for fact, episodes, cosine in (
            (rows.fact_of(values), episodes, cosine) for values, episodes, cosine in found["facts"]
        )
    )
    read = [line.split("\x00") for line in found["episodes"]]
    ids = tuple(values[0] for values in read)
    places = {ident: place for place, ident in enumerate(ids)}
    episodes = EpisodeSignals(
        ids,
        tuple(values[4] for values in read),
        tuple(values[6] for values in read),
        tuple(partial(rows.episode_of, values, scope) for values in read),
        np.array([values[10] for values in read], np.int64),
        np.array([values[-1] or 0.0 for values in read], float),
        np.array([places.get(values[-2], -1) for values in read], np.int64),
    )
    mentions = tuple((episode, entity) for episode, entity in found["mentions"])
    return Signals(episodes, facts, tuple(found["asked"]), mentions)


def _via(fact: FactState, hops: Mapping[str, int], led: Mapping[str, str]) -> str | None:
    """The fact one hop nearer to the names asked for that led to this one."""
    before = (led[e] for e in (fact.subject, fact.object_entity or "") if e in led)
    return next((b for b in before if hops[b] == hops.get(fact.id, 0) - 1), None)
