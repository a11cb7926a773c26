// Returns all scopes, with who owns each.
:param {};
MATCH (s:Scope) RETURN s {.key, .tenant, .user, .agent, .session} AS owner ORDER BY s.key;
