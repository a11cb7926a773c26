// Takes episodes out of the queue.
:param {ids: []};
UNWIND $ids AS id
UNWIND [id + ' extract', id + ' embed'] AS key
MATCH (p:Pending {id: key})
DELETE p;
