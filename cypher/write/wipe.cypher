// Deletes everything of a scope; returns how many episodes that were.
:param {scope: "0"};
CALL () { MATCH (f:Fact) WHERE f.scope = $scope AND f.predicate IS NOT NULL DETACH DELETE f }
CALL () { MATCH (n:Name) WHERE n.scope = $scope AND n.key IS NOT NULL DETACH DELETE n }
CALL () { MATCH (x:Entity {scope: $scope}) DETACH DELETE x }
CALL () { MATCH (p:Pending {scope: $scope}) DETACH DELETE p }
CALL () { MATCH (s:Session {scope: $scope}) DETACH DELETE s }
CALL () {
  MATCH (e:Episode) WHERE e.scope = $scope AND e.occurred_at IS NOT NULL
  DETACH DELETE e
  RETURN count(*) AS episodes
}
MATCH (s:Scope {key: $scope})
SET s.version = s.version + 1, s.episodes = 0
RETURN episodes;
