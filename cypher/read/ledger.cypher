// Returns the facts of the slots asked for, of all slots that an entity or an episode asked for takes part in, one
// a row: with subject, object, all their names, the fact that took its place, and the assertions it rests on.
:param {scope: "0", sought: {slots: [], entities: [], episodes: []}};
CALL () {
  UNWIND $sought.slots AS slot RETURN slot
  UNION
  UNWIND $sought.entities AS id
  MATCH (x:Entity {id: id})<-[:SUBJECT|OBJECT]-(f:Fact) WHERE x.scope = $scope
  RETURN f.slot AS slot
  UNION
  UNWIND $sought.episodes AS id
  MATCH (e:Episode {id: id})<-[:EVIDENCE]-(f:Fact) WHERE e.scope = $scope
  RETURN f.slot AS slot
}
WITH DISTINCT slot
MATCH (f:Fact {slot: slot})-[:SUBJECT]->(s:Entity) WHERE f.scope = $scope
OPTIONAL MATCH (f)-[:OBJECT]->(o:Entity)
RETURN f {
    .id, .slot, .predicate, .qualifier, .object_value, .object_text, .text, .confidence, .status, .rule, .why, .source_ids,
    valid_from: f.valid_from.epochSeconds * 1000000 + f.valid_from.microsecond,
    valid_to: f.valid_to.epochSeconds * 1000000 + f.valid_to.microsecond,
    recorded_at: f.recorded_at.epochSeconds * 1000000 + f.recorded_at.microsecond,
    retired_at: f.retired_at.epochSeconds * 1000000 + f.retired_at.microsecond
  } AS fact,
  [(g:Fact)-[:SUPERSEDES]->(f) | g.id][0] AS superseded_by,
  s {.id, .name, .kind, .aliases, names: [(n:Name)-[:NAMES]->(s) | n.id]} AS subject,
  o {.id, .name, .kind, .aliases, names: [(n:Name)-[:NAMES]->(o) | n.id]} AS object,
  [(f)-[v:EVIDENCE]->(e:Episode) | [v.position, v.id, e.id, v.role, v.body]] AS evidence;
