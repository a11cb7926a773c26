"""A small English pipeline for spaCy. `load()` gives it; README.md says what it was trained on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

__version__ = "0.1.0"


def load(**options: Any) -> Any:
    """The pipeline, as `spacy.load` would give it; `options` are spaCy's (`disable`, `exclude`, `enable`, `config`)."""
    from spacy.util import load_model_from_path

    return load_model_from_path(Path(__file__).parent / "pipeline", **options)
