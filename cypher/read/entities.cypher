// Returns every entity of a scope, one a row, in the order of names.
:param {scope: "0"};
MATCH (x:Entity {scope: $scope})
RETURN x {.id, .name, .kind, .aliases} AS entity ORDER BY x.name, x.id;
