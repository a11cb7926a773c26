"""What every store must do, through the public API: one suite, run on SQLite and on both lines of Neo4j."""

from __future__ import annotations

import datetime as dt
from typing import Any

import anyio
import pytest

from memgraph import AsyncMemory, BadInput, ModelMismatch, StoreUnavailable
from memgraph.changes import Changes, Pending
from memgraph.model import UTC, Fact, Scope
from memgraph.stores.neo4j import store
from tests.conftest import Place

pytestmark = pytest.mark.anyio


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=UTC)


def say(ident: str, by: str, text: str, when: str) -> dict[str, Any]:
    return {"id": ident, "role": "user", "name": by, "content": text, "timestamp": at(when)}


SALE = [
    say("m1", "Dana Reyes", "I work at Northwind. The decision maker at Northwind is Gunnar Lie.", "2025-03-03T10:00"),
    say("m2", "Sam Ode", "Thanks. Northwind has a budget of $40k.", "2025-03-03T10:01"),
    say("m3", "Dana Reyes", "Gunnar lives in Bergen. Everyone calls me Dee.", "2025-03-03T10:02"),
    say("m4", "Dana Reyes", "I joined Fabrikam last Friday.", "2025-05-12T10:00"),
    say("m5", "Sam Ode", "The renewal date for Northwind is 1 October 2025.", "2025-05-12T10:01"),
    say("m6", "Dana Reyes", "The renewal date for Northwind is 15 November 2025.", "2025-05-12T10:02"),
]


async def learn(memory: AsyncMemory, user: str, messages: list[dict[str, Any]] = SALE) -> None:
    """Add each message as it came in, known at the time at which it was said."""
    for message in messages:
        await memory.add(
            message, user_id=user, run_id=str(message["timestamp"].date()), recorded_at=message["timestamp"]
        )


async def told(memory: AsyncMemory, user: str, **asked: Any) -> set[tuple[str, str]]:
    return {(f.text, f.status) for f in await memory.facts(user_id=user, **asked)}


async def state(memory: AsyncMemory, user: str) -> list[Any]:
    """Everything that a user's memory says, for comparing two."""

    def plain(fact: Fact) -> Any:
        times = (fact.valid_from, fact.valid_to, fact.recorded_at, fact.retired_at)
        return (fact.text, *times, fact.status, fact.confidence, fact.rule, fact.why, fact.source_ids)

    facts = await memory.facts(user_id=user, include_history=True)
    entities = [(e.name, e.kind, e.aliases) for e in await memory.entities(user_id=user)]
    episodes = [(e.source_id, e.content) for e in await memory.episodes(user_id=user)]
    return [sorted(map(plain, facts), key=str), entities, episodes]


async def test_a_conversation_becomes_facts_with_times_and_sources(place: Place, user: str) -> None:
    async with place.memory() as memory:
        await learn(memory, user)
        assert await told(memory, user) == {
            ("Dana Reyes works at Fabrikam", "current"),
            ("The decision maker at Northwind is Gunnar Lie", "current"),
            ("The budget of Northwind is $40k", "current"),
            ("Gunnar Lie lives in Bergen", "current"),
            ("Dana Reyes is called Dee", "current"),
            ("The renewal of Northwind is on 1 October 2025", "disputed"),
            ("The renewal of Northwind is on 15 November 2025", "disputed"),
        }
        (now,) = await memory.facts(user_id=user, subject="Dee", predicate="works_at")
        assert now.source_ids == ("m4",)
        assert now.valid_from == at("2025-05-09")
        assert now.subject.aliases == ("Dana Reyes", "Dee")
        (budget,) = await memory.facts(user_id=user, subject="Northwind", predicate="budget")
        assert (budget.object, budget.object_text) == ("40000 USD", "$40k")


async def test_as_of_asks_what_was_true(place: Place, user: str) -> None:
    async with place.memory() as memory:
        await learn(memory, user)
        asked: dict[str, Any] = {"user_id": user, "subject": "Dana Reyes", "predicate": "works_at"}
        assert [f.object_text for f in await memory.facts(**asked, as_of=at("2025-04-01"))] == ["Northwind"]
        assert [f.object_text for f in await memory.facts(**asked, as_of=at("2025-05-10"))] == ["Fabrikam"]
        assert await memory.facts(**asked, as_of=at("2024-01-01")) == []


async def test_known_at_asks_what_was_known(place: Place, user: str) -> None:
    async with place.memory() as memory:
        await learn(memory, user)
        asked: dict[str, Any] = {"user_id": user, "subject": "Dana Reyes", "predicate": "works_at"}
        assert [f.object_text for f in await memory.facts(**asked, known_at=at("2025-05-11"))] == ["Northwind"]
        both = {"as_of": at("2025-05-10"), "known_at": at("2025-05-11")}
        assert [f.object_text for f in await memory.facts(**asked, **both)] == ["Northwind"]
        assert await memory.facts(**asked, known_at=at("2025-03-01")) == []


async def test_search_keeps_to_both_clocks(place: Place, user: str) -> None:
    async with place.memory() as memory:
        await learn(memory, user)

        async def found(**asked: Any) -> set[str]:
            results = (await memory.search("Where does Dana Reyes work?", user_id=user, limit=20, **asked))["results"]
            return {r["memory"] for r in results if r["kind"] == "fact"} | {
                i for r in results if r["kind"] == "episode" for i in r["source_ids"]
            }

        assert "Dana Reyes works at Fabrikam" in await found()
        assert "Dana Reyes works at Northwind" not in await found()
        then = await found(as_of=at("2025-04-01"))
        assert "Dana Reyes works at Northwind" in then
        assert "m4" not in then
        believed = await found(known_at=at("2025-05-11"))
        assert "Dana Reyes works at Northwind" in believed
        assert not {"Dana Reyes works at Fabrikam", "m4"} & believed


async def test_search_finds_what_answers_with_its_sources(place: Place, user: str) -> None:
    async with place.memory() as memory:
        await learn(memory, user)
        answer = await memory.search("Who decides at Northwind?", user_id=user, limit=3, explain=True)
        (fact,) = [r for r in answer["results"] if r["kind"] == "fact" and "decision maker" in r["memory"]]
        assert fact["source_ids"] == ["m1"]
        assert fact["explain"]["parts"]["graph"] > 0
        assert [r["score"] for r in answer["results"]] == sorted((r["score"] for r in answer["results"]), reverse=True)
        only = await memory.search("Northwind", user_id=user, kinds=("fact",), limit=10)
        assert {r["kind"] for r in only["results"]} == {"fact"}


async def test_the_graph_leads_from_a_name_over_two_hops(place: Place, user: str) -> None:
    async with place.memory() as memory:
        await learn(memory, user)
        results = (await memory.search("Northwind", user_id=user, limit=20, explain=True))["results"]
        bergen = next(r for r in results if r["memory"] == "Gunnar Lie lives in Bergen")
        assert bergen["explain"]["path"] == [
            "The decision maker at Northwind is Gunnar Lie",
            "Gunnar Lie lives in Bergen",
        ]


async def test_context_cites_and_keeps_its_budget(place: Place, user: str) -> None:
    async with place.memory() as memory:
        await learn(memory, user)
        text = await memory.context("When does Northwind renew?", user_id=user, max_tokens=120)
        assert "(disputed)" in text
        assert "[m5]" in text
        assert len(text.encode()) <= 480


async def test_adding_again_changes_nothing_in_whatever_batches(place: Place, user: str) -> None:
    async with place.memory() as memory:
        await learn(memory, user)
        before = await state(memory, user)
        assert before[0]
        for message in SALE:
            again = await memory.add(message, user_id=user, run_id=str(message["timestamp"].date()))
            assert again["results"] == []
        await memory.add(SALE[:3], user_id=user, run_id="2025-03-03")
        assert await state(memory, user) == before


async def test_any_order_of_arrival_gives_the_same_state(place: Place, user: str) -> None:
    async with place.memory() as memory:
        await learn(memory, user)
        await learn(memory, f"{user}-2", SALE[::-1])
        forwards, backwards = await state(memory, user), await state(memory, f"{user}-2")
        assert forwards[:2] == backwards[:2]
        assert sorted(forwards[2]) == sorted(backwards[2])
        assert await memory.doctor() == []


async def test_a_project_is_one_with_and_without_that_word(place: Place, user: str) -> None:
    async with place.memory() as memory:
        for n, text in enumerate(
            ["North Star is at risk.", "Project North Star is on track.", "North Star API is blocked."]
        ):
            await memory.add(say(f"m{n}", "Ann Ray", text, f"2025-03-0{n + 3}T09:00"), user_id=user, run_id=f"r{n}")
        both = {(await memory.entity(name, user_id=user)) for name in ("North Star", "Project North Star")}
        [project] = [e for e in both if e is not None]
        assert set(project.aliases) == {"North Star", "Project North Star"}
        facts = await memory.facts(user_id=user, subject="North Star", predicate="project_status")
        assert [f.object_text for f in facts] == ["on track"]


async def test_events_tell_what_each_message_did(place: Place, user: str) -> None:
    async with place.memory() as memory:
        seen = []
        for message in SALE:
            added = await memory.add(message, user_id=user, run_id="r")
            seen.append([r["event"] for r in added["results"]])
        assert seen == [["ADD", "ADD"], ["ADD"], ["ADD", "ADD"], ["SUPERSEDE"], ["ADD"], ["DISPUTE"]]
        again = await memory.add(say("m7", "Sam Ode", "Gunnar lives in Bergen.", "2025-06-01T09:00"), user_id=user)
        assert [r["event"] for r in again["results"]] == ["NONE"]


async def test_users_and_tenants_never_meet(place: Place, user: str) -> None:
    async with place.memory() as memory:
        await learn(memory, user)
        others: list[dict[str, Any]] = [
            {"user_id": f"{user}-x"},
            {"user_id": user, "tenant": "other"},
            {"agent_id": user},
        ]
        for other in others:
            assert await memory.facts(**other) == []
            assert await memory.entities(**other) == []
            assert await memory.episodes(**other) == []
            assert (await memory.search("Where does Dana Reyes work?", **other))["results"] == []
            await memory.add(say("m1", "Dana Reyes", "I work at Tailspin.", "2025-06-01T09:00"), **other)
            assert [f.object_text for f in await memory.facts(**other)] == ["Tailspin"]
        assert ("Dana Reyes works at Fabrikam", "current") in await told(memory, user)
        mine = await memory.get_all(user_id=user)
        for result in mine["results"]:
            assert await memory.get(result["id"], user_id=user) is not None
            assert await memory.get(result["id"], **others[0]) is None
            with pytest.raises(BadInput):
                await memory.delete(result["id"], **others[1])
        assert await memory.get_all(user_id=user) == mine


async def test_agents_and_sessions_narrow_within_a_user(place: Place, user: str) -> None:
    async with place.memory() as memory:
        await memory.add(
            say("a1", "Ana", "I work at Contoso.", "2025-01-01T09:00"), user_id=user, agent_id="x", run_id="1"
        )
        await memory.add(
            say("a2", "Ana", "I live in Porto.", "2025-01-02T09:00"), user_id=user, agent_id="y", run_id="2"
        )
        assert len(await memory.facts(user_id=user)) == 2
        assert [f.predicate for f in await memory.facts(user_id=user, agent_id="x")] == ["works_at"]
        assert [e.source_id for e in await memory.episodes(user_id=user, run_id="2")] == ["a2"]
        found = await memory.search("Ana", user_id=user, run_id="2", limit=10)
        assert {i for r in found["results"] for i in r["source_ids"]} == {"a2"}


async def test_deleting_an_episode_restores_what_it_had_superseded(place: Place, user: str) -> None:
    async with place.memory() as memory:
        await learn(memory, user, SALE[:3])
        before = await state(memory, user)
        await learn(memory, user, SALE[3:])
        for message in SALE[3:]:
            (episode,) = [e for e in await memory.episodes(user_id=user) if e.source_id == message["id"]]
            await memory.delete(episode.id, user_id=user)
        assert await state(memory, user) == before
        assert await memory.doctor() == []


async def test_whose_firm_it_is_hangs_on_all_that_was_said_of_it(place: Place, user: str) -> None:
    async with place.memory() as memory:
        said = [
            "I work at Northwind.",
            "Our budget got cut to $40k.",
            "I joined Halden last week.",
            "Halden is in Oslo.",
        ]
        for number, text in enumerate(said):  # a session each
            message = {"id": f"w{number}", "role": "user", "name": "Dana Reyes", "content": text}
            moment = at(f"2025-0{number + 1}-03")
            await memory.add(message, user_id=user, run_id=f"s{number}", timestamp=moment, recorded_at=moment)

        async def budgets(subject: str) -> list[str]:
            return [f.object_text for f in await memory.facts(user_id=user, subject=subject, predicate="budget")]

        assert (await budgets("Northwind"), await budgets("Halden")) == ([], [])
        assert await budgets("Dana Reyes's employer") == ["$40k"]
        (joined,) = [e for e in await memory.episodes(user_id=user) if e.source_id == "w2"]
        await memory.delete(joined.id, user_id=user)
        assert (await budgets("Northwind"), await budgets("Halden")) == (["$40k"], [])
        assert await memory.doctor() == []


async def test_deleting_a_fact_restores_what_it_had_superseded_and_keeps_the_episode(place: Place, user: str) -> None:
    async with place.memory() as memory:
        await learn(memory, user)
        (now,) = await memory.facts(user_id=user, subject="Dana Reyes", predicate="works_at")
        await memory.delete(now.id, user_id=user)
        (then,) = await memory.facts(user_id=user, subject="Dana Reyes", predicate="works_at")
        assert (then.object_text, then.status, then.valid_to) == ("Northwind", "current", None)
        assert "m4" in {e.source_id for e in await memory.episodes(user_id=user)}
        assert await memory.get(now.id) is None


async def test_correcting_an_episode_withdraws_what_it_said(place: Place, user: str) -> None:
    async with place.memory() as memory:
        await learn(memory, user)
        (episode,) = [e for e in await memory.episodes(user_id=user) if e.source_id == "m2"]
        await memory.update(episode.id, "Thanks. Northwind has a budget of $70k.", user_id=user)
        (now,) = await memory.facts(user_id=user, subject="Northwind", predicate="budget")
        assert now.object_text == "$70k"
        (believed,) = await memory.facts(
            user_id=user, subject="Northwind", predicate="budget", known_at=at("2025-06-01")
        )
        assert believed.object_text == "$40k"
        assert [c["event"] for c in await memory.history(episode.id)] == ["ADD", "UPDATE"]
        (old,) = [e for e in await memory.episodes(user_id=user, known_at=at("2025-06-01")) if e.source_id == "m2"]
        assert old.content == SALE[1]["content"]
        found = await memory.search("budget $70k", user_id=user, kinds=("episode",), limit=1)
        assert "$70k" in found["results"][0]["memory"]
        assert await memory.doctor() == []


async def test_correcting_a_fact_supersedes_it(place: Place, user: str) -> None:
    async with place.memory() as memory:
        await learn(memory, user)
        (now,) = await memory.facts(user_id=user, subject="Northwind", predicate="budget")
        await memory.update(now.id, "The budget of Northwind is $45k", user_id=user)
        (corrected,) = await memory.facts(user_id=user, subject="Northwind", predicate="budget")
        assert corrected.object == "45000 USD"
        assert "correction" in {c["rule"] for c in await memory.history(corrected.id)}
        with pytest.raises(BadInput, match="say the fact anew"):
            await memory.update(corrected.id, "Northwind is nice", user_id=user)


async def test_correcting_one_of_many_values_takes_the_old_one_back(place: Place, user: str) -> None:
    async with place.memory() as memory:
        liked = await memory.add_fact("Ana", "likes", "climbing", user_id=user)
        await memory.add_fact("Ana", "likes", "tea", user_id=user)
        await memory.update(liked.id, "Ana likes hiking", user_id=user)
        assert {f.object_text for f in await memory.facts(user_id=user)} == {"hiking", "tea"}


async def test_add_fact_is_weighed_like_any_other(place: Place, user: str) -> None:
    async with place.memory() as memory:
        first = await memory.add_fact("Dana", "works_at", "Northwind", valid_from=at("2024-01-01"), user_id=user)
        second = await memory.add_fact("Dana", "works_at", "Fabrikam", valid_from=at("2025-01-01"), user_id=user)
        late = await memory.add_fact("Dana", "works_at", "Contoso", valid_from=at("2023-01-01"), user_id=user)
        assert (second.status, late.status) == ("current", "superseded")
        assert late.valid_to == first.valid_from
        assert [f.object_text for f in await memory.facts(user_id=user)] == ["Fabrikam"]
        born = await memory.add_fact("Dana", "born_on", dt.date(1990, 5, 1), user_id=user)
        assert born.object == "1990-05-01"


async def test_history_tells_the_rule_and_why(place: Place, user: str) -> None:
    async with place.memory() as memory:
        await learn(memory, user)
        (now,) = await memory.facts(user_id=user, subject="Dana Reyes", predicate="works_at")
        changes = await memory.history(now.id)
        assert [(c["event"], c["new_memory"]) for c in changes] == [
            ("ADD", "Dana Reyes works at Northwind"),
            ("ADD", "Dana Reyes works at Fabrikam"),
            ("SUPERSEDE", "Dana Reyes works at Fabrikam"),
        ]
        assert "comes after" in changes[-1]["why"]
        assert await memory.history("fa_unknown") == []


async def test_searches_go_on_whatever_was_deleted(place: Place, user: str) -> None:
    """An index that has lost a part of what one call wrote is still searched, for whoever asks."""
    async with place.memory() as memory:
        for n in range(8):
            owner = f"{user}-{n}"
            await memory.add("I love chess, sailing, tea, jazz and swimming.", user_id=owner)
            await memory.delete((await memory.facts(user_id=owner))[0].id)
            found = await memory.search("What does the user love?", user_id=owner, kinds=["fact"])
            assert len(found["results"]) == 4


async def test_deleting_all_leaves_nothing(place: Place, user: str) -> None:
    async with place.memory() as memory:
        await learn(memory, user)
        await learn(memory, f"{user}-2", SALE[:2])
        assert (await memory.delete_all(user_id=user))["deleted"] == len(SALE)
        assert set((await memory.stats(user_id=user)).values()) == {0}
        assert (await memory.search("Dana", user_id=user))["results"] == []
        assert (await memory.stats(user_id=f"{user}-2"))["episodes"] == 2
        await learn(memory, user)
        assert len(await memory.facts(user_id=user)) == 7
        assert await memory.doctor() == []


async def test_deleting_more_than_one_transaction_holds_leaves_nothing(
    place: Place, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "WIPED_AT_ONCE", 3)
    async with place.memory() as memory:
        await learn(memory, user)
        await learn(memory, f"{user}-2", SALE[:2])
        assert (await memory.delete_all(user_id=user))["deleted"] == len(SALE)
        assert set((await memory.stats(user_id=user)).values()) == {0}
        assert (await memory.stats(user_id=f"{user}-2"))["episodes"] == 2
        assert await memory.doctor() == []


async def test_deleting_a_session_leaves_the_others(place: Place, user: str) -> None:
    async with place.memory() as memory:
        await learn(memory, user, SALE[:3])
        before = await state(memory, user)
        await learn(memory, user, SALE[3:])
        assert (await memory.delete_all(user_id=user, run_id="2025-05-12"))["deleted"] == 3
        assert await state(memory, user) == before
        assert await memory.doctor() == []


async def test_names_move_together_when_the_full_one_is_heard(place: Place, user: str) -> None:
    async with place.memory() as memory:
        await memory.add(say("a", "Sam", "Ify lives in Lagos.", "2025-01-01T09:00"), user_id=user, run_id="r")
        introduced = say("b", "Ify", "I'm Ifeoma Nwosu, hello. I work at Contoso.", "2025-01-01T09:01")
        await memory.add(introduced, user_id=user, run_id="r")
        short, full = await memory.entity("Ify", user_id=user), await memory.entity("ifeoma nwosu", user_id=user)
        assert short is not None
        assert short == full
        assert short.summary == "Ifeoma Nwosu lives in Lagos; Ifeoma Nwosu works at Contoso"
        assert await memory.doctor() == []
        (b,) = [e for e in await memory.episodes(user_id=user) if e.source_id == "b"]
        await memory.delete(b.id, user_id=user)
        alone = await memory.entity("Ify", user_id=user)
        assert alone is not None
        assert (alone.name, alone.aliases) == ("Ify", ("Ify",))
        assert await memory.entity("Ifeoma Nwosu", user_id=user) is None
        assert await memory.doctor() == []


async def test_a_short_name_that_could_be_two_people_is_neither(place: Place, user: str) -> None:
    async with place.memory() as memory:
        for n, name in enumerate(("Omar Sesay", "Omar", "Omar Bangura")):
            await memory.add(say(f"o{n}", "Ana", f"{name} lives in Bo.", f"2025-01-0{n + 1}T09:00"), user_id=user)
        names = {e.name: e.aliases for e in await memory.entities(user_id=user) if e.name.startswith("Omar")}
        assert names == {
            "Omar": ("Omar",),
            "Omar Sesay": ("Omar Sesay",),
            "Omar Bangura": ("Omar Bangura",),
        }


async def test_unicode_goes_in_and_comes_out(place: Place, user: str) -> None:
    texts = [
        "Zażółć gęślą jaźń 🐍",
        "我住在北京。",
        "مرحبا بالعالم",
        "e\u0301 é ﬁ",
        "a" * 5000,
        "quote \" \\ ' $x {y} `z`",
    ]
    async with place.memory() as memory:
        await memory.add(
            [say(f"u{n}", "Ægir Ø'Þór", t, f"2025-01-01T09:0{n}") for n, t in enumerate(texts)],
            user_id=user,
            metadata={"ключ": ["значение", 1, None]},
        )
        episodes = await memory.episodes(user_id=user)
        assert [e.content for e in episodes] == texts
        assert episodes[0].metadata == {"ключ": ["значение", 1, None]}
        for question in (*texts, 'a OR "b) AND c:d* ~2 [x TO y]', "+-&|!(){}^?/\\", "scope:1"):
            await memory.search(question, user_id=user)
        found = await memory.search("gęślą", user_id=user, limit=1)
        assert found["results"][0]["source_ids"] == ["u0"]


async def test_empty_input_is_harmless_and_bad_input_writes_nothing(place: Place, user: str) -> None:
    async with place.memory() as memory:
        assert await memory.add([], user_id=user) == {"results": [], "episodes": []}
        with pytest.raises(BadInput):
            await memory.add([SALE[0], {"role": "user", "content": ""}], user_id=user)
        await memory.add(SALE[0], user_id=user)
        with pytest.raises(BadInput, match="another text"):
            await memory.add({**SALE[0], "content": "Something else."}, user_id=user)
        assert (await memory.stats(user_id=user))["episodes"] == 1
        assert await memory.get("ep_nothing") is None
        with pytest.raises(BadInput, match="no memory"):
            await memory.delete("fa_nothing")


async def test_writers_to_one_scope_and_to_many_lose_nothing(place: Place, user: str) -> None:
    async with place.memory() as one, place.memory() as two:

        async def write(memory: AsyncMemory, owner: str, writer: int) -> None:
            for n in range(5):
                text = f"Person{writer} Alpha lives in Town{n}. Person{writer} Alpha and Bea Beta met."
                await memory.add(say(f"{writer}-{n}", "Ana", text, f"2025-01-{n + 1:02}T0{writer}:00"), user_id=owner)

        async with anyio.create_task_group() as tasks:
            for writer in range(8):
                tasks.start_soon(write, (one, two)[writer % 2], user, writer)
                tasks.start_soon(write, (one, two)[writer % 2], f"{user}-{writer}", writer)
        assert (await one.stats(user_id=user))["episodes"] == 40
        facts = await one.facts(user_id=user)
        assert {(f.subject.name, f.object_text) for f in facts} == {(f"Person{w} Alpha", "Town4") for w in range(8)}
        for writer in range(8):
            assert (await two.stats(user_id=f"{user}-{writer}"))["episodes"] == 5
        assert await one.doctor() == []


async def test_a_failed_write_leaves_nothing_behind(place: Place, user: str) -> None:
    async with place.memory() as memory:
        await learn(memory, user, SALE[:2])
        before = await state(memory, user)
        store = memory._store
        broken = Pending(episode="x" * 40, need="extract", error="", attempts=0, retry_at="no time")  # type: ignore[arg-type]
        episodes = await memory.episodes(user_id=user)
        changes = Changes(scope=Scope(user=user), episodes_removed=tuple(e.id for e in episodes), pending=(broken,))
        with pytest.raises(Exception, match=r"time|datetime|isoformat|unsupported"):
            await store.apply(changes, {})
        assert await state(memory, user) == before


async def test_a_closed_memory_opens_again_and_remembers(place: Place, user: str) -> None:
    memory = place.memory()
    await learn(memory, user, SALE[:1])
    await memory.close()
    await memory.close()
    assert len(await memory.facts(user_id=user)) == 2
    await memory.close()


async def test_another_embedding_model_is_refused(place: Place, user: str) -> None:
    class Other:
        model = "other"
        dimension = 8
        is_local = True

        async def embed(self, texts: Any) -> Any:
            raise AssertionError("never reached")

    async with place.memory() as memory:
        await learn(memory, user, SALE[:1])
    with pytest.raises(ModelMismatch, match="pass embedder="):
        await place.memory(embedder=Other()).facts(user_id=user)


async def test_ten_thousand_episodes(place: Place, user: str) -> None:
    async with place.memory() as memory:
        for start in range(0, 10_000, 1_000):
            batch = [
                say(f"n{n}", "Ana", f"Note {n}: item {n % 97} went to shelf {n % 89}.", "2025-01-01T09:00")
                for n in range(start, start + 1_000)
            ]
            await memory.add(batch, user_id=user, run_id=f"r{start}", infer=False)
        await memory.add(say("x", "Ana", "The quartz lamp is in the attic.", "2025-01-02T09:00"), user_id=user)
        assert (await memory.stats(user_id=user))["episodes"] == 10_001
        found = await memory.search("Where is the quartz lamp?", user_id=user, limit=1)
        assert found["results"][0]["source_ids"] == ["x"]
        await memory.delete_all(user_id=user)


async def test_a_store_that_is_not_there_says_so(tmp_path: Any) -> None:
    for address in ("bolt://127.0.0.1:9", str(tmp_path)):
        with pytest.raises(StoreUnavailable):
            await AsyncMemory(address, auth=("neo4j", "x")).facts(user_id="u")


async def test_short_forms_of_a_given_name_are_one(place: Place, user: str) -> None:
    async with place.memory() as memory:
        said = [
            say("n1", "Ana Lima", "Robert Chen works at Northwind.", "2025-03-03T09:00"),
            say("n2", "Ana Lima", "bob chen lives in Bergen.", "2025-03-04T09:00"),
            say("n3", "Ana Lima", "Bob is allergic to peanuts.", "2025-03-05T09:00"),
        ]
        for message in reversed(said):
            await memory.add(message, user_id=user)
        bob = await memory.entity("Bob", user_id=user)
        assert bob is not None
        assert (bob.name, set(bob.aliases)) == ("Robert Chen", {"Bob", "bob chen", "Robert Chen"})
        assert len(await memory.facts(user_id=user, subject="Robert Chen")) == 3
        # Another whom "Bob" may stand for: then it is neither.
        await memory.add(say("n4", "Ana Lima", "Robert Hale lives in Oslo.", "2025-03-06T09:00"), user_id=user)
        assert (await memory.entity("Bob", user_id=user)).aliases == ("Bob",)  # type: ignore[union-attr]
        assert await memory.doctor() == []


async def test_a_merge_replays_what_was_heard_and_can_be_undone(place: Place, user: str) -> None:
    async with place.memory() as memory:
        said = [
            say("g1", "Ana Lima", "Katarzyna Nowak works at Northwind.", "2025-03-03T09:00"),
            say("g2", "Ana Lima", "Kasia works at Fabrikam.", "2025-03-05T09:00"),
        ]
        for message in said:
            await memory.add(message, user_id=user, recorded_at=message["timestamp"])
        before = await state(memory, user)
        whole = await memory.merge("Kasia", "katarzyna nowak", user_id=user)
        assert (whole.name, whole.aliases) == ("Katarzyna Nowak", ("Katarzyna Nowak", "Kasia"))
        assert await told(memory, user, include_history=True) == {
            ("Katarzyna Nowak works at Northwind", "superseded"),
            ("Katarzyna Nowak works at Fabrikam", "current"),
        }
        assert await memory.doctor() == []
        merged = await state(memory, user)
        await memory.merge("Kasia", whole.id, user_id=user)
        assert await state(memory, user) == merged
        one, other = await memory.unmerge("Kasia", "Katarzyna Nowak", user_id=user)
        assert (one.aliases, other.aliases) == (("Kasia",), ("Katarzyna Nowak",))
        assert await state(memory, user) == before
        await memory.merge("Kasia", "Katarzyna Nowak", user_id=user)
        assert await state(memory, user) == merged
        assert await memory.doctor() == []
        for wrong in (("Kasia", "kasia"), ("Kasia", "Nobody")):
            with pytest.raises(BadInput):
                await memory.merge(*wrong, user_id=user)


async def test_unmerging_keeps_names_apart_that_would_be_joined(place: Place, user: str) -> None:
    async with place.memory() as memory:
        await memory.add(say("u1", "Ana Lima", "Gunnar Lie lives in Bergen.", "2025-03-03T09:00"), user_id=user)
        await memory.unmerge("Gunnar Lie", "Ana Lima", user_id=user)
        await memory.add(say("u2", "Ana Lima", "Gunnar lives in Oslo.", "2025-03-05T09:00"), user_id=user)
        assert await told(memory, user, subject="Gunnar Lie") == {("Gunnar Lie lives in Oslo", "current")}
        await memory.unmerge("Gunnar", "Gunnar Lie", user_id=user)
        await memory.add(say("u3", "Ana Lima", "Gunnar works at Contoso.", "2025-03-06T09:00"), user_id=user)
        assert await told(memory, user, subject="Gunnar Lie") == {("Gunnar Lie lives in Bergen", "current")}
        assert await told(memory, user, subject="Gunnar") == {
            ("Gunnar lives in Oslo", "current"),
            ("Gunnar works at Contoso", "current"),
        }


async def test_a_review_lists_who_may_be_one_and_joins_nobody(place: Place, user: str) -> None:
    async with place.memory() as memory:
        said = [
            say("r1", "Caroline", "I live in Bergen. Jonathan Reeves works at Northwind.", "2025-03-03T09:00"),
            say("r2", "Carolyn", "I live in Oslo. Jonathon Reeves works at Northwind.", "2025-03-03T09:01"),
            say("r3", "Carolyn", "Katherine Holm lives in Oslo. Cathryn Holm lives in Bergen.", "2025-03-03T09:02"),
        ]
        await memory.add(said, user_id=user, run_id="r")
        names = {e.name for e in await memory.entities(user_id=user)}
        found = {(c.a.name, c.b.name): c for c in await memory.review(user_id=user, at_least=0.3)}
        assert {e.name for e in await memory.entities(user_id=user)} == names
        alike = found["Jonathan Reeves", "Jonathon Reeves"]
        assert "in common: works_at" in alike.why
        assert alike.score > found["Cathryn Holm", "Katherine Holm"].score
        assert "they differ in: lives_in" in found["Cathryn Holm", "Katherine Holm"].why
        assert ("Caroline", "Carolyn") not in found  # they speak to each other
        await memory.unmerge("Jonathan Reeves", "Jonathon Reeves", user_id=user)
        left = {(c.a.name, c.b.name) for c in await memory.review(user_id=user)}
        assert ("Jonathan Reeves", "Jonathon Reeves") not in left


async def test_whoever_speaks_of_themselves_is_believed_before_others(place: Place, user: str) -> None:
    said = [
        say("o1", "Ana Lima", "Tom lives in Porto.", "2025-03-03T09:00"),
        say("o2", "Tom", "I live in Faro.", "2025-03-03T09:01"),
        say("o3", "Zoe", "Tom lives in Braga.", "2025-03-03T09:02"),
        say("o4", "Ana Lima", "Zoe lives in Porto.", "2025-03-03T09:03"),
        say("o5", "Tom", "Zoe lives in Braga.", "2025-03-03T09:04"),
    ]
    async with place.memory() as memory:
        await learn(memory, user, said)
        assert await told(memory, user) == {
            ("Tom lives in Faro", "current"),
            ("Zoe lives in Porto", "disputed"),
            ("Zoe lives in Braga", "disputed"),
        }
        (fact,) = await memory.facts(user_id=user, subject="Tom")
        why = await memory.why(fact.id)
        assert why is not None
        assert [(h.source, h.says) for h in why.heard] == [
            ("Ana Lima", "Porto holds"),
            ("Tom", "Faro holds"),
            ("Zoe", "Braga holds"),
        ]
        assert {f.object_text: f.rule for f in why.facts} == {"Porto": "own word", "Faro": "", "Braga": "own word"}
        assert why.is_one
        assert await memory.why("fa_nothing") is None


LATE = [
    say("t1", "Ana Lima", "My sister Ines is a vet.", "2025-03-03T09:00"),
    say("t2", "Tom", "Where does she live?", "2025-03-03T09:01"),
    say("t3", "Ana Lima", "In Porto.", "2025-03-03T09:02"),
    say("t4", "Tom", "Does she have a dog?", "2025-03-03T09:03"),
    say("t5", "Ana Lima", "Yes, and she speaks French.", "2025-03-03T09:04"),
]


@pytest.mark.parametrize("order", [(4, 3, 2, 1, 0), (2, 0, 4, 1, 3), (1, 2, 3, 4, 0)])
async def test_a_turn_that_comes_late_gives_the_later_ones_their_meaning(
    place: Place, user: str, order: tuple[int, ...]
) -> None:
    async with place.memory() as memory:
        await memory.add(LATE, user_id=user + "-whole", run_id="r", recorded_at=at("2025-03-03T10:00"))
        for n in order:
            await memory.add(LATE[n], user_id=user, run_id="r", recorded_at=at("2025-03-03T10:00"))
        whole = await state(memory, user + "-whole")
        assert any(f[0] == "Ines lives in Porto" for f in whole[0])
        assert await state(memory, user) == whole
        assert await memory.doctor() == []


async def test_what_was_kept_unread_stays_so_when_a_turn_comes_late(place: Place, user: str) -> None:
    async with place.memory() as memory:
        await memory.add(say("k2", "Ana Lima", "I live in Porto.", "2025-03-03T09:02"), user_id=user, infer=False)
        await memory.add(say("k1", "Tom", "Where do you live?", "2025-03-03T09:01"), user_id=user)
        assert await memory.facts(user_id=user) == []


async def test_without_the_question_its_answer_means_nothing(place: Place, user: str) -> None:
    async with place.memory() as memory:
        await memory.add(LATE[:3], user_id=user, run_id="r", recorded_at=at("2025-03-03T10:00"))
        asked = {e.source_id: e.id for e in await memory.episodes(user_id=user)}
        assert ("Ines lives in Porto", "current") in await told(memory, user)
        await memory.update(asked["t2"], "What does she like?", user_id=user)
        assert ("Ines lives in Porto", "current") not in await told(memory, user)
        assert ("Ines lives in Porto", "retracted") in await told(memory, user, include_history=True)
        await memory.delete(asked["t2"], user_id=user)
        await memory.add([LATE[0], LATE[2]], user_id=user + "-rest", run_id="r", recorded_at=at("2025-03-03T10:00"))
        assert await told(memory, user) == await told(memory, user + "-rest")
        assert await memory.doctor() == []
