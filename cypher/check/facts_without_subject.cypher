// Finds facts about nobody.
:param {};
MATCH (f:Fact) WHERE NOT EXISTS { (f)-[:SUBJECT]->(:Entity) } RETURN f.id AS id;
