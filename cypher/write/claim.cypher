// Takes the scope's write lock and counts its version on; returns no row where the version is not $version (null:
// whatever it is). With it come, of the sessions asked for, the last episode, its time and the last place.
:param {key: "0", tenant: "default", user: "u", agent: null, session: null, version: null, added: 0, sessions: []};
MERGE (s:Scope {key: $key})
ON CREATE SET s.tenant = $tenant, s.user = $user, s.agent = $agent, s.session = $session, s.version = 0, s.episodes = 0
SET s.locked = true
WITH s WHERE $version IS NULL OR s.version = $version
SET s.version = s.version + 1, s.episodes = s.episodes + $added
REMOVE s.locked
WITH s
OPTIONAL MATCH (x:Session) WHERE x.id IN $sessions AND x.tail IS NOT NULL
RETURN s.version AS version,
  collect([x.id, x.tail, x.tail_at.epochSeconds * 1000000 + x.tail_at.microsecond, x.last_place]) AS tails;
