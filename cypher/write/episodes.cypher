// Writes episodes with their sessions and, where a row has one, its vector.
:param {rows: []};
UNWIND $rows AS row
MERGE (e:Episode {id: row.id})
SET e += row.values, e.occurred_at = datetime(row.occurred_at), e.recorded_at = datetime(row.recorded_at)
MERGE (s:Session {id: row.session_id})
ON CREATE SET s.scope = row.scope, s.agent = row.agent, s.run = row.run, s.last_place = row.place
SET s.last_place = CASE WHEN s.last_place < row.place THEN row.place ELSE s.last_place END
MERGE (s)-[:HAS]->(e)
WITH e, row WHERE row.vector IS NOT NULL
CALL db.create.setNodeVectorProperty(e, 'embedding', row.vector);
