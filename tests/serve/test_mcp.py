"""The MCP tools, with the SDK's own client over both transports."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from memgraph.serve.access import Gate
from memgraph.serve.keys import KeyFile, May
from memgraph.serve.mcp import create_app
from tests.conftest import Place, untraced
from tests.serve.conftest import Running

pytestmark = pytest.mark.anyio
TOOLS = (
    "add_memory search_memories get_context get_facts get_entity timeline "
    "update_memory delete_memory delete_all_memories graph_query"
).split()


def stdio(place: Place, *args: str) -> StdioServerParameters:
    env = {**(untraced() if place.auth else os.environ), "MEMGRAPH_STORE": place.address}
    if place.auth:
        env["MEMGRAPH_NEO4J_PASSWORD"] = place.auth[1]
    return StdioServerParameters(command=sys.executable, args=["-m", "memgraph", "mcp", *args], env=env)


async def said(client: Client, tool: str, **arguments: Any) -> Any:
    """What a tool answers."""
    result = await client.call_tool(tool, arguments)
    text = "".join(part.text for part in result.content if part.type == "text")
    assert not result.is_error, text
    if result.structured_content is None:
        return json.loads(text)
    content = result.structured_content
    return content["result"] if set(content) == {"result"} else content


async def refused(client: Client, tool: str, **arguments: Any) -> str:
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    return "".join(part.text for part in result.content if part.type == "text")


async def test_an_agent_remembers_over_stdio(place: Place, user: str) -> None:
    async with Client(stdio(place, "--user", user)) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert list(tools) == TOOLS
        hints = {name: tool.annotations for name, tool in tools.items()}
        assert all(hints[name].read_only_hint for name in TOOLS[1:6])
        assert all(hints[name].destructive_hint for name in TOOLS[6:9])
        message = {
            "id": "m1",
            "name": "Dana Reyes",
            "content": "I joined Fabrikam.",
            "timestamp": "2025-05-12T10:00:00Z",
        }
        added = await said(client, "add_memory", messages=[message], run_id="call")
        assert added["results"][0]["event"] == "ADD"
        again = await said(client, "add_memory", messages=[message], run_id="call")
        assert again["results"] == []
        found = await said(client, "search_memories", query="Where does Dana work?", limit=1)
        assert found["results"][0]["source_ids"] == ["m1"]
        assert "Fabrikam" in await said(client, "get_context", query="Where does Dana work?")
        facts = (await said(client, "get_facts", subject="Dana Reyes"))["facts"]
        assert [f["text"] for f in facts] == ["Dana Reyes works at Fabrikam"]
        assert "Fabrikam" in (await said(client, "get_entity", name="Dana Reyes"))["text"]
        assert "is known as" in await refused(client, "get_entity", name="Nobody")
        turns = await said(client, "timeline", since="2025-05-01T00:00:00Z")
        assert [e["content"] for e in turns["episodes"]] == ["I joined Fabrikam."]
        assert "time zone" in await refused(client, "timeline", since="2025-05-01T00:00:00")
        await said(client, "update_memory", memory_id=facts[0]["id"], text="Dana Reyes works at Contoso")
        assert "Contoso" in (await said(client, "get_entity", name="Dana Reyes"))["text"]
        assert "does not reach" in await refused(client, "get_facts", user_id="somebody-else")
        assert "every user" in await refused(client, "graph_query", cypher="MATCH (n) RETURN n LIMIT 1")
        resource = await client.read_resource(f"memory://{user}/entity/Dana%20Reyes")
        assert "Contoso" in resource.contents[0].text
        session = await client.read_resource(f"memory://{user}/session/call")
        assert "I joined Fabrikam." in session.contents[0].text
        assert {p.name for p in (await client.list_prompts()).prompts} == {"answer_from_memory", "remember_this"}
        prompt = await client.get_prompt("answer_from_memory", {"question": "Who decides?"})
        assert "Who decides?" in prompt.messages[0].content.text
        await said(client, "delete_memory", memory_id=added["episodes"][0])
        assert "no memory" in await refused(client, "delete_memory", memory_id=added["episodes"][0])
        await said(client, "delete_all_memories")
        assert (await said(client, "timeline"))["episodes"] == []


async def test_cypher_reads_the_graph_and_nothing_else(place: Place, user: str) -> None:
    async with Client(stdio(place)) as client:
        await said(client, "add_memory", messages="I live in Porto.", user_id=user)
        if place.auth is None:
            assert "no Cypher" in await refused(client, "graph_query", cypher="MATCH (n) RETURN n")
            return
        query = "MATCH (e:Episode {speaker: $who})-[m:MENTIONS]->(x:Entity) RETURN e, m, x.name AS name ORDER BY name"
        found = await said(client, "graph_query", cypher=query, parameters={"who": user})
        assert sorted({row[2] for row in found["rows"]}) == ["Porto", user]
        assert found["rows"][0][0]["content"] == "I live in Porto."
        assert found["rows"][0][1]["type"] == "MENTIONS"
        assert "0.0" not in str(found["rows"][0][0].get("embedding"))
        path = "MATCH p = (:Episode {speaker: $who})-[:MENTIONS]->() RETURN p"
        cut = await said(client, "graph_query", cypher=path, parameters={"who": user}, limit=1)
        assert (len(cut["rows"]), cut["is_cut"], len(cut["rows"][0][0])) == (1, True, 3)
        search = "CALL db.index.fulltext.queryNodes('episode_text', 'Porto') YIELD node RETURN count(node) AS n"
        assert (await said(client, "graph_query", cypher=search))["rows"][0][0] >= 1
        for wrong in (
            "CREATE (n:Episode) RETURN n",
            "MATCH (n) DETACH DELETE n",
            "MATCH (n:Episode) SET n.content = '' RETURN n",
            "DROP INDEX episode_text",
            "LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line",
            "CALL dbms.listConfig() YIELD name, value RETURN name, value",
            "SHOW USERS",
            "SHOW SETTINGS YIELD name, value RETURN name, value",
            "TERMINATE TRANSACTIONS 'x'",
            "MATCH (n RETURN",
        ):
            assert await refused(client, "graph_query", cypher=wrong)
        endless = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN count(a + b)"
        assert await refused(client, "graph_query", cypher=endless)
        assert len((await said(client, "timeline", user_id=user))["episodes"]) == 1


@pytest.fixture
def remote(place: Place, tmp_path: Path) -> Iterator[tuple[str, KeyFile]]:
    keys = KeyFile(tmp_path / "keys.json")
    running = Running(create_app(place.memory(), Gate(keys, 600)))
    yield f"{running.url}/mcp", keys
    running.stop()


@asynccontextmanager
async def connected(url: str, key: str) -> Any:
    async with (
        httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=60) as http,
        Client(streamable_http_client(url, http_client=http)) as client,
    ):
        yield client


async def test_an_agent_remembers_over_http_with_a_key(remote: tuple[str, KeyFile], user: str) -> None:
    url, keys = remote
    mine, reader = keys.add("mine", users=(user,), may=May.WRITE), keys.add("reader", users=(user,))
    async with connected(url, mine) as client:
        added = await said(client, "add_memory", messages="I live in Porto.")
        assert "does not reach" in await refused(client, "search_memories", query="x", user_id="other")
        assert "Porto" in (await client.read_resource(f"memory://{user}/entity/{user}")).contents[0].text
    async with connected(url, reader) as client:
        assert "Porto" in await said(client, "get_context", query="Where do I live?")
        assert "write is needed" in await refused(client, "add_memory", messages="I live in Graz.")
        assert "write is needed" in await refused(client, "delete_memory", memory_id=added["episodes"][0])
    async with connected(url, keys.add("other", users=("other",), may=May.WRITE)) as client:
        assert "no memory" in await refused(client, "delete_memory", memory_id=added["episodes"][0])
    async with httpx2.AsyncClient(timeout=60) as http:
        for headers in ({}, {"Authorization": "Bearer mg_0_0"}):
            answer = await http.post(url, json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"}, headers=headers)
            assert answer.status_code == 401
            assert answer.headers["content-type"] == "application/problem+json"


async def test_without_keys_a_page_can_t_get_in_under_a_name_of_its_own(tmp_path: Path) -> None:
    running = Running(create_app(Place(str(tmp_path / "m.db"), None).memory(), Gate(None, 600)))
    asked = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    accept = {"Accept": "application/json, text/event-stream"}
    async with httpx2.AsyncClient(timeout=60) as http:
        rebound = await http.post(f"{running.url}/mcp", json=asked, headers={**accept, "Host": "evil.example"})
    async with Client(f"{running.url}/mcp") as client:
        assert await said(client, "add_memory", messages="Hi", user_id="u")
    running.stop()
    assert rebound.status_code == 400
