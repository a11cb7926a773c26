"""What DESIGN promises of a whole memory, extraction included, held against Hypothesis on conversations."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memgraph import Fact, Memory
from memgraph.cli.demo import load
from memgraph.extract.rules import RuleExtractor
from tests.conftest import ROOT, Place

KNOWN = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
EXTRACTOR = RuleExtractor()  # one for all, so that a text is parsed once


@dataclass(frozen=True)
class Said:
    """A message, and the session that it was said in."""

    session: str
    message: dict[str, Any]


def conversations() -> list[list[Said]]:
    """The demo's sale, the test stories, and talk that lives of names and answers; each message has its own time."""
    sale = [
        Said(session["session"], turn(m["id"], m["by"], m["text"], session["at"] + dt.timedelta(minutes=n)))
        for session in load()["sessions"]
        for n, m in enumerate(session["messages"])
    ]
    stories = yaml.safe_load((ROOT / "tests" / "stories" / "stories.yaml").read_text())
    told = [
        Said(story["story"], turn(m["id"], m["by"], m["text"], m["at"])) for story in stories for m in story["messages"]
    ]
    names = [
        ("Ana", "Bob is my neighbor. He works at Contoso."),
        ("Tom", "Where does he live?"),
        ("Ana", "In Porto. Robert Chen is his full name."),
        ("Tom", "Bob Chen works at Fabrikam now."),
        ("Ana", "Robert Hale lives in Oslo."),
        ("Tom", "No, Robert Chen quit Fabrikam."),
        ("Ana", "My sister Ines speaks French."),
        ("Tom", "Does she have a dog?"),
        ("Ana", "Yes, she has a dog named Biscuit."),
    ]
    start = dt.datetime(2025, 3, 3, 9, tzinfo=dt.UTC)
    spoken = [Said("s1", turn(f"n{i}", by, text, start.replace(minute=i))) for i, (by, text) in enumerate(names)]
    return [sale, told, spoken]


def turn(ident: str, by: str, text: str, at: dt.datetime) -> dict[str, Any]:
    return {"id": ident, "role": "user", "name": by, "content": text, "timestamp": at}


TALKS = conversations()


def open_memory(place: Place | None = None) -> Memory:
    if place is None:
        return Memory(":memory:", extractor=EXTRACTOR, clock=lambda: KNOWN)
    return Memory(place.address, auth=place.auth, extractor=EXTRACTOR, clock=lambda: KNOWN)


def add(memory: Memory, user: str, said: Sequence[Said]) -> None:
    """Add messages, in one call for each run of one session; all known at one time."""
    for session, run in itertools.groupby(said, key=lambda s: s.session):
        memory.add([s.message for s in run], user_id=user, run_id=session, recorded_at=KNOWN)


def state(memory: Memory, user: str) -> dict[str, Any]:
    """Everything that a memory says."""

    def plain(f: Fact) -> Any:
        times = (f.valid_from, f.valid_to, f.recorded_at, f.retired_at)
        return (f.id, f.subject.name, f.text, *times, f.status, f.confidence, f.rule, f.why, f.source_ids)

    return {
        "facts": sorted((plain(f) for f in memory.facts(user_id=user, include_history=True)), key=str),
        "entities": [(e.id, e.name, e.kind, e.aliases) for e in memory.entities(user_id=user)],
        "episodes": [(e.id, e.content) for e in memory.episodes(user_id=user, limit=1000)],
    }


def new_user() -> str:
    return f"user-{uuid.uuid4().hex[:12]}"


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[list[Said], list[list[Said]]]:
    """A conversation, and the same in another order, in batches, some of it twice."""
    talk = draw(st.sampled_from(TALKS))
    order = draw(st.permutations([*talk, *draw(st.lists(st.sampled_from(talk), max_size=4))]))
    cuts = sorted(draw(st.sets(st.integers(1, len(order) - 1), max_size=6)))
    return talk, [list(order[a:b]) for a, b in itertools.pairwise([0, *cuts, len(order)])]


@given(arrivals())
@settings(max_examples=40, deadline=None)
def test_order_batches_and_repetition_do_not_matter(case: tuple[list[Said], list[list[Said]]]) -> None:
    talk, batches = case
    with open_memory() as memory:
        add(memory, "u", talk)
        for batch in batches:
            add(memory, "v", batch)
        assert without_ids(state(memory, "v")) == without_ids(state(memory, "u"))
        assert memory.doctor() == []


def without_ids(told: dict[str, Any]) -> dict[str, Any]:
    """The ids of facts, entities and episodes differ from user to user."""
    return {kind: sorted((item[1:] for item in items), key=str) for kind, items in told.items()}


@given(arrivals(), st.data())
@settings(max_examples=25, deadline=None)
def test_what_is_deleted_might_never_have_been_said(
    case: tuple[list[Said], list[list[Said]]], data: st.DataObject
) -> None:
    talk, batches = case
    gone = data.draw(st.sets(st.sampled_from([s.message["id"] for s in talk]), max_size=4))
    with open_memory() as memory:
        add(memory, "u", [s for s in talk if s.message["id"] not in gone])
        for batch in batches:
            add(memory, "v", batch)
        for episode in memory.episodes(user_id="v", limit=1000):
            if episode.source_id in gone:
                memory.delete(episode.id, user_id="v")
        assert without_ids(state(memory, "v")) == without_ids(state(memory, "u"))
        assert memory.doctor() == []


@st.composite
def doings(draw: st.DrawFn) -> list[tuple[str, Any]]:
    """Adds in some order, with deletes, corrections, merges and unmerges in between."""
    _, batches = draw(arrivals())
    done: list[tuple[str, Any]] = []
    for batch in batches:
        done.append(("add", batch))
        for kind in draw(st.lists(st.sampled_from(("delete", "merge", "unmerge", "update")), max_size=2)):
            if kind in ("merge", "unmerge"):
                done.append((kind, draw(st.tuples(st.integers(0, 30), st.integers(0, 30)))))
            else:
                done.append((kind, draw(st.integers(0, 30))))
    return done


def do(memory: Memory, user: str, doing: tuple[str, Any]) -> None:
    kind, what = doing
    if kind == "add":
        add(memory, user, what)
    elif kind in ("merge", "unmerge"):
        names = sorted({alias for e in memory.entities(user_id=user) for alias in e.aliases})
        if not names:
            return
        a, b = (names[n % len(names)] for n in what)
        if a.casefold() != b.casefold():
            (memory.merge if kind == "merge" else memory.unmerge)(a, b, user_id=user)
    else:
        episodes = memory.episodes(user_id=user, limit=1000)
        if not episodes:
            return
        episode = episodes[what % len(episodes)]
        if kind == "delete":
            memory.delete(episode.id, user_id=user)
        else:
            memory.update(episode.id, "I live in Faro now.", user_id=user)


@given(done=doings())
@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_every_store_comes_to_the_same(place: Place, done: list[tuple[str, Any]]) -> None:
    """The same calls on this store and on an embedded one in memory leave the same state."""
    user = new_user()
    with open_memory(place) as memory, open_memory() as other:
        for doing in done:
            do(memory, user, doing)
            do(other, user, doing)
        here, there = state(memory, user), state(other, user)
        assert here == there
        assert memory.doctor() == []
