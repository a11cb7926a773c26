"""All settings, frozen, read from arguments and from MEMGRAPH_* in one place."""

from __future__ import annotations

from pathlib import Path

import platformdirs
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Config(BaseSettings):
    """How a memory works. Every field can be set by an environment variable MEMGRAPH_<FIELD>."""

    model_config = SettingsConfigDict(env_prefix="MEMGRAPH_", frozen=True, extra="forbid")

    store: str | None = Field(None, description="file path, :memory:, or neo4j:// / bolt:// address")
    neo4j_user: str = Field("neo4j", description="user of the Neo4j server")
    neo4j_password: SecretStr = Field(SecretStr(""), description="password of the Neo4j server")
    neo4j_database: str | None = Field(None, description="database; the server's default if unset")
    embedder: str = Field("static", description="static, onnx:FOLDER, openai:MODEL or ollama:MODEL")
    reranker: str | None = Field(None, description="onnx:FOLDER, openai:MODEL or ollama:MODEL; none if unset")
    extractor: str = Field("rules", description="rules, rules:PIPELINE (an installed spaCy pipeline), or openai:MODEL")
    extract_processes: int = Field(
        1, ge=1, le=64, description="processes that share the rules' reading of many messages"
    )
    confidence_margin: float = Field(
        0.2, ge=0, le=1, description="how much less sure a newer statement may be and still win"
    )
    trust: dict[str, float] = Field(
        default_factory=dict[str, float], description="how far a speaker or extractor is trusted, 0 to 1; 1 if unset"
    )
    max_text_chars: int = Field(100_000, ge=1, description="longest text of one message")
    pool: int = Field(40, ge=10, description="candidates that each signal may bring to a search")

    def store_address(self) -> str:
        """Where the memory is kept: `store`, else a file in the user's data folder."""
        return self.store or str(Path(platformdirs.user_data_dir("memgraph")) / "memory.db")
