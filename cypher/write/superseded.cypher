// Writes which fact took the place of which.
:param {pairs: []};
UNWIND $pairs AS pair
MATCH (newer:Fact {id: pair[0]})
MATCH (older:Fact {id: pair[1]})
MERGE (newer)-[:SUPERSEDES]->(older);
