// Finds facts that are true now, join two entities and are not drawn between them.
:param {};
MATCH (s:Entity)<-[:SUBJECT]-(f:Fact)-[:OBJECT]->(o:Entity)
WHERE f.status = 'current' AND f.valid_from <= datetime() AND (f.valid_to IS NULL OR f.valid_to > datetime())
  AND NOT EXISTS { MATCH (s)-[r]->(o) WHERE r.fact = f.id AND type(r) = f.drawn_as }
RETURN f.id AS id;
