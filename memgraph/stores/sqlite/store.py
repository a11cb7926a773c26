"""The store's port over one SQLite file. Every call is one transaction, run in a thread."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from anyio import to_thread

from memgraph.blas import one_thread
from memgraph.changes import Changes, Identities, Known, Ledger, Look, Pending, Signals, Sought
from memgraph.errors import StoreUnavailable
from memgraph.model import Entity, Episode, Mention, Scope
from memgraph.ports import Cue, EpisodeQuery, FactQuery, Finding, Located, Vectors
from memgraph.stores.sqlite import rows
from memgraph.stores.sqlite.connection import SQL, File
from memgraph.stores.sqlite.search import recall
from memgraph.stores.sqlite.vectors import Matrices
from memgraph.stores.sqlite.writing import write

_OWNED = (("episode", "episode_owner"), ("fact", "fact_owner"), ("entity", "entity_owner"))
_WIPES = (
    *("wipe_episode_text", "wipe_fact_text", "wipe_evidence", "wipe_mentions", "wipe_vectors"),
    *("wipe_names", "wipe_entities", "wipe_links", "wipe_assertions", "wipe_pending", "wipe_facts", "wipe_episodes"),
    "wipe_scope",
)


class SqliteStore:
    """A memory in the SQLite file at `path`, or in this process alone (":memory:")."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._file: File | None = None
        self._matrices = Matrices()

    @property
    def _opened(self) -> File:
        if self._file is None:
            raise StoreUnavailable(f"the memory file {self.path} is closed: open the memory again")
        return self._file

    async def open(self, model: str, dimension: int) -> None:
        """See `Store.open`."""

        def opened() -> File:
            file = File(self.path)
            try:
                file.prepare(model, dimension)
            except BaseException:
                file.close()
                raise
            return file

        self._file = await to_thread.run_sync(opened)

    async def close(self) -> None:
        """See `Store.close`."""
        file, self._file = self._file, None
        if file is not None:
            await to_thread.run_sync(file.close)

    # -- writing

    async def look(self, scope: Scope, look: Look) -> Known:
        """See `Store.look`."""
        return await to_thread.run_sync(self._look, scope, look)

    def _look(self, scope: Scope, look: Look) -> Known:
        with self._opened.reading() as connection:
            version = connection.execute(SQL["scope_version"], (scope.key,)).fetchone()
            if version is None:
                return Known(without=look.without)
            gone = {"episodes": rows.many(look.without)}
            touched = [r["name"] for r in connection.execute(SQL["names_mentioned"], gone)]
            left = connection.execute(SQL["mentions_elsewhere"], gone | {"names": rows.many(touched)})
            remaining = tuple(Mention("", r["name"], r["surface"], r["kind"]) for r in left)
            asked = {
                "scope": scope.key,
                "names": rows.many([*look.names, *touched]),
                "words": rows.many(look.words),
                "entities": rows.many(look.entities),
            }
            entities = [r["entity"] for r in connection.execute(SQL["names_like"], asked)]
            found = connection.execute(
                SQL["names_of_entities"], {"scope": scope.key, "entities": rows.many(entities)}
            ).fetchall()
            names = tuple(rows.name(r) for r in found)
            of_names = {"names": rows.many(n.id for n in names)}
            places = connection.execute(SQL["last_places"], {"sessions": rows.many(look.sessions)})
            return Known(
                version=version["version"],
                episodes={e.id: e for e in self._episodes_by_id(connection, scope, look.episodes)},
                places={r["session_id"]: r["place"] for r in places},
                names=names,
                links=tuple(rows.link(r) for r in connection.execute(SQL["links_of_names"], of_names)),
                without=look.without,
                touched=tuple(touched),
                remaining=remaining,
            )

    async def ledger(self, scope: Scope, sought: Sought) -> Ledger:
        """See `Store.ledger`."""
        return await to_thread.run_sync(self._ledger, scope, sought)

    def _ledger(self, scope: Scope, sought: Sought) -> Ledger:
        with self._opened.reading() as connection:
            asked = {
                "scope": scope.key,
                "slots": rows.many(sought.slots),
                "entities": rows.many(sought.entities),
                "episodes": rows.many(sought.episodes),
            }
            slots = [r["slot"] for r in connection.execute(SQL["slots_of"], asked)]
            found = connection.execute(SQL["facts_of_slots"], {"slots": rows.many(slots)}).fetchall()
            return self._with_entities(connection, found, is_full=True)

    def _with_entities(self, connection: sqlite3.Connection, found: Sequence[sqlite3.Row], *, is_full: bool) -> Ledger:
        of_facts = {"facts": rows.many(r["id"] for r in found)}
        evidence = connection.execute(SQL["evidence_of_facts"], of_facts).fetchall()
        facts = rows.facts(found, evidence)
        assertions = {}
        if is_full:
            idents = {"ids": rows.many({r["assertion"] for r in evidence})}
            assertions = {
                a.id: a for a in (rows.assertion(r) for r in connection.execute(SQL["assertions_by_id"], idents))
            }
        named = {n for a in assertions.values() for n in (a.subject, a.object_name) if n is not None}
        identities = connection.execute(SQL["identities_of"], {"names": rows.many(named)}).fetchall()
        ids = {e for f in facts for e in (f.subject, f.object_entity) if e is not None} | {r["id"] for r in identities}
        entities = connection.execute(SQL["entities_by_id"], {"ids": rows.many(ids)})
        return Ledger(
            facts,
            assertions,
            Identities({r["name"]: r["id"] for r in identities}, {e.id: e for e in map(rows.entity, entities)}),
        )

    async def apply(self, changes: Changes, vectors: Mapping[str, Vectors]) -> None:
        """See `Store.apply`."""

        def applied() -> None:
            with self._opened.writing() as connection:
                write(connection, changes, vectors)

        await to_thread.run_sync(applied)

    # -- reading

    async def recall(self, scope: Scope, cue: Cue) -> Signals:
        """See `Store.recall`."""

        def recalled() -> Signals:
            with self._opened.reading() as connection, one_thread():
                return recall(connection, self._matrices, scope, cue)

        return await to_thread.run_sync(recalled)

    async def episodes(self, scope: Scope, query: EpisodeQuery) -> tuple[Episode, ...]:
        """See `Store.episodes`."""
        return await to_thread.run_sync(self._episodes, scope, query)

    def _episodes(self, scope: Scope, query: EpisodeQuery) -> tuple[Episode, ...]:
        with self._opened.reading() as connection:
            if query.ids is not None:
                return self._episodes_by_id(connection, scope, query.ids)
            asked: dict[str, str | int | None] = {
                "scope": scope.key,
                "since": -rows.LATEST if query.since is None else rows.micros(query.since),
                "until": rows.LATEST if query.until is None else rows.micros(query.until),
                "known_at": rows.LATEST if query.known_at is None else rows.micros(query.known_at),
                "agent": scope.agent,
                "session": scope.session,
                "limit": -1 if query.limit is None else query.limit,
            }
            statement = "episodes_latest" if query.is_latest else "episodes_between"
            if query.session is not None:
                asked |= {"session": query.session, "before": query.before}
                statement = "turns"
            return tuple(rows.episode(r, scope) for r in connection.execute(SQL[statement], asked))

    def _episodes_by_id(self, connection: sqlite3.Connection, scope: Scope, ids: Iterable[str]) -> tuple[Episode, ...]:
        asked = {"scope": scope.key, "ids": rows.many(ids)}
        found = [rows.episode(r, scope) for r in connection.execute(SQL["episodes_by_id"], asked)]
        return tuple(sorted(found, key=lambda e: (e.occurred_at, e.place, e.id)))

    async def facts(self, scope: Scope, query: FactQuery) -> Ledger:
        """See `Store.facts`."""
        return await to_thread.run_sync(self._facts, scope, query)

    def _facts(self, scope: Scope, query: FactQuery) -> Ledger:
        asked = {"scope": scope.key, "predicate": query.predicate}
        with self._opened.reading() as connection:
            if query.ids is not None:
                asked["ids"] = rows.many(query.ids)
                found = connection.execute(SQL["facts_by_id"], asked).fetchall()
                missing = set(query.ids) - {r["id"] for r in found}
                if missing:  # an id from before an earlier piece of evidence came in
                    asked["ids"] = rows.many(missing)
                    found += connection.execute(SQL["facts_by_assertion"], asked).fetchall()
            elif query.subjects is not None:
                asked["subjects"] = rows.many(query.subjects)
                found = connection.execute(SQL["facts_by_subject"], asked).fetchall()
            else:
                statement = "facts_all" if query.predicate is None else "facts_by_predicate"
                found = connection.execute(SQL[statement], asked).fetchall()
            return self._with_entities(connection, found, is_full=False)

    async def entities(self, scope: Scope, keys: Sequence[str] | None) -> tuple[Entity, ...]:
        """See `Store.entities`."""

        def found() -> tuple[Entity, ...]:
            statement = "entities_all" if keys is None else "entities_by_key"
            asked = {"scope": scope.key, "keys": rows.many(keys or ())}
            with self._opened.reading() as connection:
                return tuple(rows.entity(r) for r in connection.execute(SQL[statement], asked))

        return await to_thread.run_sync(found)

    async def locate(self, ident: str) -> Located | None:
        """See `Store.locate`."""

        def located() -> Located | None:
            with self._opened.reading() as connection:
                for kind, statement in _OWNED:
                    row = connection.execute(SQL[statement], (ident,)).fetchone()
                    if row is not None and ident.startswith(kind[:2]):
                        return Located(rows.owner(row), kind, ident)
            return None

        return await to_thread.run_sync(located)

    # -- upkeep

    async def migrate(self, model: str, dimension: int) -> list[str]:
        """See `Upkeep.migrate`."""

        def migrated() -> list[str]:
            file = File(self.path)
            try:
                return file.migrate(model, dimension)
            finally:
                file.close()

        return await to_thread.run_sync(migrated)

    async def stats(self, scope: Scope | None) -> Mapping[str, int]:
        """See `Upkeep.stats`."""

        def counted() -> Mapping[str, int]:
            with self._opened.reading() as connection:
                row = connection.execute(SQL["stats"], {"key": scope.key if scope else None}).fetchone()
                return {name: row[name] for name in row.keys()}  # noqa: SIM118 - a Row iterates its values

        return await to_thread.run_sync(counted)

    async def check(self) -> list[Finding]:
        """See `Upkeep.check`."""

        def checked() -> list[Finding]:
            out: list[Finding] = []
            with self._opened.reading() as connection:
                for name in [n for n in SQL if n.startswith("check_")]:
                    bad = [row[0] for row in connection.execute(SQL[name])]
                    if bad:
                        out.append(Finding(name.removeprefix("check_").replace("_", " "), str(bad[0]), len(bad)))
            return out

        return await to_thread.run_sync(checked)

    async def pending(self, scope: Scope | None) -> list[tuple[Scope, Pending]]:
        """See `Upkeep.pending`."""

        def listed() -> list[tuple[Scope, Pending]]:
            with self._opened.reading() as connection:
                found = connection.execute(SQL["pending_all"], {"key": scope.key if scope else None})
                return [
                    (
                        rows.owner(r),
                        Pending(
                            episode=r["episode"],
                            need=r["need"],
                            error=r["error"],
                            attempts=r["attempts"],
                            retry_at=rows.moment(r["retry_at"]),
                        ),
                    )
                    for r in found
                ]

        return await to_thread.run_sync(listed)

    async def owners(self) -> list[Scope]:
        """See `Upkeep.owners`."""

        def listed() -> list[Scope]:
            with self._opened.reading() as connection:
                return [rows.owner(r) for r in connection.execute(SQL["scopes_all"], {"key": None})]

        return await to_thread.run_sync(listed)

    async def mentions(self, scope: Scope, episodes: Sequence[str]) -> tuple[Mention, ...]:
        """See `Upkeep.mentions`."""

        def listed() -> tuple[Mention, ...]:
            asked = {"scope": scope.key, "episodes": rows.many(episodes)}
            with self._opened.reading() as connection:
                return tuple(Mention(*row) for row in connection.execute(SQL["mentions_of_episodes"], asked))

        return await to_thread.run_sync(listed)

    async def wipe(self, scope: Scope | None) -> int:
        """See `Upkeep.wipe`."""

        def wiped() -> int:
            with self._opened.writing() as connection:
                owners = connection.execute(SQL["scopes_all"], {"key": scope.key if scope else None}).fetchall()
                count = 0
                for owner in owners:
                    key = {"key": owner["key"]}
                    count += connection.execute(SQL["stats"], key).fetchone()["episodes"]
                    for statement in _WIPES:
                        connection.execute(SQL[statement], key)
                return count

        return await to_thread.run_sync(wiped)
