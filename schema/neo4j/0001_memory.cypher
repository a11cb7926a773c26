// A memory in Neo4j. Every statement can be run again. A statement headed "// server: 5" or "// server: 2026"
// is for that line alone: from 2026.01 a vector index can hold the scope, so that a search never leaves it.

CREATE CONSTRAINT scope_key IF NOT EXISTS FOR (n:Scope) REQUIRE n.key IS UNIQUE;

CREATE CONSTRAINT session_id IF NOT EXISTS FOR (n:Session) REQUIRE n.id IS UNIQUE;

CREATE CONSTRAINT episode_id IF NOT EXISTS FOR (n:Episode) REQUIRE n.id IS UNIQUE;

CREATE CONSTRAINT entity_id IF NOT EXISTS FOR (n:Entity) REQUIRE n.id IS UNIQUE;

CREATE CONSTRAINT name_id IF NOT EXISTS FOR (n:Name) REQUIRE n.id IS UNIQUE;

CREATE CONSTRAINT fact_id IF NOT EXISTS FOR (n:Fact) REQUIRE n.id IS UNIQUE;

CREATE CONSTRAINT pending_id IF NOT EXISTS FOR (n:Pending) REQUIRE n.id IS UNIQUE;

CREATE INDEX session_scope IF NOT EXISTS FOR (n:Session) ON (n.scope);

CREATE INDEX episode_time IF NOT EXISTS FOR (n:Episode) ON (n.scope, n.occurred_at);

CREATE INDEX entity_scope IF NOT EXISTS FOR (n:Entity) ON (n.scope);

CREATE INDEX name_key IF NOT EXISTS FOR (n:Name) ON (n.scope, n.key);

CREATE INDEX name_first IF NOT EXISTS FOR (n:Name) ON (n.scope, n.first);

CREATE INDEX name_last IF NOT EXISTS FOR (n:Name) ON (n.scope, n.last);

CREATE INDEX fact_slot IF NOT EXISTS FOR (n:Fact) ON (n.slot);

CREATE INDEX fact_predicate IF NOT EXISTS FOR (n:Fact) ON (n.scope, n.predicate);

CREATE INDEX pending_scope IF NOT EXISTS FOR (n:Pending) ON (n.scope);

CREATE INDEX evidence_assertion IF NOT EXISTS FOR ()-[r:EVIDENCE]-() ON (r.id);

CREATE INDEX alias_id IF NOT EXISTS FOR ()-[r:ALIAS_OF]-() ON (r.id);

CREATE FULLTEXT INDEX episode_text IF NOT EXISTS FOR (n:Episode) ON EACH [n.scope, n.content]
OPTIONS {indexConfig: {`fulltext.analyzer`: 'english'}};

CREATE FULLTEXT INDEX fact_text IF NOT EXISTS FOR (n:Fact) ON EACH [n.scope, n.text]
OPTIONS {indexConfig: {`fulltext.analyzer`: 'english'}};

// server: 5
CREATE VECTOR INDEX episode_embedding IF NOT EXISTS FOR (n:Episode) ON (n.embedding)
OPTIONS {indexConfig: {`vector.dimensions`: $dimension, `vector.similarity_function`: 'cosine'}};

// server: 5
CREATE VECTOR INDEX fact_embedding IF NOT EXISTS FOR (n:Fact) ON (n.embedding)
OPTIONS {indexConfig: {`vector.dimensions`: $dimension, `vector.similarity_function`: 'cosine'}};

// server: 2026
CYPHER 25 CREATE VECTOR INDEX episode_embedding IF NOT EXISTS FOR (n:Episode) ON n.embedding WITH [n.scope]
OPTIONS {indexConfig: {`vector.dimensions`: $dimension, `vector.similarity_function`: 'cosine'}};

// server: 2026
CYPHER 25 CREATE VECTOR INDEX fact_embedding IF NOT EXISTS FOR (n:Fact) ON n.embedding WITH [n.scope]
OPTIONS {indexConfig: {`vector.dimensions`: $dimension, `vector.similarity_function`: 'cosine'}};
