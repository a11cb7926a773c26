"""Rules read what is said, and not what is asked, wished, quoted or supposed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from memgraph.changes import Called, Extraction
from memgraph.extract.rules import RuleExtractor, pattern_file
from memgraph.extract.times import read_time
from memgraph.extract.values import read_amount
from memgraph.model import UTC, Episode, Mode, Polarity, Precision, Scope

MONDAY = dt.datetime(2025, 3, 10, 15, 30, tzinfo=UTC)
pytestmark = pytest.mark.anyio


async def read(*texts: str, by: str = "Ana Lima") -> Extraction:
    episodes = [
        Episode(
            id=f"ep_{n}",
            scope=Scope(user="u"),
            speaker=by,
            role="user",
            content=t,
            occurred_at=MONDAY,
            recorded_at=MONDAY,
            place=n,
        )
        for n, t in enumerate(texts)
    ]
    return await RuleExtractor().extract(episodes, ())


def said(extraction: Extraction) -> set[tuple[str, str, str]]:
    out = set()
    for p in extraction.proposals:
        assert p.object is not None
        out.add((p.subject.text, p.predicate, p.object.text if isinstance(p.object, Called) else p.object.value))
    return out


@pytest.mark.parametrize("predicate", sorted(pattern_file()))
async def test_each_pattern_reads_its_example_and_nothing_else(predicate: str) -> None:
    example = pattern_file()[predicate]["example"]
    found = await read(example["text"])
    assert (example["subject"], predicate, example["object"]) in said(found)
    assert {p.predicate for p in found.proposals} <= {predicate, "works_at"}  # a CEO of a firm works there


@pytest.mark.parametrize(
    "text",
    [
        "Do you work at Contoso?",
        "If I work at Contoso I'd be rich.",
        "I wish I lived in Porto.",
        'He said "I work at Contoso" in a funny voice.',
        "Maybe we should get lunch.",
        "I could live in Porto.",
        "",
        "???",
        "Looks like rain.",
    ],
)
async def test_what_is_not_claimed_is_not_read(text: str) -> None:
    assert (await read(text)).proposals == ()


async def test_hedges_and_pronouns_lower_the_confidence() -> None:
    plain, hedged = (await read("Tom lives in Porto.")).proposals, (await read("I think Tom lives in Porto.")).proposals
    assert hedged[0].confidence < plain[0].confidence == 0.9
    she = (await read("Inês works at Contoso.", "She lives in Porto.")).proposals[1]
    assert (she.subject.text, she.confidence < 0.9) == ("Inês", True)


async def test_modes_and_ends() -> None:
    (joined,) = (await read("I joined Contoso last Friday.")).proposals
    assert (joined.mode, joined.valid_from, joined.precision) == (
        Mode.CHANGE,
        dt.datetime(2025, 3, 7, tzinfo=UTC),
        Precision.DAY,
    )
    (left,) = (await read("I just quit Contoso.")).proposals
    assert left.polarity is Polarity.ENDS
    (corrected,) = (await read("Sorry, the budget of Contoso is $45k.")).proposals
    assert corrected.mode is Mode.CORRECTION
    (leading,) = (await read("Since January 2023 I work at Contoso.")).proposals
    assert (leading.valid_from, leading.precision) == (dt.datetime(2023, 1, 1, tzinfo=UTC), Precision.MONTH)


async def test_speakers_names_and_aliases_are_heard() -> None:
    found = await read("Everyone calls me Ani. We met Ken Abe in the canteen.", "My name is Ana Maria Lima.")
    heard = {called.text for _, called in found.mentions}
    assert {"Ana Lima", "Ken Abe"} <= heard
    assert {(s.a.text, s.b.text) for s in found.same} == {("Ana Lima", "Ani"), ("Ana Lima", "Ana Maria Lima")}


@pytest.mark.parametrize(
    ("text", "start", "precision"),
    [
        ("2025-01-31", "2025-01-31", Precision.DAY),
        ("1 May", "2024-05-01", Precision.DAY),
        ("May 1st, 2023", "2023-05-01", Precision.DAY),
        ("May 2023", "2023-05-01", Precision.MONTH),
        ("2019", "2019-01-01", Precision.YEAR),
        ("yesterday", "2025-03-09", Precision.DAY),
        ("last Friday", "2025-03-07", Precision.DAY),
        ("last Monday", "2025-03-03", Precision.DAY),
        ("next Monday", "2025-03-17", Precision.DAY),
        ("last week", "2025-03-03", Precision.DAY),
        ("last month", "2025-02-01", Precision.MONTH),
        ("next year", "2026-01-01", Precision.YEAR),
        ("two weeks ago", "2025-02-24", Precision.DAY),
    ],
)
def test_times_are_read_from_when_they_were_said(text: str, start: str, precision: Precision) -> None:
    span = read_time(text, MONDAY)
    assert span is not None
    assert (span.start.date().isoformat(), span.precision) == (start, precision)
    assert span.start < span.end


def test_a_day_to_come_is_read_forwards_and_nonsense_not_at_all() -> None:
    span = read_time("1 May", MONDAY, is_future=True)
    assert span is not None
    assert span.iso == "2025-05-01"
    assert read_time("blorp", MONDAY) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$40k", "40000 USD"),
        ("€1.2m", "1200000 EUR"),
        ("1.5 million euros", "1500000 EUR"),
        ("USD 84,500", "84500 USD"),
        ("2,300", "2300"),
        ("180 grand", "180000"),
        ("many", None),
    ],
)
def test_amounts_are_normalised_and_kept_as_said(text: str, value: Any) -> None:
    literal = read_amount(text)
    assert (literal.value if literal else None) == value
    if literal:
        assert literal.text == text
