// Deletes facts and their drawings.
:param {ids: []};
UNWIND $ids AS id
MATCH (f:Fact {id: id})
CALL (f) {
  MATCH (f)-[:SUBJECT]->(s:Entity), (f)-[:OBJECT]->(o:Entity)
  MATCH (s)-[r]->(o) WHERE r.fact = f.id
  DELETE r
}
DETACH DELETE f;
