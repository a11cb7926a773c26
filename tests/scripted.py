"""A chat model's endpoint, scripted: it speaks OpenAI's protocol over real HTTP, also as one that fails does."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, dict[str, str], Any]  # status, headers (X-Slow: seconds to each 64 bytes), body
Script = Callable[[dict[str, Any], int], Answer]  # the request's body and its number, from 1


def said(content: str | None, *, finish: str = "stop", calls: tuple[tuple[str, str], ...] = ()) -> Answer:
    """What a model says, or the tools that it calls: each a name and its arguments as JSON."""
    message: dict[str, Any] = {"role": "assistant", "content": content}
    if calls:
        message["tool_calls"] = [
            {"id": f"c{n}", "type": "function", "function": {"name": name, "arguments": arguments}}
            for n, (name, arguments) in enumerate(calls, 1)
        ]
    usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
    choice = {"index": 0, "finish_reason": finish, "message": message}
    return (
        200,
        {},
        {"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage},
    )


def refused(status: int, **headers: str) -> Answer:
    """A failure."""
    return status, {"Retry-After": "0", **headers}, {"error": {"message": "no"}}


def streamed(answer: Answer) -> Answer:
    """The same answer as a stream of chunks, cut in the middle of words."""
    choice = answer[2]["choices"][0]
    message = choice["message"]
    text = message["content"] or ""
    deltas: list[dict[str, Any]] = [{"role": "assistant"}]
    deltas += [{"content": text[at : at + 7]} for at in range(0, len(text), 7)]
    for index, call in enumerate(message.get("tool_calls", ())):
        name, arguments = call["function"]["name"], call["function"]["arguments"]
        opened = {"id": call["id"], "type": "function", "function": {"name": name, "arguments": ""}}
        deltas.append({"tool_calls": [{"index": index, **opened}]})
        parts = (arguments[at : at + 9] for at in range(0, len(arguments), 9))
        deltas += [{"tool_calls": [{"index": index, "function": {"arguments": part}}]} for part in parts]
    shared = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    chunks = [{**shared, "choices": [{"index": 0, "delta": d, "finish_reason": None}]} for d in deltas]
    chunks.append({**shared, "choices": [{"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]}]})
    chunks.append({**shared, "choices": [], "usage": answer[2]["usage"]})
    body = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"
    return 200, {"Content-Type": "text/event-stream"}, body.encode()


class ScriptedModel:
    """Answers each request with what the script says."""

    def __init__(self, script: Script) -> None:
        self.requests: list[dict[str, Any]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.requests.append(asked)
                status, headers, body = script(asked, len(outer.requests))
                raw = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                form = {"Content-Type": "application/json", "Content-Length": str(len(raw))}
                for key, value in {**form, **headers}.items():
                    self.send_header(key, value)
                self.end_headers()
                try:
                    for start in range(0, len(raw), 64):
                        self.wfile.write(raw[start : start + 64])
                        time.sleep(float(headers.get("X-Slow", "0")))
                except (BrokenPipeError, ConnectionResetError):
                    return  # the client has had enough

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
