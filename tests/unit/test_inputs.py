"""Bad input gets an error that says what to do, before anything is written."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from memgraph import BadInput, Memory
from memgraph.inputs import read_messages, read_moment, read_scope
from memgraph.model import UTC, Scope

NOW = dt.datetime(2025, 1, 1, tzinfo=UTC)


@pytest.fixture
def memory():
    with Memory(":memory:") as memory:
        yield memory


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda m: m.add("hello"), "user_id"),
        (lambda m: m.add("hello", user_id=""), "not empty"),
        (lambda m: m.add("hello", user_id="  "), "not empty"),
        (lambda m: m.add("hello", user_id="a\x00b"), "NUL"),
        (lambda m: m.add("hello", usr_id="a"), "unknown argument 'usr_id'"),
        (lambda m: m.add("hello", filters={"nobody": "a"}), "unknown argument 'nobody'"),
        (lambda m: m.add("hello", user_id="a", filters={"user_id": "b"}), "twice"),
        (lambda m: m.add("", user_id="a"), "empty"),
        (lambda m: m.add(" \n", user_id="a"), "empty"),
        (lambda m: m.add("a\x00b", user_id="a"), "NUL"),
        (lambda m: m.add("\ud800", user_id="a"), "Unicode"),
        (lambda m: m.add("x" * 100_001, user_id="a"), "at most 100000"),
        (lambda m: m.add(5, user_id="a"), "not"),
        (lambda m: m.add([5], user_id="a"), "mapping"),
        (lambda m: m.add({"role": "user"}, user_id="a"), "must be a text"),
        (lambda m: m.add({"role": "user", "content": "x", "contnt": "y"}, user_id="a"), "unknown field 'contnt'"),
        (
            lambda m: m.add([{"content": "x", "id": "1"}, {"content": "y", "id": "1"}], user_id="a"),
            "not the same text",
        ),
        (lambda m: m.add("x", user_id="a", timestamp=dt.datetime(2025, 1, 1)), "time zone"),
        (lambda m: m.add("x", user_id="a", timestamp="yesterday"), "ISO 8601"),
        (lambda m: m.add("x", user_id="a", timestamp=True), "must be a time"),
        (lambda m: m.add("x", user_id="a", metadata={"a": object()}), "JSON"),
        (lambda m: m.add("x", user_id="a", metadata=[1]), "mapping"),
        (lambda m: m.search("", user_id="a"), "empty"),
        (lambda m: m.search("x", user_id="a", limit=0), "at least 1"),
        (lambda m: m.search("x", user_id="a", limit=True), "at least 1"),
        (lambda m: m.search("x", user_id="a", kinds=("dream",)), "fact, episode"),
        (lambda m: m.search("x", user_id="a", kinds=()), "fact, episode"),
        (lambda m: m.search("x", user_id="a", as_of=dt.datetime(2025, 1, 1)), "time zone"),
        (lambda m: m.context("x", user_id="a", max_tokens=0), "at least 1"),
        (lambda m: m.episodes(user_id="a", since=NOW, until=NOW), "must lie after"),
        (lambda m: m.add_fact("Ana", "likes", "tea", user_id="a", valid_from=NOW, valid_to=NOW), "must lie after"),
        (lambda m: m.add_fact("Ana", "likes", "tea", user_id="a", confidence=0), "above 0"),
        (lambda m: m.add_fact("Ana", "!!", "tea", user_id="a"), "not a predicate"),
        (lambda m: m.add_fact("Ana", "likes", "", user_id="a"), "empty"),
        (lambda m: m.get(""), "empty"),
        (lambda m: m.update("fa_x", "y"), "no memory"),
        (lambda m: m.delete_all(), "user_id"),
    ],
)
def test_bad_input_is_refused_with_a_reason(memory: Memory, call: Any, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        call(memory)
    assert memory.stats()["episodes"] == 0


def test_openai_messages_are_taken_as_they_are(memory: Memory) -> None:
    messages = [
        {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]},
        {"role": "tool", "content": "42", "tool_call_id": "1"},
        {"role": "assistant", "content": "It is 42.", "refusal": None},
    ]
    added = memory.add(messages, user_id="a", agent_id="bot")
    assert [e.speaker for e in memory.episodes(user_id="a")] == ["tool", "bot"]
    assert len(added["episodes"]) == 2


def test_mem0_call_shapes() -> None:
    with Memory(":memory:") as m:
        added = m.add("I work at Contoso.", user_id="alice", metadata={"k": 1})
        assert {r["event"] for r in added["results"]} == {"ADD"}
        assert m.add("Just this.", user_id="alice", infer=False)["results"][0]["memory"] == "Just this."
        v2 = m.search("Where does alice work?", user_id="alice", limit=2)
        v3 = m.search("Where does alice work?", filters={"user_id": "alice"}, top_k=2)
        assert [r["id"] for r in v2["results"]] == [r["id"] for r in v3["results"]]
        assert {"id", "memory", "score", "metadata", "created_at"} <= v2["results"][0].keys()
        assert m.search("Contoso", user_id="alice", threshold=1.0) == {"results": []}
        for result in m.get_all(user_id="alice")["results"]:
            found = m.get(result["id"])
            assert found is not None
            assert found["memory"] == result["memory"]
        assert m.delete_all(user_id="alice")["message"]
        m.reset()
        assert m.stats()["episodes"] == 0


def test_ids_are_a_hash_of_what_names_the_message() -> None:
    def ids(messages: Any, scope: Scope | None = None, **more: Any) -> list[str]:
        given = {"metadata": None, "timestamp": None, "recorded_at": None, "now": NOW, "max_chars": 100, **more}
        return [e.id for e in read_messages(messages, scope or Scope(user="u"), **given)]

    by_id = {"content": "x", "id": "1"}
    assert ids(by_id) == ids({**by_id, "content": "y"})
    assert ids(by_id) != ids(by_id, Scope(user="v"))
    assert ids(by_id) != ids(by_id, Scope(user="u", session="s"))
    timed = {"content": "x", "timestamp": NOW}
    assert ids([timed, timed]) == ids([timed, timed])
    assert len(set(ids([timed, timed]))) == 2
    assert ids("x") != ids("x")
    assert ids("x", timestamp=NOW) == ids("x", timestamp=NOW)


def test_scopes_do_not_run_into_each_other() -> None:
    scopes = [
        Scope(user="a"),
        Scope(user="a", tenant="t"),
        Scope(agent="a"),
        Scope(session="a"),
        Scope(user="a/b"),
        Scope(user="b"),
    ]
    assert len({s.key for s in scopes}) == len(scopes)
    assert Scope(user="a", agent="x", session="y").key == Scope(user="a").key
    assert read_scope({"filters": {"user_id": "a", "run_id": "r"}}) == Scope(user="a", session="r")


def test_times_come_in_as_utc() -> None:
    expected = dt.datetime(2025, 3, 14, 7, tzinfo=UTC)
    assert read_moment("t", "2025-03-14T09:00:00+02:00") == expected
    assert read_moment("t", expected.timestamp()) == expected
    assert read_moment("t", dt.date(2025, 3, 14)) == expected.replace(hour=0)
