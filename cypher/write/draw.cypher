// Draws each of these facts that is true now and joins two entities as one typed relationship.
:param {ids: []};
UNWIND $ids AS id
MATCH (f:Fact {id: id}) WHERE f.status = 'current' AND f.valid_from <= datetime() AND (f.valid_to IS NULL OR f.valid_to > datetime())
MATCH (f)-[:SUBJECT]->(s:Entity), (f)-[:OBJECT]->(o:Entity)
CREATE (s)-[r:$(f.drawn_as)]->(o)
SET r.fact = f.id, r.valid_from = f.valid_from, r.confidence = f.confidence;
