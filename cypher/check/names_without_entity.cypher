// Finds names that stand for nothing.
:param {};
MATCH (n:Name) WHERE NOT EXISTS { (n)-[:NAMES]->(:Entity) } RETURN n.id AS id;
