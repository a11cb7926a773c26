// Writes what was said or decided about two names.
:param {rows: []};
UNWIND $rows AS row
MATCH (a:Name {id: row.a})
MATCH (b:Name {id: row.b})
MERGE (a)-[l:ALIAS_OF {id: row.id}]->(b)
SET l.rule = row.rule, l.episode = row.episode;
