"""Checks what callers pass, before anything is read or written, and turns it into the model."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict, cast

from memgraph.errors import BadInput
from memgraph.model import UTC, Episode, Scope, digest

Message = str | Mapping[str, Any]
KINDS = ("fact", "episode")
_MAX_ID_CHARS = 512
_MESSAGE_FIELDS = frozenset({"role", "content", "id", "name", "timestamp", "metadata"})
_NOT_MEMORY = frozenset({"tool_calls", "tool_call_id", "function_call", "refusal", "annotations", "audio"})


class ScopeArgs(TypedDict, total=False):
    """Whose memory is meant. At least one of the ids is needed; `filters` may hold them too, as in Mem0."""

    user_id: str | None
    agent_id: str | None
    run_id: str | None
    tenant: str | None
    filters: Mapping[str, Any] | None


def read_scope(args: ScopeArgs) -> Scope:
    """The scope that a call names. Raises `BadInput` for none, an empty id, or an unknown argument."""
    given: dict[str, Any] = dict(args)
    filters: dict[str, Any] = dict(given.pop("filters", None) or {})
    unknown = sorted((given.keys() | filters.keys()) - {"user_id", "agent_id", "run_id", "tenant"})
    if unknown:
        raise BadInput(f"unknown argument {unknown[0]!r}: a scope is named by user_id, agent_id, run_id and tenant")
    for name, value in filters.items():
        if given.get(name) not in (None, value):
            raise BadInput(f"{name} is given twice, as {given[name]!r} and in filters as {value!r}")
        given[name] = value
    ids = {name: _checked_id(name, value) for name, value in given.items() if value is not None}
    if not ids.keys() & {"user_id", "agent_id", "run_id"}:
        raise BadInput("name whose memory is meant: pass user_id, agent_id or run_id")
    return Scope(ids.get("tenant", "default"), ids.get("user_id"), ids.get("agent_id"), ids.get("run_id"))


def _checked_id(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise BadInput(f"{name} must be a text that is not empty, not {value!r}")
    if len(value) > _MAX_ID_CHARS or "\x00" in value:
        raise BadInput(f"{name} must have at most {_MAX_ID_CHARS} characters and no NUL")
    return value


def read_text(name: str, value: Any, max_chars: int) -> str:
    """A text of at most `max_chars` characters, neither empty nor with a NUL or a lone surrogate in it."""
    if not isinstance(value, str):
        raise BadInput(f"{name} must be a text, not {type(value).__name__}")
    if not value.strip():
        raise BadInput(f"{name} is empty")
    if len(value) > max_chars:
        raise BadInput(f"{name} has {len(value)} characters; at most {max_chars} are taken (MEMGRAPH_MAX_TEXT_CHARS)")
    if "\x00" in value:
        raise BadInput(f"{name} holds a NUL character: remove it")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise BadInput(f"{name} is not valid Unicode: {error.reason} at character {error.start}") from error
    return value


def read_moment(name: str, value: Any) -> dt.datetime:
    """A time in UTC, from an aware datetime, an ISO text with an offset, a date, or seconds since 1970."""
    if isinstance(value, bool):
        raise BadInput(f"{name} must be a time, not {value!r}")
    try:
        if isinstance(value, (int, float)):
            return dt.datetime.fromtimestamp(value, UTC)
        if isinstance(value, str):
            value = dt.datetime.fromisoformat(value)
    except (ValueError, OverflowError, OSError) as error:
        raise BadInput(f"{name} is no time that is understood ({value!r}): use ISO 8601, 2025-03-14T09:00Z") from error
    if isinstance(value, dt.datetime):
        if value.tzinfo is None:
            raise BadInput(f"{name} has no time zone: pass an aware datetime, e.g. datetime(2025, 3, 14, tzinfo=UTC)")
        return value.astimezone(UTC)
    if isinstance(value, dt.date):
        return dt.datetime(value.year, value.month, value.day, tzinfo=UTC)
    raise BadInput(f"{name} must be a datetime, a date or an ISO text, not {type(value).__name__}")


def maybe_moment(name: str, value: Any) -> dt.datetime | None:
    """The same, or None for None."""
    return None if value is None else read_moment(name, value)


def read_limit(name: str, value: Any) -> int:
    """A count of at least 1."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise BadInput(f"{name} must be a whole number of at least 1, not {value!r}")
    return value


def read_kinds(kinds: Sequence[str]) -> frozenset[str]:
    """Some of `KINDS`, at least one."""
    given = (kinds,) if isinstance(kinds, str) else tuple(kinds)
    wrong = [k for k in given if k not in KINDS]
    if wrong or not given:
        raise BadInput(f"kinds must be some of {', '.join(KINDS)}, not {given!r}")
    return frozenset(given)


def read_confidence(value: Any) -> float:
    """A number from 0 (excluded) to 1."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= 1:
        raise BadInput(f"confidence must be a number above 0 and at most 1, not {value!r}")
    return float(value)


def read_metadata(value: Any) -> dict[str, Any]:
    """A mapping that can be written as JSON."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise BadInput(f"metadata must be a mapping, not {type(value).__name__}")
    try:
        return json.loads(json.dumps(dict(cast("Mapping[str, Any]", value)), allow_nan=False))
    except (TypeError, ValueError) as error:
        raise BadInput(f"metadata must be writable as JSON: {error}") from error


def read_messages(
    messages: Message | Sequence[Message],
    scope: Scope,
    *,
    metadata: Any,
    timestamp: Any,
    recorded_at: Any,
    now: dt.datetime,
    max_chars: int,
) -> list[Episode]:
    """One episode for each message, in order, `place` counting from 0.

    An id is a hash of scope, session and the message's own id or, where it has none, speaker, time, content
    and its count among equals in this call. With neither id nor time each call is a new event.
    """
    given: Sequence[Message] = [messages] if isinstance(messages, (str, Mapping)) else messages
    if not isinstance(given, Sequence):
        raise BadInput(f"messages must be a text, a message or a list of them, not {type(given).__name__}")
    shared = read_metadata(metadata)
    when = maybe_moment("timestamp", timestamp)
    recorded = maybe_moment("recorded_at", recorded_at) or now
    equals: dict[str, int] = {}
    call = uuid.uuid4().hex
    episodes: list[Episode] = []
    for place, message in enumerate(given):
        at = f"message {place + 1}"
        if not isinstance(message, (str, Mapping)):
            raise BadInput(f"{at} must be a text or a mapping with role and content, not {type(message).__name__}")
        fields: Mapping[str, Any] = {"role": "user", "content": message} if isinstance(message, str) else message
        if fields.get("content") is None and fields.get("tool_calls"):
            continue  # an assistant's call of a tool says nothing
        unknown = sorted(set(fields) - _MESSAGE_FIELDS - _NOT_MEMORY)
        if unknown:
            raise BadInput(f"{at} has an unknown field {unknown[0]!r}: use {', '.join(sorted(_MESSAGE_FIELDS))}")
        role = read_text(f"role of {at}", fields.get("role", "user"), 64)
        content = read_text(f"content of {at}", fields.get("content"), max_chars)
        speaker = _speaker(fields, scope, role, at)
        own_time = maybe_moment(f"timestamp of {at}", fields.get("timestamp"))
        own_id = fields.get("id")
        if own_id is not None:
            own_id = _checked_id(f"id of {at}", own_id)
            identity = ("id", own_id)
        else:
            said = (speaker, own_time or when or call, content)
            count = equals[digest(*said)] = equals.get(digest(*said), 0) + 1
            identity = ("said", *said, count)
        episodes.append(
            Episode(
                id="ep_" + digest(scope.session_id, *identity),
                scope=scope,
                speaker=speaker,
                role=role,
                content=content,
                occurred_at=own_time or when or recorded,
                recorded_at=recorded,
                place=place,
                message_id=own_id,
                metadata={**shared, **read_metadata(fields.get("metadata"))},
            )
        )
    by_id: dict[str, Episode] = {}
    for episode in episodes:  # a message that comes twice is one message
        first = by_id.setdefault(episode.id, episode)
        if first.content != episode.content:
            raise BadInput(f"two messages of this call have the id {episode.message_id!r}, but not the same text")
    return list(by_id.values())


def episode_id(scope: Scope, message_id: str) -> str:
    """The id of the episode that a message with an id of its own becomes in a session."""
    return "ep_" + digest(scope.session_id, "id", message_id)


def _speaker(fields: Mapping[str, Any], scope: Scope, role: str, at: str) -> str:
    name = fields.get("name")
    if name is not None:
        return read_text(f"name of {at}", name, _MAX_ID_CHARS).strip()
    if role == "user" and scope.user is not None:
        return scope.user
    if role == "assistant" and scope.agent is not None:
        return scope.agent
    return role
