"""Looks around in the graph with Cypher of the caller's: reading only, for so long, so many rows, and no vectors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, LiteralString, cast

from neo4j import AsyncSession
from neo4j.exceptions import ClientError
from neo4j.graph import Node, Path, Relationship
from neo4j.spatial import Point

from memgraph.errors import BadInput

_SEARCHES = ("db.index.fulltext.query", "db.index.vector.query", "db.labels", "db.relationshipTypes", "db.propertyKeys")
_LONGEST = 200  # values of a list that is shown whole


async def explore(
    session: AsyncSession, query: str, parameters: Mapping[str, Any], limit: int, seconds: float
) -> dict[str, Any]:
    """Run a query that only reads. Raises `BadInput` for one that doesn't, that fails, or that takes too long."""
    text = cast("LiteralString", query)
    try:
        planned = await (await session.run(cast("LiteralString", f"EXPLAIN {query}"), dict(parameters))).consume()
        for operator in _operators(cast("Any", planned).plan):
            _check(operator)
        if planned.query_type != "r":
            raise BadInput("only queries that read are run here")
        transaction = await session.begin_transaction(timeout=seconds)
        async with transaction:
            result = await transaction.run(text, dict(parameters))
            columns = list(result.keys())
            records = await result.fetch(limit + 1)
    except ClientError as error:
        raise BadInput(f"the query can't be run: {error.message}") from error
    rows = [[_plain(value) for value in record.values()] for record in records[:limit]]
    return {"columns": columns, "rows": rows, "is_cut": len(records) > limit}


def _operators(plan: Any) -> Iterator[Mapping[str, Any]]:
    if plan is None:
        raise BadInput("only queries that read are run here")
    yield plan
    for child in plan.get("children", ()):
        yield from _operators(child)


def _check(operator: Mapping[str, Any]) -> None:
    """Refuse what reads beyond the graph: files, addresses, settings, users."""
    kind = str(operator.get("operatorType", "")).split("@")[0]
    details = str(operator.get("args", {}).get("Details", ""))
    if "ProcedureCall" in kind and not details.startswith(_SEARCHES):
        raise BadInput(f"procedures but for searching are not called here ({details.split('(')[0]})")
    if kind == "LoadCSV" or kind.startswith(("Show", "Terminate", "System")):
        raise BadInput("only the graph is read here: no LOAD CSV, no SHOW, no administration")


def _plain(value: Any) -> Any:
    """A value of the driver's as JSON has it."""
    if isinstance(value, Node):
        return {"labels": sorted(value.labels), **_properties(value)}
    if isinstance(value, Relationship):
        return {"type": value.type, **_properties(value)}
    if isinstance(value, Path):
        steps: list[Any] = [_plain(value.start_node)]
        for relationship in value.relationships:
            steps += [_plain(relationship), _plain(relationship.end_node)]
        return steps
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in cast("Mapping[Any, Any]", value).items()}
    if isinstance(value, (list, tuple)) and not isinstance(value, Point):
        items = cast("list[Any]", list(value))  # pyright: ignore[reportUnknownArgumentType]
        if len(items) > _LONGEST and all(isinstance(i, float) for i in items):
            return f"({len(items)} numbers)"
        return [_plain(item) for item in items]
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def _properties(of: Node | Relationship) -> dict[str, Any]:
    return {name: _plain(value) for name, value in of.items()}
