// Returns how many of each thing a scope holds, or the whole store where $scope is null.
:param {scope: null};
CALL () { MATCH (n:Episode) WHERE $scope IS NULL OR n.scope = $scope RETURN count(n) AS episodes }
CALL () { MATCH (n:Session) WHERE $scope IS NULL OR n.scope = $scope RETURN count(n) AS sessions }
CALL () { MATCH (n:Entity) WHERE $scope IS NULL OR n.scope = $scope RETURN count(n) AS entities }
CALL () {
  MATCH (n:Fact) WHERE $scope IS NULL OR n.scope = $scope
  RETURN count(n) AS facts, count(CASE n.status WHEN 'current' THEN 1 END) AS current_facts,
    count(CASE n.status WHEN 'disputed' THEN 1 END) AS disputed_facts
}
CALL () { MATCH (n:Pending) WHERE $scope IS NULL OR n.scope = $scope RETURN count(n) AS pending }
RETURN episodes, sessions, entities, facts, current_facts, disputed_facts, pending;
