"""Every notebook runs from top to bottom, and shows what it is kept with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


def shown(notebook: Any) -> list[str]:
    """What the cells print."""
    return [o["text"] for c in notebook.cells for o in c.get("outputs", ()) if o.get("name") == "stdout"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path: Path) -> None:
    kept = nbformat.read(path, 4)
    ran = NotebookClient(nbformat.read(path, 4), timeout=120, kernel_name="python3").execute()
    assert len(shown(ran)) == len(shown(kept)) > 0
    assert not any(o["output_type"] == "error" for c in ran.cells for o in c.get("outputs", ()))
    assert [text.split(" ")[0] for text in shown(ran)] == [text.split(" ")[0] for text in shown(kept)]


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS
