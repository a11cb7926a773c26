// Finds entities without a name.
:param {};
MATCH (x:Entity) WHERE NOT EXISTS { (:Name)-[:NAMES]->(x) } RETURN x.id AS id;
