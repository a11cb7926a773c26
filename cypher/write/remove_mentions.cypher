// Deletes what episodes mention, because they are read anew.
:param {ids: []};
UNWIND $ids AS id
MATCH (:Episode {id: id})-[m:MENTIONS]->()
DELETE m;
