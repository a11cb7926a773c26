"""SQLite's search by words, and what a file of an older version needs for it."""

import datetime as dt
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from memgraph import Memory
from memgraph.stores.sqlite.connection import File
from memgraph.stores.sqlite.words import Words

OWN, OTHER = "0" * 24, "1" * 24


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    file = File(":memory:")
    file.prepare("m", 1)
    with file.writing() as writer:
        for key in (OWN, OTHER):
            writer.execute("INSERT INTO scopes (key, tenant, user) VALUES (?, ?, ?)", (key, "t", key))
        yield writer
    file.close()


def say(connection: sqlite3.Connection, *texts: str, scope: str = OWN) -> list[int]:
    """Store texts as episodes; their seqs."""
    out: list[int] = []
    for text in texts:
        cursor = connection.execute(
            "INSERT INTO episodes (id, scope, session_id, place, speaker, role, content, occurred_at, recorded_at,"
            " metadata, revisions) VALUES (hex(randomblob(8)), ?, 's', 0, 'Ana', 'user', ?, 0, 0, '{}', '[]')",
            (scope, text),
        )
        assert cursor.lastrowid is not None
        connection.execute(
            "INSERT INTO episode_text (rowid, scope, text) VALUES (?, ?, ?)", (cursor.lastrowid, scope, text)
        )
        out.append(cursor.lastrowid)
    return out


def words(connection: sqlite3.Connection, known: list[int]) -> Words:
    return Words(connection, "episode", OWN, np.array(known, np.int64))


def test_the_rare_word_counts_more_and_later_ones_go_before_equals(connection: sqlite3.Connection) -> None:
    tea, kettle, teas, both, _ = seqs = say(connection, "tea", "a kettle", "more tea", "tea and kettles", "a cup")
    found = words(connection, seqs)
    assert found.best(['"tea"', '"kettle"'], 10) == [both, kettle, teas, tea]
    assert found.best(['"tea"', '"kettle"'], 2) == [both, kettle]
    assert found.best(['"ket" *'], 10) == [both, kettle]
    assert found.best(['"more tea"'], 10) == [teas]
    assert found.best(['"spoon"'], 10) == found.best([], 10) == []


def test_only_what_may_answer_is_found(connection: sqlite3.Connection) -> None:
    first, second = say(connection, "tea", "tea")
    assert words(connection, [first, second]).best(['"tea"'], 10, np.array([first])) == [first]


@pytest.mark.parametrize("others", [1, 9])
def test_the_words_of_others_are_neither_found_nor_counted(connection: sqlite3.Connection, others: int) -> None:
    seqs = say(connection, "tea", "a kettle", "more tea")
    say(connection, *["kettle"] * others, scope=OTHER)
    assert words(connection, seqs).best(['"tea"', '"kettle"'], 10) == [seqs[1], seqs[2], seqs[0]]


@pytest.mark.parametrize("others", [0, 9])
def test_what_waits_for_its_vector_is_found_by_its_words(connection: sqlite3.Connection, others: int) -> None:
    first, waiting = say(connection, "tea", "tea again")
    say(connection, *["tea"] * others, scope=OTHER)
    assert words(connection, [first]).best(['"tea"'], 10) == [waiting, first]


def test_words_that_many_of_a_large_scope_hold_are_left_out_but_for_the_last(connection: sqlite3.Connection) -> None:
    seqs = say(connection, *(f"tea {'milk' if n % 3 else ''} {'honey' if n == 5 else ''}" for n in range(2_000)))
    found = words(connection, seqs)
    assert found.best(['"tea"', '"honey"'], 10) == [seqs[5]]
    assert found.best(['"tea"', '"milk"'], 2) == [seqs[1_999], seqs[1_997]]
    assert len(found.best(['"tea"'], 10)) == 10


def test_an_older_file_is_brought_up_and_answers_as_before(tmp_path: Path) -> None:
    path = str(tmp_path / "m.db")
    said = ["Cleo's boss is Anselm.", "Anselm lives in Ghent.", "Anselm sings.", "Anselm was here."]
    at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

    def answers() -> list[str]:
        with Memory(path) as memory:
            return [
                hit["id"] for hit in memory.search("Where does Cleo's boss live?", user_id="u", limit=20)["results"]
            ]

    with Memory(path) as memory:
        for day, text in enumerate(said):
            memory.add(text, user_id="u", timestamp=at + dt.timedelta(days=day))
    before = answers()
    with sqlite3.connect(path) as file:
        times = file.execute("SELECT name, episode, occurred_at FROM mentions ORDER BY 1, 2").fetchall()
        file.execute("DROP INDEX mentions_by_time")
        file.execute("ALTER TABLE mentions DROP COLUMN occurred_at")
        file.execute("CREATE INDEX mentions_by_name ON mentions (name, surface, kind, episode)")
        file.execute("DELETE FROM memgraph_migrations WHERE version > 1")
    file.close()
    memory = Memory(path)
    assert memory.migrate() == ["0002_mentions_by_time"]
    memory.close()
    with sqlite3.connect(path) as file:
        assert file.execute("SELECT name, episode, occurred_at FROM mentions ORDER BY 1, 2").fetchall() == times
    file.close()
    assert len({occurred_at for *_, occurred_at in times}) == len(said)
    assert answers() == before
