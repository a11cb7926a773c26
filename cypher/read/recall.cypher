// Returns one row with all that may answer a question: facts and episodes by vector, by words and by the graph
// around the names in it, and the turns beside the episodes found. A vector index is asked for as many more as other
// scopes have, and for more the larger it is, because it misses some; where it holds shortened vectors, $compared of
// what it brings are put in order by the whole ones. The scope is scanned where that is cheaper, or too little of it came
// back. (From 2026.01 an index could hold the scope; but such a search fails, or hangs, in 2026.08.1 once something was
// deleted.)
:param {scope: "0", agent: null, run: null, vector: [], since: datetime("2026-01-01T00:00:00Z"), as_of: datetime("2026-01-01T00:00:00Z"), said_by: datetime("9999-12-31T00:00:00Z"), known_at: datetime("9999-12-31T00:00:00Z"), is_any: false, is_narrowed: false, is_about_facts: true, is_about_episodes: true, pool: 40, fact_pool: 10, graph_pool: 20, reach: 160, fact_reach: 80, compared: 160, facts_compared: 80, whole: 200, asked: {names: [], short: [], words: ""}};
OPTIONAL MATCH (scope:Scope {key: $scope})
WITH coalesce(scope.episodes, 0) AS total, COUNT { (:Episode) } AS stored
WITH total, CASE total WHEN 0 THEN 0 ELSE 2 * $reach * stored / total END AS reach, 1 + sqrt(stored) / 90 AS more
// The facts within three hops of what the question names.
CALL () {
  CALL () {
    UNWIND $asked.names AS name MATCH (n:Name {scope: $scope, key: name}) RETURN n
    UNION
    UNWIND $asked.short AS name MATCH (n:Name {scope: $scope, first: name}) RETURN n
    UNION
    UNWIND $asked.short AS name MATCH (n:Name {scope: $scope, last: name}) RETURN n
  }
  MATCH (n)-[:NAMES]->(x:Entity)
  RETURN collect(DISTINCT x) AS asked
}
CALL (asked) {
  UNWIND asked AS x
  MATCH (x)<-[:SUBJECT|OBJECT]-(f:Fact) WHERE ($is_any OR f.status <> 'retracted' AND f.valid_from <= $as_of
      AND (f.valid_to IS NULL OR f.valid_to > $since))
  WITH DISTINCT f ORDER BY f.valid_from DESC, f.id LIMIT $pool
  RETURN collect(f) AS near
}
CALL (asked, near) {
  UNWIND near AS f
  MATCH (f)-[:SUBJECT|OBJECT]->(y:Entity) WHERE NOT y IN asked
  WITH y, f ORDER BY f.valid_from DESC, f.id
  WITH y, collect(f.id)[0] AS via
  RETURN collect(y) AS next_to, collect([y.id, via]) AS led_next
}
CALL (near, next_to) {
  UNWIND next_to AS y
  MATCH (y)<-[:SUBJECT|OBJECT]-(g:Fact) WHERE NOT g IN near AND ($is_any OR g.status <> 'retracted' AND g.valid_from <= $as_of
      AND (g.valid_to IS NULL OR g.valid_to > $since))
  WITH DISTINCT g ORDER BY g.valid_from DESC, g.id LIMIT $pool
  RETURN collect(g) AS far
}
CALL (asked, next_to, far) {
  UNWIND far AS g
  MATCH (g)-[:SUBJECT|OBJECT]->(z:Entity) WHERE NOT z IN asked AND NOT z IN next_to
  WITH z, g ORDER BY g.valid_from DESC, g.id
  WITH z, collect(g.id)[0] AS via
  RETURN collect(z) AS beyond, collect([z.id, via]) AS led_beyond
}
CALL (near, far, beyond) {
  UNWIND beyond AS z
  MATCH (z)<-[:SUBJECT|OBJECT]-(g:Fact) WHERE NOT g IN near AND NOT g IN far AND ($is_any OR g.status <> 'retracted' AND g.valid_from <= $as_of
      AND (g.valid_to IS NULL OR g.valid_to > $since))
  WITH DISTINCT g ORDER BY g.valid_from DESC, g.id LIMIT $pool
  RETURN collect(g) AS farthest
}
// Facts by vector and by words. (A scan hangs on a row that is only there when it is needed: behind a WHERE alone,
// the planner would begin with the scan.)
CALL (more) {
  CALL (more) {
    WITH more WHERE $is_about_facts
    CALL db.index.vector.queryNodes('fact_embedding', toInteger(more * $fact_reach), $vector) YIELD node AS f
    WITH f WHERE f.scope = $scope AND ($is_any OR f.status <> 'retracted' AND f.valid_from <= $as_of
      AND (f.valid_to IS NULL OR f.valid_to > $since))
    LIMIT $facts_compared
    RETURN f ORDER BY vector.similarity.cosine(f.embedding, $vector) DESC LIMIT $fact_pool
  }
  RETURN collect(f) AS fact_near
}
CALL (fact_near) {
  CALL (fact_near) {
    UNWIND CASE WHEN $is_about_facts AND size(fact_near) < $fact_pool THEN [$scope] ELSE [] END AS scanned
    MATCH (f:Fact) WHERE f.scope = scanned AND f.predicate IS NOT NULL AND ($is_any OR f.status <> 'retracted' AND f.valid_from <= $as_of
      AND (f.valid_to IS NULL OR f.valid_to > $since))
    WITH f ORDER BY coalesce(vector.similarity.cosine(f.embedding, $vector), 0) DESC LIMIT $fact_pool
    RETURN f
  }
  RETURN collect(f) AS fact_scan
}
CALL () {
  CALL () {
    WITH 1 AS one WHERE $is_about_facts AND $asked.words <> ''
    CALL db.index.fulltext.queryNodes('fact_text', $asked.words, {limit: $fact_reach}) YIELD node AS f
    WITH f WHERE ($is_any OR f.status <> 'retracted' AND f.valid_from <= $as_of
      AND (f.valid_to IS NULL OR f.valid_to > $since))
    RETURN f LIMIT $fact_pool
  }
  RETURN collect(f) AS fact_worded
}
CALL (near, far, farthest, fact_near, fact_scan, fact_worded) {
  UNWIND fact_near + fact_scan + fact_worded + (near + far + farthest)[..$graph_pool] AS f
  WITH DISTINCT f WHERE $is_about_facts
  MATCH (f)-[:SUBJECT]->(s:Entity)
  RETURN collect([
    [
      f.id, f.slot, s.id, f.predicate, f.qualifier, [(f)-[:OBJECT]->(o:Entity) | o.id][0], f.object_value,
      f.object_text, f.text,
      f.valid_from.epochSeconds * 1000000 + f.valid_from.microsecond,
      f.valid_to.epochSeconds * 1000000 + f.valid_to.microsecond,
      f.recorded_at.epochSeconds * 1000000 + f.recorded_at.microsecond,
      f.retired_at.epochSeconds * 1000000 + f.retired_at.microsecond,
      f.confidence, f.status, f.rule, f.why,
      CASE WHEN f.valid_to IS NULL THEN null ELSE [(g:Fact)-[:SUPERSEDES]->(f) | g.id][0] END,
      f.source_ids
    ],
    [(f)-[:EVIDENCE]->(e:Episode) | e.id],
    2 * vector.similarity.cosine(f.embedding, $vector) - 1
  ]) AS facts
}
// Episodes by vector and by words; all of a small scope.
CALL (total, reach, more) {
  CALL (total, reach, more) {
    WITH reach, more WHERE $is_about_episodes AND total > $whole AND 4 * reach <= total
    CALL db.index.vector.queryNodes('episode_embedding', toInteger(more * reach), $vector) YIELD node AS e
    WITH e WHERE e.scope = $scope AND (NOT $is_narrowed OR e.occurred_at <= $said_by AND e.recorded_at <= $known_at
      AND ($agent IS NULL OR e.agent = $agent) AND ($run IS NULL OR e.run = $run))
    LIMIT $compared
    RETURN e ORDER BY vector.similarity.cosine(e.embedding, $vector) DESC LIMIT $pool
  }
  RETURN collect(e) AS found
}
CALL (total, found) {
  CALL (total, found) {
    UNWIND CASE WHEN $is_about_episodes AND size(found) < $pool AND size(found) < total THEN [$scope] ELSE [] END AS scope
    MATCH (e:Episode)
    WHERE e.scope = scope AND e.occurred_at IS NOT NULL AND (NOT $is_narrowed OR e.occurred_at <= $said_by AND e.recorded_at <= $known_at
      AND ($agent IS NULL OR e.agent = $agent) AND ($run IS NULL OR e.run = $run))
    WITH e ORDER BY coalesce(vector.similarity.cosine(e.embedding, $vector), 0) DESC LIMIT $whole
    RETURN e
  }
  WITH collect(e) AS scan
  RETURN scan[..CASE WHEN total <= $whole THEN $whole ELSE $pool END] AS scanned
}
CALL () {
  CALL () {
    WITH 1 AS one WHERE $is_about_episodes AND $asked.words <> ''
    CALL db.index.fulltext.queryNodes('episode_text', $asked.words, {limit: $reach}) YIELD node AS e
    WITH e WHERE (NOT $is_narrowed OR e.occurred_at <= $said_by AND e.recorded_at <= $known_at
      AND ($agent IS NULL OR e.agent = $agent) AND ($run IS NULL OR e.run = $run))
    RETURN e LIMIT $pool
  }
  RETURN collect(e) AS worded
}
CALL (found, scanned, worded) {
  UNWIND found + scanned + worded AS e
  WITH DISTINCT e
  UNWIND [(e)-[:NEXT*1..2]-(b:Episode) | b] AS b
  RETURN collect(DISTINCT b) AS beside
}
// Episodes that the facts around rest on, and that mention what is next to the names.
CALL (near, far, farthest) {
  UNWIND (near + far + farthest)[..$graph_pool] AS f
  MATCH (f)-[:EVIDENCE]->(e:Episode) WHERE $is_about_episodes
  WITH DISTINCT e ORDER BY e.occurred_at DESC, e.id LIMIT $graph_pool
  RETURN collect(e) AS resting
}
CALL (next_to) {
  UNWIND next_to[..$graph_pool / 2] AS y
  MATCH (y)<-[:MENTIONS]-(e:Episode) WHERE $is_about_episodes
  WITH DISTINCT e, y ORDER BY e.occurred_at DESC, e.id LIMIT $graph_pool
  RETURN collect(e) AS mentioning, collect([e.id, y.id]) AS mentions
}
// (A line of text for each: the driver reads value by value, and hundreds of episodes have thousands of values.)
CALL (found, scanned, worded, beside, resting, mentioning) {
  UNWIND found + scanned + worded + beside + resting + mentioning AS e
  WITH DISTINCT e WHERE (NOT $is_narrowed OR e.occurred_at <= $said_by AND e.recorded_at <= $known_at
      AND ($agent IS NULL OR e.agent = $agent) AND ($run IS NULL OR e.run = $run))
  RETURN collect(reduce(line = e.id, field IN [
    e.agent, e.run, toString(e.place), e.speaker, e.role, e.content, e.message_id, e.metadata, e.revisions,
    toString(e.occurred_at.epochSeconds * 1000000 + e.occurred_at.microsecond),
    toString(e.recorded_at.epochSeconds * 1000000 + e.recorded_at.microsecond),
    [(b:Episode)-[:NEXT]->(e) | b.id][0],
    toString(2 * vector.similarity.cosine(e.embedding, $vector) - 1)
  ] | line + '\u0000' + coalesce(field, ''))) AS episodes
}
RETURN facts, [x IN asked | x.id] AS asked, [f IN near | f.id] AS near, [f IN far | f.id] AS far,
  [f IN farthest | f.id] AS farthest, led_next, led_beyond, episodes, mentions;
