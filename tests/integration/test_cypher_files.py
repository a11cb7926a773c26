"""Every .cypher file says what it returns and takes, parses on the real server, and finds its way by an index."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from neo4j import Driver, GraphDatabase

from memgraph import Memory
from memgraph.queries import cypher, folder
from tests.conftest import Server

FILES = sorted(folder("cypher").rglob("*.cypher"))
SCANS = {"check", "browser"}  # these look at everything, on purpose
WHOLE_STORE = {"read/stats", "read/scopes", "read/pending", "read/schema", "write/migrated"}


def name_of(file: Path) -> str:
    return file.relative_to(folder("cypher")).with_suffix("").as_posix()


@pytest.fixture
def driver(neo4j: Server) -> Iterator[Driver]:
    with Memory(neo4j.uri, auth=neo4j.auth) as memory:  # the indexes are there, and something in them
        memory.add("I work at Contoso.", user_id="cypher-files", run_id="r")
    with GraphDatabase.driver(neo4j.uri, auth=neo4j.auth) as driver:
        yield driver


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_the_header_tells_what_it_does_and_names_every_parameter(file: Path) -> None:
    text = file.read_text()
    lines = text.splitlines()
    about = " ".join(line.removeprefix("// ") for line in lines if line.startswith("// "))
    assert re.match(r"[A-Z][a-z]+ .+\.$", about.split(". ")[0] + ".")
    (declared,) = [line for line in lines if line.startswith(":param ")]
    keys = set(re.findall(r"[{,] ?(\w+):", declared))
    used = re.findall(r"\$(\w+)(?:\.(\w+))?", cypher(name_of(file)))  # lists of many sizes come inside one map
    assert keys == {name for names in used for name in names if name}
    assert sum(line.endswith(";") for line in lines if not line.startswith("//")) == 2, "one statement"


def plan_operators(plan: Any) -> set[str]:
    return {plan["operatorType"].split("@")[0]}.union(*(plan_operators(child) for child in plan.get("children", [])))


def test_every_file_is_explained_and_uses_an_index(driver: Driver) -> None:
    bad = {}
    for file in FILES:
        name = name_of(file)
        declared = next(line for line in file.read_text().splitlines() if line.startswith(":param "))
        with driver.session() as session:
            params = session.run("RETURN " + declared.removeprefix(":param ").rstrip(";") + " AS params").single()
            assert params is not None
            given = dict(params["params"])
            if "vector" in given:
                given["vector"] = [0.1] * 256
            summary = session.run(f"EXPLAIN {cypher(name)}", given).consume()  # type: ignore[arg-type]
            scans = {o for o in plan_operators(summary.plan) if o.startswith(("NodeByLabelScan", "AllNodesScan"))}
            if scans and name.split("/")[0] not in SCANS and name not in WHOLE_STORE:
                bad[name] = scans
    assert bad == {}


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_lists_of_any_size_come_inside_a_map(file: Path) -> None:
    """Neo4j plans a statement anew for each rough size of a list that is a parameter itself."""
    (declared,) = [line for line in file.read_text().splitlines() if line.startswith(":param ")]
    outside = re.sub(r"\w+: \{.*?\}", "", declared)
    assert len(re.findall(r"\w+: \[", outside.replace("vector: []", ""))) <= 1


def test_recall_is_one_round_trip(driver: Driver, neo4j: Server) -> None:
    del driver
    asked: list[str] = []
    with Memory(neo4j.uri, auth=neo4j.auth) as memory:
        database = memory._memory._store._database  # type: ignore[union-attr]
        real = database.read

        async def counted(query: str, params: Any = None) -> Any:
            asked.append(query)
            return await real(query, params)

        database.read = counted
        assert memory.search("Where does cypher-files work?", user_id="cypher-files")["results"]
    assert len(asked) == 1


def test_no_vector_comes_back_over_bolt() -> None:
    for file in FILES:
        for returned in re.findall(r"RETURN .*", cypher(name_of(file))):
            assert not re.search(r"\bembedding\b(?!, \$vector)", returned), name_of(file)
