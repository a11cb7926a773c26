"""The recall benchmarks run, on a conversation of our own in LoCoMo's form."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import untraced
from tests.scripted import Answer, refused, said

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
    return {"sample_id": f"talk-{number}", "conversation": talk, "qa": questions}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "locomo.json"
    path.write_text(json.dumps([conversation(n) for n in (2, 3)]))
    return path


def run(*args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *args]
    return subprocess.run(command, capture_output=True, text=True, env=untraced(), timeout=300, check=False)


def test_recall_is_measured_beside_the_baselines(data: Path) -> None:
    done = run(str(BENCHMARKS / "locomo.py"), str(data), "--baselines", "--ablate", "--fit")
    assert done.returncode == 0, done.stderr
    assert "4 questions on 2 conversations" in done.stdout
    for way in ("BM25", "vectors", "rank fusion", "memgraph", "cross-validated", "words around", "all neighbours"):
        assert way in done.stdout
    missing = run(str(BENCHMARKS / "locomo.py"), "nowhere.json")
    assert missing.returncode == 2
    assert "snap-research/locomo" in missing.stderr


def notes_or_verdict(asked: dict[str, Any], _number: int) -> Answer:
    """A model that repeats the notes, and judges that to be right where they name the mill."""
    if asked["model"] == "refused":
        return refused(401)
    told, given = (message["content"] for message in asked["messages"])
    if "CORRECT" in told:
        return said("CORRECT" if "old mill" in given else "WRONG")
    return said(given)


def test_answers_are_asked_for_judged_and_counted(data: Path, serve: Any) -> None:
    endpoint = ("--base-url", serve(notes_or_verdict).url, "--api-key", "k", "--price-in", "1", "--model")
    done = run(str(BENCHMARKS / "answers.py"), str(data), *endpoint, "tiny")
    assert done.returncode == 0, done.stderr
    assert "800 tokens sent, 160 received, $0.0008; 0 questions failed" in done.stdout
    assert "single-hop" in done.stdout
    failed = run(str(BENCHMARKS / "answers.py"), str(data), *endpoint, "refused")
    assert failed.returncode == 1
    assert "0 tokens sent, 0 received, $0.0000; 4 questions failed" in failed.stdout


def test_the_service_bears_many_clients_and_loses_nothing() -> None:
    done = run(str(BENCHMARKS / "serve.py"), "--clients", "8", "--seconds", "3")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "8 clients for 3 s" in done.stdout
    assert "0 failures" in done.stdout
