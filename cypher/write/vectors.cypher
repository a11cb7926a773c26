// Sets the vectors of episodes and facts that are stored already.
:param {rows: []};
UNWIND $rows AS row
CALL (row) {
  MATCH (n:Episode {id: row.id}) RETURN n
  UNION
  MATCH (n:Fact {id: row.id}) RETURN n
}
CALL db.create.setNodeVectorProperty(n, 'embedding', row.vector);
