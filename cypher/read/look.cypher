// Returns one row: the scope's version; of the episodes, sessions and names asked for those that are known; all
// names of the same entities, and of names that begin or end with one of the words; the links between them; and,
// for names that the episodes of $without mention, the spellings that remain elsewhere.
:param {scope: "0", look: {episodes: [], sessions: [], names: [], words: [], entities: [], without: []}};
OPTIONAL MATCH (scope:Scope {key: $scope})
WITH coalesce(scope.version, 0) AS version
CALL () {
  UNWIND $look.episodes AS id
  MATCH (e:Episode {id: id}) WHERE e.scope = $scope
  RETURN collect(e {
    .id, .agent, .run, .place, .speaker, .role, .content, .message_id, .metadata, .revisions,
    occurred_at: e.occurred_at.epochSeconds * 1000000 + e.occurred_at.microsecond,
    recorded_at: e.recorded_at.epochSeconds * 1000000 + e.recorded_at.microsecond
  }) AS episodes
}
CALL () {
  UNWIND $look.sessions AS id
  MATCH (s:Session {id: id})
  RETURN collect([s.id, s.last_place]) AS places
}
CALL () {
  UNWIND $look.without AS id
  MATCH (:Episode {id: id})-[m:MENTIONS]->(x:Entity)
  RETURN collect(DISTINCT m.name) AS touched, collect(DISTINCT x) AS touching
}
CALL (touched, touching) {
  UNWIND touching AS x
  MATCH (e:Episode)-[m:MENTIONS]->(x) WHERE m.name IN touched AND NOT e.id IN $look.without
  RETURN collect(DISTINCT [m.name, m.surface, m.kind]) AS remaining
}
CALL (touched) {
  CALL (touched) {
    UNWIND touched + $look.names AS id
    MATCH (:Name {id: id})-[:NAMES]->(x:Entity) RETURN x
    UNION
    UNWIND $look.words AS word
    MATCH (n:Name {scope: $scope, first: word})-[:NAMES]->(x:Entity) RETURN x
    UNION
    UNWIND $look.words AS word
    MATCH (n:Name {scope: $scope, last: word})-[:NAMES]->(x:Entity) RETURN x
    UNION
    UNWIND $look.entities AS id
    MATCH (x:Entity {id: id}) WHERE x.scope = $scope RETURN x
  }
  RETURN collect(DISTINCT x) AS found
}
CALL (found) {
  UNWIND found AS x
  MATCH (n:Name)-[:NAMES]->(x)
  RETURN collect([n.id, n.key, n.text, n.kind, x.id]) AS names, collect(n) AS nodes
}
CALL (nodes) {
  UNWIND nodes AS n
  MATCH (n)-[l:ALIAS_OF]-()
  WITH DISTINCT l
  RETURN collect([l.id, startNode(l).id, endNode(l).id, l.rule, l.episode]) AS links
}
RETURN version, episodes, places, touched, remaining, names, links;
