// Deletes so many of a scope's nodes, facts first, so that none is left without its ends; returns how many that were.
:param {scope: "0", most: 10000};
CALL () {
  MATCH (f:Fact) WHERE f.scope = $scope AND f.predicate IS NOT NULL
  RETURN f AS node, 0 AS episode
  UNION ALL
  MATCH (n:Name) WHERE n.scope = $scope AND n.key IS NOT NULL
  RETURN n AS node, 0 AS episode
  UNION ALL
  MATCH (x:Entity {scope: $scope})
  RETURN x AS node, 0 AS episode
  UNION ALL
  MATCH (p:Pending {scope: $scope})
  RETURN p AS node, 0 AS episode
  UNION ALL
  MATCH (s:Session {scope: $scope})
  RETURN s AS node, 0 AS episode
  UNION ALL
  MATCH (e:Episode) WHERE e.scope = $scope AND e.occurred_at IS NOT NULL
  RETURN e AS node, 1 AS episode
}
WITH node, episode LIMIT $most
DETACH DELETE node
WITH count(*) AS nodes, sum(episode) AS episodes
MATCH (s:Scope {key: $scope})
SET s.version = s.version + 1, s.episodes = s.episodes - episodes
RETURN nodes, episodes;
