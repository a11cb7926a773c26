// Returns one row with all that may answer a question: facts and episodes by vector, by words and by the graph
// around the names in it, each with its scores, and the turns beside each episode. For Neo4j 2026.01 and later,
// whose vector index holds the scope.
:param {scope: "0", agent: null, run: null, vector: [], words: "", names: [], short: [], as_of: datetime("2026-01-01T00:00:00Z"), said_by: datetime("9999-12-31T00:00:00Z"), known_at: datetime("9999-12-31T00:00:00Z"), is_any: false, is_narrowed: false, is_about_facts: true, is_about_episodes: true, pool: 50, reach: 200, fact_reach: 200, full: 8, flanked: 15};
CYPHER 25
OPTIONAL MATCH (scope:Scope {key: $scope})
WITH coalesce(scope.episodes, 0) AS total
// The facts within two hops of what the question names.
CALL () {
  CALL () {
    UNWIND $names AS name MATCH (n:Name {scope: $scope, key: name}) RETURN n
    UNION
    UNWIND $short AS name MATCH (n:Name {scope: $scope, first: name}) RETURN n
    UNION
    UNWIND $short AS name MATCH (n:Name {scope: $scope, last: name}) RETURN n
  }
  MATCH (n)-[:NAMES]->(x:Entity)
  RETURN collect(DISTINCT x) AS asked
}
CALL (asked) {
  UNWIND asked AS x
  MATCH (x)<-[:SUBJECT|OBJECT]-(f:Fact) WHERE ($is_any OR f.status <> 'retracted' AND f.valid_from <= $as_of
      AND (f.valid_to IS NULL OR f.valid_to > $as_of))
  WITH DISTINCT f ORDER BY f.valid_from DESC, f.id LIMIT $pool
  RETURN collect(f) AS near
}
CALL (asked, near) {
  UNWIND near AS f
  MATCH (f)-[:SUBJECT|OBJECT]->(y:Entity) WHERE NOT y IN asked
  WITH DISTINCT f, y
  MATCH (y)<-[:SUBJECT|OBJECT]-(g:Fact) WHERE NOT g IN near AND ($is_any OR g.status <> 'retracted' AND g.valid_from <= $as_of
      AND (g.valid_to IS NULL OR g.valid_to > $as_of))
  WITH g, min(f.predicate) AS via ORDER BY g.valid_from DESC, g.id LIMIT $pool
  RETURN collect(g) AS far, collect([g.id, 0.5, via + ' ' + g.predicate]) AS far_paths
}
// Facts by vector and by words. (A scan hangs on a row that is only there when it is needed: behind a WHERE alone,
// the planner would begin with the scan.)
CALL () {
  CALL () {
    WITH 1 AS one WHERE $is_about_facts
    MATCH (f:Fact)
      SEARCH f IN (VECTOR INDEX fact_embedding FOR $vector WHERE f.scope = $scope LIMIT $fact_reach)
    WITH f WHERE ($is_any OR f.status <> 'retracted' AND f.valid_from <= $as_of
      AND (f.valid_to IS NULL OR f.valid_to > $as_of))
    LIMIT $pool
    RETURN f
  }
  RETURN collect(f) AS fact_near
}
CALL (fact_near) {
  CALL (fact_near) {
    UNWIND CASE WHEN $is_about_facts AND size(fact_near) < $pool / 2 THEN [$scope] ELSE [] END AS scanned
    MATCH (f:Fact) WHERE f.scope = scanned AND f.predicate IS NOT NULL AND ($is_any OR f.status <> 'retracted' AND f.valid_from <= $as_of
      AND (f.valid_to IS NULL OR f.valid_to > $as_of))
    WITH f ORDER BY coalesce(vector.similarity.cosine(f.embedding, $vector), 0) DESC LIMIT $pool
    RETURN f
  }
  RETURN collect(f) AS fact_scan
}
CALL () {
  CALL () {
    WITH 1 AS one WHERE $is_about_facts AND $words <> ''
    CALL db.index.fulltext.queryNodes('fact_text', $words, {limit: $reach}) YIELD node AS f, score
    WITH f, score WHERE ($is_any OR f.status <> 'retracted' AND f.valid_from <= $as_of
      AND (f.valid_to IS NULL OR f.valid_to > $as_of))
    RETURN f, score LIMIT $pool
  }
  RETURN collect(f) AS fact_worded, collect([f.id, score]) AS fact_words
}
CALL (near, far, fact_near, fact_scan, fact_worded) {
  UNWIND near + far + fact_near + fact_scan + fact_worded AS f
  WITH DISTINCT f WHERE $is_about_facts
  MATCH (f)-[:SUBJECT]->(s:Entity)
  RETURN collect([
    f {
      .id, .slot, .predicate, .qualifier, .object_value, .object_text, .text, .confidence, .status, .rule, .why,
      .source_ids, subject: s.id, object_entity: [(f)-[:OBJECT]->(o:Entity) | o.id][0],
      valid_from: f.valid_from.epochSeconds * 1000000 + f.valid_from.microsecond,
      valid_to: f.valid_to.epochSeconds * 1000000 + f.valid_to.microsecond,
      recorded_at: f.recorded_at.epochSeconds * 1000000 + f.recorded_at.microsecond,
      retired_at: f.retired_at.epochSeconds * 1000000 + f.retired_at.microsecond,
      superseded_by: CASE WHEN f.valid_to IS NULL THEN null ELSE [(g:Fact)-[:SUPERSEDES]->(f) | g.id][0] END
    },
    CASE WHEN $is_narrowed THEN [(f)-[:EVIDENCE]->(e:Episode) | e.id] ELSE [(f)-[:EVIDENCE]->(e:Episode) | e.id][..$full] END,
    2 * vector.similarity.cosine(f.embedding, $vector) - 1
  ]) AS facts
}
// Episodes by vector, by words, and as evidence of the facts around.
CALL (total) {
  CALL (total) {
    WITH total WHERE $is_about_episodes AND total > $pool
    MATCH (e:Episode)
      SEARCH e IN (VECTOR INDEX episode_embedding FOR $vector WHERE e.scope = $scope LIMIT $reach)
    WITH e WHERE (NOT $is_narrowed OR e.occurred_at <= $said_by AND e.recorded_at <= $known_at
      AND ($agent IS NULL OR e.agent = $agent) AND ($run IS NULL OR e.run = $run))
    LIMIT $pool
    RETURN e
  }
  RETURN collect(e) AS found
}
CALL (total, found) {
  CALL (total, found) {
    UNWIND CASE WHEN $is_about_episodes AND size(found) < $pool AND size(found) < total THEN [$scope] ELSE [] END AS scope
    MATCH (e:Episode)
    WHERE e.scope = scope AND e.occurred_at IS NOT NULL AND (NOT $is_narrowed OR e.occurred_at <= $said_by AND e.recorded_at <= $known_at
      AND ($agent IS NULL OR e.agent = $agent) AND ($run IS NULL OR e.run = $run))
    WITH e ORDER BY coalesce(vector.similarity.cosine(e.embedding, $vector), 0) DESC LIMIT $pool
    RETURN e
  }
  RETURN collect(e) AS scanned
}
CALL () {
  CALL () {
    WITH 1 AS one WHERE $is_about_episodes AND $words <> ''
    CALL db.index.fulltext.queryNodes('episode_text', $words, {limit: $reach}) YIELD node AS e, score
    WITH e, score WHERE (NOT $is_narrowed OR e.occurred_at <= $said_by AND e.recorded_at <= $known_at
      AND ($agent IS NULL OR e.agent = $agent) AND ($run IS NULL OR e.run = $run))
    RETURN e, score LIMIT $pool
  }
  RETURN collect(e) AS worded, collect([e.id, score]) AS words
}
CALL (near, far) {
  CALL (near, far) {
    UNWIND near + far AS f
    WITH f LIMIT $pool
    MATCH (f)-[:EVIDENCE]->(e:Episode) WHERE $is_about_episodes AND (NOT $is_narrowed OR e.occurred_at <= $said_by AND e.recorded_at <= $known_at
      AND ($agent IS NULL OR e.agent = $agent) AND ($run IS NULL OR e.run = $run))
    RETURN f, e ORDER BY e.occurred_at DESC, e.id LIMIT $pool
  }
  RETURN collect(DISTINCT e) AS resting, collect([e.id, f.id]) AS rests
}
CALL (found, scanned, worded) {
  UNWIND found[..$flanked] + scanned[..$flanked] + worded[..$flanked] AS e
  WITH DISTINCT e
  OPTIONAL MATCH (b:Episode)-[:NEXT]->(e)
  OPTIONAL MATCH (e)-[:NEXT]->(a:Episode)
  RETURN collect([e.id, b.id, a.id]) AS beside, collect(b) + collect(a) AS around
}
// The likeliest come in full; should another win, it is read once more by its id.
CALL (found, scanned, worded, resting) {
  UNWIND found[..$full] + scanned[..$full] + worded[..$full] AS best
  OPTIONAL MATCH (best)-[:NEXT]-(near:Episode)
  WITH resting, collect(best) + collect(near) AS best
  UNWIND best + resting[..$full] AS e
  WITH DISTINCT e
  RETURN collect([
    e.id, e.agent, e.run, e.place, e.speaker, e.role, e.content, e.message_id, e.metadata, e.revisions,
    e.occurred_at.epochSeconds * 1000000 + e.occurred_at.microsecond,
    e.recorded_at.epochSeconds * 1000000 + e.recorded_at.microsecond
  ]) AS in_full
}
CALL (found, scanned, worded, resting, around) {
  UNWIND found + scanned + worded + resting + around AS e
  WITH DISTINCT e WHERE (NOT $is_narrowed OR e.occurred_at <= $said_by AND e.recorded_at <= $known_at
      AND ($agent IS NULL OR e.agent = $agent) AND ($run IS NULL OR e.run = $run))
  RETURN collect([e.id, e.speaker, 2 * vector.similarity.cosine(e.embedding, $vector) - 1]) AS episodes
}
RETURN facts, fact_words, [f IN near | [f.id, 1.0, f.predicate]] + far_paths AS paths, episodes, in_full, words, rests, beside;
