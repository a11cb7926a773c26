"""memgraph: a graph-based episodic memory for agents. Conversations in, answers with their evidence out."""

from memgraph.config import Config
from memgraph.errors import (
    BadInput,
    EmbeddingFailed,
    ExtractionFailed,
    MemgraphError,
    MissingExtra,
    ModelMismatch,
    SchemaMismatch,
    StoreUnavailable,
    WriteConflict,
)
from memgraph.memory import AsyncMemory
from memgraph.model import Entity, Episode, Fact
from memgraph.sync import Memory

__all__ = [
    "AsyncMemory",
    "BadInput",
    "Config",
    "EmbeddingFailed",
    "Entity",
    "Episode",
    "ExtractionFailed",
    "Fact",
    "MemgraphError",
    "Memory",
    "MissingExtra",
    "ModelMismatch",
    "SchemaMismatch",
    "StoreUnavailable",
    "WriteConflict",
]
