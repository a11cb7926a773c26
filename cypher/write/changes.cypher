// Writes all changes of one call. It takes the scope's write lock and counts its version on, and returns no row, nor
// writes anything, where the version is not $version (null: whatever it is). What goes goes first. Returns the
// sessions whose chain is to be laid anew: an episode left them, or came ahead of their last one.
:param {changes: {key: "0", tenant: "default", user: "u", agent: null, session: null, version: null, added: 0, facts_removed: [], episodes_removed: [], links_removed: [], episodes: [], chains: [], entities: [], names: [], names_removed: [], links: [], mentions_anew: [], mentions: [], facts: [], superseded: [], drawn: [], entities_removed: [], vectors: [], pending_done: [], pending: []}};
MERGE (s:Scope {key: $changes.key})
ON CREATE SET s.tenant = $changes.tenant, s.user = $changes.user, s.agent = $changes.agent, s.session = $changes.session, s.version = 0, s.episodes = 0
SET s.locked = true
WITH s WHERE $changes.version IS NULL OR s.version = $changes.version
SET s.version = s.version + 1, s.episodes = s.episodes + $changes.added
REMOVE s.locked
WITH s

// Facts and their drawings, episodes and links go.
CALL () {
  UNWIND $changes.facts_removed AS id
  MATCH (f:Fact {id: id})
  CALL (f) {
    MATCH (f)-[:SUBJECT]->(a:Entity), (f)-[:OBJECT]->(b:Entity)
    MATCH (a)-[r]->(b) WHERE r.fact = f.id
    DELETE r
  }
  DETACH DELETE f
}
CALL () {
  UNWIND $changes.episodes_removed AS id
  MATCH (e:Episode {id: id})
  WITH e, e.session_id AS session
  DETACH DELETE e
  RETURN collect(DISTINCT session) AS left
}
CALL () { UNWIND $changes.links_removed AS id MATCH ()-[l:ALIAS_OF {id: id}]->() DELETE l }

// Episodes with their sessions, and the chains of these: each session's new episodes in the order of time.
CALL () {
  UNWIND $changes.episodes AS row
  MERGE (e:Episode {id: row.id})
  SET e += row.values, e.occurred_at = datetime(row.occurred_at), e.recorded_at = datetime(row.recorded_at)
  MERGE (x:Session {id: row.session_id})
  ON CREATE SET x.scope = row.scope, x.agent = row.agent, x.run = row.run, x.last_place = row.place
  SET x.last_place = CASE WHEN x.last_place < row.place THEN row.place ELSE x.last_place END
  MERGE (x)-[:HAS]->(e)
  WITH e, row WHERE row.vector IS NOT NULL
  CALL db.create.setNodeVectorProperty(e, 'embedding', row.vector)
}
CALL () {
  UNWIND $changes.chains AS chain
  MATCH (x:Session {id: chain.session})
  MATCH (first:Episode {id: chain.episodes[0]})
  OPTIONAL MATCH (tail:Episode {id: x.tail})
  WITH x, chain, first, tail, tail IS NULL OR tail.occurred_at < first.occurred_at OR (
    tail.occurred_at = first.occurred_at AND [tail.place, tail.id] < [first.place, first.id]
  ) AS goes_on
  CALL (first, tail, goes_on) {
    WITH first, tail WHERE goes_on AND tail IS NOT NULL
    CREATE (tail)-[:NEXT]->(first)
  }
  CALL (x, chain, goes_on) {
    WITH x, chain WHERE goes_on
    MATCH (last:Episode {id: chain.episodes[-1]})
    SET x.tail = last.id, x.tail_at = last.occurred_at
    WITH chain
    UNWIND range(0, size(chain.episodes) - 2) AS i
    MATCH (a:Episode {id: chain.episodes[i]})
    MATCH (b:Episode {id: chain.episodes[i + 1]})
    CREATE (a)-[:NEXT]->(b)
  }
  RETURN collect(CASE WHEN goes_on THEN null ELSE x.id END) AS late
}

// Entities; names and what each stands for, where the mentions of one that stands for another entity now move along.
CALL () {
  UNWIND $changes.entities AS row
  MERGE (x:Entity {id: row.id})
  SET x.scope = row.scope, x.name = row.name, x.kind = row.kind, x.aliases = row.aliases
}
CALL () {
  UNWIND $changes.names AS row
  MATCH (x:Entity {id: row.entity})
  MERGE (n:Name {id: row.id})
  SET n += row.values
  WITH n, x
  CALL (n, x) {
    MATCH (n)-[r:NAMES]->(old:Entity) WHERE old <> x
    CALL (n, x, old) {
      MATCH (e:Episode)-[m:MENTIONS]->(old) WHERE m.name = n.id
      CREATE (e)-[moved:MENTIONS]->(x)
      SET moved = properties(m)
      DELETE m
    }
    DELETE r
  }
  MERGE (n)-[:NAMES]->(x)
}
CALL () { UNWIND $changes.names_removed AS id MATCH (n:Name {id: id}) DETACH DELETE n }

// What was said or decided about two names; which episode names what, spelled how, taken for which kind.
CALL () {
  UNWIND $changes.links AS row
  MATCH (a:Name {id: row.a})
  MATCH (b:Name {id: row.b})
  MERGE (a)-[l:ALIAS_OF {id: row.id}]->(b)
  SET l.rule = row.rule, l.episode = row.episode
}
CALL () {
  UNWIND $changes.mentions_anew AS id
  MATCH (:Episode {id: id})-[m:MENTIONS]->()
  DELETE m
}
CALL () {
  UNWIND $changes.mentions AS row
  MATCH (e:Episode {id: row.episode})
  MATCH (:Name {id: row.name})-[:NAMES]->(x:Entity)
  MERGE (e)-[:MENTIONS {name: row.name, surface: row.surface, kind: row.kind}]->(x)
}

// Facts, each with its subject, object, evidence and, where its row has one, its vector; old drawings of them go.
CALL () {
  UNWIND $changes.facts AS row
  MERGE (f:Fact {id: row.id})
  SET f += row.values, f.valid_from = datetime(row.valid_from), f.valid_to = datetime(row.valid_to),
    f.recorded_at = datetime(row.recorded_at), f.retired_at = datetime(row.retired_at)
  WITH f, row
  CALL (f) {
    MATCH (f)-[:SUBJECT]->(a:Entity), (f)-[:OBJECT]->(b:Entity)
    MATCH (a)-[r]->(b) WHERE r.fact = f.id
    DELETE r
  }
  CALL (f) { MATCH (f)-[r:SUBJECT|OBJECT|EVIDENCE]->() DELETE r }
  CALL (f) { MATCH (:Fact)-[r:SUPERSEDES]->(f) DELETE r }
  CALL (f, row) {
    MATCH (a:Entity {id: row.subject})
    CREATE (f)-[:SUBJECT]->(a)
  }
  CALL (f, row) {
    MATCH (b:Entity {id: row.object_entity})
    CREATE (f)-[:OBJECT]->(b)
  }
  CALL (f, row) {
    UNWIND row.evidence AS evidence
    MATCH (e:Episode {id: evidence.episode})
    CREATE (f)-[v:EVIDENCE]->(e)
    SET v = evidence.values, v.said_at = datetime(evidence.said_at)
  }
  WITH f, row WHERE row.vector IS NOT NULL
  CALL db.create.setNodeVectorProperty(f, 'embedding', row.vector)
}
CALL () {
  UNWIND $changes.superseded AS pair
  MATCH (newer:Fact {id: pair[0]})
  MATCH (older:Fact {id: pair[1]})
  MERGE (newer)-[:SUPERSEDES]->(older)
}

// Each of these facts that is true now and joins two entities is drawn as one typed relationship.
CALL () {
  UNWIND $changes.drawn AS id
  MATCH (f:Fact {id: id})
  WHERE f.status = 'current' AND f.valid_from <= datetime() AND (f.valid_to IS NULL OR f.valid_to > datetime())
  MATCH (f)-[:SUBJECT]->(a:Entity), (f)-[:OBJECT]->(b:Entity)
  CREATE (a)-[r:$(f.drawn_as)]->(b)
  SET r.fact = f.id, r.valid_from = f.valid_from, r.confidence = f.confidence
}
CALL () { UNWIND $changes.entities_removed AS id MATCH (x:Entity {id: id}) DETACH DELETE x }

// Vectors of episodes and facts that are stored already.
CALL () {
  UNWIND $changes.vectors AS row
  CALL (row) {
    MATCH (n:Episode {id: row.id}) RETURN n
    UNION
    MATCH (n:Fact {id: row.id}) RETURN n
  }
  CALL db.create.setNodeVectorProperty(n, 'embedding', row.vector)
}

// Episodes that were read or embedded leave the queue; others wait in it.
CALL () {
  UNWIND $changes.pending_done AS id
  UNWIND [id + ' extract', id + ' embed'] AS key
  MATCH (p:Pending {id: key})
  DELETE p
}
CALL () {
  UNWIND $changes.pending AS row
  MERGE (p:Pending {id: row.episode + ' ' + row.need})
  SET p.scope = row.scope, p.episode = row.episode, p.need = row.need, p.error = row.error, p.attempts = row.attempts,
    p.retry_at = datetime(row.retry_at)
}
RETURN left + late AS sessions;
