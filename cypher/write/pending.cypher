// Queues episodes to be read or embedded later.
:param {rows: []};
UNWIND $rows AS row
MERGE (p:Pending {id: row.episode + ' ' + row.need})
SET p.scope = row.scope, p.episode = row.episode, p.need = row.need, p.error = row.error, p.attempts = row.attempts,
  p.retry_at = datetime(row.retry_at);
