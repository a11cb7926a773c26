"""The wheel, installed into an empty environment, has its files and does its job; the README's Python runs."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT


def shell(*command: str, cwd: Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.timeout(600)
def test_the_wheel_works_in_an_empty_environment(tmp_path: Path) -> None:
    uv = str(Path(sys.executable).parent / "uv")
    shell(uv, "build", "--wheel", "--quiet", "--out-dir", str(tmp_path), str(ROOT), cwd=tmp_path)
    shell(
        uv,
        "build",
        "--wheel",
        "--quiet",
        "--out-dir",
        str(tmp_path),
        str(ROOT / "packages" / "memgraph-en"),
        cwd=tmp_path,
    )
    (wheel,) = tmp_path.glob("memgraph_episodic-*.whl")
    (pipeline,) = tmp_path.glob("memgraph_en-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    for kept in (
        "cypher/read/look.cypher",
        "schema/ontology.yaml",
        "schema/sqlite/0001_memory.sql",
        "py.typed",
        "providers/static_minilm/table.npz",
        "extract/words.yaml",
        "extract/prompts/extract.md",
        "providers/prompts/rerank.md",
        "stores/sqlite/queries.sql",
    ):
        assert f"memgraph/{kept}" in names
    assert any(name.endswith("licenses/NOTICE") for name in names)
    shell(sys.executable, "-m", "venv", "env", cwd=tmp_path)
    python = str(tmp_path / "env" / "bin" / "python")
    shell(uv, "pip", "install", "--quiet", "--python", python, str(pipeline), str(wheel), cwd=tmp_path)
    out = shell(str(tmp_path / "env" / "bin" / "memgraph"), "demo", cwd=tmp_path)
    assert "Anders Vik" in out
    found = shell(python, "-c", "import memgraph; print(memgraph.__file__)", cwd=tmp_path)
    assert str(tmp_path) in found


@pytest.mark.parametrize(
    ("page", "printed"),
    [
        ("extraction.md", ["Ana drives tractor 0.9"]),
        (
            "conflicts.md",
            [
                "The budget of Contoso is $54k superseded correction",
                "The budget of Contoso is $45k superseded recency",
                "The budget of Contoso is $60k current",
                "The budget of Contoso is $45k",
                (
                    "0.831 Jonathan Reeves Jonathon Reeves "
                    "('spelled alike: jonathan reeves, jonathon reeves', 'in common: works_at')"
                ),
                "('Jonathan Reeves', 'Jonathon Reeves')",
                "1",
                "2",
            ],
        ),
        (
            "recall.md",
            [
                (
                    "{'words': ['decision', 'maker', 'contoso', 'live'], 'asks for': 'where', "
                    "'relations': ['decision_maker', 'lives_in']}"
                ),
                ("Rui Sá lives in Porto ['The decision maker at Contoso is Rui Sá', 'Rui Sá lives in Porto']"),
            ],
        ),
    ],
)
def test_the_pages_python_runs_as_written(page: str, printed: list[str], tmp_path: Path) -> None:
    code = "\n".join(re.findall(r"```python\n(.*?)```", (ROOT / "docs" / page).read_text(), re.DOTALL))
    out = shell(sys.executable, "-c", code, cwd=tmp_path).splitlines()
    assert [line.strip() for line in out] == printed


def test_the_readme_s_python_runs_as_written(tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    out = shell(sys.executable, "-c", code, cwd=tmp_path).splitlines()
    assert out[0] == "Dana Reyes works at Fabrikam 2025-05-09 ('m2',)"
    assert out[1].startswith("Dana Reyes works at Northwind until 2025-05-09 because")
    assert out[2] == "Dana Reyes works at Fabrikam ['m2']"
    assert "- Dana Reyes works at Fabrikam (since 2025-05-09) [m2]" in out
