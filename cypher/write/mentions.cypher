// Writes which episode names what, spelled how, taken for which kind.
:param {rows: []};
UNWIND $rows AS row
MATCH (e:Episode {id: row.episode})
MATCH (:Name {id: row.name})-[:NAMES]->(x:Entity)
MERGE (e)-[:MENTIONS {name: row.name, surface: row.surface, kind: row.kind}]->(x);
