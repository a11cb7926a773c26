// Returns one row: the migrations that were run on this database, and the embedding model it was filled by.
:param {};
CALL () { MATCH (m:Migration) RETURN collect(m {.version, .checksum}) AS migrations }
CALL () { OPTIONAL MATCH (s:Memgraph {id: 'store'}) RETURN s {.model, .dimension} AS store }
RETURN migrations, store;
