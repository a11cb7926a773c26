// Finds facts that rest on nothing.
:param {};
MATCH (f:Fact) WHERE NOT EXISTS { (f)-[:EVIDENCE {role: 'supports'}]->(:Episode) } RETURN f.id AS id;
