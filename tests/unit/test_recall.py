"""Planning, ranking and packing are pure, and keep what they promise."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memgraph.changes import EpisodeSignals, FactSignal, Signals
from memgraph.model import UTC, Episode, FactState, Scope, Status
from memgraph.ontology import core_ontology
from memgraph.providers.static import embed_static
from memgraph.recall import Hit, Lexicon, Weights, pack, plan, rank
from memgraph.recall.context import tokens
from memgraph.recall.graph import page_rank

T0 = dt.datetime(2025, 1, 1, tzinfo=UTC)
NOW = dt.datetime(2025, 6, 1, tzinfo=UTC)


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


class Turn(NamedTuple):
    episode: Episode
    vector: float
    before: str


def said(n: int, text: str, by: str = "Bob", before: int | None = None, vector: float = 0.1) -> Turn:
    return Turn(episode(n, text, by), vector, f"ep_{before:03}" if before else "")


def together(*turns: Turn) -> EpisodeSignals:
    spoken = [t.episode for t in turns]
    ids = [e.id for e in spoken]
    return EpisodeSignals(
        tuple(ids),
        tuple(e.speaker for e in spoken),
        tuple(e.content for e in spoken),
        tuple(partial(replace, e) for e in spoken),
        np.array([int(e.occurred_at.timestamp() * 1e6) for e in spoken]),
        np.array([t.vector for t in turns]),
        np.array([ids.index(t.before) if t.before in ids else -1 for t in turns]),
    )


def ranked(question: str, signals: Signals, limit: int = 10) -> dict[str, Hit]:
    asked = plan(question, core_ontology(), NOW)
    return {h.id: h for h in rank(signals, asked, Lexicon(embed_static), Weights(), limit, NOW)}


def test_a_question_is_planned() -> None:
    asked = plan("Where does Ana Lima's boss live?", core_ontology(), NOW)
    assert asked.terms == ("ana", "lima", "boss", "live")
    assert {"ana lima", "boss"} <= set(asked.names)
    assert "boss" in asked.short
    assert "ana" not in asked.short
    assert {"lives_in", "reports_to"} <= asked.predicates
    assert asked.kind == "where"
    assert asked.asks_name
    assert asked.since(NOW) == NOW


@pytest.mark.parametrize(
    ("question", "kind", "is_list", "is_negated", "is_about_past"),
    [
        ("When did Ana move?", "when", False, False, False),
        ("Which month was it?", "when", False, False, False),
        ("How many seats did they want?", "how many", False, False, False),
        ("Who signed off?", "who", False, False, False),
        ("Why didn't it ship?", "why", False, True, False),
        ("What instruments does Ana play?", "", True, False, False),
        ("What is the status?", "", False, False, False),
        ("Where did Ana work previously?", "where", False, False, True),
        ("How old is Ana?", "how many", False, False, False),
    ],
)
def test_the_kind_of_answer_is_told(
    question: str, kind: str, is_list: bool, is_negated: bool, is_about_past: bool
) -> None:
    asked = plan(question, core_ontology(), NOW)
    assert (asked.kind, asked.is_list, asked.is_negated, asked.is_about_past) == (
        kind,
        is_list,
        is_negated,
        is_about_past,
    )


def test_relations_are_told_by_the_words_that_ask_for_them() -> None:
    def asked(question: str) -> frozenset[str]:
        return plan(question, core_ontology(), NOW).predicates

    assert "dislikes" in asked("What doesn't Ana like?")
    assert "dislikes" not in asked("What does Ana like?")
    assert {"works_at", "job_title"} <= asked("What does Ana do?")
    assert not {"works_at", "job_title"} & asked("What did Ana do last week?")
    assert "decision_maker" in asked("Who decided at Contoso?")


def test_times_in_a_question_are_windows() -> None:
    (march,) = plan("What did Ana do in March?", core_ontology(), NOW).windows
    assert march.is_any_year
    (last,) = plan("What did Ana do last week?", core_ontology(), NOW).windows
    assert not last.is_any_year
    assert last.end - last.start == dt.timedelta(days=7)
    (year,) = plan("What happened in 2023?", core_ontology(), NOW).windows
    assert (year.start.year, year.end.year, year.is_any_year) == (2023, 2024, False)
    asked = plan("Where did Ana live in May 2021?", core_ontology(), NOW)
    assert asked.since(NOW) == dt.datetime(2021, 5, 1, tzinfo=UTC)
    assert asked.as_dict()["times"] == ["May 2021"]


def test_stop_words_count_where_there_is_nothing_else() -> None:
    assert plan("who is it?", core_ontology(), NOW).terms == ("who", "is", "it")


def test_the_turn_after_a_question_is_found_by_the_words_of_the_question() -> None:
    turns = (
        said(1, "Did you find somewhere to park the caravan?"),
        said(2, "Yes, behind the old mill.", "Ana", before=1),
        said(3, "The soup was lovely.", "Ana", before=2),
        said(4, "I slept badly.", "Ana"),
    )
    hits = ranked("Where did Ana park the caravan?", Signals(together(*turns)))
    assert next(iter(hits)) == "ep_002"
    assert hits["ep_002"].parts["reply"] > 0
    assert hits["ep_002"].parts["words_before"] > hits["ep_003"].parts["words_before"]
    assert hits["ep_003"].parts["words_near"] > hits["ep_004"].parts["words_near"]
    assert all(abs(sum(h.parts.values()) - h.score) < 1e-6 for h in hits.values())


def test_words_count_by_their_stems_and_by_what_they_mean() -> None:
    turns = (said(1, "She camped by the lake."), said(2, "A kitten sleeps here."), said(3, "Interest rates rose."))
    hits = ranked("camping", Signals(together(*turns)))
    assert hits["ep_001"].parts["words"] == Weights().words
    hits = ranked("cat", Signals(together(*turns)))
    assert hits["ep_002"].parts["words"] > 2 * hits["ep_003"].parts["words"]


def test_beginnings_and_phrases_count() -> None:
    turns = (said(1, "The migration is done."), said(2, "We did deep work."), said(3, "The work went deep."))
    hits = ranked("migr*", Signals(together(*turns)))
    assert hits["ep_001"].parts["words"] == Weights().words
    hits = ranked('"deep work"', Signals(together(*turns)))
    assert hits["ep_002"].parts["phrase"] > hits["ep_003"].parts["phrase"] == 0


def test_a_named_speaker_counts_and_is_shared_among_those_named() -> None:
    turns = (said(1, "It rained.", "Ana Lima"), said(2, "It rained.", "Bob"), said(3, "It rained.", "Cleo"))
    alone = ranked("What did Ana say?", Signals(together(*turns)))
    assert (
        alone["ep_001"].parts["speaker"]
        == 2 * ranked("What did Ana and Bob say?", Signals(together(*turns)))["ep_002"].parts["speaker"]
    )
    assert alone["ep_002"].parts["speaker"] == 0


def test_what_was_said_at_the_time_asked_for_comes_first() -> None:
    turns = (said(1, "It rained.", vector=0.2), said(60 * 24 * 40, "It rained."))
    hits = ranked("What happened in February 2025?", Signals(together(*turns)))
    assert list(hits) == ["ep_57600", "ep_001"]
    assert 0 == hits["ep_001"].parts["time"] < hits["ep_57600"].parts["time"]
    any_year = ranked("What happened in January?", Signals(together(*turns)))
    assert any_year["ep_001"].parts["time"] == Weights().time


def test_a_fact_that_is_asked_for_comes_first_and_its_path_is_told() -> None:
    boss = fact(1, "Ana reports to Cleo", "reports_to")
    home = replace(fact(2, "Cleo lives in Graz", "lives_in"), subject="en_cleo")
    facts = (
        FactSignal(replace(boss, object_entity="en_cleo"), ("ep_001",), 0.3, hops=1),
        FactSignal(home, ("ep_002",), 0.4, hops=2, via=boss.id),
        FactSignal(replace(fact(3, "Eva lives in Ghent", "lives_in"), subject="en_eva"), ("ep_003",), 0.4),
    )
    turns = (said(1, "I report to Cleo.", "Ana"), said(2, "Cleo lives in Graz."), said(3, "Eva lives in Ghent."))
    hits = ranked("Where does Ana's boss live?", Signals(together(*turns), facts, asked=("en",)))
    assert hits["fa_002"].path == ("Ana reports to Cleo", "Cleo lives in Graz")
    assert hits["ep_002"].path == hits["fa_002"].path
    assert hits["fa_003"].path == ()
    assert hits["fa_002"].score > hits["fa_003"].score
    assert hits["fa_001"].parts["graph"] > hits["fa_002"].parts["graph"] > hits["fa_003"].parts["graph"] == 0


def test_a_path_with_a_step_missing_is_none() -> None:
    home = replace(fact(2, "Cleo lives in Graz", "lives_in"), subject="en_cleo")
    lone = FactSignal(home, (), 0.4, hops=2, via="fa_gone")
    hits = ranked("Where does Ana's boss live?", Signals(facts=(lone,), asked=("en",)))
    assert hits["fa_002"].path == ()
    assert hits["fa_002"].parts["chain"] == 0


def test_the_lexicon_forgets_and_reads_on() -> None:
    lexicon = Lexicon(embed_static)
    lexicon._MOST_LETTERS = 100  # type: ignore[misc]
    for n in range(6):
        texts = [f"She camped {n} times.", "A kitten sleeps.", "x " * 2000]
        found = lexicon.found(["camping", "cat"], [], lexicon.read(texts))
        assert found[0, 0] == 1
        assert 0 < found[1, 1] < 1
        assert found[1, 2] < found[1, 1]


def test_disputed_and_outdated_facts_stand_back_unless_the_past_is_asked_for() -> None:
    old = replace(fact(2, "Ana lives in Ghent", "lives_in", Status.SUPERSEDED), valid_to=T0 + dt.timedelta(days=9))
    facts = (
        FactSignal(fact(1, "Ana lives in Graz", "lives_in", Status.DISPUTED), (), 0.3, hops=1),
        FactSignal(old, (), 0.3, hops=1),
    )
    hits = ranked("Where does Ana live?", Signals(facts=facts, asked=("en",)))
    assert hits["fa_001"].parts["disputed"] < 0
    assert hits["fa_002"].parts["outdated"] < 0
    assert ranked("Where did Ana live formerly?", Signals(facts=facts))["fa_002"].parts["outdated"] == 0


def test_equals_are_ordered_by_id_and_nothing_comes_of_nothing() -> None:
    turns = tuple(replace_id(said(1, "Hello."), f"ep_{n}") for n in (3, 1, 2))
    assert list(ranked("hello", Signals(together(*turns)))) == ["ep_1", "ep_2", "ep_3"]
    assert ranked("hello", Signals()) == {}
    assert list(ranked("...", Signals(together(said(1, "?!"))))) == ["ep_001"]


def replace_id(turn: Turn, ident: str) -> Turn:
    return turn._replace(episode=replace(turn.episode, id=ident))


edges = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8), st.integers(0, 8)), max_size=20)


@given(edges)
def test_page_rank_is_a_share_and_falls_with_the_hops(facts: list[tuple[int, int, int]]) -> None:
    signals = Signals(
        together(*(said(n, "x") for n in range(9))),
        tuple(
            FactSignal(replace(fact(i), subject=f"en_{a}", object_entity=f"en_{b}"), (f"ep_{e:03}",), 0.0)
            for i, (a, b, e) in enumerate(facts)
        ),
        asked=("en_0",),
    )
    ranks = page_rank(signals)
    assert all(0 <= share <= 1 for share in ranks.values())
    reached = any(0 in (a, b) for a, b, _ in facts)
    assert (max(ranks.values(), default=0) == 1) == reached


def test_a_hub_passes_little_on() -> None:
    hub = [FactSignal(replace(fact(i), subject="en_hub", object_entity=f"en_{i}"), (), 0.0) for i in range(20)]
    own = FactSignal(replace(fact(50), subject="en_own", object_entity="en_x"), (), 0.0)
    ranks = page_rank(Signals(facts=(*hub, own), asked=("en_hub", "en_own")))
    assert ranks["fa_050"] > 10 * ranks["fa_000"]


texts = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=200)


@given(st.lists(st.tuples(st.booleans(), texts), max_size=12), st.integers(1, 300))
@settings(max_examples=200, deadline=None)
def test_a_context_keeps_its_budget_repeats_nothing_and_is_stable(answers: list[tuple[bool, str]], budget: int) -> None:
    given_ = [fact(n, t) if is_fact else episode(n, t) for n, (is_fact, t) in enumerate(answers)]
    text = pack(given_, budget)
    assert tokens(text) <= budget
    assert text == pack([*given_, *given_], budget)
    lines = [line for line in text.splitlines() if line.startswith("- ")]
    assert len(lines) == len(set(lines))


def test_a_context_groups_by_session_merges_neighbours_and_says_what_is_in_doubt() -> None:
    def turn(n: int, text: str, session: str, day: int) -> Episode:
        spoken = replace(episode(n, text), scope=Scope(user="u", session=session))
        return replace(spoken, occurred_at=dt.datetime(2025, 1, day, 9, n, tzinfo=UTC))

    over = replace(fact(9, "Ana lives in Ghent", status=Status.SUPERSEDED), valid_to=T0 + dt.timedelta(days=9))
    packed = pack(
        [
            turn(5, "Two days on.", "a", 4),
            turn(1, "Hello.", "a", 2),
            turn(7, "Elsewhere.", "b", 1),
            turn(2, "Hi.", "a", 2),
            fact(8, status=Status.DISPUTED),
            over,
        ],
        500,
    )
    assert packed.splitlines() == [
        "Facts:",
        "- Ana likes tea (since 2025-01-01) (disputed) [m8]",
        "- Ana lives in Ghent (since 2025-01-01 until 2025-01-10) (no longer true) [m9]",
        "",
        "Said on 2025-01-01, session b:",
        "- 09:07 Ana: Elsewhere. [m7]",
        "",
        "Said on 2025-01-02, session a:",
        "- 09:01 Ana: Hello. [m1]",
        "- 09:02 Ana: Hi. [m2]",
        "  …",
        "- 2025-01-04 09:05 Ana: Two days on. [m5]",
    ]


def test_no_sentence_is_cut_and_the_best_comes_first() -> None:
    long = episode(1, "One is short. " + "Two is very long " * 30 + ". Three.")
    packed = pack([long, episode(2, "Hi.")], 30)
    assert "One is short. … [m1]" in packed
    assert "Two" not in packed
    assert "Hi." in packed
    assert pack([long], 5) == ""
