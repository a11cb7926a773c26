"""The command line, run as a person would run it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Place, untraced


def run(*args: str, code: int = 0, place: Place | None = None, **env: str) -> str:
    given = {**(untraced() if place is not None and place.auth else os.environ), **env}
    if place is not None:
        given["MEMGRAPH_STORE"] = place.address
        if place.auth:
            given["MEMGRAPH_NEO4J_PASSWORD"] = place.auth[1]
    done = subprocess.run(
        [sys.executable, "-m", "memgraph", *args], capture_output=True, text=True, env=given, timeout=60
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def read(*args: str, **more: Any) -> Any:
    return json.loads(run(*args, "--json", **more))


TALK = """\
[2025-03-03 10:00:00] Dana Reyes: I work at Northwind.
And I like it.
[2025-03-03 10:01:00] Sam Ode: Nice! Northwind has a budget of $40k.
"""


def test_the_demo_shows_what_memory_does() -> None:
    out = run("demo")
    for told in ("What was heard", "superseded", "disputed", "correction", "Anders Vik", "(disputed)", "said in"):
        assert told in out
    answers = read("demo")["answers"]
    assert len(answers) == 5
    assert all(results for results in answers.values())
    tops = [[r["memory"] for r in results] for results in answers.values()]
    assert "The decision maker at Fjordlight Hotels is Anders Vik" in tops[0]
    assert any("$45k" in memory for memory in tops[1])
    assert any("security review" in memory for memory in tops[2])
    assert any("15 November 2025" in memory for memory in tops[3])
    assert "Jonas Bakke works at Sandvik Bank" in tops[4]


def test_a_transcript_goes_in_and_answers_come_out(place: Place, user: str, tmp_path: Path) -> None:
    talk = tmp_path / "talk.txt"
    talk.write_text(TALK)
    assert "2 messages read, 2 of them new; 2 facts" in run("add", str(talk), "--user", user, place=place)
    assert read("add", str(talk), "--user", user, place=place) == {"messages": 2, "new": 0, "facts": 0}
    found = read("search", "Where does Dana work?", "--user", user, "--explain", place=place)["results"]
    assert found[0]["memory"] == "Dana Reyes works at Northwind"
    explained = run("search", "Where does Dana work?", "--user", user, "--explain", place=place)
    for part in ("Understood as", "asks for: where", "relation", "by way of Dana Reyes works at Northwind"):
        assert part in explained
    (budget,) = read("facts", "--user", user, "--predicate", "budget", place=place)
    assert (budget["object"], budget["object_text"]) == ("40000 USD", "$40k")
    assert "Northwind" in run("entities", "--user", user, place=place)
    assert "And I like it." in run("episodes", "--user", user, place=place)
    assert read("history", budget["id"], place=place)[0]["event"] == "ADD"
    assert read("stats", "--user", user, place=place)["episodes"] == 2
    assert "All is well" in run("doctor", place=place)
    assert "0 pending" in run("pending", "--retry", place=place)
    assert "Nothing to do" in run("migrate", place=place)
    run("delete", budget["id"], place=place)
    run("facts", "--user", user, "--predicate", "budget", code=1, place=place)
    run("delete", "--all", "--yes", "--user", user, place=place)
    run("search", "Dana", "--user", user, code=1, place=place)


LOCOMO = [
    {
        "sample_id": f"conv-{n}",
        "conversation": {
            "speaker_a": "Ana",
            "session_1_date_time": "1:56 pm on 8 May, 2023",
            "session_1": [
                {"speaker": "Ana", "dia_id": "D1:1", "text": "I live in Porto.", "blip_caption": "a river"},
                {"speaker": "Bo", "dia_id": "D1:2", "text": "I moved to Faro yesterday."},
            ],
            "session_2_date_time": "9:00 am on 9 May, 2023",
            "session_2": [{"speaker": "Bo", "dia_id": "D2:1", "text": "Good morning."}],
        },
    }
    for n in (1, 2)
]
CHATGPT = [
    {
        "id": "c1",
        "title": "t",
        "mapping": {
            "a": {"message": None},
            "b": {
                "message": {
                    "id": "m2",
                    "author": {"role": "assistant"},
                    "create_time": 1700000001.5,
                    "content": {"parts": ["Noted."]},
                }
            },
            "c": {
                "message": {
                    "id": "m1",
                    "author": {"role": "user"},
                    "create_time": 1700000000.5,
                    "content": {"parts": ["I live in Porto."]},
                }
            },
            "d": {"message": {"id": "m0", "author": {"role": "system"}, "content": {"parts": [""]}}},
        },
    }
]


def test_every_kind_of_file_is_read(tmp_path: Path) -> None:
    store = {"MEMGRAPH_STORE": str(tmp_path / "m.db")}
    files = {
        "locomo.json": json.dumps(LOCOMO),
        "conversations.json": json.dumps(CHATGPT),
        "list.json": json.dumps([{"role": "user", "content": "I live in Porto."}]),
        "wrapped.json": json.dumps({"messages": [{"role": "user", "content": "I live in Porto."}]}),
        "lines.jsonl": '{"content": "I live in Porto."}\n\n{"content": "Hello."}\n',
    }
    counts = {}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
        more = ["--conversation", "conv-2"] if name == "locomo.json" else []
        counts[name] = read("add", str(tmp_path / name), "--user", name, *more, **store)
        again = read("add", str(tmp_path / name), "--user", name, *more, **store)
        assert again["new"] == 0
    assert {n: c["new"] for n, c in counts.items()} == {
        "locomo.json": 3,
        "conversations.json": 2,
        "list.json": 1,
        "wrapped.json": 1,
        "lines.jsonl": 2,
    }
    said = read("episodes", "--user", "locomo.json", **store)
    assert said[0]["occurred_at"] == "2023-05-08T13:56:00+00:00"
    assert said[0]["content"].endswith("[shares an image: a river]")
    assert [e["speaker"] for e in read("episodes", "--user", "conversations.json", **store)] == [
        "conversations.json",
        "assistant",
    ]


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.json", "{", "not valid JSON"),
        ("a.json", '{"x": 1}', "must hold messages"),
        ("a.json", json.dumps(LOCOMO), "choose one with --conversation"),
        ("a.jsonl", "5", "not an object"),
        ("a.txt", "no colon here", "Name: text"),
        ("a.txt", "", "holds no messages"),
    ],
)
def test_a_file_that_can_t_be_read_says_why(tmp_path: Path, name: str, text: str, says: str) -> None:
    (tmp_path / name).write_text(text)
    assert says in run("add", str(tmp_path / name), "--user", "u", "--store", ":memory:", code=2)


def test_exit_codes_tell_what_went_wrong(tmp_path: Path) -> None:
    assert "--user" in run("facts", "--store", ":memory:", code=2)
    assert "can't be read" in run("add", str(tmp_path / "none.txt"), "--user", "u", code=2)
    assert "no store" in run("stats", "--store", "ftp://x", code=2)
    assert "doesn't answer" in run("stats", "--store", "bolt://127.0.0.1:9", code=3, MEMGRAPH_NEO4J_PASSWORD="x")
    assert "or --all" in run("delete", "--store", ":memory:", code=2)
    assert "no memory" in run("delete", "fa_x", "--store", ":memory:", code=2)
    run("history", "fa_x", "--store", ":memory:", code=1)


def test_who_may_be_one_is_listed_decided_and_taken_back(tmp_path: Path) -> None:
    place = Place(str(tmp_path / "memory.db"), None)
    talk = tmp_path / "talk.txt"
    talk.write_text(
        "[2025-03-03 10:00:00] Ana: Jonathan Reeves works at Northwind.\n"
        "[2025-03-04 10:00:00] Ana: Jonathon Reeves works at Fabrikam.\n"
    )
    run("add", str(talk), "--user", "u", place=place)
    assert read("entities", "review", "--user", "u", place=place, code=1) == []  # they differ in where they work
    (pair,) = read("entities", "review", "--at-least", "0.4", "--user", "u", place=place)
    assert {pair["a"]["name"], pair["b"]["name"]} == {"Jonathan Reeves", "Jonathon Reeves"}
    assert "spelled alike" in run("entities", "review", "--at-least", "0.4", "--user", "u", place=place)
    assert "Jonathan Reeves" in run(
        "entities", "merge", "Jonathan Reeves", "Jonathon Reeves", "--user", "u", place=place
    )
    (fact,) = read("facts", "--user", "u", place=place)
    told = run("facts", "--why", fact["id"], place=place)
    assert "one value at a time" in told
    assert "Northwind holds" in told
    assert "recency" in told
    assert read("facts", "--why", fact["id"], place=place)["predicate"] == "works_at"
    assert "facts --json" in run("facts", "--why", "fa_none", place=place, code=2)
    assert "known as" in run("entities", "merge", "Ana", "Nobody", "--user", "u", place=place, code=2)
    run("entities", "unmerge", "Jonathan Reeves", "Jonathon Reeves", "--user", "u", place=place)
    assert len(read("facts", "--user", "u", place=place)) == 2
    run("entities", "review", "--at-least", "0.4", "--user", "u", place=place, code=1)


def test_a_memory_is_carried_away_and_back(tmp_path: Path) -> None:
    talk, away = tmp_path / "talk.txt", tmp_path / "away.jsonl"
    talk.write_text(TALK)
    here, there = ({"MEMGRAPH_STORE": str(tmp_path / name)} for name in ("here.db", "there.db"))
    run("add", str(talk), "--user", "u", **here)
    run("export", str(away), "--user", "u", **here)
    assert run("export", "--user", "u", **here).splitlines()[1:] == away.read_text().splitlines()[1:]
    assert read("import", str(away), **there) == {"episodes": 2, "new": 2}
    assert read("import", str(away), "--user", "heir", **there) == {"episodes": 2, "new": 2}
    profile = read("profile", "Northwind", "--user", "heir", **there)
    assert [r["memory"] for r in profile["groups"]["budget"]] == ["The budget of Northwind is $40k"]
    assert "budget: $40k" in run("profile", "Northwind", "--user", "u", **there)
    assert run("profile", "Nobody", "--user", "u", code=1, **there) == ""
    assert "line 1 is not valid JSON" in run("import", str(talk), code=2, **there)
    assert "can't be read" in run("import", str(tmp_path / "nowhere"), code=2, **there)


@pytest.mark.parametrize(
    ("source", "data", "user", "facts"),
    [
        (
            "mem0",
            {
                "results": [
                    {
                        "id": "1",
                        "memory": "I live in Porto.",
                        "user_id": "dana",
                        "created_at": "2025-01-02T03:04:05-08:00",
                    },
                    {"id": "2", "memory": "I speak Thai.", "user_id": "dana", "metadata": {"a": 1}, "created_at": None},
                ]
            },
            "dana",
            {"Dana lives in Porto", "Dana speaks Thai"},
        ),
        (
            "graphiti",
            {
                "episodes": [
                    {
                        "uuid": "e1",
                        "content": "Dana Reyes: I live in Porto.",
                        "valid_at": "2025-01-02T03:04:05",
                        "group_id": "g",
                    },
                    {"uuid": "e2", "content": "The caravan is blue.", "group_id": "g"},
                ],
                "nodes": [{"uuid": "n1", "name": "Dana Reyes"}, {"uuid": "n2", "name": "Fabrikam"}],
                "edges": [
                    {
                        "source_node_uuid": "n1",
                        "target_node_uuid": "n2",
                        "name": "WORKS_AT",
                        "valid_at": "2024-05-01",
                        "invalid_at": None,
                        "group_id": "g",
                    }
                ],
            },
            "g",
            {"Dana Reyes lives in Porto", "Dana Reyes works at Fabrikam"},
        ),
        (
            "langmem",
            [
                {
                    "namespace": ["memories", "dana"],
                    "key": "k1",
                    "value": {"kind": "Memory", "content": "I live in Porto."},
                },
                {
                    "namespace": ["memories", "dana"],
                    "key": "k2",
                    "value": {"content": {"n": 1}},
                    "updated_at": "2025-01-01",
                },
            ],
            "dana",
            {"Dana lives in Porto"},
        ),
    ],
)
def test_other_memories_move_in(source: str, data: Any, user: str, facts: set[str], tmp_path: Path) -> None:
    file, env = tmp_path / "export.json", {"MEMGRAPH_STORE": str(tmp_path / "memory.db")}
    file.write_text(json.dumps(data))
    first = read("import", str(file), "--from", source, **env)
    assert first["new"] == first["episodes"] > 1
    assert read("import", str(file), "--from", source, **env)["new"] == 0
    assert {f["text"] for f in read("facts", "--user", user, **env)} == facts
    run("import", str(file), "--from", source, "--user", "heir", **env)
    assert len(read("facts", "--user", "heir", **env)) == len(facts)
    file.write_text('{"surprise": []}')
    assert "docs/transfer.md" in run("import", str(file), "--from", source, code=2, **env)
