// Returns the episodes of a scope in a time, narrowed to an agent and a session where they are given, one a row,
// in the order of time.
:param {scope: "0", agent: null, run: null, since: "0001-01-01T00:00:00Z", until: "9999-12-31T00:00:00Z", known_at: "9999-12-31T00:00:00Z", limit: 100};
MATCH (e:Episode)
WHERE e.scope = $scope AND e.occurred_at >= datetime($since) AND e.occurred_at < datetime($until)
  AND e.recorded_at <= datetime($known_at)
  AND ($agent IS NULL OR e.agent = $agent) AND ($run IS NULL OR e.run = $run)
WITH e ORDER BY e.occurred_at, e.place, e.id LIMIT $limit
RETURN e {
    .id, .agent, .run, .place, .speaker, .role, .content, .message_id, .metadata, .revisions,
    occurred_at: e.occurred_at.epochSeconds * 1000000 + e.occurred_at.microsecond,
    recorded_at: e.recorded_at.epochSeconds * 1000000 + e.recorded_at.microsecond
  } AS episode;
