"""What all commands share."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import Annotated, Any

import typer

Store = Annotated[
    str | None, typer.Option(help="File, :memory: or neo4j:// address [env: MEMGRAPH_STORE]", show_default=False)
]
User = Annotated[str | None, typer.Option("--user", "-u", envvar="MEMGRAPH_USER", help="Whose memory")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts")]


def print_json(value: Any) -> None:
    """Print a value as JSON, for scripts."""

    def plain(item: Any) -> Any:
        if dataclasses.is_dataclass(item) and not isinstance(item, type):
            return dataclasses.asdict(item)
        if isinstance(item, dt.datetime):
            return item.isoformat()
        return str(item)

    print(json.dumps(value, ensure_ascii=False, indent=2, default=plain))  # noqa: T201
