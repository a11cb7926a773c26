"""How the service works; each field is an environment variable MEMGRAPH_SERVE_<FIELD>."""

from __future__ import annotations

from pathlib import Path

import platformdirs
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServeConfig(BaseSettings):
    """The service's settings."""

    model_config = SettingsConfigDict(env_prefix="MEMGRAPH_SERVE_", frozen=True, extra="forbid")

    keys: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("memgraph")) / "keys.json",
        description="file of API keys, hashed; `memgraph keys` writes it",
    )
    requests_a_minute: int = Field(600, ge=1, description="that each key may make")
    max_body_bytes: int = Field(
        10 * 2**20, ge=1, description="longest request body; imports are streams, and may be longer"
    )
    body_seconds: float = Field(30.0, gt=0, description="longest wait for the next part of a request's body")
    cors_origins: list[str] = Field(
        default_factory=list[str], description="JSON list of origins whose pages may call; none if unset"
    )
    retry_seconds: float = Field(30.0, gt=0, description="how often what is pending is tried again; at most")
    shutdown_seconds: int = Field(30, ge=1, description="how long requests may take to end when the service stops")
