"""Models in ONNX form from a local folder, through onnxruntime: sentence-transformers, and cross-encoders."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from anyio import to_thread
from numpy.typing import NDArray
from tokenizers import Tokenizer

from memgraph.errors import BadInput, EmbeddingFailed, MissingExtra, RerankingFailed
from memgraph.ports import Vectors

_BATCH = 32
_MAX_TOKENS = 256


class _Model:
    """`model.onnx` (or `onnx/model.onnx`) beside a `tokenizer.json`.

    Raises `BadInput` where the folder lacks a file, `MissingExtra` without onnxruntime.
    """

    def __init__(self, folder: str | Path) -> None:
        try:
            import onnxruntime  # pyright: ignore[reportMissingTypeStubs]
        except ImportError as error:
            raise MissingExtra("onnxruntime is missing: pip install 'memgraph-episodic[onnx]'") from error
        folder = Path(folder).expanduser()
        model = next((f for f in (folder / "model.onnx", folder / "onnx" / "model.onnx") if f.is_file()), None)
        if model is None or not (folder / "tokenizer.json").is_file():
            raise BadInput(f"{folder} must hold model.onnx (or onnx/model.onnx) and tokenizer.json")
        self._session: Any = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
        self._inputs = {i.name for i in self._session.get_inputs()}
        self._tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(_MAX_TOKENS)
        self._tokenizer.enable_padding()
        self.name = f"{folder.name}@{hashlib.sha256(model.read_bytes()).hexdigest()[:12]}"

    def run(self, texts: Sequence[str | tuple[str, str]]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """The model's first output for some texts, or pairs of texts, and which of their tokens are no padding."""
        encoded = self._tokenizer.encode_batch(list(texts))
        mask = np.array([e.attention_mask for e in encoded], np.int64)
        feed = {
            "input_ids": np.array([e.ids for e in encoded], np.int64),
            "attention_mask": mask,
            "token_type_ids": np.array([e.type_ids for e in encoded], np.int64),
        }
        return self._session.run(None, {k: v for k, v in feed.items() if k in self._inputs})[0], mask


class OnnxEmbedder:
    """Mean-pools the last hidden state of the model in a folder."""

    is_local = True

    def __init__(self, folder: str | Path) -> None:
        """Raises `BadInput` where the folder lacks a file, `MissingExtra` without onnxruntime."""
        self._model = _Model(folder)
        self.model = f"onnx/{self._model.name}"
        self.dimension = int(self._embed(["dimension"]).shape[1])

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder.embed`."""
        return await to_thread.run_sync(self._embed, list(texts))

    def _embed(self, texts: list[str]) -> Vectors:
        parts = [self._batch(texts[i : i + _BATCH]) for i in range(0, len(texts), _BATCH)]
        return np.concatenate(parts) if parts else np.zeros((0, self.dimension), np.float32)

    def _batch(self, texts: list[str]) -> Vectors:
        try:
            hidden, mask = self._model.run(texts)
        except Exception as error:
            raise EmbeddingFailed(f"the ONNX model could not embed {len(texts)} texts: {error}") from error
        weights = mask[:, :, None].astype(np.float32)
        pooled = (hidden * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-9)
        return (pooled / np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-12)).astype(np.float32)


class OnnxReranker:
    """A cross-encoder: it reads the question and a text together, and its logit says how well that answers."""

    def __init__(self, folder: str | Path) -> None:
        """Raises `BadInput` where the folder lacks a file, `MissingExtra` without onnxruntime."""
        self._model = _Model(folder)

    async def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """See `Reranker.scores`."""
        return await to_thread.run_sync(self._scores, question, list(texts))

    def _scores(self, question: str, texts: list[str]) -> list[float]:
        out: list[float] = []
        for start in range(0, len(texts), _BATCH):
            part = texts[start : start + _BATCH]
            try:
                logits, _ = self._model.run([(question, text) for text in part])
            except Exception as error:
                raise RerankingFailed(f"the ONNX model could not score {len(part)} texts: {error}") from error
            if logits.shape not in ((len(part), 1), (len(part), 2)):
                raise RerankingFailed(
                    f"the ONNX model gave {logits.shape}: a cross-encoder gives one logit a text, or two"
                )
            out.extend((logits[:, -1] - (logits[:, 0] if logits.shape[1] == 2 else 0)).astype(float).tolist())
        return out
