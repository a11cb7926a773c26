"""The embedder that ships: a static table distilled from all-MiniLM-L6-v2, with no download and no key.

A text's vector is the weighted mean of its tokens' rows, weighted by a / (a + p) with p a token's share of
running English (Arora et al., ICLR 2017). `scripts/make_static_embedder.py` makes the table.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from memgraph.ports import Vectors

_FOLDER = Path(__file__).parent / "static_minilm"


class StaticEmbedder:
    """About 8,000 sentences a second on two cores; 256 dimensions."""

    is_local = True

    def __init__(self) -> None:
        about = json.loads((_FOLDER / "about.json").read_text(encoding="utf-8"))
        self.model: str = about["model"]
        self.dimension: int = about["dimension"]

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder.embed`. A text without a known word is all zeros."""
        return embed_static(texts)


def embed_static(texts: Sequence[str]) -> Vectors:
    """The vectors of texts by the shipped table, shape (texts, dimension)."""
    tokenizer, table = _load()
    ids = [e.ids for e in tokenizer.encode_batch(list(texts), add_special_tokens=False)]
    out = np.zeros((len(texts), table.shape[1]), np.float32)
    filled = [i for i, tokens in enumerate(ids) if tokens]
    if not filled:
        return out
    lengths = np.array([len(ids[i]) for i in filled])
    rows = table[np.concatenate([ids[i] for i in filled])]
    sums = np.add.reduceat(rows, np.concatenate([[0], np.cumsum(lengths)[:-1]]), axis=0)
    norms = np.linalg.norm(sums, axis=1, keepdims=True)
    out[filled] = sums / np.maximum(norms, 1e-12)
    return out


@functools.cache
def _load() -> tuple[Tokenizer, Vectors]:
    """The tokenizer, and the table with each token's weight multiplied in: shape (tokens, dimension)."""
    tokenizer = Tokenizer.from_file(str(_FOLDER / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    with np.load(_FOLDER / "table.npz") as saved:
        return tokenizer, saved["table"].astype(np.float32) * (saved["scale"] * saved["weight"])[:, None]
