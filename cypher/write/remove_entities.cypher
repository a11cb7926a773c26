// Deletes entities.
:param {ids: []};
UNWIND $ids AS id MATCH (x:Entity {id: id}) DETACH DELETE x;
