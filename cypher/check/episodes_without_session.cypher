// Finds episodes of no session.
:param {};
MATCH (e:Episode) WHERE NOT EXISTS { (:Session)-[:HAS]->(e) } RETURN e.id AS id;
