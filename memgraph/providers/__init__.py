"""Embedders and rerankers. Each lives in a module of its own, which alone imports what it needs."""

from __future__ import annotations

from memgraph.errors import BadInput
from memgraph.ports import Embedder, Reranker


def embedder_for(spec: str) -> Embedder:
    """The embedder that a setting names.

    "static" is the one that ships. "onnx:FOLDER" runs a sentence-transformers model from a local folder;
    "openai:MODEL" asks OpenAI or, with OPENAI_BASE_URL, any endpoint like it; "ollama:MODEL" a local Ollama.
    """
    kind, _, rest = spec.partition(":")
    if kind == "static":
        from memgraph.providers.static import StaticEmbedder

        return StaticEmbedder()
    if kind == "onnx" and rest:
        from memgraph.providers.onnx import OnnxEmbedder

        return OnnxEmbedder(rest)
    if kind == "openai" and rest:
        from memgraph.providers.openai import OpenAIEmbedder

        return OpenAIEmbedder(rest)
    if kind == "ollama" and rest:
        from memgraph.providers.openai import OpenAIEmbedder

        return OpenAIEmbedder(rest, base_url="http://localhost:11434/v1", api_key="ollama")
    raise BadInput(f"{spec!r} names no embedder: use static, onnx:FOLDER, openai:MODEL or ollama:MODEL")


def reranker_for(spec: str) -> Reranker:
    """The reranker that a setting names.

    "onnx:FOLDER" runs a cross-encoder from a local folder; "openai:MODEL" asks a chat model of OpenAI or, with
    OPENAI_BASE_URL, of any endpoint like it; "ollama:MODEL" one of a local Ollama.
    """
    kind, _, rest = spec.partition(":")
    if kind == "onnx" and rest:
        from memgraph.providers.onnx import OnnxReranker

        return OnnxReranker(rest)
    if kind in ("openai", "ollama") and rest:
        from memgraph.providers.openai import OpenAIReranker

        if kind == "ollama":
            return OpenAIReranker(rest, base_url="http://localhost:11434/v1", api_key="ollama")
        return OpenAIReranker(rest)
    raise BadInput(f"{spec!r} names no reranker: use onnx:FOLDER, openai:MODEL or ollama:MODEL")
