// Finds drawings of facts that are not true now.
:param {};
MATCH (:Entity)-[r]->(:Entity)
OPTIONAL MATCH (f:Fact {id: r.fact})
WITH r, f
WHERE f IS NULL OR f.status <> 'current' OR f.valid_from > datetime() OR f.valid_to <= datetime()
RETURN coalesce(r.fact, elementId(r)) AS id;
