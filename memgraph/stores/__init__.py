"""Stores. Each lives in a package of its own, which alone knows its backend."""

from __future__ import annotations

from memgraph.errors import BadInput
from memgraph.ports import FullStore, Settings

_SCHEMES = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")


def store_for(settings: Settings) -> FullStore:
    """The store at an address: a file's path, ":memory:", or that of a Neo4j server."""
    scheme, separator, _ = settings.url.partition("://")
    if separator and scheme in _SCHEMES:
        from memgraph.stores.neo4j import Neo4jStore

        return Neo4jStore(settings)
    if separator:
        raise BadInput(
            f"{settings.url!r} is no store: give a file's path, :memory: or one of {', '.join(_SCHEMES)}://…"
        )
    from memgraph.stores.sqlite import SqliteStore

    return SqliteStore(settings.url)
