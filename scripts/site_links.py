"""Links from the docs to files beside them, on the site: they go to the repository."""

from __future__ import annotations

import posixpath
import re
from typing import Any

_OUTSIDE = re.compile(r"\]\((\.\./[^)#]+)")


def on_page_markdown(markdown: str, *, page: Any, config: Any, **_: Any) -> str:
    """See MkDocs' hooks."""
    folder = posixpath.dirname(f"docs/{page.file.src_uri}")

    def to_repository(match: re.Match[str]) -> str:
        path = posixpath.normpath(posixpath.join(folder, match[1]))
        return match[0] if path.startswith("docs/") else f"]({config['repo_url']}/blob/main/{path}"

    return _OUTSIDE.sub(to_repository, markdown)
