"""The Neo4j store: 5.26 LTS and 2026.x, Community, one database, no APOC."""

from memgraph.stores.neo4j.store import Neo4jStore

__all__ = ["Neo4jStore"]
