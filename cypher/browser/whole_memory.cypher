// Shows everybody and everything of a user, and what is true between them now.
:param {user: "anna"};
MATCH (s:Scope {user: $user})
MATCH (x:Entity {scope: s.key})
OPTIONAL MATCH (x)-[r]->(y:Entity)
RETURN x, r, y LIMIT 300;
