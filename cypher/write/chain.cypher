// Appends episodes to the chains of their sessions: pairs of neighbours, and for each session its new last
// episode.
:param {pairs: [], tails: []};
CALL () {
  UNWIND $pairs AS pair
  MATCH (a:Episode {id: pair[0]})
  MATCH (b:Episode {id: pair[1]})
  CREATE (a)-[:NEXT]->(b)
}
UNWIND $tails AS tail
MATCH (s:Session {id: tail[0]})
MATCH (e:Episode {id: tail[1]})
SET s.tail = e.id, s.tail_at = e.occurred_at;
