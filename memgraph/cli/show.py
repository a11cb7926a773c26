"""Prints memories so that a person takes them in at a glance. All of it is rich; nothing decides anything."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from memgraph.model import OF_EMPLOYER, Entity, Episode, Fact
from memgraph.resolve import Candidate
from memgraph.views import Reasoning

_COLOURS = {"current": "green", "superseded": "dim", "disputed": "yellow", "retracted": "red"}


def console() -> Console:
    """Where output goes: as wide as the terminal, 110 columns where there is none."""
    wide = Console()
    return wide if wide.is_terminal or "COLUMNS" in os.environ else Console(width=110)


def day(time: dt.datetime | None) -> str:
    """A time to the day; open ends as an ellipsis."""
    return "…" if time is None else f"{time:%Y-%m-%d}"


def facts_table(facts: Iterable[Fact], title: str | None = None) -> Table:
    """Facts with their times, confidence, status and sources."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for column in ("fact", "from", "until", "sure", "status", "said in"):
        table.add_column(column, overflow="fold")
    for fact in facts:
        colour = _COLOURS[fact.status]
        table.add_row(
            escape(fact.text),
            day(fact.valid_from),
            day(fact.valid_to),
            f"{fact.confidence:.2f}",
            f"[{colour}]{fact.status}[/]",
            escape(", ".join(fact.source_ids)),
        )
    return table


def decisions(facts: Sequence[Fact]) -> list[str]:
    """One line for each fact that gave way or is contested: what, to which, by which rule, why."""
    by_id = {f.id: f for f in facts}
    lines: list[str] = []
    for fact in facts:
        successor = by_id.get(fact.superseded_by or "")
        if successor is not None:
            lines.append(
                f"[dim]{escape(fact.text)}[/] → [green]{escape(successor.text)}[/]\n    {fact.rule}: {escape(fact.why)}"
            )
        elif fact.status == "disputed":
            lines.append(f"[yellow]{escape(fact.text)}[/]\n    {fact.rule}: {escape(fact.why)}")
        elif fact.rule == "end":
            lines.append(f"[dim]{escape(fact.text)}[/] → over\n    {fact.rule}: {escape(fact.why)}")
    return lines


def entities_table(entities: Iterable[Entity], title: str | None = None) -> Table:
    """Entities with their kinds and other names."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for column in ("entity", "kind", "also called"):
        table.add_column(column, overflow="fold")
    for entity in entities:
        others = [a for a in entity.aliases if a != entity.name and not a.endswith(OF_EMPLOYER)]
        table.add_row(escape(entity.name), entity.kind, escape(", ".join(others)))
    return table


def candidates_table(candidates: Iterable[Candidate]) -> Table:
    """Pairs of entities that may be one, with what speaks for it and against it."""
    table = Table(box=None, pad_edge=False)
    for column in ("score", "one", "the other", "why"):
        table.add_column(column, overflow="fold")
    for c in candidates:
        table.add_row(f"{c.score:.2f}", escape(c.a.name), escape(c.b.name), escape("; ".join(c.why)))
    return table


def reasoning(why: Reasoning) -> list[Table | str]:
    """How a slot was decided: what was heard, what it weighs, what it came to."""
    many = "one value at a time" if why.is_one else "many values, each decided on its own"
    qualifier = f" ({why.qualifier})" if why.qualifier else ""
    head = f"[bold]{escape(why.subject.name)} · {why.predicate}{escape(qualifier)}[/]: {many}"
    heard = Table(box=None, pad_edge=False, title="Heard, in the order of saying", title_justify="left")
    for column in ("said", "by", "in", "says", "from", "until", "weight", "the words"):
        heard.add_column(column, overflow="fold")
    for h in why.heard:
        weight = f"{h.strength:.2f}" + (f" = {h.confidence:.2f} x {h.trust:.2f}" if h.trust != 1 else "")
        says = h.says + ("" if h.mode == "statement" else f", {h.mode}") + (", withdrawn" if h.withdrawn_at else "")
        since = day(h.valid_from) + (" (stated)" if h.is_stated else "")
        heard.add_row(
            f"{h.said_at:%Y-%m-%d %H:%M}",
            escape(h.source),
            escape(h.source_id),
            escape(says),
            since,
            day(h.valid_to),
            weight,
            escape(h.text),
        )
    decided = facts_table(why.facts, "What it came to")
    margin = f"[dim]A later statement wins unless it weighs more than {why.margin:.2f} less.[/]" if why.is_one else ""
    reasons = [f"{escape(f.text)}\n    {f.rule}: {escape(f.why)}" for f in why.facts if f.rule]
    return [part for part in (head, heard, decided, *reasons, margin) if part]


def episodes_table(episodes: Iterable[Episode], title: str | None = None) -> Table:
    """What was said, by whom, when."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for column in ("when", "id", "who", "said"):
        table.add_column(column, overflow="fold")
    for e in episodes:
        table.add_row(f"{e.occurred_at:%Y-%m-%d %H:%M}", escape(e.source_id), escape(e.speaker), escape(e.content))
    return table


def results_table(results: Iterable[Mapping[str, Any]]) -> Table:
    """The hits of a search."""
    table = Table(box=None, pad_edge=False)
    for column in ("score", "kind", "memory", "when", "said in"):
        table.add_column(column, overflow="fold")
    for r in results:
        score = f"{r['score']:.2f}" if r["score"] is not None else ""
        table.add_row(score, r["kind"], _said(r), r["valid_from"][:10], escape(", ".join(r["source_ids"])))
    return table


def explanation(answer: Mapping[str, Any]) -> list[Table | str]:
    """How a question was understood, what each hit's score is made of, and the paths in the graph."""
    plan = [f"{k}: {v}".translate(str.maketrans("", "", "[]'")) for k, v in answer["plan"].items()]
    results = answer["results"]
    signals = list(dict.fromkeys(name for r in results for name in r["explain"]["parts"] if name != "bias"))
    table = Table(box=None, pad_edge=False, title="Scores, and what they are made of", title_justify="left")
    for column in ("", *(str(n) for n in range(1, len(results) + 1))):
        table.add_column(column, justify="right" if column else "left")
    table.add_row("[bold]score[/]", *(f"[bold]{r['explain']['total']:.2f}[/]" for r in results))
    for name in signals:
        parts = (r["explain"]["parts"].get(name, 0.0) for r in results)
        table.add_row(name.replace("_", " "), *(f"{part:+.2f}" if part else "" for part in parts))
    paths: list[str] = []
    for n, r in enumerate(results, 1):
        ahead = r["explain"].get("above_the_next", {})
        why = ", ".join(f"{name.replace('_', ' ')} {by:+.2f}" for name, by in ahead.items())
        path = " [dim]→[/] ".join(escape(step) for step in r["explain"]["path"])
        paths.append(
            f"{n}. {_said(r)}"
            + (f"\n   [dim]by way of[/] {path}" if path else "")
            + (f"\n   [dim]above the next by[/] {why}" if why else "")
        )
    return ["[bold]Understood as[/] " + escape("; ".join(plan)), table, *paths]


def _said(result: Mapping[str, Any]) -> str:
    """A hit's text, with who said it and what is to be said against it."""
    said = escape(result["memory"])
    if result["kind"] == "episode":
        said = f"{escape(result['metadata']['speaker'])}: {said}"
    status = result["status"]
    return said if status == "current" else f"{said} [{_COLOURS[status]}]({status})[/]"


def history_table(changes: Iterable[Mapping[str, Any]]) -> Table:
    """What happened to a memory, in the order in which it became known."""
    table = Table(box=None, pad_edge=False)
    for column in ("known since", "event", "memory", "why"):
        table.add_column(column, overflow="fold")
    for c in changes:
        said = c["new_memory"] if c["old_memory"] is None else f"{c['old_memory']} → {c['new_memory'] or 'over'}"
        table.add_row(c["created_at"][:16].replace("T", " "), c["event"], escape(said), escape(c.get("why", "")))
    return table
