// Returns the entities of these ids (or of the names that these ids came from) and those that go by these folded
// names.
:param {scope: "0", asked: {keys: [], names: []}};
CALL () {
  UNWIND $asked.keys AS key
  MATCH (x:Entity {id: key}) RETURN x
  UNION
  UNWIND $asked.keys AS key
  MATCH (:Name {scope: $scope, key: key})-[:NAMES]->(x:Entity) RETURN x
  UNION
  UNWIND $asked.names AS id
  MATCH (:Name {id: id})-[:NAMES]->(x:Entity) RETURN x
}
WITH DISTINCT x WHERE x.scope = $scope
RETURN x {.id, .name, .kind, .aliases} AS entity ORDER BY x.name, x.id;
