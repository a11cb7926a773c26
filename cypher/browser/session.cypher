// Shows a session as the chain of what was said, and what each turn names.
:param {run: "call-1"};
MATCH (s:Session) WHERE s.run = $run
MATCH (s)-[:HAS]->(e:Episode)
OPTIONAL MATCH (e)-[next:NEXT]->(after:Episode)
OPTIONAL MATCH (e)-[m:MENTIONS]->(x:Entity)
RETURN s, e, next, after, m, x;
