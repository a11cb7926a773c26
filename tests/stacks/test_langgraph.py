"""LangGraph's store over a memory, held against LangGraph's own in-memory store, and in a real graph."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langgraph.graph import START, StateGraph
from langgraph.runtime import Runtime
from langgraph.store.base import BaseStore, GetOp, ListNamespacesOp, MatchCondition, PutOp, SearchOp, TTLConfig
from langgraph.store.memory import InMemoryStore

from memgraph import Memory
from memgraph.integrations.langgraph import MemgraphStore
from tests.conftest import Place


@pytest.fixture
def memory(place: Place) -> Iterator[Memory]:
    with Memory(place.address, auth=place.auth) as opened:
        yield opened


def seen(store: BaseStore, ops: list[Any]) -> list[Any]:
    """What a batch answers, without times and scores; search results in the order of their paths."""

    def plain(result: Any) -> Any:
        if isinstance(result, list):
            return sorted(map(plain, result), key=str)
        return result if result is None or isinstance(result, tuple) else (result.namespace, result.key, result.value)

    return [plain(result) for result in store.batch(ops)]


def test_items_are_put_found_changed_and_deleted(memory: Memory, user: str) -> None:
    store = MemgraphStore(memory, user_id=user)
    store.put(("users", "dana"), "home", {"text": "Dana Reyes lives in Porto."})
    store.put(("users", "dana"), "food", {"likes": {"fruit": ["figs", "plums"]}, "rating": 4})
    store.put(("users", "sam"), "food", {"likes": {"fruit": ["pears"]}, "rating": 2})
    item = store.get(("users", "dana"), "home")
    assert item is not None
    assert (item.namespace, item.key, item.value) == (
        ("users", "dana"),
        "home",
        {"text": "Dana Reyes lives in Porto."},
    )
    [best, *_] = store.search(("users",), query="Which city is home to Dana?", limit=3)
    assert best.key == "home"
    assert best.score is not None
    assert [i.key for i in store.search(("users",), filter={"rating": {"$gte": 3}})] == ["food"]
    assert store.search(("users",), filter={"rating": {"$lt": 3, "$ne": 2}}) == []
    with pytest.raises(ValueError, match="unknown operator"):
        store.search(("users",), filter={"rating": {"$in": [1]}})
    assert [f.object_text for f in memory.facts(user_id=user, subject="Dana Reyes")] == ["Porto"]

    store.put(("users", "dana"), "home", {"text": "Dana Reyes lives in Graz."})
    changed = store.get(("users", "dana"), "home")
    assert changed is not None
    assert changed.value == {"text": "Dana Reyes lives in Graz."}
    assert changed.created_at == item.created_at
    assert changed.updated_at > item.updated_at
    assert [f.object_text for f in memory.facts(user_id=user, subject="Dana Reyes")] == ["Graz"]
    assert store.list_namespaces() == [("users", "dana"), ("users", "sam")]
    assert store.list_namespaces(max_depth=1) == [("users",)]
    store.delete(("users", "dana"), "home")
    assert store.get(("users", "dana"), "home") is None
    store.delete(("users", "dana"), "home")
    assert memory.facts(user_id=user, subject="Dana Reyes") == []
    others = MemgraphStore(memory, user_id=f"{user}-other")
    assert others.get(("users", "dana"), "food") is None
    assert others.search(()) == []


def test_what_is_not_indexed_is_not_searched_for(memory: Memory, user: str) -> None:
    store = MemgraphStore(memory, user_id=user, infer=False)
    store.put(("a",), "hidden", {"text": "The caravan is blue."}, index=False)
    store.put(("a",), "part", {"title": "The caravan is red.", "body": {"note": "Hens lay eggs."}}, index=["body.note"])
    assert [i.key for i in store.search(("a",), query="caravan colour")] == ["part"]
    assert [i.key for i in store.search(("a",))] == ["hidden", "part"]
    results = memory.search("hens", user_id=user, kinds=("episode",))["results"]
    assert {r["memory"] for r in results} == {"The caravan is blue.", "Hens lay eggs."}
    assert memory.facts(user_id=user) == []


def test_items_live_so_many_minutes(memory: Memory, user: str) -> None:
    now = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
    store = MemgraphStore(memory, user_id=user, ttl=TTLConfig(default_ttl=20, refresh_on_read=True), clock=lambda: now)
    store.put(("a",), "lasting", {"text": "x"}, ttl=None)
    store.put(("a",), "brief", {"text": "y"})
    store.put(("a",), "briefer", {"text": "z"}, ttl=10)
    now += dt.timedelta(minutes=11)
    assert store.get(("a",), "briefer") is None
    assert [i.key for i in store.search(("a",))] == ["lasting", "brief"]  # and that lets it live on
    now += dt.timedelta(minutes=12)
    assert store.get(("a",), "brief", refresh_ttl=False) is not None
    assert store.sweep_ttl() == 1
    now += dt.timedelta(minutes=10)
    assert store.get(("a",), "brief") is None
    assert store.list_namespaces() == [("a",)]
    assert store.sweep_ttl() == 1
    assert [i.key for i in store.search(("a",))] == ["lasting"]
    assert len(memory.episodes(user_id=user)) == 1


NAMES = st.lists(st.sampled_from(["a", "b", "ü c"]), min_size=1, max_size=3).map(tuple)
VALUES = st.dictionaries(
    st.sampled_from(["text", "n", "deep"]),
    st.one_of(st.text("xyz ", min_size=1), st.integers(-3, 3), st.lists(st.integers(0, 2), max_size=2)),
    max_size=3,
)
KEYS = st.sampled_from(["k1", "k2"])
PUTS = st.builds(PutOp, NAMES, KEYS, st.one_of(st.none(), VALUES), st.none(), st.none())
ASKS = st.one_of(
    st.builds(GetOp, NAMES, KEYS, st.booleans()),
    st.builds(
        SearchOp, NAMES, st.sampled_from([None, {"n": 1}, {"n": {"$ne": 1}}]), st.just(10), st.just(0), st.none()
    ),
    st.builds(
        ListNamespacesOp,
        st.one_of(
            st.none(),
            st.lists(
                st.builds(
                    MatchCondition,
                    st.sampled_from(["prefix", "suffix"]),
                    st.lists(st.sampled_from(["a", "b", "*"]), min_size=1, max_size=2).map(tuple),
                ),
                max_size=2,
            ).map(tuple),
        ),
        st.one_of(st.none(), st.integers(1, 2)),
        st.just(100),
        st.just(0),
    ),
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.lists(st.one_of(PUTS, ASKS), max_size=5), max_size=5))
def test_it_answers_as_langgraphs_own_store_does(batches: list[list[Any]]) -> None:
    with Memory(":memory:") as memory:
        ours, theirs = MemgraphStore(memory, user_id="u", infer=False), InMemoryStore()
        for batch in [*batches, [SearchOp((), limit=100), ListNamespacesOp()]]:
            # the reference keeps namespaces whose items are all gone; that is not part of the interface
            ops = [op for op in batch if not isinstance(op, ListNamespacesOp)]
            assert seen(ours, ops) == seen(theirs, ops)
            live = {i.namespace for i in theirs.search((), limit=100)}
            for op in batch:
                if isinstance(op, ListNamespacesOp):
                    fresh = InMemoryStore()
                    for namespace in live:
                        fresh.put(namespace, "k", {})
                    assert seen(ours, [op]) == seen(fresh, [op])


def test_a_graph_remembers_across_threads(memory: Memory, user: str) -> None:
    def node(state: dict[str, Any], runtime: Runtime[Any]) -> dict[str, Any]:
        assert runtime.store is not None
        if state["say"]:
            runtime.store.put(("notes",), str(state["n"]), {"text": state["say"]})
            return {"answer": "noted"}
        return {"answer": runtime.store.search(("notes",), query="Where does Dana live?", limit=1)[0].value["text"]}

    graph = StateGraph(dict).add_node("node", node).add_edge(START, "node")
    app = graph.compile(store=MemgraphStore(memory, user_id=user))
    app.invoke({"say": "Dana lives in Porto.", "n": 1})
    app.invoke({"say": "The hens lay eggs.", "n": 2})
    assert asyncio.run(app.ainvoke({"say": "", "n": 3}))["answer"] == "Dana lives in Porto."
