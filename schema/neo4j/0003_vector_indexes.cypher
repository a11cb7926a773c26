// Vector indexes that find more of the nearest: each vector knows 32 neighbours (16 by default), and on 2026 they hold
// whole vectors, as those of a bit a number that 2026.08 holds by default found half of the nearest among 100,000. (5.26
// holds a byte a number, as whole ones, added bit by bit, are searched three times slower there.) Without the scope, in
// which nothing searches.

DROP INDEX episode_embedding IF EXISTS;

DROP INDEX fact_embedding IF EXISTS;

// server: 5
CREATE VECTOR INDEX episode_embedding IF NOT EXISTS FOR (n:Episode) ON (n.embedding)
OPTIONS {indexConfig: {`vector.dimensions`: $dimension, `vector.similarity_function`: 'cosine',
  `vector.hnsw.m`: 32, `vector.hnsw.ef_construction`: 200}};

// server: 5
CREATE VECTOR INDEX fact_embedding IF NOT EXISTS FOR (n:Fact) ON (n.embedding)
OPTIONS {indexConfig: {`vector.dimensions`: $dimension, `vector.similarity_function`: 'cosine',
  `vector.hnsw.m`: 32, `vector.hnsw.ef_construction`: 200}};

// server: 2026
CREATE VECTOR INDEX episode_embedding IF NOT EXISTS FOR (n:Episode) ON (n.embedding)
OPTIONS {indexConfig: {`vector.dimensions`: $dimension, `vector.similarity_function`: 'cosine',
  `vector.hnsw.m`: 32, `vector.hnsw.ef_construction`: 200, `vector.quantization.enabled`: false}};

// server: 2026
CREATE VECTOR INDEX fact_embedding IF NOT EXISTS FOR (n:Fact) ON (n.embedding)
OPTIONS {indexConfig: {`vector.dimensions`: $dimension, `vector.similarity_function`: 'cosine',
  `vector.hnsw.m`: 32, `vector.hnsw.ef_construction`: 200, `vector.quantization.enabled`: false}};
