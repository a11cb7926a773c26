// Finds scopes whose count of episodes is wrong.
:param {};
MATCH (s:Scope)
CALL (s) { MATCH (e:Episode {scope: s.key}) WHERE e.occurred_at IS NOT NULL RETURN count(e) AS episodes }
WITH s, episodes WHERE s.episodes <> episodes
RETURN s.key AS id;
