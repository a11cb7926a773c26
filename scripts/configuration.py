#!/usr/bin/env python3
"""Write docs/configuration.md: every setting of memgraph and of its service, one table.

python scripts/configuration.py [--check]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pydantic_settings import BaseSettings

from memgraph.config import Config
from memgraph.serve.settings import ServeConfig

PAGE = Path(__file__).parent.parent / "docs" / "configuration.md"
HEAD = """\
# Configuration

Every field of `memgraph.Config` can be given as an argument (`Memory(config=Config(pool=60))`) or set by an environment
variable; so can those of the service. This table is made by `scripts/configuration.py` from the code.

| variable | default | what it is |
|---|---|---|
"""
UNSET = {"store": "a file in the user's data folder", "keys": "`keys.json` in the user's data folder"}


def rows(settings: type[BaseSettings]) -> list[str]:
    """A row for each setting."""
    prefix = settings.model_config.get("env_prefix", "")
    out = []
    for name, field in settings.model_fields.items():
        default = field.get_default(call_default_factory=True) if name not in UNSET else None
        shown = UNSET.get(name) or ("none" if default in (None, [], {}) or str(default) == "" else f"`{default}`")
        out.append(f"| `{prefix}{name.upper()}` | {shown} | {field.description} |")
    return out


def page() -> str:
    """The whole page."""
    return HEAD + "\n".join([*rows(Config), *rows(ServeConfig)]) + "\n"


def main() -> int:
    """Write the page, or say whether it is as it should be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 where the page is out of date")
    if parser.parse_args().check:
        return 0 if PAGE.read_text(encoding="utf-8") == page() else 1
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
