"""The recall benchmarks run, on a conversation of our own in LoCoMo's form."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def conversation(number: int) -> dict[str, Any]:
    def turn(ident: str, speaker: str, text: str) -> dict[str, str]:
        return {"dia_id": ident, "speaker": speaker, "text": text}

    talk = {
        "session_1_date_time": "1:56 pm on 8 May, 2023",
        "session_1": [
            turn("D1:1", "Ines", "Where did you park the caravan?"),
            turn("D1:2", "Otto", "Behind the old mill."),
            turn("D1:3", "Ines", "Lovely spot."),
        ],
        "session_2_date_time": "9:00 am on 2 July, 2023",
        "session_2": [turn("D2:1", "Otto", f"My {number} hens laid an egg yesterday.")],
    }
    questions = [
        {
            "question": "Where did Otto park the caravan?",
            "answer": "behind the mill",
            "evidence": ["D1:2"],
            "category": 4,
        },
        {"question": "When did the hens lay?", "answer": "1 July 2023", "evidence": ["D2:01"], "category": 2},
        {"question": "What about goats?", "evidence": ["D1:1"], "category": 5},
    ]
    return {"conversation": talk, "qa": questions}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "locomo.json"
    path.write_text(json.dumps([conversation(n) for n in (2, 3)]))
    return path


def run(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *args], capture_output=True, text=True, timeout=300, check=False)


def test_recall_is_measured_beside_the_baselines(data: Path) -> None:
    done = run(str(BENCHMARKS / "locomo.py"), str(data), "--baselines", "--ablate", "--fit")
    assert done.returncode == 0, done.stderr
    assert "4 questions on 2 conversations" in done.stdout
    for way in ("BM25", "vectors", "rank fusion", "memgraph", "cross-validated", "words around", "all neighbours"):
        assert way in done.stdout
    missing = run(str(BENCHMARKS / "locomo.py"), "nowhere.json")
    assert missing.returncode == 2
    assert "snap-research/locomo" in missing.stderr


@pytest.fixture
def chat() -> Iterator[str]:
    """A model that repeats the notes, and judges that to be right where they name the mill."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["messages"]
            text = asked[1]["content"]
            is_judge = "CORRECT" in asked[0]["content"]
            said = ("CORRECT" if "old mill" in text else "WRONG") if is_judge else text
            choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": said}}
            usage = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
            reply = {
                "id": "1",
                "object": "chat.completion",
                "created": 1,
                "model": "m",
                "choices": [choice],
                "usage": usage,
            }
            body = json.dumps(reply).encode()
            self.send_response(200 if self.headers["Authorization"] == "Bearer k" else 401)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    server.shutdown()
    server.server_close()


def test_answers_are_asked_for_judged_and_counted(data: Path, chat: str) -> None:
    endpoint = ("--model", "tiny", "--base-url", chat, "--api-key", "k", "--price-in", "1")
    done = run(str(BENCHMARKS / "answers.py"), str(data), *endpoint)
    assert done.returncode == 0, done.stderr
    assert "800 tokens sent, 80 received, $0.0008; 0 questions failed" in done.stdout
    assert "single-hop" in done.stdout
    failed = run(str(BENCHMARKS / "answers.py"), str(data), *endpoint[:-3], "wrong")
    assert failed.returncode == 1
    assert "0 tokens sent, 0 received, $0.0000; 4 questions failed" in failed.stdout
