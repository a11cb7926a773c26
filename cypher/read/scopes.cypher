// Returns the keys of all scopes.
:param {};
MATCH (s:Scope) RETURN s.key AS key;
