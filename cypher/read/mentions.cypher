// Returns what the given episodes name: the episode, the name's id, how it is spelled, and the kind it is taken for.
:param {scope: '0', episodes: []};
MATCH (e:Episode)-[m:MENTIONS]->(:Entity)
WHERE e.id IN $episodes AND e.scope = $scope
RETURN e.id AS episode, m.name AS name, m.surface AS surface, m.kind AS kind
ORDER BY episode, name, surface, kind;
