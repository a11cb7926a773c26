"""Every notebook runs from top to bottom, and shows what it is kept with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from tests.conftest import ROOT, Server

ON_NEO4J = ROOT / "notebooks" / "neo4j_browser.ipynb"
NOTEBOOKS = sorted(path for path in (ROOT / "notebooks").glob("*.ipynb") if path != ON_NEO4J)


def shown(notebook: Any) -> list[str]:
    """What each cell prints, whether it comes in one piece or in several."""
    cells = ((o["text"] for o in c.get("outputs", ()) if o.get("name") == "stdout") for c in notebook.cells)
    return [text for text in map("".join, cells) if text]


def run(path: Path) -> None:
    kept = nbformat.read(path, 4)
    where = {"metadata": {"path": str(path.parent)}}
    ran = NotebookClient(nbformat.read(path, 4), timeout=120, kernel_name="python3", resources=where).execute()
    assert len(shown(ran)) == len(shown(kept)) > 0
    assert not any(o["output_type"] == "error" for c in ran.cells for o in c.get("outputs", ()))
    assert [text.split(" ")[0] for text in shown(ran)] == [text.split(" ")[0] for text in shown(kept)]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path: Path) -> None:
    run(path)


def test_the_notebook_on_neo4j_runs(neo4j: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMGRAPH_STORE", neo4j.uri)
    monkeypatch.setenv("MEMGRAPH_NEO4J_USER", neo4j.user)
    monkeypatch.setenv("MEMGRAPH_NEO4J_PASSWORD", neo4j.password)
    run(ON_NEO4J)


def test_there_are_notebooks() -> None:
    assert {path.stem for path in NOTEBOOKS} >= {"getting_started", "customer_history", "two_clocks", "multi_hop"}
