// Writes facts, each with its subject, object, evidence and, where its row has one, its vector; old drawings of
// them go.
:param {rows: []};
UNWIND $rows AS row
MERGE (f:Fact {id: row.id})
SET f += row.values, f.valid_from = datetime(row.valid_from), f.valid_to = datetime(row.valid_to),
  f.recorded_at = datetime(row.recorded_at), f.retired_at = datetime(row.retired_at)
WITH f, row
CALL (f) {
  MATCH (f)-[:SUBJECT]->(s:Entity), (f)-[:OBJECT]->(o:Entity)
  MATCH (s)-[r]->(o) WHERE r.fact = f.id
  DELETE r
}
CALL (f) { MATCH (f)-[r:SUBJECT|OBJECT|EVIDENCE]->() DELETE r }
CALL (f) { MATCH (:Fact)-[r:SUPERSEDES]->(f) DELETE r }
CALL (f, row) {
  MATCH (s:Entity {id: row.subject})
  CREATE (f)-[:SUBJECT]->(s)
}
CALL (f, row) {
  MATCH (o:Entity {id: row.object_entity})
  CREATE (f)-[:OBJECT]->(o)
}
CALL (f, row) {
  UNWIND row.evidence AS evidence
  MATCH (e:Episode {id: evidence.episode})
  CREATE (f)-[v:EVIDENCE]->(e)
  SET v = evidence.values, v.said_at = datetime(evidence.said_at)
}
WITH f, row WHERE row.vector IS NOT NULL
CALL db.create.setNodeVectorProperty(f, 'embedding', row.vector);
