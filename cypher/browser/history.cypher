// Shows all that was ever known of an entity: each fact, what it rests on, and what took its place.
:param {name: "Dana Reyes"};
MATCH (n:Name) WHERE n.text = $name
MATCH (n)-[:NAMES]->(x:Entity)<-[:SUBJECT]-(f:Fact)-[v:EVIDENCE]->(e:Episode)
OPTIONAL MATCH (f)-[o:OBJECT]->(y:Entity)
OPTIONAL MATCH (newer:Fact)-[s:SUPERSEDES]->(f)
RETURN x, f, v, e, o, y, newer, s;
