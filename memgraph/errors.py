"""Every error that memgraph raises on purpose, named for what the caller can do about it."""

from __future__ import annotations


class MemgraphError(Exception):
    """Something in memgraph went wrong; the message says what to do next."""


class BadInput(MemgraphError, ValueError):
    """The call's arguments are wrong. Nothing was written."""


class StoreUnavailable(MemgraphError):
    """The store can't be reached or doesn't answer. Nothing of this call was written; try again."""


class WriteConflict(MemgraphError):
    """Another writer changed the same scope first. Nothing was written; read again and retry."""


class SchemaMismatch(MemgraphError):
    """The store's schema isn't the one that this version of memgraph works with."""


class ModelMismatch(MemgraphError):
    """The store was filled with another embedding model or dimension."""


class ExtractionFailed(MemgraphError):
    """An extractor could not read these episodes; they are stored, and queued to be read again."""


class EmbeddingFailed(MemgraphError):
    """An embedder could not embed these texts."""


class RerankingFailed(MemgraphError):
    """A reranker could not score these texts; the order stays as it was."""


class MissingExtra(MemgraphError, ImportError):
    """An optional dependency isn't installed; the message names the command that installs it."""
