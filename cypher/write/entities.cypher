// Writes entities.
:param {rows: []};
UNWIND $rows AS row
MERGE (x:Entity {id: row.id})
SET x.scope = row.scope, x.name = row.name, x.kind = row.kind, x.aliases = row.aliases;
