"""What README.md and the docs show runs as it is written."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters

from tests.conftest import ROOT, untraced

README = (ROOT / "README.md").read_text()
EXAMPLES = ROOT / "examples"


def blocks(text: str, language: str, heading: str | None = None) -> list[str]:
    """The code blocks of a language, under one heading or all."""
    part = text if heading is None else text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.findall(rf"```{language}\n(.*?)```", part, re.DOTALL)


def environment(tmp_path: Path) -> dict[str, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    kept = {"MEMGRAPH_STORE": str(tmp_path / "memory.db"), "MEMGRAPH_SERVE_KEYS": str(tmp_path / "keys.json")}
    return {**untraced(), "PATH": path, **kept}


def run(command: list[str], tmp_path: Path) -> str:
    done = subprocess.run(
        command, cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def shell(script: str, tmp_path: Path) -> str:
    return run(["bash", "-euc", "set -m -o pipefail\n" + script], tmp_path)


@pytest.mark.parametrize(
    ("document", "heading", "says"),
    [
        (
            "README.md",
            "In Python",
            [
                "Dana Reyes works at Fabrikam 2025-05-09 ('m2',)",
                "Dana Reyes works at Northwind until 2025-05-09 because",
                "Dana Reyes works at Fabrikam ['m2']",
                "- Dana Reyes works at Fabrikam (since 2025-05-09) [m2]",
            ],
        ),
        ("README.md", "In LangGraph", ["Dana Reyes lives in Porto.", "Dana Reyes lives in Porto"]),
        ("docs/index.md", "Remember and ask", ["Dana Reyes works at Northwind", "Dana Reyes is allergic to peanuts"]),
        (
            "docs/index.md",
            "Things change",
            ["2025-03-01 Dana Reyes works at Northwind", "2025-07-01 Dana Reyes works at Fabrikam"],
        ),
        ("docs/integrations.md", "LlamaIndex (`llama-index`, core 0.14)", ["Sam lives in Porto"]),
        ("docs/integrations.md", "LangChain (`langchain`, core 1.x)", ["HumanMessage", "Sam lives in Porto"]),
    ],
)
def test_python(document: str, heading: str, says: list[str], tmp_path: Path) -> None:
    [code] = blocks((ROOT / document).read_text(), "python", heading)
    out = run([sys.executable, "-c", code], tmp_path)
    for text in says:
        assert text in out


def test_the_command_line(tmp_path: Path) -> None:
    [script] = blocks(README, "sh", "On the command line")
    out = shell(script, tmp_path)
    for text in ("2 messages read, 2 of them new", "The budget of Northwind is $40k", "All is well.", "2 of them new"):
        assert text in out


def test_the_service(tmp_path: Path) -> None:
    [script] = blocks(README, "sh", "As a service: REST")
    port = re.findall(r"--port (\d+)", script)
    out = shell(script, tmp_path)
    assert port == ["8765"]
    assert "Dana Reyes works at Fabrikam" in out
    assert '"groups"' in out


@pytest.mark.anyio
async def test_the_mcp_configuration(tmp_path: Path) -> None:
    [text] = blocks(README, "json", "For agents: MCP")
    server = json.loads(text)["mcpServers"]["memory"]
    env = environment(tmp_path)
    command = str(Path(sys.executable).parent / server["command"])
    async with Client(StdioServerParameters(command=command, args=server["args"], env=env)) as client:
        assert len((await client.list_tools()).tools) == 10


def test_a_customers_history(tmp_path: Path) -> None:
    program = str(EXAMPLES / "crm_agent" / "crm_agent.py")
    out = run([sys.executable, program, "--store", "crm.db"], tmp_path)
    told = {line[:18].strip(): line[19:] for line in out.splitlines() if "[h" in line or "not known" in line}
    assert told["Decides"].startswith(
        "Greta Holst (no longer), 14 Jan 2025 [h5] -> Priya Nair, since 04 Mar 2025 [h15]"
    )
    stages = [re.split(r"\W", stage)[0] for stage in told["Stage"].split(" -> ")]
    assert stages == ["discovery", "proposal", "negotiation"]
    assert told["Price sensitivity"] == "high, since 14 Jan 2025 [h6]"
    assert "$65k, since" in told["Budget"]
    assert told["Next step"].endswith("review of the pilot, since 04 Mar 2025 [h17]")
    assert "Tomas Wik: News: Greta left Halden Shipping last Friday. [h14]" in out
    again = run([sys.executable, program, "--store", "crm.db"], tmp_path)
    assert again == out
    answer = run([sys.executable, program, "Who signs this?", "--store", "crm.db"], tmp_path)
    assert "The decision maker at Halden Shipping is Priya Nair (since 2025-03-04) [h15]" in answer


def test_a_personal_assistant(tmp_path: Path) -> None:
    out = run([sys.executable, str(EXAMPLES / "personal_assistant" / "personal_assistant.py")], tmp_path)
    second, third = out.split("-- session 2")[1].split("-- session 3")
    assert "assistant: Ines lives in Porto" in second
    assert "assistant: Ines is allergic to peanuts" in second
    assert "assistant: Ines lives in Graz" in third


@pytest.mark.parametrize(
    ("example", "says", "never"),
    [
        (
            "shared_memory",
            ["Marit Dahl works at Fjordlab", "taken along: 6 episodes", "- works at: Fjordlab"],
            [],
        ),
        (
            "support_bot",
            [
                "bot: Ruth Falk owns Vega 5",
                "bot: Omar Haddad lives in Leeds",
                "handed over\n- Omar Haddad",
                "- Omar Haddad lives in Leeds [",
                "- Omar Haddad's e-mail address is omar@haddad.example [",
            ],
            ["ruth: Where does Omar Haddad live?\nbot: Omar", "phone number"],
        ),
        (
            "coding_assistant",
            [
                "human is now:\n    ruff, lines of 100; never push to main",
                "- Heron depends on Postgres (",
                "superseded Heron depends on MySQL",
                "current    Heron depends on Postgres",
            ],
            ["- Heron depends on MySQL ("],
        ),
        (
            "tutor",
            [
                "2026-03-03: hard: balancing equations, moles; mastered: nothing",
                "2026-03-31: hard: stoichiometry; mastered: balancing equations, moles",
                "practise stoichiometry, hard since 16 Mar [l6]",
                "the exam is on 19 May [l8]",
            ],
            [],
        ),
        (
            "health_navigator",
            [
                "2026-02-04\nmedication   ibuprofen (since 01 Jan) [h6]; losartan (since 02 Feb) [h5]",
                "2026-03-03\nmedication   losartan (since 02 Feb) [h5]",
                "tendonitis (since 02 Mar) [h9]",
                "still there: 0",
            ],
            ["arthritis"],
        ),
        (
            "finance_advisor",
            [
                "+ Nils Berg works at Havila (since 01 Mar) [f6]",
                "- Nils Berg owns boat (until 07 Apr)",
                "then: Nordlys\nnow: Havila",
            ],
            ["+ Nils Berg's goal"],
        ),
        (
            "writing_assistant",
            [
                "chapter-2: nothing contradicts",
                "chapter-3: Aksel is carpenter [c3-1]; Elin Sund lives in Hirtshals [c3-2]",
                "-> Mirja is a child of Teunis Bakker -> Teunis Bakker lives in Hirtshals [c2-1]",
            ],
            [],
        ),
    ],
)
def test_an_example_shows_what_it_promises(example: str, says: list[str], never: list[str], tmp_path: Path) -> None:
    out = run([sys.executable, str(EXAMPLES / example / f"{example}.py")], tmp_path)
    for text in says:
        assert text in out
    for text in never:
        assert text not in out


def test_every_example_is_listed() -> None:
    listed = set(re.findall(r"^\| \[(\w+)\]", (EXAMPLES / "README.md").read_text(), re.MULTILINE))
    assert listed == {path.parent.name for path in EXAMPLES.glob("*/README.md")}
