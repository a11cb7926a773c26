"""The wheel, installed into an empty environment, does its job; so do the examples of the docs, and the image."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT, untraced


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
    memgraph = str(tmp_path / "env" / "bin" / "memgraph")
    assert "Anders Vik" in shell(memgraph, "demo", cwd=tmp_path)
    for command in ("serve", "mcp"):  # need extras, and say so
        lacking = subprocess.run([memgraph, command], capture_output=True, text=True, cwd=tmp_path, check=False)
        assert (lacking.returncode, "pip install 'memgraph-episodic[" in lacking.stderr) == (4, True), lacking.stderr
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


@pytest.mark.timeout(600)
def test_the_image_is_built_by_commands_that_work(tmp_path: Path) -> None:
    """Without Docker: what the Dockerfile copies and installs serves, and its health check passes."""
    steps = (ROOT / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
    for source in [words for s in steps if s.startswith("COPY ") and "--from" not in s for words in s.split()[1:-1]]:
        there = tmp_path / "src" / source
        there.parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copy
        copy(ROOT / source, there)
    env = tmp_path / "env"
    shell(sys.executable, "-m", "venv", str(env), cwd=tmp_path)
    [install] = [s for s in steps if "pip install" in s]
    wanted = shlex.split(install.partition("--no-cache-dir")[2])
    uv = str(Path(sys.executable).parent / "uv")
    shell(uv, "pip", "install", "--quiet", "--python", str(env / "bin" / "python"), *wanted, cwd=tmp_path / "src")

    [command] = [json.loads(s.removeprefix("CMD ")) for s in steps if s.startswith("CMD ")]
    [check] = [json.loads(s.partition(" CMD ")[2]) for s in steps if s.startswith("HEALTHCHECK ")]
    given = {**untraced(), "MEMGRAPH_STORE": str(tmp_path / "m.db"), "MEMGRAPH_SERVE_KEYS": str(tmp_path / "keys.json")}
    memgraph = str(env / "bin" / command[0])
    subprocess.run([memgraph, "keys", "add", "image"], env=given, check=True, capture_output=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    at = [memgraph, *(port if word == "8765" else word for word in command[1:])]
    with subprocess.Popen(at, env=given, stderr=subprocess.DEVNULL) as service:
        probe = [str(env / "bin" / check[0]), *(word.replace("8765", port) for word in check[1:])]
        ready = False
        for _ in range(100):
            ready = ready or subprocess.run(probe, capture_output=True, check=False).returncode == 0
            if ready:
                break
            time.sleep(0.2)
        service.terminate()
    assert ready
    assert any(s == "USER memgraph" for s in steps)
    assert all("@" in s or re.search(r":\d+\.\d+\.\d+", s) for s in steps if s.startswith("FROM "))


def test_compose_has_health_checks_pinned_images_and_no_password_of_its_own() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    assert set(services) == {"neo4j", "memgraph"}
    assert re.search(r":\d{4}\.\d+\.\d+", services["neo4j"]["image"])
    assert services["neo4j"]["healthcheck"]["test"]
    assert services["memgraph"]["depends_on"]["neo4j"]["condition"] == "service_healthy"
    for service in services.values():
        secrets = [v for k, v in service["environment"].items() if "PASSWORD" in k or "AUTH" in k]
        assert all("MEMGRAPH_NEO4J_PASSWORD:?" in secret for secret in secrets)
        assert all(port.startswith("127.0.0.1:") for port in service["ports"])
