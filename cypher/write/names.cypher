// Writes names and what each stands for; the mentions of one that stands for another entity now move along.
:param {rows: []};
UNWIND $rows AS row
MATCH (x:Entity {id: row.entity})
MERGE (n:Name {id: row.id})
SET n += row.values
WITH n, x
CALL (n, x) {
  MATCH (n)-[r:NAMES]->(old:Entity) WHERE old <> x
  CALL (n, x, old) {
    MATCH (e:Episode)-[m:MENTIONS]->(old) WHERE m.name = n.id
    CREATE (e)-[moved:MENTIONS]->(x)
    SET moved = properties(m)
    DELETE m
  }
  DELETE r
}
MERGE (n)-[:NAMES]->(x);
