"""One SQLite file: its two connections, its locks, its schema. Blocking; the store runs it in threads."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from memgraph.errors import SchemaMismatch, StoreUnavailable
from memgraph.migrate import check_model, check_open, due
from memgraph.queries import Migration, migrations, sections

SQL = sections(Path(__file__).parent / "queries.sql")
_BUSY_SECONDS = 30.0


class File:
    """A memory file, or one that lives in memory only (":memory:").

    Reads and writes have a connection each, so that in WAL mode neither waits for the other; a memory that
    lives in memory has but one.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._write_lock = threading.RLock()
        if path == ":memory:":
            self._writer = self._reader = self._connect()
            self._read_lock = self._write_lock
        else:
            Path(path).expanduser().parent.mkdir(parents=True, exist_ok=True)
            self._writer, self._reader = self._connect(), self._connect()
            self._read_lock = threading.RLock()

    def _connect(self) -> sqlite3.Connection:
        try:
            path = self.path if self.path == ":memory:" else str(Path(self.path).expanduser())
            connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")  # what was acknowledged survives a power cut
            connection.execute("PRAGMA cache_size = -65536")
            connection.execute("PRAGMA temp_store = MEMORY")
        except sqlite3.DatabaseError as error:
            raise _unavailable(self.path, error) from error
        return connection

    def close(self) -> None:
        """Close both connections; a second time does nothing."""
        with self._write_lock, self._read_lock:
            self._reader.close()
            self._writer.close()

    @contextmanager
    def reading(self) -> Generator[sqlite3.Connection]:
        """A consistent view of the file."""
        with self._read_lock, self._transaction(self._reader, "BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Generator[sqlite3.Connection]:
        """A transaction: all of it, or, when the block raises, nothing."""
        with self._write_lock, self._transaction(self._writer, "BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def _transaction(self, connection: sqlite3.Connection, begin: str) -> Generator[sqlite3.Connection]:
        try:
            connection.execute(begin)
        except (sqlite3.OperationalError, sqlite3.ProgrammingError) as error:
            raise _unavailable(self.path, error) from error
        try:
            yield connection
        except BaseException as error:
            connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.OperationalError):
                raise _unavailable(self.path, error) from error
            raise
        connection.execute("COMMIT")

    def prepare(self, model: str, dimension: int) -> None:
        """Set an empty file up, or check that this version of memgraph can work on it."""
        with self.writing() as connection:
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if not tables:
                _run(connection, migrations("sqlite"))
                _record_model(connection, model, dimension)
                return
            if "memgraph_migrations" not in tables:
                raise SchemaMismatch(f"{self.path} is an SQLite file of something else: give another path")
            check_open(_applied(connection), migrations("sqlite"))
            stored = dict(connection.execute("SELECT key, value FROM memgraph_meta").fetchall())
            check_model((stored["model"], int(stored["dimension"])), (model, dimension))

    def migrate(self, model: str, dimension: int) -> list[str]:
        """Run the migrations that the file lacks, in one transaction; their names."""
        with self.writing() as connection:
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            applied = _applied(connection) if "memgraph_migrations" in tables else {}
            missing = due(applied, migrations("sqlite"))
            _run(connection, missing)
            if not tables:
                _record_model(connection, model, dimension)
            return [m.name for m in missing]


def _applied(connection: sqlite3.Connection) -> dict[int, str]:
    return dict(connection.execute("SELECT version, checksum FROM memgraph_migrations").fetchall())


def _run(connection: sqlite3.Connection, missing: list[Migration] | tuple[Migration, ...]) -> None:
    connection.execute(
        "CREATE TABLE IF NOT EXISTS memgraph_migrations "
        "(version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, "
        "applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')))"
    )
    for migration in missing:
        statement = ""
        for line in migration.text.splitlines(keepends=True):
            statement += line
            if sqlite3.complete_statement(statement):
                connection.execute(statement)
                statement = ""
        connection.execute(
            "INSERT INTO memgraph_migrations (version, name, checksum) VALUES (?, ?, ?)",
            (migration.version, migration.name, migration.checksum),
        )


def _record_model(connection: sqlite3.Connection, model: str, dimension: int) -> None:
    connection.execute("CREATE TABLE memgraph_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID")
    values = [("model", model), ("dimension", str(dimension))]
    connection.executemany("INSERT INTO memgraph_meta (key, value) VALUES (?, ?)", values)


def _unavailable(path: str, error: Exception) -> StoreUnavailable:
    return StoreUnavailable(f"the memory file {path} can't be used ({error}): check its path, disk and permissions")
