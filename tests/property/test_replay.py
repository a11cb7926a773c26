"""What DESIGN promises of a slot's replay, held against Hypothesis."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from memgraph.model import UTC, Assertion, FactState, Mode, Polarity, Precision, Role, Status
from memgraph.resolve.facts import Claim, Policy, Slot, replay

DAY0 = dt.datetime(2025, 1, 1, 9, tzinfo=UTC)
SLOT = Slot("sl_1", "en_dana", "works_at", "")
POLICY = Policy()


def day(n: float) -> dt.datetime:
    return DAY0 + dt.timedelta(days=n)


@st.composite
def claims(draw: st.DrawFn, number: int) -> Claim:
    said = draw(st.integers(0, 8)) + draw(st.sampled_from([0.0, 0.1]))
    stated = draw(st.booleans())
    start = draw(st.integers(-6, 10)) if stated else said
    end = draw(st.none() | st.integers(1, 5))
    polarity = draw(st.sampled_from([Polarity.HOLDS] * 5 + [Polarity.ENDS, Polarity.DENIES]))
    key = draw(st.sampled_from(["a", "b", "c"] + ([""] if polarity is not Polarity.HOLDS else [])))
    withdrawn = draw(st.none() | st.none() | st.integers(10, 14))
    recorded = said + draw(st.sampled_from([0, 0, 3]))
    assertion = Assertion(
        id=f"as_{number:03}",
        episode=f"ep_{number:03}",
        source_id=f"m{number}",
        source=draw(st.sampled_from(["ann", "bob", "cy"])),
        session=draw(st.sampled_from(["s1", "s2"])),
        subject="na_dana",
        predicate="works_at",
        object_value=key or None,
        object_text=key,
        polarity=polarity,
        mode=draw(st.sampled_from([Mode.STATEMENT] * 3 + [Mode.CHANGE, Mode.CORRECTION])),
        valid_from=day(start),
        valid_to=day(start + end) if end is not None and polarity is Polarity.HOLDS else None,
        stated=stated,
        precision=draw(st.sampled_from([Precision.INSTANT, Precision.DAY])),
        holds_at=day(said) if draw(st.booleans()) or not stated else None,
        said_at=day(said),
        place=number % 3,
        recorded_at=day(recorded),
        withdrawn_at=None if withdrawn is None else day(withdrawn),
        confidence=draw(st.sampled_from([0.3, 0.7, 0.9, 1.0])),
        extractor="rules",
        text=f"Dana: {key}",
    )
    return Claim(assertion, key, None, key, f"Dana works at {key}")


@st.composite
def slots(draw: st.DrawFn, most: int = 7) -> list[Claim]:
    return [draw(claims(i)) for i in range(draw(st.integers(1, most)))]


def supports(fact: FactState) -> set[str]:
    return {e.assertion for e in fact.evidence if e.role is Role.SUPPORTS}


@given(slots(), st.randoms(use_true_random=False))
@settings(max_examples=400, deadline=None)
def test_any_arrival_order_gives_the_same_state(slot: list[Claim], shuffle: random.Random) -> None:
    other = slot.copy()
    shuffle.shuffle(other)
    assert replay(SLOT, slot, POLICY) == replay(SLOT, other, POLICY)


@given(slots())
@settings(max_examples=400, deadline=None)
def test_nothing_is_lost(slot: list[Claim]) -> None:
    facts = replay(SLOT, slot, POLICY)
    kept = {e.assertion for f in facts for e in f.evidence}
    assert kept == {c.assertion.id for c in slot}
    assert all(supports(f) for f in facts)


def overlaps(facts: tuple[FactState, ...]) -> list[tuple[FactState, FactState]]:
    """Pairs of facts that hold at one time."""
    standing = [f for f in facts if f.status is not Status.RETRACTED]
    pairs = [(a, b) for i, a in enumerate(standing) for b in standing[i + 1 :]]
    return [(a, b) for a, b in pairs if a.holds(t := max(a.valid_from, b.valid_from)) and b.holds(t)]


@given(slots())
@settings(max_examples=400, deadline=None)
def test_no_interval_overlaps_another_where_one_equally_sure_source_speaks(slot: list[Claim]) -> None:
    alone = [
        dataclasses.replace(c, assertion=dataclasses.replace(c.assertion, source="ann", confidence=0.9)) for c in slot
    ]
    assert overlaps(replay(SLOT, alone, POLICY)) == []


@given(slots())
@settings(max_examples=400, deadline=None)
def test_where_intervals_overlap_sources_differ_or_one_is_less_sure(slot: list[Claim]) -> None:
    confidences = [c.assertion.confidence for c in slot]
    may_dispute = len({c.assertion.source for c in slot}) > 1 or max(confidences) - min(confidences) > POLICY.margin
    for a, b in overlaps(replay(SLOT, slot, POLICY)):
        assert a.object_value != b.object_value
        assert may_dispute


@given(slots())
@settings(max_examples=200, deadline=None)
def test_every_status_is_told_by_a_rule(slot: list[Claim]) -> None:
    for fact in replay(SLOT, slot, POLICY):
        assert (fact.rule == "") == (fact.status is Status.CURRENT)
        if fact.status is not Status.DISPUTED:  # a dispute may be over, and is still told as one
            assert (fact.retired_at is None) == (fact.status is Status.CURRENT)


@given(slots())
@settings(max_examples=200, deadline=None)
def test_ids_are_unique_and_come_from_an_assertion_of_the_fact(slot: list[Claim]) -> None:
    facts = replay(SLOT, slot, POLICY)
    assert len({f.id for f in facts}) == len(facts)
    for fact in facts:
        assert "as_" + fact.id.removeprefix("fa_").split(".")[0] in supports(fact)


@given(slots(), st.integers(0, 14))
@settings(max_examples=300, deadline=None)
def test_known_at_is_the_replay_of_what_was_known(slot: list[Claim], n: int) -> None:
    then = day(n)
    known = []
    for claim in slot:
        a = claim.assertion
        if a.recorded_at <= then:
            later = a.withdrawn_at is not None and a.withdrawn_at > then
            known.append(
                dataclasses.replace(claim, assertion=dataclasses.replace(a, withdrawn_at=None)) if later else claim
            )
    assert replay(SLOT, slot, POLICY, known_at=then) == replay(SLOT, known, POLICY)


@given(slots(), claims(99))
@settings(max_examples=300, deadline=None)
def test_adding_and_deleting_gives_the_state_before(slot: list[Claim], extra: Claim) -> None:
    before = replay(SLOT, slot, POLICY)
    replay(SLOT, [*slot, extra], POLICY)
    assert replay(SLOT, slot, POLICY) == before


@given(slots())
@settings(max_examples=200, deadline=None)
def test_confidence_lies_between_0_and_1_and_support_never_lowers_it(slot: list[Claim]) -> None:
    for fact in replay(SLOT, slot, POLICY):
        strongest = max(c.assertion.confidence for c in slot if c.assertion.id in supports(fact))
        assert strongest - 1e-6 <= fact.confidence <= 1.0
