// Returns the episodes of these ids, one a row, in the order of time.
:param {scope: "0", ids: []};
UNWIND $ids AS id
MATCH (e:Episode {id: id}) WHERE e.scope = $scope
WITH e ORDER BY e.occurred_at, e.place, e.id
RETURN e {
    .id, .agent, .run, .place, .speaker, .role, .content, .message_id, .metadata, .revisions,
    occurred_at: e.occurred_at.epochSeconds * 1000000 + e.occurred_at.microsecond,
    recorded_at: e.recorded_at.epochSeconds * 1000000 + e.recorded_at.microsecond
  } AS episode;
