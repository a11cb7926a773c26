// Returns the episodes that wait to be read or embedded, with whose they are, soonest first; of one scope, or of
// all where $scope is null.
:param {scope: null};
MATCH (p:Pending) WHERE $scope IS NULL OR p.scope = $scope
MATCH (s:Scope {key: p.scope})
RETURN p {.episode, .need, .error, .attempts, retry_at: p.retry_at.epochSeconds * 1000000 + p.retry_at.microsecond} AS pending,
  s {.tenant, .user, .agent, .session} AS owner
ORDER BY p.retry_at, p.episode;
