"""Embeddings and reranking by OpenAI, or by any endpoint that speaks its protocol (Ollama, vLLM, LM Studio, …)."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from openai import AsyncOpenAI, OpenAIError, omit

from memgraph.errors import EmbeddingFailed, RerankingFailed
from memgraph.ports import Vectors

_BATCH = 256
_KNOWN_DIMENSIONS = {
    "text-embedding-3-small": 1536,
    "text-embedding-3-large": 3072,
    "text-embedding-ada-002": 1536,
    "nomic-embed-text": 768,
    "mxbai-embed-large": 1024,
    "all-minilm": 384,
}


class OpenAIEmbedder:
    """Vectors of an endpoint's model. The client retries on 429, 5xx and broken connections, with Retry-After."""

    is_local = False

    def __init__(
        self,
        model: str,
        *,
        dimension: int | None = None,
        base_url: str | None = None,
        api_key: str | None = None,
        timeout_s: float = 30.0,
        max_retries: int = 4,
    ) -> None:
        """`dimension` is needed for a model that is not known here; key and URL default to OPENAI_*."""
        known = dimension or _KNOWN_DIMENSIONS.get(model.split(":")[0])
        if known is None:
            raise EmbeddingFailed(f"the dimension of {model!r} is not known here: pass dimension=")
        self.model = f"openai/{model}"
        self.dimension = known
        self._asked_model = model
        self._asked_dimension = dimension
        self._base_url, self._api_key = base_url, api_key
        self._timeout_s, self._max_retries = timeout_s, max_retries

    def _client(self) -> AsyncOpenAI:
        return AsyncOpenAI(
            base_url=self._base_url, api_key=self._api_key, timeout=self._timeout_s, max_retries=self._max_retries
        )

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder.embed`."""
        out = np.zeros((len(texts), self.dimension), np.float32)
        try:
            async with self._client() as client:
                for start in range(0, len(texts), _BATCH):
                    part = list(texts[start : start + _BATCH])
                    reply = await client.embeddings.create(
                        model=self._asked_model,
                        input=part,
                        encoding_format="float",
                        dimensions=self._asked_dimension or omit,
                    )
                    if len(reply.data) != len(part):
                        raise EmbeddingFailed(f"{self.model} sent {len(reply.data)} vectors for {len(part)} texts")
                    for item in reply.data:
                        out[start + item.index] = item.embedding
        except OpenAIError as error:
            raise EmbeddingFailed(f"{self.model} could not embed {len(texts)} texts: {error}") from error
        except ValueError as error:
            raise EmbeddingFailed(f"{self.model} sent vectors of another length than {self.dimension}") from error
        return out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-12)


class OpenAIReranker:
    """Asks a chat model, in one call for all texts, how well each answers the question: 0 to 10."""

    _MAX_CHARS = 600  # of each text

    def __init__(
        self,
        model: str,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        timeout_s: float = 30.0,
        max_retries: int = 2,
    ) -> None:
        """Key and URL default to OPENAI_*."""
        self._model = model
        self._base_url, self._api_key = base_url, api_key
        self._timeout_s, self._max_retries = timeout_s, max_retries
        self._prompt = (Path(__file__).parent / "prompts" / "rerank.md").read_text(encoding="utf-8")

    async def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """See `Reranker.scores`."""
        notes = "\n".join(f"{n}. {' '.join(t.split())[: self._MAX_CHARS]}" for n, t in enumerate(texts, 1))
        try:
            async with AsyncOpenAI(
                base_url=self._base_url, api_key=self._api_key, timeout=self._timeout_s, max_retries=self._max_retries
            ) as client:
                reply = await client.chat.completions.create(
                    model=self._model,
                    temperature=0,
                    messages=[
                        {"role": "system", "content": self._prompt},
                        {"role": "user", "content": f"Question: {question}\n\nNotes:\n{notes}"},
                    ],
                )
            said = reply.choices[0].message.content or ""
        except (OpenAIError, ValueError, IndexError) as error:
            raise RerankingFailed(f"{self._model} could not score {len(texts)} texts: {error}") from error
        return [_log_odds(score) for score in self._read(said, len(texts))]

    def _read(self, said: str, count: int) -> list[float]:
        try:
            scores = json.loads(said[said.index("{") : said.rindex("}") + 1])["scores"]
            read = [float(score) for score in scores]
        except (ValueError, KeyError, TypeError) as error:
            raise RerankingFailed(f"{self._model} sent no scores but {said[:80]!r}") from error
        if len(read) != count or not all(0 <= score <= 10 for score in read):
            raise RerankingFailed(f"{self._model} sent {len(read)} scores for {count} texts, or some beyond 0 to 10")
        return read


def _log_odds(score: float) -> float:
    chance = (score + 0.5) / 11
    return math.log(chance / (1 - chance))
