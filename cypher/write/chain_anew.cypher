// Lays the chains of these sessions anew, in the order of time; a session that is empty goes.
:param {sessions: []};
UNWIND $sessions AS id
MATCH (s:Session {id: id})
CALL (s) { MATCH (s)-[:HAS]->(:Episode)-[r:NEXT]->() DELETE r }
CALL (s) {
  MATCH (s)-[:HAS]->(e:Episode)
  WITH e ORDER BY e.occurred_at, e.place, e.id
  RETURN collect(e) AS chain
}
CALL (chain) {
  UNWIND range(0, size(chain) - 2) AS i
  WITH chain[i] AS a, chain[i + 1] AS b
  CREATE (a)-[:NEXT]->(b)
}
SET s.tail = chain[-1].id, s.tail_at = chain[-1].occurred_at
WITH s WHERE s.tail IS NULL
DETACH DELETE s;
