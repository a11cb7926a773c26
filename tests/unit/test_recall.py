"""Planning, ranking and packing are pure, and keep what they promise."""

from __future__ import annotations

import datetime as dt
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from memgraph.changes import EpisodeSignal, FactSignal, Signals
from memgraph.model import UTC, Episode, FactState, Scope, Status
from memgraph.ontology import core_ontology
from memgraph.recall import Weights, pack, plan, rank
from memgraph.recall.context import tokens

T0 = dt.datetime(2025, 1, 1, tzinfo=UTC)


def episode(n: int, text: str = "hello", by: str = "Ana") -> Episode:
    return Episode(
        id=f"ep_{n:03}",
        scope=Scope(user="u"),
        speaker=by,
        role="user",
        content=text,
        occurred_at=T0 + dt.timedelta(minutes=n),
        recorded_at=T0,
        place=n,
        message_id=f"m{n}",
    )


def fact(n: int, text: str = "Ana likes tea", predicate: str = "likes", status: Status = Status.CURRENT) -> FactState:
    return FactState(
        id=f"fa_{n:03}",
        slot="sl",
        subject="en",
        predicate=predicate,
        qualifier="",
        object_entity=None,
        object_value="tea",
        object_text="tea",
        text=text,
        valid_from=T0,
        valid_to=None,
        recorded_at=T0,
        retired_at=None,
        confidence=0.9,
        status=status,
        source_ids=(f"m{n}",),
    )


def test_a_question_is_planned() -> None:
    asked = plan("Where does Ana Lima's boss live?", core_ontology())
    assert asked.terms == ("ana", "lima", "boss", "live")
    assert {"ana lima", "boss"} <= set(asked.names)
    assert "boss" in asked.short
    assert "ana" not in asked.short
    assert {"lives_in", "reports_to"} <= asked.predicates


def test_stop_words_count_where_there_is_nothing_else() -> None:
    assert plan("who is it?", core_ontology()).terms == ("who", "is", "it")


def test_a_neighbour_lends_its_score_and_a_named_speaker_counts() -> None:
    asked = plan("What did Ana say?", core_ontology())
    signals = Signals(
        (
            EpisodeSignal("ep_1", "Bob", partial(episode, 1), 0.9, 5.0, neighbours=("ep_2",)),
            EpisodeSignal("ep_2", "Bob", partial(episode, 2), 0.1, 0.0, neighbours=("ep_1", "ep_3")),
            EpisodeSignal("ep_3", "Ana", partial(episode, 3), 0.1, 0.0),
            EpisodeSignal("ep_4", "Bob", partial(episode, 4), 0.1, 0.0),
        )
    )
    hits = rank(signals, asked, Weights(), 4)
    assert hits[0].id == "ep_1"
    parts = {h.id: h.parts for h in hits}
    assert parts["ep_2"]["neighbour"] > 0
    assert parts["ep_3"]["speaker"] > 0
    assert parts["ep_4"]["neighbour"] == parts["ep_4"]["speaker"] == 0
    assert all(abs(sum(h.parts.values()) - h.score) < 1e-6 for h in hits)


def test_facts_lend_their_score_to_what_they_rest_on_and_equals_are_ordered_by_id() -> None:
    asked = plan("What does Ana like?", core_ontology())
    facts = (
        FactSignal(fact(1), ("ep_2",), 0.9, 3.0, 1.0, "likes"),
        FactSignal(fact(2, status=Status.DISPUTED), (), 0.1, 0),
    )
    episodes = tuple(EpisodeSignal(f"ep_{n}", "Bob", None, 0.1, 0.0) for n in (3, 2, 1))
    hits = rank(Signals(episodes, facts), asked, Weights(), 10)
    assert [h.id for h in hits if h.id.startswith("ep")] == ["ep_2", "ep_1", "ep_3"]
    assert hits[0].id == "fa_001"
    assert {h.id: h.parts for h in hits}["fa_002"]["disputed"] < 0
    assert rank(Signals(), asked, Weights(), 5) == []


texts = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=200)


@given(st.lists(st.tuples(st.booleans(), texts), max_size=12), st.integers(1, 300))
@settings(max_examples=200, deadline=None)
def test_a_context_keeps_its_budget_repeats_nothing_and_is_stable(answers: list[tuple[bool, str]], budget: int) -> None:
    given_ = [fact(n, t) if is_fact else episode(n, t) for n, (is_fact, t) in enumerate(answers)]
    text = pack(given_, budget)
    assert tokens(text) <= budget
    assert text == pack(given_, budget)
    lines = [line for line in text.splitlines() if line.startswith("- ")]
    assert len(lines) == len(set(lines))
