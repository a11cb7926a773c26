// Records that a migration was run, and, with the first, the embedding model of the store.
:param {version: 1, name: "0001_memory", checksum: "", applied_at: "2026-01-01T00:00:00Z", model: "", dimension: 256};
MERGE (m:Migration {version: $version})
SET m.name = $name, m.checksum = $checksum, m.applied_at = datetime($applied_at)
MERGE (s:Memgraph {id: 'store'})
ON CREATE SET s.model = $model, s.dimension = $dimension;
