// Finds episodes that have no vector and do not wait for one.
:param {};
MATCH (e:Episode) WHERE e.embedding IS NULL AND NOT EXISTS { MATCH (p:Pending {id: e.id + ' embed'}) } RETURN e.id AS id;
