"""Migrations are explicit, checked, and run by themselves only on an empty store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from neo4j import GraphDatabase

from memgraph import Memory, SchemaMismatch, StoreUnavailable
from memgraph.migrate import due
from memgraph.queries import Migration, migrations
from tests.conftest import Server

FIRST = Migration(1, "0001_memory", "…", "abc")
SECOND = Migration(2, "0002_more", "…", "def")


def test_what_is_due() -> None:
    assert due({}, [FIRST, SECOND]) == [FIRST, SECOND]
    assert due({1: "abc"}, [FIRST, SECOND]) == [SECOND]
    assert due({1: "abc", 2: "def"}, [FIRST, SECOND]) == []
    with pytest.raises(SchemaMismatch, match="upgrade memgraph-episodic"):
        due({1: "abc", 2: "def"}, [FIRST])
    with pytest.raises(SchemaMismatch, match="another text"):
        due({1: "altered"}, [FIRST])


def test_both_backends_have_migrations() -> None:
    for backend in ("sqlite", "neo4j"):
        versions = [m.version for m in migrations(backend)]
        assert versions == list(range(1, len(versions) + 1))


def test_an_sqlite_file_of_a_newer_or_an_older_version_is_refused(tmp_path: Path) -> None:
    path = str(tmp_path / "m.db")
    with Memory(path) as memory:
        memory.add("hello", user_id="u")
    with sqlite3.connect(path) as file:
        file.execute("INSERT INTO memgraph_migrations (version, name, checksum) VALUES (99, 'later', 'x')")
    with pytest.raises(SchemaMismatch, match="version 99"):
        Memory(path).stats()
    with sqlite3.connect(path) as file:
        file.execute("DELETE FROM memgraph_migrations")
    file.close()
    with pytest.raises(SchemaMismatch, match="memgraph migrate"):
        Memory(path).stats()


def test_migrate_sets_up_a_file_and_does_nothing_twice(tmp_path: Path) -> None:
    memory = Memory(str(tmp_path / "m.db"))
    assert memory.migrate() == ["0001_memory", "0002_mentions_by_time"]
    assert memory.migrate() == []
    assert memory.add("hello", user_id="u")["episodes"]
    memory.close()


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    path = str(tmp_path / "other.db")
    with sqlite3.connect(path) as file:
        file.execute("CREATE TABLE recipes (name TEXT)")
    file.close()
    with pytest.raises(SchemaMismatch, match="something else"):
        Memory(path).stats()
    (tmp_path / "text.db").write_text("not a database at all, but long enough to look like one")
    with pytest.raises(StoreUnavailable, match="can't be used"):
        Memory(str(tmp_path / "text.db")).stats()


@pytest.fixture
def altered(neo4j: Server) -> Iterator[Server]:
    """A server whose migrations were tampered with; mended afterwards."""
    with Memory(neo4j.uri, auth=neo4j.auth) as memory:
        memory.stats()
    with GraphDatabase.driver(neo4j.uri, auth=neo4j.auth) as driver:
        yield neo4j
        known = {m.version: m.checksum for m in migrations("neo4j")}
        driver.execute_query("MATCH (m:Migration) WHERE m.version > $newest DELETE m", {"newest": max(known)})
        for version, checksum in known.items():
            mended = {"v": version, "c": checksum}
            driver.execute_query("MATCH (m:Migration {version: $v}) SET m.checksum = $c", mended)


def test_a_neo4j_of_a_newer_version_or_with_an_altered_migration_is_refused(altered: Server) -> None:
    with GraphDatabase.driver(altered.uri, auth=altered.auth) as driver:
        driver.execute_query("CREATE (:Migration {version: 99, name: 'later', checksum: 'x'})")
        with pytest.raises(SchemaMismatch, match="version 99"):
            Memory(altered.uri, auth=altered.auth).stats()
        driver.execute_query("MATCH (m:Migration {version: 99}) DELETE m")
        driver.execute_query("MATCH (m:Migration) SET m.checksum = 'x'")
        with pytest.raises(SchemaMismatch, match="another text"):
            Memory(altered.uri, auth=altered.auth).stats()


def test_a_neo4j_of_an_older_version_is_searched_after_migrate_as_before(altered: Server) -> None:
    with Memory(altered.uri, auth=altered.auth) as memory:
        memory.add([{"content": f"The kettle of room {n} is broken."} for n in range(300)], user_id="older")
    with GraphDatabase.driver(altered.uri, auth=altered.auth) as driver:
        driver.execute_query("MATCH (m:Migration {version: 3}) DELETE m")
    memory = Memory(altered.uri, auth=altered.auth)
    with pytest.raises(SchemaMismatch, match="memgraph migrate"):
        memory.stats()
    assert memory.migrate() == ["0003_vector_indexes"]
    assert memory.search("Which kettles are broken?", user_id="older", limit=50, kinds=["episode"])["results"][49:]
    memory.delete_all(user_id="older")
    memory.close()


def test_a_wrong_password_says_what_to_set(neo4j: Server) -> None:
    with pytest.raises(StoreUnavailable, match="MEMGRAPH_NEO4J_USER"):
        Memory(neo4j.uri, auth=("neo4j", "wrong-password")).stats()


def test_migrate_is_idempotent_on_neo4j(neo4j: Server) -> None:
    memory = Memory(neo4j.uri, auth=neo4j.auth)
    memory.stats()
    assert memory.migrate() == []
    memory.close()
