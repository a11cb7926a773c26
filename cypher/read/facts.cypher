// Returns facts, one a row, with subject, object, the fact that took its place, and what it rests on: those of
// these ids, resting on these assertions, of these subjects, with this predicate, or all of the scope.
:param {scope: "0", all: false, asked: {ids: [], assertions: [], subjects: [], predicates: []}};
CALL () {
  UNWIND $asked.ids AS id
  MATCH (f:Fact {id: id}) RETURN f
  UNION
  UNWIND $asked.assertions AS id
  MATCH (f:Fact)-[:EVIDENCE {id: id, role: 'supports'}]->() RETURN f
  UNION
  UNWIND $asked.subjects AS id
  MATCH (:Entity {id: id})<-[:SUBJECT]-(f:Fact) RETURN f
  UNION
  UNWIND $asked.predicates AS predicate
  MATCH (f:Fact {scope: $scope, predicate: predicate}) RETURN f
  UNION
  UNWIND CASE WHEN $all THEN [1] ELSE [] END AS one
  MATCH (f:Fact {scope: $scope}) WHERE f.predicate IS NOT NULL RETURN f
}
WITH f
MATCH (f)-[:SUBJECT]->(s:Entity) WHERE f.scope = $scope
OPTIONAL MATCH (f)-[:OBJECT]->(o:Entity)
RETURN f {
    .id, .slot, .predicate, .qualifier, .object_value, .object_text, .text, .confidence, .status, .rule, .why, .source_ids,
    valid_from: f.valid_from.epochSeconds * 1000000 + f.valid_from.microsecond,
    valid_to: f.valid_to.epochSeconds * 1000000 + f.valid_to.microsecond,
    recorded_at: f.recorded_at.epochSeconds * 1000000 + f.recorded_at.microsecond,
    retired_at: f.retired_at.epochSeconds * 1000000 + f.retired_at.microsecond
  } AS fact,
  [(g:Fact)-[:SUPERSEDES]->(f) | g.id][0] AS superseded_by,
  s {.id, .name, .kind, .aliases} AS subject,
  o {.id, .name, .kind, .aliases} AS object,
  [(f)-[v:EVIDENCE]->(e:Episode) | [v.position, v.id, e.id, v.role]] AS evidence;
