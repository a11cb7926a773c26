// Finds sessions whose episodes are not one chain.
:param {};
MATCH (s:Session)
WITH s, COUNT { (s)-[:HAS]->(:Episode) } AS episodes, COUNT { (s)-[:HAS]->(:Episode)-[:NEXT]->(:Episode)<-[:HAS]-(s) } AS steps
WHERE steps <> episodes - 1
RETURN s.id AS id;
