"""What recall must do on every store: the same order for the same data, and nobody else's data in the way."""

from __future__ import annotations

import os
import random
from typing import Any

import anyio
import pytest

from memgraph import AsyncMemory
from tests.conftest import Place
from tests.contract.test_store_contract import learn, say

pytestmark = pytest.mark.anyio

USERS = int(os.environ.get("MEMGRAPH_TEST_USERS", "40"))  # 1,000 take two minutes on a server
EPISODES, AT_ONCE = 100, 8
THINGS = (
    "kettle ladder lantern anchor violin compass barrel saddle mirror kayak anvil quilt tripod goblet hammock".split()
)
PLACES = "attic cellar garage orchard harbour library chapel bakery workshop greenhouse barn depot".split()
DOINGS = "mended painted borrowed weighed polished measured sold wrapped dropped sketched".split()


def talk(seed: int, count: int = EPISODES) -> list[dict[str, Any]]:
    """A conversation of two people about what they did with things, with the same words as everybody else's."""
    pick = random.Random(seed).choice
    return [
        say(
            f"m{n}",
            ("Ana", "Bob")[n % 2],
            f"I {pick(DOINGS)} the {pick(THINGS)} in the {pick(PLACES)} with the {pick(THINGS)}.",
            f"2025-01-{1 + n // 10:02}T09:{n % 10:02}",
        )
        for n in range(count)
    ]


async def order(memory: AsyncMemory, user: str, question: str, **asked: Any) -> list[tuple[Any, ...]]:
    """The hits of a search as one can compare them across stores, in their order."""
    found = (await memory.search(question, user_id=user, limit=20, **asked))["results"]
    return [(r["kind"], r["memory"], tuple(r["source_ids"]), r["score"]) for r in found]


def assert_alike(here: list[tuple[Any, ...]], there: list[tuple[Any, ...]], why: object) -> None:
    """The same hits in the same order, with the same scores but for how each engine rounds."""
    assert [hit[:3] for hit in here] == [hit[:3] for hit in there], why
    assert [hit[3] for hit in here] == pytest.approx([hit[3] for hit in there], abs=0.001), why


async def test_both_stores_return_the_same_order(place: Place, user: str) -> None:
    questions = [
        "Where does Dana Reyes work?",
        "Who decides at Northwind, and where does he live?",
        "When does the contract renew?",
        "What was said in May?",
        'Who "has a budget"?',
        "renew*",
    ]
    async with place.memory() as memory, AsyncMemory(":memory:") as own:
        for each in (memory, own):
            await learn(each, user)
        for question in questions:
            assert_alike(await order(memory, user, question), await order(own, user, question), question)
            past = {"as_of": "2025-04-01T00:00:00Z"}
            assert_alike(
                await order(memory, user, question, **past), await order(own, user, question, **past), question
            )


async def test_a_large_scope_is_searched_alike(place: Place, user: str) -> None:
    """Beyond the size at which all is looked at, engines choose the candidates: ties in words may fall either way."""
    async with place.memory() as memory, AsyncMemory(":memory:") as own:
        for each in (memory, own):
            await each.add(talk(1, 310), user_id=user, run_id="r", infer=False)
        for question in ("Who mended the kettle in the orchard?", "Where did Bob sell the violin?"):
            here = [hit[2] for hit in await order(memory, user, question, kinds=("episode",))]
            there = [hit[2] for hit in await order(own, user, question, kinds=("episode",))]
            assert here[0] == there[0]
            assert len(set(here) & set(there)) >= 18
        await memory.delete_all(user_id=user)


async def test_what_is_quoted_and_what_is_cut_short_is_found(place: Place, user: str) -> None:
    async with place.memory() as memory:
        await memory.add(talk(2, 230), user_id=user, run_id="r", infer=False)
        said = [
            say("p1", "Ana", "It went out of print, they told me.", "2025-02-01T09:00"),
            say("p2", "Ana", "Print it out, please.", "2025-02-01T09:01"),
            say("p3", "Ana", "Hydrangeas everywhere.", "2025-02-01T09:02"),
        ]
        await memory.add(said, user_id=user, run_id="s", infer=False)
        assert (await order(memory, user, '"out of print"'))[0][2] == ("p1",)
        assert (await order(memory, user, "hydra*"))[0][2] == ("p3",)
        await memory.delete_all(user_id=user)


async def test_a_time_in_the_question_brings_what_held_then(place: Place, user: str) -> None:
    async with place.memory() as memory:
        await learn(memory, user)
        now = await memory.search("Where does Dana Reyes work?", user_id=user, kinds=("fact",), limit=20)
        assert "Dana Reyes works at Northwind" not in {r["memory"] for r in now["results"]}
        for question in ("Where did Dana Reyes work in April 2025?", "Where did Dana Reyes work before?"):
            then = await memory.search(question, user_id=user, kinds=("fact",), limit=20)
            by_text = {r["memory"]: r["status"] for r in then["results"]}
            assert by_text["Dana Reyes works at Northwind"] == "superseded"


async def test_explaining_shows_the_plan_the_parts_and_the_path(place: Place, user: str) -> None:
    async with place.memory() as memory:
        await learn(memory, user)
        question = "Where does the decision maker at Northwind live?"
        answer = await memory.search(question, user_id=user, limit=5, explain=True)
        assert answer["plan"]["asks for"] == "where"
        assert {"lives_in", "decision_maker"} <= set(answer["plan"]["relations"])
        first = answer["results"][0]
        assert first["memory"] == "Gunnar Lie lives in Bergen"
        assert first["explain"]["path"] == [
            "The decision maker at Northwind is Gunnar Lie",
            "Gunnar Lie lives in Bergen",
        ]
        assert first["explain"]["parts"]["chain"] > 0
        assert first["explain"]["total"] == pytest.approx(sum(first["explain"]["parts"].values()), abs=0.01)
        assert all(by > 0 for by in first["explain"]["above_the_next"].values())


async def test_nothing_found_is_explained_too(place: Place, user: str) -> None:
    async with place.memory() as memory:
        answer = await memory.search("Where is the kettle?", user_id=user, explain=True)
        assert answer == {"results": [], "plan": {"words": ["kettle"], "asks for": "where"}}


async def test_many_users_find_what_each_would_find_alone(place: Place, user: str) -> None:
    questions = [f"Who {doing} the {thing}?" for doing, thing in zip(DOINGS[:5], THINGS[:5], strict=True)]
    async with place.memory() as memory:
        limiter = anyio.Semaphore(AT_ONCE)

        async def fill(n: int) -> None:
            async with limiter:
                await memory.add(talk(n), user_id=f"{user}-{n}", run_id="r", infer=False)

        async with anyio.create_task_group() as group:
            for n in range(USERS):
                group.start_soon(fill, n)
        for n in range(0, USERS, USERS // 12):
            async with AsyncMemory(":memory:") as own:
                await own.add(talk(n), user_id=f"{user}-{n}", run_id="r", infer=False)
                for question in questions:
                    alone = await order(own, f"{user}-{n}", question)
                    assert_alike(await order(memory, f"{user}-{n}", question), alone, (n, question))
        assert (await memory.stats(user_id=f"{user}-7"))["episodes"] == EPISODES
        await memory.reset()
