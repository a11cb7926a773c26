"""The embedded store: one SQLite file, FTS5 for words, an exact matrix product for vectors."""

from memgraph.stores.sqlite.store import SqliteStore

__all__ = ["SqliteStore"]
