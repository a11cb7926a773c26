// Returns the turns of a session since a time, and the last $before ones ahead of it, one a row, in the order of
// time. Notes are no turns.
:param {session: "se_0", since: "0001-01-01T00:00:00Z", before: 6};
CALL () {
  MATCH (e:Episode)
  WHERE e.session_id = $session AND e.occurred_at < datetime($since) AND e.role <> 'note'
  RETURN e ORDER BY e.occurred_at DESC, e.place DESC, e.id DESC LIMIT $before
  UNION
  MATCH (e:Episode)
  WHERE e.session_id = $session AND e.occurred_at >= datetime($since) AND e.role <> 'note'
  RETURN e
}
WITH e ORDER BY e.occurred_at, e.place, e.id
RETURN e {
    .id, .agent, .run, .place, .speaker, .role, .content, .message_id, .metadata, .revisions,
    occurred_at: e.occurred_at.epochSeconds * 1000000 + e.occurred_at.microsecond,
    recorded_at: e.recorded_at.epochSeconds * 1000000 + e.recorded_at.microsecond
  } AS episode;
