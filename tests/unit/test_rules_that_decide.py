"""The rules of a slot, one by one, each as a case that a person would judge the same."""

from __future__ import annotations

import datetime as dt
from typing import Any

from memgraph.model import UTC, Assertion, FactState, Mode, Polarity, Precision, Status
from memgraph.resolve.facts import Claim, Policy, Slot, replay


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=UTC)


def said(value: str, when: str, by: str = "ann", **more: Any) -> Claim:
    """Somebody says, at a time, that the value holds."""
    time = at(when)
    number = f"{value}-{when}-{by}"
    stated = "since" in more
    fields: dict[str, Any] = {
        "valid_from": at(more.pop("since")) if stated else time,
        "valid_to": at(more.pop("until")) if "until" in more else None,
        "holds_at": time if more.pop("vouched", True) else None,
        "recorded_at": at(more.pop("recorded")) if "recorded" in more else time,
        "confidence": 0.9,
        **more,
    }
    assertion = Assertion(
        id=f"as_{number}",
        episode=f"ep_{number}",
        source_id=number,
        source=by,
        session="s",
        subject="na_x",
        predicate="p",
        object_value=value or None,
        object_text=value,
        stated=stated,
        said_at=time,
        extractor="rules",
        **fields,
    )
    return Claim(assertion, value, None, value, value)


def states(*claims: Claim, policy: Policy | None = None, **more: Any) -> dict[str, FactState]:
    facts = replay(Slot("sl", "en", "p", ""), claims, policy or Policy(), **more)
    return {f.object_value or "": f for f in facts}


def holding(facts: dict[str, FactState], when: str) -> set[str]:
    return {value for value, fact in facts.items() if fact.holds(at(when))}


def test_the_later_statement_supersedes_the_older() -> None:
    facts = states(said("Northwind", "2025-03-01"), said("Fabrikam", "2025-05-01"))
    assert facts["Northwind"].status is Status.SUPERSEDED
    assert facts["Northwind"].valid_to == at("2025-05-01")
    assert facts["Northwind"].superseded_by == facts["Fabrikam"].id
    assert facts["Northwind"].rule == "recency"
    assert facts["Fabrikam"].status is Status.CURRENT


def test_a_stated_start_dates_the_change() -> None:
    facts = states(said("Northwind", "2025-03-01"), said("Fabrikam", "2025-05-12", since="2025-05-01"))
    assert holding(facts, "2025-04-30") == {"Northwind"}
    assert holding(facts, "2025-05-06") == {"Fabrikam"}


def test_what_arrives_late_but_was_true_earlier_becomes_a_closed_interval() -> None:
    facts = states(said("Fabrikam", "2025-05-01"), said("Northwind", "2025-06-01", since="2025-02-01", vouched=False))
    assert facts["Northwind"].valid_to == at("2025-05-01")
    assert holding(facts, "2025-06-02") == {"Fabrikam"}


def test_history_told_later_does_not_touch_the_present() -> None:
    told = said("Bank", "2025-06-01", since="2019-01-01", until="2020-01-01")
    facts = states(said("Fabrikam", "2025-05-01", since="2023-01-01"), told)
    assert facts["Bank"].rule == "history"
    assert holding(facts, "2019-06-01") == {"Bank"}
    assert holding(facts, "2025-06-02") == {"Fabrikam"}


def test_two_sources_on_one_day_dispute() -> None:
    facts = states(said("340", "2025-06-10T10:04"), said("410", "2025-06-10T10:05", by="bob"))
    assert {f.status for f in facts.values()} == {Status.DISPUTED}
    assert holding(facts, "2025-07-01") == {"340", "410"}


def test_one_source_on_one_day_corrects_itself() -> None:
    facts = states(said("180k", "2025-06-10T10:04"), said("185k", "2025-06-10T10:05"))
    assert facts["185k"].status is Status.CURRENT
    assert facts["180k"].status is Status.SUPERSEDED


def test_a_word_of_change_on_the_same_day_supersedes() -> None:
    facts = states(said("a", "2025-06-10T10:04"), said("b", "2025-06-10T10:05", by="bob", mode=Mode.CHANGE))
    assert facts["b"].status is Status.CURRENT


def test_times_said_to_the_minute_are_weighed_to_the_minute() -> None:
    first = said("a", "2025-06-10T10:00", since="2025-06-10T08:00", precision=Precision.INSTANT, vouched=False)
    second = said(
        "b", "2025-06-10T10:00", by="bob", since="2025-06-10T09:00", precision=Precision.INSTANT, vouched=False
    )
    assert states(first, second)["b"].status is Status.CURRENT


def test_later_evidence_settles_a_dispute_for_all_its_time() -> None:
    quarrel = [said("1 Oct", "2025-06-10T10:01"), said("15 Nov", "2025-06-10T10:02", by="bob")]
    settled = said("15 Nov", "2025-06-24", by="bob")
    facts = states(*quarrel, settled)
    assert facts["15 Nov"].status is Status.CURRENT
    assert facts["1 Oct"].rule == "settled"
    assert holding(facts, "2025-06-15") == {"15 Nov"}
    assert holding(states(*quarrel, settled, known_at=at("2025-06-15")), "2025-06-15") == {"1 Oct", "15 Nov"}


def test_a_correction_holds_for_all_the_time_of_what_it_corrects() -> None:
    facts = states(said("30 June", "2025-03-04"), said("31 July", "2025-03-11", mode=Mode.CORRECTION))
    assert holding(facts, "2025-03-08") == {"31 July"}
    assert facts["30 June"].rule == "correction"
    before = states(
        said("30 June", "2025-03-04"),
        said("31 July", "2025-03-11", mode=Mode.CORRECTION),
        known_at=at("2025-03-08"),
    )
    assert holding(before, "2025-03-08") == {"30 June"}


def test_a_correction_reaches_back_over_one_value_only() -> None:
    facts = states(
        said("a", "2025-01-01"),
        said("b", "2025-02-01"),
        said("b", "2025-03-01"),
        said("c", "2025-04-01", mode=Mode.CORRECTION),
    )
    assert holding(facts, "2025-01-15") == {"a"}
    assert holding(facts, "2025-02-15") == {"c"}


def test_a_hedged_rival_is_kept_beside_and_both_are_disputed() -> None:
    facts = states(said("a", "2025-01-01"), said("b", "2025-02-01", confidence=0.4))
    assert facts["a"].status is facts["b"].status is Status.DISPUTED
    assert holding(facts, "2025-01-15") == {"a"}


def test_an_end_closes_the_fact_and_says_why() -> None:
    gone = said("Ferrocast", "2025-08-25", since="2025-08-22", polarity=Polarity.ENDS)
    facts = states(said("Ferrocast", "2025-02-10", since="2023-01-01"), gone)
    assert holding(facts, "2025-08-15") == {"Ferrocast"}
    assert holding(facts, "2025-08-24") == set()
    assert facts["Ferrocast"].rule == "end"


def test_an_end_without_an_object_closes_whatever_holds() -> None:
    facts = states(said("Ferrocast", "2025-02-10"), said("", "2025-08-25", polarity=Polarity.ENDS))
    assert holding(facts, "2025-09-01") == set()


def test_an_end_of_something_else_changes_nothing() -> None:
    facts = states(said("a", "2025-02-10"), said("b", "2025-08-25", polarity=Polarity.ENDS))
    assert facts["a"].status is Status.CURRENT
    assert facts["b"].status is Status.RETRACTED


def test_an_unsure_end_leaves_the_fact_disputed() -> None:
    facts = states(said("a", "2025-02-10"), said("a", "2025-08-25", polarity=Polarity.ENDS, confidence=0.3))
    assert facts["a"].status is Status.DISPUTED
    assert facts["a"].rule == "doubt"


def test_a_denial_takes_the_fact_back_altogether() -> None:
    facts = states(said("kiwi", "2025-03-19"), said("kiwi", "2025-05-21", by="bob", polarity=Polarity.DENIES))
    assert facts["kiwi"].status is Status.RETRACTED
    assert holding(facts, "2025-04-01") == set()


def test_it_can_begin_again_after_an_end() -> None:
    claims = [said("a", "2025-01-01"), said("a", "2025-02-01", polarity=Polarity.ENDS), said("a", "2025-03-01")]
    facts = replay(Slot("sl", "en", "p", ""), claims, Policy())
    assert [(f.valid_from, f.valid_to) for f in facts] == [
        (at("2025-01-01"), at("2025-02-01")),
        (at("2025-03-01"), None),
    ]


def test_independent_sources_raise_the_confidence_and_repetition_does_not() -> None:
    once = states(said("a", "2025-01-01"))["a"].confidence
    again = states(said("a", "2025-01-01"), said("a", "2025-01-02"))["a"].confidence
    two = states(said("a", "2025-01-01"), said("a", "2025-01-02", by="bob"))["a"].confidence
    assert once == again == 0.9
    assert two == 0.99


def test_a_distrusted_source_does_not_win() -> None:
    facts = states(said("a", "2025-01-01"), said("b", "2025-02-01", by="bob"), policy=Policy(trust={"bob": 0.5}))
    assert facts["a"].status is Status.DISPUTED


def test_withdrawn_assertions_are_kept_as_retracted() -> None:
    gone = said("a", "2025-01-01", withdrawn_at=at("2025-02-01"))
    assert states(gone)["a"].status is Status.RETRACTED
    assert states(gone)["a"].retired_at == at("2025-02-01")
    assert states(gone, known_at=at("2025-01-15"))["a"].status is Status.CURRENT
