// Returns the owner of an episode, a fact (by its own id or that of an assertion it rests on) or a name, and which
// of these it is.
:param {id: "ep_0", assertion: "as_0", name: "na_0"};
CALL () {
  MATCH (n:Episode {id: $id}) RETURN n.scope AS scope, 'episode' AS kind
  UNION
  MATCH (n:Fact {id: $id}) RETURN n.scope AS scope, 'fact' AS kind
  UNION
  MATCH (n:Fact)-[:EVIDENCE {id: $assertion}]->() RETURN n.scope AS scope, 'fact' AS kind
  UNION
  MATCH (n:Name {id: $name}) RETURN n.scope AS scope, 'entity' AS kind
}
MATCH (s:Scope {key: scope})
RETURN DISTINCT s.tenant AS tenant, s.user AS user, s.agent AS agent, s.session AS session, kind;
