// Deletes links between names.
:param {ids: []};
UNWIND $ids AS id MATCH ()-[l:ALIAS_OF {id: id}]->() DELETE l;
