"""What requests hold and what answers look like."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field


def _is_text(value: Any) -> Any:
    if not isinstance(value, (str, dt.datetime)) or (isinstance(value, str) and "T" not in value.upper()):
        raise ValueError("a time is a text as ISO 8601 has it, 2025-03-14T09:00:00Z")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_is_text)]
Id = Annotated[str, Field(min_length=1, max_length=512)]
Kinds = Annotated[list[Literal["fact", "episode"]], Field(min_length=1)]
Count = Annotated[int, Field(ge=1, le=1000)]
Limit = Annotated[int, Field(ge=1, le=1000, strict=True)]
Flag = Annotated[bool, Field(strict=True)]
Number = Annotated[float, Field(strict=True)]


class Whose(BaseModel):
    """Whose memory is meant; `X-Session-ID` stands for `run_id` where the body has none."""

    model_config = ConfigDict(extra="forbid")

    user_id: Id | None = None
    agent_id: Id | None = None
    run_id: Id | None = None
    tenant: Id | None = Field(None, description="the key's own if not given")


class Message(BaseModel):
    """Something said."""

    role: Annotated[str, Field(min_length=1, max_length=64)] = "user"
    content: Annotated[str, Field(min_length=1)]
    id: Id | None = Field(None, description="your own id of it; the same id again is the same message")
    name: Id | None = Field(None, description="who said it")
    timestamp: Moment | None = None
    metadata: dict[str, Any] | None = None


class Add(Whose):
    """Messages to remember."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "user_id": "sam",
                    "run_id": "call-1",
                    "messages": [
                        {
                            "role": "user",
                            "name": "Dana Reyes",
                            "content": "I joined Fabrikam last Friday.",
                            "id": "m1",
                            "timestamp": "2025-05-12T10:00:00Z",
                        }
                    ],
                }
            ]
        },
    )

    messages: Annotated[list[Message], Field(min_length=1, max_length=1000)] | Annotated[str, Field(min_length=1)]
    metadata: dict[str, Any] | None = None
    timestamp: Moment | None = Field(None, description="when they were said, where a message does not tell")
    infer: Annotated[Flag, Field(description="false: keep them without reading facts out of them")] = True
    wait: Annotated[Flag, Field(description="false: store them now, read them later, and answer with a job")] = True


class AddFact(Whose):
    """A fact to store directly."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"user_id": "sam", "subject": "Dana Reyes", "predicate": "works_at", "object": "Fabrikam"}]
        },
    )

    subject: Annotated[str, Field(min_length=1)]
    predicate: Annotated[str, Field(min_length=1, max_length=256)]
    object: Annotated[str, Field(min_length=1)] | Number
    qualifier: str = ""
    valid_from: Moment | None = None
    valid_to: Moment | None = None
    confidence: Annotated[float, Field(gt=0, le=1, strict=True)] = 1.0
    source: Id | None = None


class Ask(Whose):
    """A question."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"user_id": "sam", "query": "Where does Dana work?"}]}
    )

    query: Annotated[str, Field(min_length=1)]
    limit: Limit = 5
    threshold: Number | None = None
    kinds: Kinds = ["fact", "episode"]
    as_of: Moment | None = Field(None, description="what was true then")
    known_at: Moment | None = Field(None, description="what was known then")
    explain: Flag = False


class AskContext(Whose):
    """A question whose answer is a text for a prompt."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"user_id": "sam", "query": "Where does Dana work?", "max_tokens": 300}]},
    )

    query: Annotated[str, Field(min_length=1)]
    max_tokens: Annotated[int, Field(ge=1, le=1_000_000, strict=True)] = 1000
    as_of: Moment | None = None
    known_at: Moment | None = None


class NewText(BaseModel):
    """The text that a memory gets."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"text": "Dana works at Contoso"}]})

    text: Annotated[str, Field(min_length=1)]


class TwoNames(Whose):
    """Two names, or ids of entities."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"user_id": "sam", "a": "Dana Reyes", "b": "Dee"}]}
    )

    a: Annotated[str, Field(min_length=1)]
    b: Annotated[str, Field(min_length=1)]


class Problem(BaseModel):
    """What went wrong, as RFC 9457 has it."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[dict[str, Any]] | None = None


class Job(BaseModel):
    """Messages that are stored and are being read."""

    id: str
    status: Literal["pending", "done", "failed"]
    episodes: int
    left: int = Field(description="how many are still to be read")
    error: str | None = Field(None, description="why the last try failed; it is tried again")


class Accepted(BaseModel):
    """Messages that are stored and will be read."""

    results: list[dict[str, Any]]
    episodes: list[str]
    pending: str
    job: Job
