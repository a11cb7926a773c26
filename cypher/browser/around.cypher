// Shows what is true within two steps of an entity.
:param {name: "Dana Reyes"};
MATCH (n:Name) WHERE n.text = $name
MATCH (n)-[:NAMES]->(x:Entity)
MATCH path = (x)-[*1..2]-(:Entity)
WHERE all(r IN relationships(path) WHERE r.fact IS NOT NULL)
RETURN path LIMIT 200;
