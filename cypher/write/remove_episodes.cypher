// Deletes episodes; returns the ids of their sessions.
:param {ids: []};
UNWIND $ids AS id
MATCH (e:Episode {id: id})
WITH e, e.session_id AS session
DETACH DELETE e
RETURN collect(DISTINCT session) AS sessions;
