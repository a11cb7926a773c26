"""The documentation builds without a warning, and its generated parts are as the code says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT, untraced


def test_the_site_builds_strictly(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)],
        cwd=ROOT, env=untraced(), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    reference = (tmp_path / "reference" / "memory" / "index.html").read_text()
    assert "Remember messages, and the facts that they state." in reference
    start = (tmp_path / "index.html").read_text()
    assert 'href="https://github.com/memgraph-episodic/memgraph/blob/main/examples/README.md"' in start


def test_the_table_of_settings_is_that_of_the_code() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/configuration.py", "--check"], cwd=ROOT, env=untraced(), timeout=60, check=False
    )
    assert done.returncode == 0, "run scripts/configuration.py"
