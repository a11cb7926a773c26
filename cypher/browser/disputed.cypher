// Shows the facts that contradict each other and that nothing has decided yet.
:param {};
MATCH (x:Entity)<-[s:SUBJECT]-(f:Fact {status: 'disputed'})-[v:EVIDENCE]->(e:Episode)
OPTIONAL MATCH (f)-[o:OBJECT]->(y:Entity)
RETURN x, s, f, v, e, o, y;
