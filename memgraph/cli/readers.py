"""Reads conversations out of files: JSON, JSON Lines, transcripts, LoCoMo files, ChatGPT exports."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from memgraph.errors import BadInput
from memgraph.model import UTC

_LINE = re.compile(
    r"^(?:\[?(?P<at>\d{4}-\d{2}-\d{2}[T ][\d:.]+(?:Z|[+-]\d{2}:\d{2})?)\]?\s+)?"
    r"(?P<name>[^:\[\]]{1,60}):\s+(?P<text>\S.*)$"
)
_JSON = re.compile(r"\s*(?:\{|\[\s*\{)")
_LOCOMO_TIME = "%I:%M %p on %d %B, %Y"


@dataclass(frozen=True, slots=True)
class Talk:
    """One session as a file has it: its name, and its messages in the form that `Memory.add` takes."""

    session: str
    messages: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])


def read_file(path: Path, conversation: str | None = None) -> list[Talk]:
    """The sessions of a file. `conversation` chooses one where a file holds several.

    A message without an id gets one from the file's name and its place, so that adding the file again, or
    going on after a break, changes nothing. Raises `BadInput` for a file that is none of the known kinds.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} can't be read: {error}") from error
    if path.suffix.lower() in (".jsonl", ".ndjson"):
        talks = [
            Talk(path.stem, [_json(line, f"{path}:{n}") for n, line in enumerate(text.splitlines(), 1) if line.strip()])
        ]
    elif path.suffix.lower() == ".json" or _JSON.match(text):
        talks = list(_from_json(_json(text, str(path)), path, conversation))
    else:
        talks = [Talk(path.stem, list(_transcript(text, path)))]
    for talk in talks:
        for n, message in enumerate(talk.messages, 1):
            if not isinstance(message, dict):
                raise BadInput(f"{path}: message {n} is {type(message).__name__}, not an object with role and content")
            message.setdefault("id", f"{path.name}#{talk.session}#{n}")
    if not any(talk.messages for talk in talks):
        raise BadInput(f"{path} holds no messages")
    return talks


def _json(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise BadInput(f"{where} is not valid JSON: {error}") from error


def _from_json(data: Any, path: Path, conversation: str | None) -> Iterator[Talk]:
    items: list[Any] = cast("list[Any]", data) if isinstance(data, list) else [data]
    first = cast("dict[str, Any]", items[0]) if items and isinstance(items[0], dict) else {}
    if "conversation" in first:
        yield from _locomo(_chosen(items, "sample_id", conversation, path), path)
    elif "mapping" in first:
        for item in items if conversation is None else [_chosen(items, "id", conversation, path)]:
            yield _chatgpt(item)
    elif "messages" in first:
        for n, item in enumerate(items, 1):
            yield Talk(str(item.get("session", item.get("id", f"{path.stem}-{n}"))), list(item["messages"]))
    elif "content" in first:
        yield Talk(path.stem, items)
    else:
        raise BadInput(f"{path}: a JSON file must hold messages, a LoCoMo conversation or a ChatGPT export")


def _chosen(items: Sequence[Any], key: str, wanted: str | None, path: Path) -> Any:
    if len(items) == 1 and wanted is None:
        return items[0]
    ids = [str(item.get(key)) for item in items]
    if wanted not in ids:
        raise BadInput(f"{path} holds {len(items)} conversations: choose one with --conversation ({', '.join(ids)})")
    return items[ids.index(wanted)]


def _locomo(item: Mapping[str, Any], path: Path) -> Iterator[Talk]:
    conversation = item["conversation"]
    sessions = [k for k in conversation if re.fullmatch(r"session_\d+", k)]
    for session in sorted(sessions, key=lambda k: int(k.rsplit("_", 1)[1])):
        said = conversation.get(f"{session}_date_time")
        try:
            start = dt.datetime.strptime(said, _LOCOMO_TIME).replace(tzinfo=UTC)
        except (AttributeError, ValueError) as error:
            raise BadInput(f"{path}: {session} has no time that is understood ({said!r})") from error
        messages: list[dict[str, Any]] = []
        for n, turn in enumerate(conversation[session]):
            caption = turn.get("blip_caption")
            messages.append(
                {
                    "id": turn["dia_id"],
                    "role": "user",
                    "name": turn["speaker"],
                    "content": turn["text"] + (f" [shares an image: {caption}]" if caption else ""),
                    "timestamp": start + dt.timedelta(seconds=n),
                }
            )
        yield Talk(session, messages)


def _chatgpt(item: Mapping[str, Any]) -> Talk:
    messages: list[dict[str, Any]] = []
    for node in item["mapping"].values():
        message = cast("dict[str, Any]", node.get("message") or {})
        role = cast("dict[str, Any]", message.get("author") or {}).get("role")
        parts: list[Any] = cast("dict[str, Any]", message.get("content") or {}).get("parts") or []
        text = "\n".join(p for p in parts if isinstance(p, str)).strip()
        if role in ("user", "assistant") and text and message.get("create_time"):
            messages.append({"id": message["id"], "role": role, "content": text, "timestamp": message["create_time"]})
    messages.sort(key=lambda m: m["timestamp"])
    return Talk(str(item.get("id") or item.get("conversation_id") or item.get("title")), messages)


def _transcript(text: str, path: Path) -> Iterator[dict[str, Any]]:
    message: dict[str, Any] | None = None
    for n, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        match = _LINE.match(line.strip())
        if match is not None:
            if message is not None:
                yield message
            message = {"role": "user", "name": match["name"].strip(), "content": match["text"]}
            if match["at"]:
                at = dt.datetime.fromisoformat(match["at"])
                message["timestamp"] = at if at.tzinfo else at.replace(tzinfo=UTC)
        elif message is not None:
            message["content"] += "\n" + line.strip()
        else:
            raise BadInput(f'{path}:{n}: a transcript has lines of the form "Name: text", not {line[:40]!r}')
    if message is not None:
        yield message
