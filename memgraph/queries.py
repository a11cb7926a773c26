"""Finds and reads the files of `cypher/` and `schema/`: inside the package when installed, beside it in a checkout."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString, cast

_PACKAGE = Path(__file__).parent


@functools.cache
def folder(name: str) -> Path:
    """The folder `cypher` or `schema` that belongs to this installation."""
    for root in (_PACKAGE, _PACKAGE.parent):
        if (root / name).is_dir():
            return root / name
    raise FileNotFoundError(f"memgraph's folder {name!r} is missing; install memgraph-episodic again")


@functools.cache
def read_text(path: str) -> str:
    """The text of a file such as `schema/ontology.yaml`."""
    top, _, rest = path.partition("/")
    return (folder(top) / rest).read_text(encoding="utf-8")


@functools.cache
def cypher(path: str) -> LiteralString:
    """The one statement of a file under `cypher/`, such as `read/episodes`; comments go, so the server sees less."""
    lines = read_text(f"cypher/{path}.cypher").splitlines()
    text = "\n".join(line for line in lines if not line.startswith(("//", ":"))).strip().rstrip(";")
    return cast("LiteralString", text)  # as good as one: it comes from the package's own files


@functools.cache
def sections(file: Path) -> Mapping[str, str]:
    """The statements of an .sql file in which each is headed by a line `-- name: NAME`."""
    out: dict[str, str] = {}
    for part in file.read_text(encoding="utf-8").split("-- name: ")[1:]:
        name, _, statement = part.partition("\n")
        out[name.strip()] = statement.strip()
    return out


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of a schema: `0001_memory`, with its text and the checksum that a store records."""

    version: int
    name: str
    text: str
    checksum: str


@functools.cache
def migrations(backend: str) -> tuple[Migration, ...]:
    """All migrations of a backend (`sqlite`, `neo4j`), in order."""
    files = sorted(f for f in (folder("schema") / backend).iterdir() if f.suffix in (".sql", ".cypher"))
    out: list[Migration] = []
    for file in files:
        text = file.read_text(encoding="utf-8")
        version = int(file.stem.split("_", 1)[0])
        out.append(Migration(version, file.stem, text, hashlib.sha256(text.encode()).hexdigest()))
    return tuple(out)
